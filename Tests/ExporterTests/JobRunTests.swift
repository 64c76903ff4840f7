import JSON
import LinuxIO
import Testing
import UnixTime

@testable import Exporter
@testable import JobState

@Suite("Runs of a job")
struct JobRunTests {
  /// A line, some seconds after the example's time.
  private static func line(_ seconds: Int64, _ message: String, _ members: String = "") -> String {
    var text: [UInt8] = []
    Timestamp.append(exampleNanoseconds + seconds * 1_000_000_000, to: &text)
    let time = String(decoding: text, as: UTF8.self)
    return "{\"timestamp\": \"\(time)\", \"message\": \"\(message)\"\(members.isEmpty ? "" : ", \(members)")}"
  }

  private static func started(_ seconds: Int64) -> String { line(seconds, "etl_started") }
  private static func stopped(_ seconds: Int64) -> String { line(seconds, "etl_stopped") }
  private static func crashed(_ seconds: Int64) -> String { line(seconds, "etl_crashed") }
  private static func failed(_ seconds: Int64) -> String { line(seconds, "file_processing_failed") }
  private static func completed(_ seconds: Int64) -> String {
    line(seconds, "file_processing_completed", "\"records_processed\": 10")
  }

  /// Reads lines, a day after them, with restarts if that is asked for; then nothing more comes.
  private static func read(_ lines: [String], isResumed: Bool = false, at seconds: Int64 = 86_400) throws -> Fixture {
    var fixture = Fixture()
    fixture.now = WallTime(nanoseconds: exampleNanoseconds + seconds * 1_000_000_000)
    for line in lines {
      if isResumed { fixture = try fixture.resumed() }
      fixture.read(line)
    }
    fixture.processor.noteSilence(at: fixture.now)
    return fixture
  }

  /// How many runs ended as success, partial, crashed, aborted; empty where the job has none.
  private static func results(_ fixture: borrowing Fixture) -> [Int64] {
    guard let runs = fixture.processor.aggregator.pipelines.all.first?.runs, runs.areKnown else { return [] }
    return RunResult.allCases.map { runs[$0] }
  }

  @Test("each kind of end, and what the newest run did", arguments: [false, true])
  func results(isResumed: Bool) throws {
    let lines = [
      Self.started(0), Self.completed(10), Self.completed(20), Self.stopped(30),
      Self.started(1000), Self.completed(1010), Self.failed(1020), Self.stopped(1030),
      Self.started(2000), Self.completed(2010), Self.crashed(2020),
      Self.started(3000), Self.completed(3010),
      Self.started(3020), Self.failed(3050), Self.failed(3060), Self.completed(3070), Self.stopped(3080),
    ]
    let fixture = try Self.read(lines, isResumed: isResumed)
    #expect(Self.results(fixture) == [1, 2, 1, 1])
    #expect(
      fixture.samples("etl_last_") == [
        "etl_last_success_timestamp_seconds 1737175870", "etl_last_failure_timestamp_seconds 1737175860",
        "etl_last_event_timestamp_seconds 1737175880", "etl_last_run_start_timestamp_seconds 1737175820",
        "etl_last_run_end_timestamp_seconds 1737175880", "etl_last_run_duration_seconds 60",
        "etl_last_run_records 10", "etl_last_run_files 1", "etl_last_run_failures 2", "etl_last_run_success 0",
        "etl_last_successful_run_timestamp_seconds 1737172830",
      ]
    )
  }

  @Test("a job that says neither when it starts nor when it ends has runs")
  func unknownRuns() throws {
    let fixture = try Self.read([Self.completed(0), Self.completed(1000), Self.failed(2000)])
    #expect(Self.results(fixture) == [])
    #expect(fixture.samples("etl_runs_total") == [])
    #expect(fixture.samples("etl_last_run") == [])
  }

  @Test("the log begins in the midst of a run: its end counts, and a start after it does not make it aborted")
  func beginsInTheMidst() throws {
    #expect(Self.results(try Self.read([Self.completed(0), Self.stopped(10)])) == [1, 0, 0, 0])
    #expect(Self.results(try Self.read([Self.completed(0), Self.started(10), Self.stopped(11)])) == [1, 0, 0, 0])
    #expect(Self.results(try Self.read([Self.crashed(10)])) == [0, 0, 1, 0])
  }

  @Test("a run that fell silent is not aborted, or is so twice", arguments: [false, true])
  func silence(isResumed: Bool) throws {
    let lines = [Self.started(0), Self.completed(10)]
    #expect(Self.results(try Self.read(lines, isResumed: isResumed, at: 129)) == [0, 0, 0, 0])
    let silent = try Self.read(lines, isResumed: isResumed, at: 130)
    #expect(Self.results(silent) == [0, 0, 0, 1])
    #expect(silent.samples("etl_last_run_end") == ["etl_last_run_end_timestamp_seconds 1737172810"])
    // Whether somebody looked meanwhile or not.
    for looks in [false, true] {
      var fixture = try Self.read(lines, isResumed: isResumed, at: looks ? 500 : 20)
      fixture.now = WallTime(nanoseconds: exampleNanoseconds + 90_000_000_000_000)
      fixture.read(Self.started(1000), Self.completed(1010), Self.stopped(1020))
      fixture.processor.noteSilence(at: fixture.now)
      #expect(Self.results(fixture) == [1, 0, 0, 1])
    }
  }

  @Test("a run that goes on after a silence has lost its beginning", arguments: [false, true])
  func goesOnAfterSilence(looks: Bool) throws {
    var fixture = try Self.read([Self.started(0), Self.completed(10)], at: looks ? 500 : 20)
    fixture.now = WallTime(nanoseconds: exampleNanoseconds + 1_000_000_000_000)
    fixture.read(Self.completed(600), Self.stopped(610))
    #expect(Self.results(fixture) == [1, 0, 0, 1])
    #expect(fixture.samples("etl_last_run_duration") == ["etl_last_run_duration_seconds 610"])
    #expect(fixture.samples("etl_last_run_files") == ["etl_last_run_files 2"])
  }

  @Test("lines that are only read late count a run as aborted for good, or let the counter fall")
  func linesReadLate() throws {
    var fixture = try Self.read([Self.started(0), Self.completed(10)], at: 500)
    #expect(Self.results(fixture) == [0, 0, 0, 1])
    fixture.read(Self.completed(60), Self.completed(110), Self.stopped(160))
    #expect(Self.results(fixture) == [1, 0, 0, 1])
    // The next one that is aborted is the one that was counted.
    fixture.read(Self.started(400), Self.started(450), Self.stopped(460))
    #expect(Self.results(fixture) == [2, 0, 0, 1])
  }

  @Test("what comes after an end and is no work begins a run, or a second end counts")
  func afterTheEnd() throws {
    let lines = [
      Self.started(0), Self.completed(10), Self.crashed(20), Self.line(21, "connection pool closed"), Self.stopped(22),
      Self.line(23, "bye"),
    ]
    #expect(Self.results(try Self.read(lines)) == [0, 0, 1, 0])
  }

  @Test("a started line that is written twice, or late, aborts a run")
  func startedTwice() throws {
    let twice = [Self.started(0), Self.started(0), Self.completed(10), Self.stopped(20), Self.stopped(20)]
    #expect(Self.results(try Self.read(twice)) == [1, 0, 0, 0])
    let late = [
      Self.started(0), Self.stopped(10), Self.completed(21), Self.started(20), Self.completed(22), Self.stopped(23),
    ]
    let fixture = try Self.read(late)
    #expect(Self.results(fixture) == [2, 0, 0, 0])
    #expect(fixture.samples("etl_last_run_files") == ["etl_last_run_files 2"])
  }

  @Test("two runs within a second are one")
  func runsWithinASecond() throws {
    let lines = [Self.started(0), Self.completed(0), Self.started(0), Self.completed(0), Self.stopped(0)]
    #expect(Self.results(try Self.read(lines)) == [1, 0, 0, 1])
  }

  @Test("/health does not say what the newest run did")
  func health() throws {
    func text(_ fixture: borrowing Fixture) -> String {
      var bytes: [UInt8] = []
      HealthReport(state: fixture.state()).json.append(to: &bytes)
      return String(decoding: bytes, as: UTF8.self)
    }
    #expect(text(try Self.read([Self.completed(0)])).contains(#""runs": null"#))
    let known = text(try Self.read([Self.started(0), Self.completed(10), Self.stopped(20)]))
    #expect(known.contains(#""runs": {"success": 1, "partial": 0, "crashed": 0, "aborted": 0}"#))
    #expect(known.contains(#""last_run": {"result": "success", "start": "2025-01-18T04:00:00"#))
  }
}
