import ETLLog
import Foundation
import LinuxIO
import TestSupport
import Testing

@testable import Simulator

/// The job as a whole, without its signals: those of a process belong to one loop only.
struct SimulatorTests {
  private let directory: TemporaryFolder
  private let complaints = Complaints()

  init() throws {
    directory = try TemporaryFolder()
  }

  /// Runs a job to its end.
  ///
  /// - Returns: What is in the log then.
  @discardableResult
  private func run(
    _ options: SimulatorOptions,
    seed: UInt64 = 1,
    printed: consuming LineOutput? = nil,
    at wall: WallTime = .now
  ) throws -> String {
    let log = try LogFile(
      path: directory.path + "/etl.log",
      rotation: options.rotation,
      complain: complaints.add
    )
    let simulator = try Simulator(options, seed: seed, log: log, printed: printed, at: wall)
    simulator.run()
    return directory.contents(of: "etl.log")
  }

  private static func lines(_ text: String) -> [Substring] {
    text.split(separator: "\n")
  }

  private static func message(_ line: Substring) -> String {
    String(line.split(separator: "\"message\": \"")[1].prefix { $0 != "\"" })
  }

  /// 2025-01-18T04:00:00Z.
  private static let fixedTime = WallTime(nanoseconds: 1_737_172_800_000_000_000)

  @Test("a line differs from what was agreed: a field, its order, its value for this seed")
  func goldenLines() throws {
    let log = try run(
      SimulatorOptions(failureInterval: .seconds(30), files: 2, history: .seconds(3600), exit: true),
      seed: 7,
      at: Self.fixedTime
    )
    #expect(
      log == """
        {"timestamp": "2025-01-18T03:00:00.000Z", "message": "etl_simulator_started", "total_records": 0, "total_files": 0, "total_failures": 0, "records_per_second": 10.0, "failure_interval": 30.0, "min_records": 50, "max_records": 500, "variance": 0.2, "seed": 7}
        {"timestamp": "2025-01-18T03:00:00.000Z", "message": "file_processing_started", "total_records": 0, "total_files": 0, "total_failures": 0, "file_id": "file_000001", "expected_records": 225, "estimated_duration": 22.5}
        {"timestamp": "2025-01-18T03:00:26.107Z", "message": "file_processing_completed", "total_records": 225, "total_files": 1, "total_failures": 0, "file_id": "file_000001", "records_processed": 225, "processing_time": 26.107, "current_rate": 8.62}
        {"timestamp": "2025-01-18T03:00:26.107Z", "message": "file_processing_started", "total_records": 225, "total_files": 1, "total_failures": 0, "file_id": "file_000002", "expected_records": 312, "estimated_duration": 31.2}
        {"timestamp": "2025-01-18T03:00:26.302Z", "message": "file_processing_failed", "total_records": 225, "total_files": 1, "total_failures": 1, "file_id": "file_000002", "error_type": "disk_space_insufficient", "error": "cannot write to /var/lib/etl/staging: No space left on device", "retry_after": 0.19}
        {"timestamp": "2025-01-18T03:00:26.492Z", "message": "file_processing_started", "total_records": 225, "total_files": 1, "total_failures": 1, "file_id": "file_000002", "expected_records": 312, "estimated_duration": 31.2}
        {"timestamp": "2025-01-18T03:00:56.608Z", "message": "file_processing_completed", "total_records": 537, "total_files": 2, "total_failures": 1, "file_id": "file_000002", "records_processed": 312, "processing_time": 30.116, "current_rate": 10.36}
        {"timestamp": "2025-01-18T03:00:56.608Z", "message": "etl_simulator_stopped", "total_records": 537, "total_files": 2, "total_failures": 1, "final_stats": {"records": 537, "files": 2, "failures": 1, "uptime_seconds": 56.608, "records_per_second": 9.49}}

        """
    )
  }

  @Test("the log of the past is not the same for the same seed and time")
  func repeatable() throws {
    let options = SimulatorOptions(history: .seconds(86_400), exit: true)
    let first = try run(options, seed: 11, at: Self.fixedTime)
    try directory.cut("etl.log")
    #expect(try run(options, seed: 11, at: Self.fixedTime) == first)
    #expect(Self.lines(first).count > 8000)
  }

  @Test("the past ends early, in the future, or without its stopped line")
  func historyEnds() throws {
    let lines = Self.lines(try run(SimulatorOptions(history: .seconds(7200), exit: true), at: Self.fixedTime))
    #expect(lines.first?.hasPrefix("{\"timestamp\": \"2025-01-18T02:00:00.000Z\", \"message\": \"etl_sim") == true)
    #expect(lines.last?.hasPrefix("{\"timestamp\": \"2025-01-18T04:00:00.000Z\", \"message\": \"etl_sim") == true)
    #expect(lines.last?.contains("\"uptime_seconds\": 7200.0,") == true)
    // Each file takes a minute at most.
    #expect(lines.dropLast().last?.contains(" \"2025-01-18T03:59:") == true)
    let timestamps = lines.map { $0.prefix(40) }
    #expect(timestamps == timestamps.sorted())
    #expect(lines.count { Self.message($0) == "etl_simulator_started" } == 1)
    #expect(lines.count { Self.message($0) == "etl_simulator_stopped" } == 1)
  }

  @Test("nightly runs begin at another time, end otherwise, or go on after the history's end")
  func nightlyRuns() throws {
    var options = SimulatorOptions(failureInterval: .zero, files: 3, exit: true)
    options.history = .seconds(4 * 86_400)
    options.runInterval = .seconds(86_400)
    options.crashAfter = 1
    options.crashEvery = 3
    let lines = Self.lines(try run(options, at: Self.fixedTime)).filter { !$0.contains("file_processing_") }
    let facts = lines.map { line in
      "\(line.split(separator: "\"")[3].prefix(10)) \(Self.message(line)) "
        + (line.contains("\"total_files\": 1,") ? "1" : line.contains("\"total_files\": 3,") ? "3" : "0")
    }
    #expect(
      facts == [
        "2025-01-14 etl_simulator_started 0", "2025-01-14 etl_simulator_stopped 3",
        "2025-01-15 etl_simulator_started 0", "2025-01-15 etl_simulator_stopped 3",
        "2025-01-16 etl_simulator_started 0", "2025-01-16 etl_simulator_crashed 1",
        "2025-01-17 etl_simulator_started 0", "2025-01-17 etl_simulator_stopped 3",
        "2025-01-18 etl_simulator_started 0", "2025-01-18 etl_simulator_stopped 0",
      ]
    )
  }

  @Test("a number of runs is not made, or the job waits between runs without an interval")
  func numberOfRuns() throws {
    let options = SimulatorOptions(recordsPerSecond: 1_000_000, failureInterval: .zero, files: 2, runs: 3)
    let lines = Self.lines(try run(options))
    #expect(lines.count { Self.message($0) == "etl_simulator_started" } == 3)
    #expect(lines.count { Self.message($0) == "file_processing_completed" } == 6)
    #expect(lines.count { Self.message($0) == "etl_simulator_stopped" } == 3)
    #expect(Self.message(lines[lines.count - 1]) == "etl_simulator_stopped")
  }

  @Test("a line is no event to the exporter's reader")
  func readable() throws {
    let log = try run(SimulatorOptions(history: .seconds(7200), exit: true))
    var sink = CountingSink()
    var reader = LogReader(maximumLineBytes: 4096)
    let bytes = Array(log.utf8)
    // Safe: a span of UInt8 has no padding.
    unsafe reader.read(bytes.span.bytes, into: &sink)
    #expect(sink.rejections == 0)
    #expect(sink.events.count == Self.lines(log).count)
    #expect(sink.events.first?.message == .jobStarted && sink.events.last?.message == .jobStopped)
    #expect(Set(sink.events.map(\.message)).count == 5)
    for event in sink.events where event.message == .fileCompleted {
      let records = Double(event.recordsProcessed ?? 0)
      let rate = records / (event.processingTimeSeconds ?? 0)
      #expect(abs((event.currentRate ?? 0) - rate) <= 0.0051)
    }
  }

  @Test("fields are missing, more or in another order, or the running totals do not add up", arguments: testedSeeds)
  func fieldsAndTotals(seed: UInt64) throws {
    let log = try run(SimulatorOptions(history: .seconds(86_400), exit: true), seed: seed)
    let head = ["timestamp", "message", "total_records", "total_files", "total_failures"]
    let own: [String: [String]] = [
      "file_processing_started": ["file_id", "expected_records", "estimated_duration"],
      "file_processing_completed": ["file_id", "records_processed", "processing_time", "current_rate"],
      "file_processing_failed": ["file_id", "error_type", "error", "retry_after"],
    ]
    var totals = [0, 0, 0]
    // Without the first and the last line, which have members of their own.
    for line in Self.lines(log).dropFirst().dropLast() {
      let values = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
      let message = try #require(values["message"] as? String)
      // A name begins after `{` or `, `; in a text there is no such place with a colon behind it.
      let names = line.matches(of: #/[{ ]"([a-z_]+)": /#).map { String($0.output.1) }
      #expect(names == head + (own[message] ?? []))
      if message == "file_processing_completed" {
        totals[0] += values["records_processed"] as? Int ?? 0
        totals[1] += 1
        let digits = "\(totals[1])"
        let name = "file_" + String(repeating: "0", count: 6 - digits.count) + digits
        #expect(values["file_id"] as? String == name)
      } else if message == "file_processing_failed" {
        totals[2] += 1
      }
      #expect(head.dropFirst(2).map { values[$0] as? Int } == totals)
    }
    #expect(totals[1] > 3000 && totals[2] > 1300)
  }

  @Test("a live job does not wait for its events, loses the schedule, or prints other lines than it logs")
  func live() throws {
    let pipe = try SmallPipe()
    let start = MonotonicTime.now
    // Three files of 100 ms each.
    let options = SimulatorOptions(
      recordsPerSecond: 1000,
      failureInterval: .zero,
      minRecords: 100,
      maxRecords: 100,
      variance: 0,
      files: 3
    )
    let log = try run(options, printed: try pipe.output())
    let elapsed = MonotonicTime.now.seconds(since: start)
    #expect(elapsed > 0.299 && elapsed < 5)
    #expect(try pipe.read() == log)
    #expect(Self.lines(log).count == 8)
    #expect(Self.lines(log).last?.contains("\"uptime_seconds\": 0.3,") == true)
  }

  @Test("what follows on the history is not live, or the history is printed")
  func historyThenLive() throws {
    let pipe = try SmallPipe()
    // Files of 0.5 s: 20 in the history and 4 live, long enough for the busiest machine to get there in time.
    let options = SimulatorOptions(
      recordsPerSecond: 200,
      failureInterval: .zero,
      minRecords: 100,
      maxRecords: 100,
      variance: 0,
      files: 24,
      history: .seconds(10)
    )
    let start = MonotonicTime.now
    let log = try run(options, printed: try pipe.output())
    #expect(MonotonicTime.now.seconds(since: start) > 1.9)
    let printed = try pipe.read()
    #expect(log.hasSuffix(printed))
    #expect(!printed.contains("\"etl_simulator_started\"") && !printed.contains("file_000019"))
    #expect(Self.lines(log).count == 50)
    #expect(printed.contains("\"file_id\": \"file_000024\"") && printed.contains("\"etl_simulator_stopped\""))
  }

  @Test("a full or closed standard output ends or blocks the job", arguments: [true, false])
  func printingFails(isClosed: Bool) throws {
    let pipe = try SmallPipe()
    let output = try pipe.output()
    if isClosed { pipe.closeReadingEnd() }
    let options = SimulatorOptions(recordsPerSecond: 100_000, minRecords: 1, maxRecords: 1, files: 2000)
    let log = try run(options, printed: output)
    #expect(Self.lines(log).count == 4002)
    #expect(complaints.texts.isEmpty)
    guard !isClosed else { return }
    let printed = Self.lines(try pipe.read())
    // How many lines a pipe takes depends on how many are due at once; those that it takes are whole.
    #expect(printed.first == Self.lines(log).first && printed.count < 100)
    #expect(Set(printed.dropLast()).isSubset(of: Self.lines(log)))
  }

  @Test("a long history leaves the log's rotation out, or cuts a line")
  func historyRotates() throws {
    let options = SimulatorOptions(
      recordsPerSecond: 100,
      history: .seconds(86_400),
      exit: true,
      rotateBytes: 1 << 20,
      rotateKeep: 100
    )
    _ = try run(options, at: Self.fixedTime)
    let names = directory.names
    #expect(names.count > 10)
    let texts = names.map(directory.contents(of:))
    #expect(texts.allSatisfy { $0.utf8.count <= 1 << 20 && $0.hasPrefix("{") && $0.hasSuffix("}\n") })
    let ordered = names.sorted { left, right in
      (Int(left.split(separator: ".").last ?? "") ?? 0) > (Int(right.split(separator: ".").last ?? "") ?? 0)
    }
    let whole = ordered.map(directory.contents(of:)).joined()
    let apart = try TemporaryFolder()
    let log = try LogFile(path: apart.path + "/etl.log", complain: complaints.add)
    try Simulator(options, seed: 1, log: log, printed: nil, at: Self.fixedTime).run()
    #expect(whole == apart.contents(of: "etl.log"))
  }

  @Test("a log that cannot be written to ends the job")
  func logFails() throws {
    let log = try LogFile(path: "/dev/full", complain: complaints.add)
    let options = SimulatorOptions(history: .seconds(3600), exit: true)
    try Simulator(options, seed: 1, log: log, printed: nil).run()
    #expect(complaints.texts.count == 2)
    #expect(complaints.texts.last?.contains("lines were dropped at the end") == true)
  }
}

/// Keeps what the exporter's reader makes of a log.
struct CountingSink: LogEventSink {
  var events: [LogEvent] = []
  var rejections = 0

  mutating func receive(_ event: LogEvent, _ texts: borrowing LogTexts) {
    events.append(event)
  }

  mutating func note(unusable: LogFieldSet, replaced: LogFieldSet, object: RawSpan) {
    rejections += 1
  }

  mutating func reject(_ reason: LineResult, line: RawSpan) {
    rejections += 1
  }
}
