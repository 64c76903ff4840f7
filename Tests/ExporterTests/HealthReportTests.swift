import CommandLineOptions
import ETLLog
import JSON
import LinuxIO
import Testing

@testable import Exporter

@Suite("Health")
struct HealthReportTests {
  private func report(
    _ fixture: borrowing Fixture,
    logs: [LogHealth] = [LogHealth(path: "etl.log", lagBytes: 0)],
    hasCaughtUp: Bool = true
  ) -> HealthReport {
    var state = fixture.state()
    state.logs = logs
    state.hasCaughtUp = hasCaughtUp
    return HealthReport(state: state)
  }

  private func json(_ report: HealthReport) -> String {
    var bytes: [UInt8] = []
    report.json.append(to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  @Test("everything is well")
  func healthy() {
    var fixture = Fixture()
    fixture.read(
      Fixture.message(0, "etl_started"),
      Fixture.failed(1, type: "connection_timeout", totals: (0, 0, 1)),
      Fixture.completed(2, totals: (250, 1, 1))
    )
    let report = report(fixture)
    #expect(report.status == .healthy)
    #expect(report.exporterWorks)
    #expect(
      json(report) == """
        {"status": "healthy", "exporter": {"status": "ok", "reasons": [], "version": "\(productVersion)", \
        "uptime_seconds": 15.0, "lag_bytes": 0, "read_bytes": 0, "read_errors": 0, "event_delay_seconds": 8.0, \
        "lines": {"event": 3, "other": 0, "malformed": 0, "oversized": 0, "duplicate": 0, "stale": 0, "text": 0}, \
        "rotations": {"rename": 0, "truncate": 0, "delete": 0, "replace": 0, "symlink": 0}, "snapshot": null, \
        "logs": [{"path": "etl.log", "lag_bytes": 0}]}, "job": {"status": "running", "reasons": [], "pipelines_running": 1, "pipelines_down": 0}, \
        "pipelines": [{"pipeline": null, "status": "running", "reason": null, "ended": null, \
        "uptime_seconds": 10.0, "total_records": 250, "total_files": 1, "total_failures": 1, \
        "gap_records": 0, "gap_files": 0, "gap_failures": 0, "conflicting_lines": 0, \
        "errors_by_type": {"connection_timeout": 1, "corrupt_file_format": 0, "disk_space_insufficient": 0, \
        "database_lock_timeout": 0, "invalid_data_schema": 0}, \
        "records_per_second": 9.88, "mean_processing_seconds": 25.3, "file_in_progress_seconds": null, \
        "last_event": "2025-01-18T04:00:02.000Z", "seconds_since_last_event": 8.0, \
        "last_success": "2025-01-18T04:00:02.000Z", "seconds_since_last_success": 8.0, \
        "last_failure": "2025-01-18T04:00:01.000Z", "seconds_since_last_failure": 9.0, \
        "last_failure_type": "connection_timeout", \
        "runs": {"success": 0, "partial": 0, "crashed": 0, "aborted": 0}, "last_run": null, \
        "last_successful_run": null, "seconds_since_last_successful_run": null}]}
        """
    )
  }

  @Test("no event has come: degraded, and the reason says so")
  func noEvent() {
    let fixture = Fixture()
    #expect(report(fixture).status == .degraded)
    #expect(
      json(report(fixture)).contains(
        #""job": {"status": "down", "reasons": ["no event yet"], "pipelines_running": 0, "pipelines_down": 1}"#
      )
    )
  }

  @Test("the job is silent after a failure: the reason says for how long and what failed")
  func silentAfterFailure() {
    var fixture = Fixture()
    fixture.read(
      Fixture.completed(0, totals: (250, 1, 0)),
      Fixture.failed(1, type: "disk_space_insufficient", totals: (250, 1, 1))
    )
    fixture.now = WallTime(nanoseconds: exampleNanoseconds + 241_000_000_000)
    #expect(
      json(report(fixture)).contains(
        #""reasons": ["no event for 4 min; the last file failed: disk_space_insufficient"]"#
      )
    )
  }

  @Test("the job is silent after a success: a failure before that is no reason")
  func silentAfterSuccess() {
    var fixture = Fixture()
    fixture.read(
      Fixture.failed(1, type: "disk_space_insufficient", totals: (0, 0, 1)),
      Fixture.completed(2, totals: (250, 1, 1))
    )
    fixture.now = WallTime(nanoseconds: exampleNanoseconds + 242_000_000_000)
    #expect(json(report(fixture)).contains(#""reasons": ["no event for 4 min"]"#))
  }

  @Test("the job ended: the reason says how", arguments: [("etl_stopped", "stopped"), ("etl_crashed", "crashed")])
  func ended(message: String, word: String) {
    var fixture = Fixture()
    fixture.read(Fixture.message(4, message))
    #expect(report(fixture).status == .degraded)
    #expect(json(report(fixture)).contains("\"\(word) 6 s ago\""))
  }

  @Test(
    "an age in seconds alone, which nobody reads at a glance",
    arguments: [
      (0, "0 s"), (59, "59 s"), (60, "1 min"), (241, "4 min 1 s"), (3599, "59 min 59 s"), (3600, "1 h"),
      (3660, "1 h 1 min"), (7201, "2 h"), (86_400, "1 d"), (90_061, "1 d 1 h"), (86_460, "1 d"),
    ]
  )
  func ages(seconds: Int64, text: String) {
    var fixture = Fixture()
    fixture.read(Fixture.message(0, "etl_stopped"))
    fixture.now = WallTime(nanoseconds: exampleNanoseconds + seconds * 1_000_000_000)
    #expect(json(report(fixture)).contains("\"stopped \(text) ago\""))
  }

  @Test("one of two pipelines is down: the reason names it")
  func onePipelineDown() {
    var fixture = Fixture(logNames: ["orders", "users"])
    fixture.read(Fixture.completed(1, totals: (250, 1, 0)), from: "users")
    #expect(json(report(fixture)).contains(#""reasons": ["pipeline orders: no event yet"]"#))
  }

  @Test("many pipelines: the answer grows with them, or hides one that is down")
  func manyPipelines() {
    let names = (0..<30).map { "pipeline_\($0)" }
    var fixture = Fixture(logNames: names)
    for name in names.dropLast(2) { fixture.read(Fixture.completed(1, totals: (250, 1, 0)), from: name) }
    var report = report(fixture)
    #expect(report.status == .degraded)
    let usual = json(report)
    #expect(usual.contains(#""pipelines_running": 28, "pipelines_down": 2"#))
    #expect(
      usual.contains(#""reasons": ["pipeline pipeline_28: no event yet", "pipeline pipeline_29: no event yet"]"#)
    )
    let shown = names.filter { usual.contains("{\"pipeline\": \"\($0)\"") }
    #expect(shown == Array(names[..<8] + names[28...]))
    report.isWhole = true
    #expect(names.allSatisfy { json(report).contains("{\"pipeline\": \"\($0)\"") })
  }

  @Test("the log is not there: the job may be well, the exporter waits")
  func waiting() {
    var fixture = Fixture()
    fixture.read(Fixture.completed(1, totals: (250, 1, 0)))
    let logs = [LogHealth(path: "etl.log", lagBytes: 0, waitingFor: "etl.log does not exist")]
    let report = report(fixture, logs: logs)
    #expect(report.status == .degraded)
    #expect(report.exporterWorks)
    #expect(json(report).contains(#""exporter": {"status": "waiting", "reasons": ["etl.log does not exist"]"#))
  }

  @Test("the log cannot be read: the exporter does not work")
  func failing() {
    let logs = [LogHealth(path: "etl.log", lagBytes: 0, failure: "cannot open etl.log: Permission denied")]
    let report = report(Fixture(), logs: logs)
    #expect(!report.exporterWorks)
    #expect(json(report).contains(#""status": "failing", "reasons": ["cannot open etl.log: Permission denied"]"#))
  }

  @Test("the backlog is still being read: starting, whatever else there is")
  func starting() {
    #expect(report(Fixture(), hasCaughtUp: false).status == .starting)
  }
}
