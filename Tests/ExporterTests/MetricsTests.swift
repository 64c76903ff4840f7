import LinuxIO
import Metrics
import Tailing
import Testing

@testable import Exporter

@Suite("Metrics of a job")
struct MetricsTests {
  @Test("nothing was read yet: counters stand at 0, the job is down, and what does not exist has no sample")
  func beforeTheFirstLine() {
    #expect(Fixture().metrics() == goldenBeforeTheFirstLine)
  }

  @Test("a run with a success, a failure and lost lines: every number is as the log says")
  func wholeExposition() {
    var fixture = Fixture()
    fixture.read(
      Fixture.message(0, "etl_simulator_started"),
      Fixture.completed(3, totals: (1250, 5, 1)),
      Fixture.failed(4, type: "disk_space_insufficient", totals: (1250, 5, 2)),
      "{not JSON at all",
      ""
    )
    var logs = ReadCounters(readBytes: 700, lagBytes: 17, readErrors: 2)
    logs.rotations[.rename] = 3
    #expect(fixture.metrics(logs: logs) == goldenRun)
  }

  @Test("the job's clock, or its time zone, is ahead: the delay says by how much")
  func clockAhead() {
    var fixture = Fixture()
    fixture.read(Fixture.completed(3, totals: (250, 1, 0)))
    let delay = fixture.delaySeconds ?? 0
    #expect(delay >= 0)
    fixture.read(#"{"timestamp": "2025-01-18T06:00:03Z", "message": "file_processing_started"}"#)
    #expect(fixture.delaySeconds == delay - 7200)
  }

  @Test("a log that another program wrote: text before the object, failure_reason instead of error_type")
  func foreignLine() {
    var fixture = Fixture()
    fixture.read(
      """
      2025-01-18T04:00:00 INFO {"timestamp": "2025-01-18T04:00:00.123456Z", "message": "file_processing_failed", \
      "total_records": 0, "total_files": 0, "total_failures": 1, "file_id": "file_000001_FAILED", \
      "failure_reason": "disk_space_insufficient", "retry_after": 97}
      """
    )
    #expect(fixture.samples("etl_failures_total") == ["etl_failures_total 1"])
    #expect(
      fixture.samples("etl_errors_by_type_total{error_type=\"disk") == [
        "etl_errors_by_type_total{error_type=\"disk_space_insufficient\"} 1"
      ]
    )
  }

  @Test("failures without a type, and failures whose lines were lost, are of type unknown")
  func unknownErrors() {
    var fixture = Fixture()
    fixture.read(
      Fixture.failed(1, type: nil, totals: (0, 0, 1)),
      Fixture.failed(2, type: "connection_timeout", totals: (0, 0, 4)),
      Fixture.completed(3, totals: (250, 1, 6))
    )
    #expect(fixture.samples("etl_failures_total") == ["etl_failures_total 6"])
    #expect(
      fixture.samples("etl_errors_by_type_total").filter { !$0.hasSuffix(" 0") } == [
        "etl_errors_by_type_total{error_type=\"connection_timeout\"} 1",
        "etl_errors_by_type_total{error_type=\"unknown\"} 5",
      ]
    )
  }

  @Test("more types of error than the limit: the rest share other, and the sum stays right")
  func tooManyErrorTypes() {
    var fixture = Fixture()
    for count in 1...80 { fixture.read(Fixture.failed(1, type: "type_\(count)", totals: (0, 0, count))) }
    fixture.read(Fixture.failed(1, type: String(repeating: "x", count: 129), totals: (0, 0, 81)))
    let samples = fixture.samples("etl_errors_by_type_total")
    #expect(samples.count == 51)
    #expect(samples.last == "etl_errors_by_type_total{error_type=\"other\"} 36")
    #expect(fixture.samples("etl_failures_total") == ["etl_failures_total 81"])
    #expect(
      fixture.samples("etl_exporter_label_overflow_total{label=\"error") == [
        "etl_exporter_label_overflow_total{label=\"error_type\"} 36"
      ]
    )
  }

  @Test("an error type that has the name of the overflow does not make a series twice")
  func errorTypeNamedOther() {
    var fixture = Fixture()
    fixture.read(Fixture.failed(1, type: "other", totals: (0, 0, 1)))
    for count in 2...80 { fixture.read(Fixture.failed(1, type: "type_\(count)", totals: (0, 0, count))) }
    #expect(fixture.samples("etl_errors_by_type_total{error_type=\"other\"}").count == 1)
    // A failure without a type: neither name takes the place of a type.
    fixture.read(Fixture.failed(1, type: nil, totals: (0, 0, 81)))
    #expect(fixture.samples("etl_errors_by_type_total").count == 52)
  }

  @Test("failures without a type take the place of a type")
  func errorTypeUnknown() {
    var fixture = Fixture()
    fixture.read(Fixture.failed(1, type: nil, totals: (0, 0, 1)), Fixture.failed(1, type: "other", totals: (0, 0, 2)))
    for count in 3...82 { fixture.read(Fixture.failed(1, type: "type_\(count)", totals: (0, 0, count))) }
    #expect(fixture.samples("etl_errors_by_type_total").count == 52)
    #expect(
      fixture.samples("etl_errors_by_type_total{error_type=\"other\"}") == [
        "etl_errors_by_type_total{error_type=\"other\"} 36"
      ]
    )
  }

  @Test("a crash has an error type, but no file failed by it")
  func crashIsNoFailure() {
    var fixture = Fixture()
    fixture.read(
      "{\"timestamp\": \"2025-01-18T04:00:01Z\", \"message\": \"etl_crashed\", \"error_type\": \"connection_timeout\"}"
    )
    #expect(fixture.samples("etl_errors_by_type_total").allSatisfy { $0.hasSuffix(" 0") })
    #expect(fixture.samples("etl_failures_total") == ["etl_failures_total 0"])
  }

  @Test(
    "the job ends: health, uptime and rate are 0, the mean stays",
    arguments: ["etl_simulator_stopped", "etl_stopped", "etl_simulator_crashed", "etl_crashed"]
  )
  func jobEnds(message: String) {
    var fixture = Fixture()
    fixture.read(Fixture.completed(1, totals: (250, 1, 0)))
    #expect(fixture.samples("etl_health_status") == ["etl_health_status 1"])
    #expect(fixture.samples("etl_current_rate") == ["etl_current_rate_records_per_second 9.88"])
    fixture.read(Fixture.message(2, message))
    #expect(fixture.samples("etl_health_status") == ["etl_health_status 0"])
    #expect(fixture.samples("etl_uptime_seconds") == ["etl_uptime_seconds 0"])
    #expect(fixture.samples("etl_current_rate") == ["etl_current_rate_records_per_second 0"])
    #expect(fixture.samples("etl_avg") == ["etl_avg_processing_time_seconds 25.3"])
    fixture.read(Fixture.message(3, "etl_started"))
    #expect(fixture.samples("etl_health_status") == ["etl_health_status 1"])
  }

  @Test("the job falls silent: it counts as alive until its newest event is as old as the limit")
  func jobFallsSilent() {
    var fixture = Fixture()
    fixture.read(Fixture.completed(0, totals: (250, 1, 0)))
    fixture.now = WallTime(nanoseconds: exampleNanoseconds + 119_999_000_000)
    #expect(fixture.samples("etl_health_status") == ["etl_health_status 1"])
    fixture.now = WallTime(nanoseconds: exampleNanoseconds + 120_000_000_000)
    #expect(fixture.samples("etl_health_status") == ["etl_health_status 0"])
    #expect(fixture.samples("etl_seconds_since_last_success") == ["etl_seconds_since_last_success 120"])
  }

  @Test("a line from the future is taken as from now, and does not hide what comes after it")
  func futureLine() {
    var fixture = Fixture()
    fixture.read(
      "{\"timestamp\": \"2031-01-01T00:00:00Z\", \"message\": \"file_processing_completed\", \"total_files\": 9}"
    )
    #expect(fixture.samples("etl_seconds_since_last_success") == ["etl_seconds_since_last_success 0"])
    fixture.now = WallTime(nanoseconds: fixture.now.nanoseconds + 1_000_000_000)
    fixture.read("{\"message\": \"file_processing_completed\", \"total_files\": 1}")
    #expect(fixture.samples("etl_files_total") == ["etl_files_total 10"])
  }

  @Test("only the newest 100 files make the mean")
  func meanOfNewestFiles() {
    var fixture = Fixture()
    for count in 1...150 { fixture.read(Fixture.completed(1, totals: (count, count, 0), time: Double(count))) }
    #expect(fixture.samples("etl_avg") == ["etl_avg_processing_time_seconds 100.5"])
  }

  @Test("an older file that comes late does not change the present rate")
  func lateFileKeepsRate() {
    var fixture = Fixture()
    fixture.read(
      Fixture.completed(5, totals: (250, 1, 0), rate: 5),
      Fixture.completed(4, totals: (500, 2, 0), rate: 4)
    )
    #expect(fixture.samples("etl_current_rate") == ["etl_current_rate_records_per_second 5"])
  }

  @Test("a file without a rate: it is what its records and time make")
  func rateFromRecordsAndTime() {
    var fixture = Fixture()
    fixture.read(
      """
      {"timestamp": "2025-01-18T04:00:01Z", "message": "file_processing_completed", "records_processed": 30, \
      "processing_time": 4}
      """
    )
    #expect(fixture.samples("etl_current_rate") == ["etl_current_rate_records_per_second 7.5"])
  }

  @Test("lines that name pipelines: each pipeline counts for itself, and the one without a name goes")
  func pipelines() {
    var fixture = Fixture()
    fixture.read(
      Fixture.completed(1, totals: (250, 1, 0), pipeline: "orders"),
      Fixture.completed(1, totals: (1000, 4, 0), pipeline: "users"),
      Fixture.completed(2, totals: (500, 2, 0), pipeline: "orders")
    )
    #expect(
      fixture.samples("etl_files_total") == [
        "etl_files_total{pipeline=\"orders\"} 2", "etl_files_total{pipeline=\"users\"} 4",
      ]
    )
    #expect(
      fixture.samples("etl_errors_by_type_total").first
        == "etl_errors_by_type_total{pipeline=\"orders\",error_type=\"connection_timeout\"} 0"
    )
  }

  @Test("logs that were given names: their pipelines are there from the start, and a line's own name wins")
  func namedLogs() {
    var fixture = Fixture(logNames: ["orders", "users"])
    #expect(
      fixture.samples("etl_files_total") == [
        "etl_files_total{pipeline=\"orders\"} 0", "etl_files_total{pipeline=\"users\"} 0",
      ]
    )
    fixture.read(Fixture.completed(1, totals: (250, 1, 0)), from: "users")
    fixture.read(Fixture.completed(1, totals: (250, 1, 0), pipeline: "orders"), from: "users")
    #expect(
      fixture.samples("etl_files_total") == [
        "etl_files_total{pipeline=\"orders\"} 1", "etl_files_total{pipeline=\"users\"} 1",
      ]
    )
  }

  @Test("more pipelines than the limit share other")
  func tooManyPipelines() {
    var fixture = Fixture()
    for count in 1...130 { fixture.read(Fixture.completed(1, totals: (count, count, 0), pipeline: "p\(count)")) }
    #expect(fixture.samples("etl_files_total").count == 101)
    #expect(fixture.samples("etl_files_total").last == "etl_files_total{pipeline=\"other\"} 30")
    #expect(
      fixture.samples("etl_exporter_label_overflow_total{label=\"pipeline") == [
        "etl_exporter_label_overflow_total{label=\"pipeline\"} 30"
      ]
    )
  }

  @Test("the running totals of pipelines that share other are not mixed up")
  func totalsOfTooManyPipelines() {
    var fixture = Fixture()
    for number in 1...100 { fixture.read(Fixture.completed(1, totals: (250, 1, 0), pipeline: "p\(number)")) }
    for file in 1...4 {
      for number in [1, 500, 70] {
        let totals = (number * file, number + file, number)
        fixture.read(Fixture.completed(file, records: 10, totals: totals, pipeline: "beyond \(number)"))
      }
    }
    #expect(fixture.samples("etl_files_total").last == "etl_files_total{pipeline=\"other\"} 12")
    #expect(fixture.samples("etl_records_total").last == "etl_records_total{pipeline=\"other\"} 120")
    #expect(fixture.samples("etl_exporter_log_gap_files_total").allSatisfy { $0.hasSuffix(" 0") })
    #expect(fixture.samples("etl_exporter_log_lines_total{result=\"duplicate\"} 0").count == 1)
  }

  @Test("a pipeline that is named other, and is alone in it, counts by its totals")
  func pipelineNamedOther() {
    var fixture = Fixture()
    fixture.read(Fixture.completed(1, totals: (250, 1, 0), pipeline: "other"))
    fixture.read(Fixture.completed(2, totals: (1000, 4, 0), pipeline: "other"))
    #expect(fixture.samples("etl_files_total") == ["etl_files_total{pipeline=\"other\"} 4"])
  }

  @Test("each kind of line is counted under its result")
  func lineResults() {
    var fixture = Fixture()
    let line = Fixture.completed(2, totals: (250, 1, 0))
    fixture.read(line, line, Fixture.completed(1, totals: (100, 0, 0)))
    fixture.read(Fixture.message(2, "something_else"), "", "{\"total_records\": ", "{", "a.b(C.java:7)")
    fixture.processor.skipOversizedLine()
    fixture.read(String(repeating: "x", count: 65 << 10))
    #expect(
      fixture.samples("etl_exporter_log_lines_total") == [
        "etl_exporter_log_lines_total{result=\"event\"} 1",
        "etl_exporter_log_lines_total{result=\"other\"} 2",
        "etl_exporter_log_lines_total{result=\"malformed\"} 2",
        "etl_exporter_log_lines_total{result=\"oversized\"} 2",
        "etl_exporter_log_lines_total{result=\"duplicate\"} 1",
        "etl_exporter_log_lines_total{result=\"stale\"} 1",
        "etl_exporter_log_lines_total{result=\"text\"} 1",
      ]
    )
  }

  @Test("a file is being worked on: its age shows, until it is done or the job has ended")
  func fileInProgress() {
    var fixture = Fixture()
    #expect(fixture.samples("etl_file_in_progress_seconds").isEmpty)
    fixture.read(Fixture.message(1, "file_processing_started"))
    #expect(fixture.samples("etl_file_in_progress_seconds") == ["etl_file_in_progress_seconds 9"])
    fixture.read(Fixture.message(2, "something_else"))
    #expect(fixture.samples("etl_file_in_progress_seconds") == ["etl_file_in_progress_seconds 9"])
    fixture.read(Fixture.completed(3, totals: (250, 1, 0)))
    #expect(fixture.samples("etl_file_in_progress_seconds").isEmpty)
    fixture.read(Fixture.message(4, "file_processing_started"), Fixture.message(5, "etl_crashed"))
    #expect(fixture.samples("etl_file_in_progress_seconds").isEmpty)
  }

  @Test("OpenMetrics shows which file was slow and which failed last")
  func exemplars() {
    var fixture = Fixture()
    fixture.read(
      Fixture.completed(3, totals: (250, 1, 0)),
      Fixture.failed(4, type: "connection_timeout", totals: (250, 1, 1))
    )
    let lines = fixture.metrics(as: .openMetrics).split(separator: "\n").map(String.init)
    #expect(
      lines.contains(
        #"etl_file_processing_seconds_bucket{le="30.0"} 1 # {file_id="file_000005"} 25.3 1737172803"#
      )
    )
    #expect(lines.contains(##"etl_failures_total 1 # {file_id="file_000006"} 1 1737172804"##))
    #expect(lines.last == "# EOF")
    #expect(!fixture.metrics().contains(" # {"))
  }

  @Test(
    "times of any year are taken, and no scrape trips over them",
    arguments: ["1678-01-01", "1733-01-01", "2261-12-31"]
  )
  func anyYear(date: String) {
    var fixture = Fixture()
    fixture.read(
      "{\"timestamp\": \"\(date)T00:00:00Z\", \"message\": \"file_processing_completed\", \"total_files\": 1}",
      "{\"timestamp\": \"\(date)T00:00:01Z\", \"message\": \"file_processing_failed\", \"total_failures\": 1}"
    )
    #expect(fixture.samples("etl_files_total") == ["etl_files_total 1"])
    #expect(fixture.samples("etl_seconds_since_last_success").count == 1)
    _ = HealthReport(state: fixture.state()).json
  }

  @Test("an empty pipeline is none, and an empty error type is unknown")
  func emptyNames() {
    var fixture = Fixture()
    fixture.read(
      Fixture.completed(1, totals: (250, 1, 0), pipeline: ""),
      Fixture.failed(2, type: "", totals: (250, 1, 1))
    )
    #expect(fixture.samples("etl_files_total") == ["etl_files_total 1"])
    #expect(
      fixture.samples("etl_errors_by_type_total").last == "etl_errors_by_type_total{error_type=\"unknown\"} 1"
    )
  }

  @Test("as many types as there is room for: a failure without one is still unknown, and not other")
  func unknownHasItsPlace() {
    var fixture = Fixture()
    for count in 1...60 { fixture.read(Fixture.failed(1, type: "type_\(count)", totals: (0, 0, count))) }
    fixture.read(Fixture.failed(1, type: nil, totals: (0, 0, 61)))
    #expect(
      fixture.samples("etl_errors_by_type_total").suffix(2) == [
        "etl_errors_by_type_total{error_type=\"other\"} 15", "etl_errors_by_type_total{error_type=\"unknown\"} 1",
      ]
    )
  }

  @Test("the clock is set back and the job starts anew: it is alive, although its old lines are newer")
  func clockSetBack() {
    var fixture = Fixture()
    fixture.read(Fixture.message(5, "etl_started"), Fixture.message(9, "etl_stopped"))
    fixture.read(Fixture.message(6, "etl_started"))
    #expect(fixture.samples("etl_health_status") == ["etl_health_status 1"])
    #expect(fixture.samples("etl_last_event") == ["etl_last_event_timestamp_seconds 1737172806"])
  }

  @Test("lines that say nothing of a job make no pipeline and no health")
  func linesOfNoJob() {
    var fixture = Fixture()
    fixture.read("{}", "{\"message\": \"x\"}")
    #expect(fixture.samples("etl_health_status") == ["etl_health_status 0"])
    fixture.read(
      Fixture.completed(1, totals: (250, 1, 0), pipeline: "orders"),
      "{\"timestamp\": \"2025-01-18T04:00:02Z\"}"
    )
    #expect(fixture.samples("etl_files_total") == ["etl_files_total{pipeline=\"orders\"} 1"])
  }

  @Test("a late end of the job does not end what came after it")
  func lateEnd() {
    var fixture = Fixture()
    fixture.read(Fixture.completed(5, totals: (250, 1, 0)), Fixture.message(4, "etl_stopped"))
    #expect(fixture.samples("etl_health_status") == ["etl_health_status 1"])
  }

  @Test("milliseconds come out as they went in")
  func milliseconds() {
    var fixture = Fixture()
    fixture.read("{\"timestamp\": \"2025-01-18T04:00:04.617Z\", \"message\": \"file_processing_completed\"}")
    #expect(fixture.samples("etl_last_success") == ["etl_last_success_timestamp_seconds 1737172804.617"])
    #expect(fixture.samples("etl_seconds_since_last_success") == ["etl_seconds_since_last_success 5.383"])
  }
}
