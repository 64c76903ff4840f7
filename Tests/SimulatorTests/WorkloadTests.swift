import Testing

@testable import Simulator

/// The events of a workload up to a moment of its own time.
func events(_ parameters: WorkloadParameters = .init(), seed: UInt64, hours: Int64) -> [WorkloadEvent] {
  var workload = Workload(parameters, seed: seed)
  var events: [WorkloadEvent] = []
  while let event = workload.next(), event.offsetNanoseconds < hours * 3_600_000_000_000 { events.append(event) }
  return events
}

struct WorkloadTests {
  /// A completed file: its number, its records and the nanoseconds it took.
  typealias File = (number: Int, records: Int, nanoseconds: Int64)

  static func completedFiles(_ events: [WorkloadEvent]) -> [File] {
    events.compactMap { event in
      guard case .completed(let records, let nanoseconds) = event.kind else { return nil }
      return (event.fileNumber, records, nanoseconds)
    }
  }

  static func failures(_ events: [WorkloadEvent]) -> [(offset: Int64, failure: Failure)] {
    events.compactMap { event in
      guard case .failed(let failure, _) = event.kind else { return nil }
      return (event.offsetNanoseconds, failure)
    }
  }

  @Test("a day's job is slower or faster than was asked", arguments: testedSeeds)
  func rate(seed: UInt64) {
    let events = events(seed: seed, hours: 24)
    let rate = Double(events.last?.totals.records ?? 0) / 86_400
    // A failure costs on average 0.021 of a mean file's 27.5 s, so about 1440 of them cost 0.96 % of the day. The time
    // of a file deviates by 35 records' worth (the root of E[records²] * 0.4² / 12), that of some 3110 files by 1960.
    let expected = 10 * (1 - 1440 * 0.021 * 27.5 / 86_400)
    #expect(abs(rate - expected) < allowedDeviations * 1960 / 86_400 + 500 / 86_400, "seed \(seed)")
  }

  @Test(
    "failures come more seldom when files take long, or are not one an interval",
    arguments: testedSeeds,
    [1.0, 10, 1000]
  )
  func failureInterval(seed: UInt64, recordsPerSecond: Double) {
    let events = events(WorkloadParameters(recordsPerSecond: recordsPerSecond), seed: seed, hours: 24)
    let count = Double(Self.failures(events).count)
    // Intervals of 60 s * uniform(0.5, 1.5): the count of a day deviates by the root of 1440 / 12. Those that fall due
    // during the last file, of at most 600 s, are not there yet.
    let pending = 600 / recordsPerSecond / 30 + 1
    #expect(abs(count - 1440) < allowedDeviations * (1440.0 / 12).squareRoot() + pending, "seed \(seed)")
  }

  @Test("a failure strikes before it is due, or other than at a file's start", arguments: testedSeeds)
  func failureMoments(seed: UInt64) {
    let offsets = Self.failures(events(WorkloadParameters(recordsPerSecond: 1e4), seed: seed, hours: 1)).map(\.offset)
    // With files of 50 ms at most a failure is next to its due time, so that the intervals themselves show.
    let intervals = zip(offsets.dropFirst(), offsets).map { Double($0 - $1) / 1e9 }
    #expect(intervals.allSatisfy { $0 > 29.9 && $0 < 90.1 }, "seed \(seed)")
    #expect((intervals.min() ?? 60) < 45 && (intervals.max() ?? 60) > 75, "seed \(seed)")
  }

  @Test("an error type is drawn more often than the others", arguments: testedSeeds)
  func failureTypes(seed: UInt64) {
    let failures = Self.failures(events(seed: seed, hours: 24)).map(\.failure)
    let types = [
      "connection_timeout", "corrupt_file_format", "disk_space_insufficient", "database_lock_timeout",
      "invalid_data_schema",
    ]
    let counts = types.map { type in failures.count { $0.type == type } }
    #expect(counts.reduce(0, +) == failures.count)
    #expect(chiSquared(counts) < chiSquaredLimit(degreesOfFreedom: 4), "seed \(seed): \(counts)")
    #expect(Set(failures.map(\.text)).count == 15)
  }

  @Test("sizes are not even from 50 to 500 records", arguments: testedSeeds)
  func fileSizes(seed: UInt64) {
    let sizes = Self.completedFiles(events(seed: seed, hours: 24)).map(\.records)
    #expect(sizes.allSatisfy { (50...500).contains($0) })
    // None of some 3000 files among the six smallest or largest sizes: one day in 10^17.
    #expect((sizes.min() ?? 0) < 56 && (sizes.max() ?? 0) > 494)
    let counts = binned(sizes.map(Double.init), in: 50..<501, bins: 11)
    #expect(chiSquared(counts) < chiSquaredLimit(degreesOfFreedom: 10), "seed \(seed): \(counts)")
  }

  @Test("a file's time is not even within 20 % of what its records take", arguments: testedSeeds)
  func fileTimes(seed: UInt64) {
    let files = Self.completedFiles(events(seed: seed, hours: 24))
    let ratios = files.map { Double($0.nanoseconds) / (Double($0.records) * 1e8) }
    // The time is rounded to milliseconds, of at least 4 s.
    #expect(ratios.allSatisfy { $0 > 0.7998 && $0 < 1.2002 })
    let counts = binned(ratios, in: 0.8..<1.2, bins: 10)
    #expect(counts.reduce(0, +) > ratios.count - 10)
    #expect(chiSquared(counts) < chiSquaredLimit(degreesOfFreedom: 9), "seed \(seed): \(counts)")
  }

  @Test("totals, file numbers or times disagree from one event to the next", arguments: testedSeeds)
  func sequence(seed: UInt64) throws {
    var previous: WorkloadEvent?
    var totals = Totals()
    for event in events(WorkloadParameters(failureIntervalNanoseconds: 10_000_000_000), seed: seed, hours: 2) {
      let elapsed = event.offsetNanoseconds - (previous?.offsetNanoseconds ?? 0)
      switch (previous?.kind, event.kind) {
      case (nil, .started):
        #expect(event.offsetNanoseconds == 0 && event.fileNumber == 1)
      case (.started(let expected, _), .completed(let records, let nanoseconds)):
        #expect(records == expected && elapsed == nanoseconds && event.fileNumber == previous?.fileNumber)
        totals.records += records
        totals.files += 1
        #expect(event.fileNumber == totals.files)
      case (.started(_, let estimated), .failed):
        // It fails soon: within a fiftieth of its time, and at least after a microsecond.
        #expect(elapsed >= 1000 && elapsed < estimated / 40 && event.fileNumber == previous?.fileNumber)
        totals.failures += 1
      case (.completed, .started):
        #expect(elapsed == 0 && event.fileNumber == totals.files + 1)
      case (.failed(_, let retry), .started):
        #expect(elapsed == retry && event.fileNumber == previous?.fileNumber)
      default:
        Issue.record("\(event) after \(String(describing: previous))")
      }
      #expect(event.totals == totals)
      previous = event
    }
    #expect(totals.files > 100 && totals.failures > 100)
  }

  @Test("a file that failed is tried again with other records")
  func retriedFile() {
    var expectedRecords: [Int: Set<Int>] = [:]
    for event in events(WorkloadParameters(failureIntervalNanoseconds: 10_000_000_000), seed: 5, hours: 1) {
      guard case .started(let records, _) = event.kind else { continue }
      expectedRecords[event.fileNumber, default: []].insert(records)
    }
    #expect(expectedRecords.values.allSatisfy { $0.count == 1 })
  }

  @Test("frequent failures take the job's time")
  func frequentFailures() {
    let events = events(WorkloadParameters(failureIntervalNanoseconds: 1_000_000_000), seed: 3, hours: 24)
    #expect(Double(events.last?.totals.records ?? 0) / 86_400 > 9.6)
    #expect(abs(Double(events.last?.totals.failures ?? 0) - 86_400) < 700)
  }

  @Test("a job without failures fails")
  func noFailures() {
    let events = events(WorkloadParameters(failureIntervalNanoseconds: 0), seed: 3, hours: 24)
    #expect(events.last?.totals.failures == 0)
  }

  @Test("a job with a limit of files starts another, or stops early")
  func fileLimit() {
    var workload = Workload(WorkloadParameters(fileLimit: 3), seed: 9)
    var last: WorkloadEvent?
    while let event = workload.next() { last = event }
    #expect(last?.totals.files == 3)
    #expect(workload.next() == nil)
    guard case .completed = last?.kind else {
      Issue.record("ends with \(String(describing: last))")
      return
    }
  }

  @Test("the same seed gives other events, or another seed the same")
  func repeatability() {
    #expect(events(seed: 7, hours: 24) == events(seed: 7, hours: 24))
    #expect(events(seed: 7, hours: 1) != events(seed: 8, hours: 1))
  }

  @Test("times of a very fast job are zero, or those of a very slow one overflow")
  func extremes() {
    let fast = events(
      WorkloadParameters(recordsPerSecond: 1e6, failureIntervalNanoseconds: 1_000_000, fileRecords: 1...1),
      seed: 1,
      hours: 0
    )
    #expect(fast.isEmpty)
    var workload = Workload(
      WorkloadParameters(recordsPerSecond: 1e6, failureIntervalNanoseconds: 1_000_000, fileRecords: 1...1),
      seed: 1
    )
    var last: Int64 = -1
    for _ in 0..<10_000 {
      guard let event = workload.next() else { break }
      if case .completed(_, let nanoseconds) = event.kind { #expect(nanoseconds >= 1000) }
      #expect(event.offsetNanoseconds >= last)
      last = event.offsetNanoseconds
    }
    #expect(workload.next()?.totals.failures ?? 0 > 0)

    var slow = Workload(WorkloadParameters(recordsPerSecond: 0.01, fileRecords: 1_000_000...1_000_000), seed: 1)
    for _ in 0..<3 { _ = slow.next() }
    #expect(slow.next()?.offsetNanoseconds ?? 0 > 0)
  }
}
