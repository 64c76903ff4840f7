import ETLLog
import LinuxIO
import Testing
import UnixTime

@testable import Exporter
@testable import JobState

/// Running totals: records, files, failures; nil where a line states none of them.
private typealias Totals = (records: Int?, files: Int?, failures: Int?)

/// A line of a job, some milliseconds after the example's time; nil for a line that says no time.
private func line(_ milliseconds: Int64?, records: Int?, _ totals: Totals) -> String {
  var members: [String] = []
  if let milliseconds {
    var text: [UInt8] = []
    Timestamp.append(exampleNanoseconds + milliseconds * 1_000_000, to: &text)
    members.append("\"timestamp\": \"\(String(decoding: text, as: UTF8.self))\"")
  }
  // Without records it is a failed file.
  members.append("\"message\": \"file_processing_\(records == nil ? "failed" : "completed")\"")
  for (name, value) in [
    ("records_processed", records), ("total_records", totals.records), ("total_files", totals.files),
    ("total_failures", totals.failures),
  ] {
    if let value { members.append("\"\(name)\": \(value)") }
  }
  return "{\(members.joined(separator: ", "))}"
}

/// What a log leads to.
private struct Counts: Equatable {
  var records: Int64
  var files: Int64
  var failures: Int64
  var gaps: [Int64] = [0, 0, 0]
  var stale: Int64 = 0
  var duplicates: Int64 = 0

  init(
    _ records: Int64,
    _ files: Int64,
    _ failures: Int64,
    gaps: [Int64] = [0, 0, 0],
    stale: Int64 = 0,
    duplicates: Int64 = 0
  ) {
    (self.records, self.files, self.failures) = (records, files, failures)
    (self.gaps, self.stale, self.duplicates) = (gaps, stale, duplicates)
  }

  /// Reads lines, some milliseconds after the example's time, with a snapshot before each of them if that is asked for.
  init(_ lines: [String], isResumed: Bool = false, readAt milliseconds: Int64 = 10 * day) throws {
    var fixture = Fixture()
    fixture.now = WallTime(nanoseconds: exampleNanoseconds + milliseconds * 1_000_000)
    for line in lines {
      if isResumed { fixture = try fixture.resumed() }
      fixture.read(line)
    }
    let totals = try #require(fixture.processor.aggregator.pipelines.all.first).totals
    (records, files, failures) = (totals.records.counted, totals.files.counted, totals.failures.counted)
    gaps = [totals.records.gap, totals.files.gap, totals.failures.gap]
    (stale, duplicates) = (
      fixture.processor.aggregator.lineCounts[.stale], fixture.processor.aggregator.lineCounts[.duplicate]
    )
  }
}

private let day: Int64 = 86_400_000

@Suite("Runs that do not say that they begin")
struct RunBoundaryTests {
  @Test("runs that each do one file are taken for repetitions of the first one", arguments: [false, true])
  func sameWorkEachRun(isResumed: Bool) throws {
    let lines = zip([1000, 1000, 1500, 1200] as [Int], Int64(0)...).map { records, number in
      line(number * day, records: records, (records, 1, 0))
    }
    #expect(try Counts(lines, isResumed: isResumed) == Counts(4700, 4, 0))
  }

  @Test("runs that each fail once are taken for repetitions of the first one")
  func sameFailureEachRun() throws {
    let lines = (0..<3).map { line($0 * 2000, records: nil, (0, 0, 1)) }
    #expect(try Counts(lines) == Counts(0, 0, 3))
  }

  @Test("of some totals only: those that are stated decide")
  func someTotals() throws {
    let lines = (0..<3).map { line($0 * 2000, records: 70, (nil, 1, nil)) }
    #expect(try Counts(lines) == Counts(210, 3, 0))
    // The second line's words fit a first one's: a second later it is one, before that the totals count.
    #expect(try Counts([100, 150].map { line(Int64($0) * 20, records: $0, ($0, nil, nil)) }) == Counts(150, 2, 0))
    #expect(try Counts([100, 150].map { line(Int64($0) * 21, records: $0, ($0, nil, nil)) }) == Counts(250, 2, 0))
  }

  @Test("the first file after a started line begins yet another run")
  func startedBefore() throws {
    var fixture = Fixture()
    fixture.read(Fixture.message(0, "etl_started"), line(5000, records: 70, (nil, 1, nil)))
    #expect(fixture.processor.aggregator.pipelines.all.first?.totals.runStartedNanoseconds == exampleNanoseconds)
  }

  @Test("a line that is logged twice counts twice", arguments: [0, 1000])
  func repetition(milliseconds: Int64) throws {
    let lines = [line(0, records: 100, (100, 1, 0)), line(milliseconds, records: 100, (100, 1, 0))]
    for time in [milliseconds, day] {
      #expect(try Counts(lines, readAt: time) == Counts(100, 1, 0, duplicates: 1))
    }
    let later = [lines[0], line(1001, records: 100, (100, 1, 0))]
    #expect(try Counts(later) == Counts(200, 2, 0))
  }

  @Test("lines without a time that claim all of their totals are taken for repetitions", arguments: [false, true])
  func runsWithoutTime(isResumed: Bool) throws {
    let lines = [nil, nil, 0, nil].map { line($0, records: 100, (100, 1, 0)) }
    #expect(try Counts(lines, isResumed: isResumed) == Counts(400, 4, 0))
  }

  @Test(
    "totals that stand still over many files begin a run with each of them",
    arguments: [(200, 1, 0), (100, 2, 0), (100, 1, 1)] as [(Int, Int, Int)]
  )
  func batch(totals: (Int, Int, Int)) throws {
    let lines = (0..<3).map { line($0 * 2000, records: 100, totals) }
    #expect(try Counts(lines).duplicates == 2)
  }

  @Test("an old block of lines comes again: its first one begins a run")
  func repeatedBlock() throws {
    let block = (1...3).map { line(Int64($0) * 2000, records: 100, (100 * $0, $0, 0)) }
    #expect(try Counts(block + block) == Counts(300, 3, 0, stale: 2, duplicates: 1))
  }
}

@Suite("Lines of parallel writers that are swapped")
struct SwappedLinesTests {
  private static let first = line(10_000, records: 100, (1000, 10, 0))

  @Test("a line that comes a moment late doubles all counts", arguments: [false, true], [11_003, 10 * day])
  func swapped(isResumed: Bool, milliseconds: Int64) throws {
    let lines = [
      Self.first, line(11_001, records: 100, (1200, 12, 0)), line(11_002, records: 100, (1100, 11, 0)),
      line(11_003, records: 100, (1300, 13, 0)),
    ]
    let counts = try Counts(lines, isResumed: isResumed, readAt: milliseconds)
    #expect(counts == Counts(1300, 13, 0, gaps: [900, 9, 0]))
  }

  @Test("several late lines, and one of another kind")
  func severalLateLines() throws {
    let lines = [
      Self.first, line(11_000, records: 100, (1300, 13, 1)), line(11_001, records: nil, (1100, 11, 1)),
      line(11_001, records: 100, (1200, 12, 1)), line(11_002, records: 100, (1100, 11, 0)),
      line(12_000, records: 100, (1400, 14, 1)),
    ]
    #expect(try Counts(lines) == Counts(1400, 14, 1, gaps: [900, 9, 0]))
  }

  @Test("a failed file and a completed one are swapped: the failure's own total is none that the late line could state")
  func completedAfterFailed() throws {
    let lines = [
      Self.first, line(11_000, records: nil, (1100, 11, 1)), line(11_001, records: 100, (1100, 11, 0)),
      line(11_002, records: 100, (1200, 12, 1)),
    ]
    #expect(try Counts(lines) == Counts(1200, 12, 1, gaps: [900, 9, 0]))
  }

  @Test("the first two lines of a run are swapped: the second one begins another run")
  func firstLinesOfARun() throws {
    let lines = [
      Self.first, line(20_000, records: 100, (200, 2, 0)), line(20_001, records: 100, (100, 1, 0)),
      line(20_002, records: 100, (300, 3, 0)),
    ]
    #expect(try Counts(lines) == Counts(1300, 13, 0, gaps: [900, 9, 0]))
  }

  @Test("a new run is taken for a late line", arguments: [(12_002, 1100, 11), (11_002, 900, 9), (11_002, 1101, 11)])
  func newRun(milliseconds: Int64, records: Int, files: Int) throws {
    let lines = [
      Self.first, line(11_001, records: 100, (1200, 12, 0)), line(milliseconds, records: 100, (records, files, 0)),
    ]
    #expect(try Counts(lines).stale == 0)
    #expect(try Counts(lines).files == 12 + Int64(files))
  }

  @Test("a new run is taken for a line from before lines that were lost in the run before it")
  func rangeOfAnEarlierRun() throws {
    let lines = [
      Self.first, line(13_000, records: 100, (100, 1, 0)), line(13_001, records: 100, (200, 2, 0)),
      line(13_002, records: 100, (100, 1, 0)),
    ]
    #expect(try Counts(lines) == Counts(1300, 13, 0, gaps: [900, 9, 0]))
  }

  @Test("a line without a time that fills a gap is taken for a new run", arguments: [false, true])
  func withoutTimes(isResumed: Bool) throws {
    let lines = [(1000, 10), (1200, 12), (1100, 11), (1300, 13)].map { line(nil, records: 100, ($0.0, $0.1, 0)) }
    #expect(try Counts(lines, isResumed: isResumed) == Counts(1300, 13, 0, gaps: [900, 9, 0]))
  }

  @Test("a run that begins long after lines were lost is taken for late lines")
  func runLongAfterGap() throws {
    let lines = [
      Self.first, line(14_000, records: 100, (1100, 11, 0)), line(14_500, records: 100, (100, 1, 0)),
      line(14_900, records: 100, (200, 2, 0)),
    ]
    #expect(try Counts(lines) == Counts(1300, 13, 0, gaps: [900, 9, 0]))
  }

  @Test("of a job whose clock is a little ahead lines that change places are taken for a new run")
  func swappedByClockAhead() {
    var fixture = Fixture()
    fixture.read(
      Self.completed("04:00:09.500", files: 20),
      Self.completed("04:00:10.200", files: 22),
      Self.completed("04:00:09.800", files: 21),
      Self.completed("04:00:09.900", files: 23)
    )
    #expect(fixture.samples("etl_files_total") == ["etl_files_total 23"])
  }

  private static func completed(_ time: String, files: Int) -> String {
    #"{"timestamp": "2025-01-18T\#(time)Z", "message": "file_processing_completed", "total_files": \#(files)}"#
  }
}
