import ETLLog
import LinuxIO
import Testing

@testable import Exporter

@Suite("Health")
struct HealthReportTests {
  private func report(
    _ fixture: borrowing Fixture,
    logs: [LogCondition] = [LogCondition(path: "etl.log", lagBytes: 0)],
    hasCaughtUp: Bool = true
  ) -> HealthReport {
    HealthReport(source: fixture.source(), logs: logs, hasCaughtUp: hasCaughtUp)
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
        {"status": "healthy", "exporter": {"status": "ok", "reasons": [], "version": "0.1.0", \
        "uptime_seconds": 15.0, "lag_bytes": 0, "logs": [{"path": "etl.log", "lag_bytes": 0}]}, \
        "job": {"status": "running", "reasons": []}, \
        "pipelines": [{"pipeline": null, "status": "running", "uptime_seconds": 10.0, "total_records": 250, \
        "total_files": 1, "total_failures": 1, "last_event": "2025-01-18T04:00:02.000Z", \
        "last_success": "2025-01-18T04:00:02.000Z", "last_failure": "2025-01-18T04:00:01.000Z", \
        "last_failure_type": "connection_timeout"}]}
        """
    )
  }

  @Test("no event has come: degraded, and the reason says so")
  func noEvent() {
    let fixture = Fixture()
    #expect(report(fixture).status == .degraded)
    #expect(json(report(fixture)).contains(#""job": {"status": "down", "reasons": ["no event yet"]}"#))
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
      json(report(fixture)).contains(#""reasons": ["no event for 4m; the last file failed: disk_space_insufficient"]"#)
    )
  }

  @Test("the job ended: the reason says how", arguments: [("etl_stopped", "stopped"), ("etl_crashed", "crashed")])
  func ended(message: String, word: String) {
    var fixture = Fixture()
    fixture.read(Fixture.message(4, message))
    #expect(report(fixture).status == .degraded)
    #expect(json(report(fixture)).contains("\"\(word) 6s ago\""))
  }

  @Test("one of two pipelines is down: the reason names it")
  func onePipelineDown() {
    var fixture = Fixture(logNames: ["orders", "users"])
    fixture.read(Fixture.completed(1, totals: (250, 1, 0)), from: "users")
    #expect(json(report(fixture)).contains(#""reasons": ["pipeline orders: no event yet"]"#))
  }

  @Test("the log is not there: the job may be well, the exporter waits")
  func waiting() {
    var fixture = Fixture()
    fixture.read(Fixture.completed(1, totals: (250, 1, 0)))
    let logs = [LogCondition(path: "etl.log", lagBytes: 0, waitingFor: "no such file")]
    let report = report(fixture, logs: logs)
    #expect(report.status == .degraded)
    #expect(report.exporterWorks)
    #expect(json(report).contains(#""exporter": {"status": "waiting", "reasons": ["etl.log: no such file"]"#))
  }

  @Test("the log cannot be read: the exporter does not work")
  func failing() {
    let logs = [LogCondition(path: "etl.log", lagBytes: 0, failure: "cannot open etl.log: Permission denied")]
    let report = report(Fixture(), logs: logs)
    #expect(!report.exporterWorks)
    #expect(json(report).contains(#""status": "failing", "reasons": ["cannot open etl.log: Permission denied"]"#))
  }

  @Test("the backlog is still being read: starting, whatever else there is")
  func starting() {
    #expect(report(Fixture(), hasCaughtUp: false).status == .starting)
  }
}
