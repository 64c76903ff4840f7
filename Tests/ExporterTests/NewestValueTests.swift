import ETLLog
import LinuxIO
import Metrics
import Testing

@testable import Exporter
@testable import JobState

@Suite("The newest is the newest")
struct NewestValueTests {
  private static func completed(_ time: String, _ members: String) -> String {
    "{\"timestamp\": \"2025-01-18T04:00:\(time)Z\", \"message\": \"file_processing_completed\", \(members)}"
  }

  private static func message(_ time: String, _ message: String) -> String {
    "{\"timestamp\": \"2025-01-18T04:00:\(time)Z\", \"message\": \"\(message)\"}"
  }

  @Test("a late line replaces a newer exemplar", arguments: [false, true])
  func exemplar(isResumed: Bool) throws {
    var fixture = Fixture()
    fixture.read(Self.completed("05", "\"processing_time\": 25.3, \"file_id\": \"new\""))
    if isResumed { fixture = try fixture.resumed() }
    fixture.read(Self.completed("04.999", "\"processing_time\": 25.3, \"file_id\": \"old\""))
    let exposition = fixture.metrics(as: .openMetrics)
    #expect(!exposition.contains("file_id=\"old\""))
    #expect(exposition.contains("file_id=\"new\"") == !isResumed)
  }

  @Test("of two failures in a millisecond the second one replaces the exemplar, which Prometheus drops at each scrape")
  func exemplarInTheSameMillisecond() {
    var fixture = Fixture()
    for (time, name) in [("05.0001", "first"), ("05.0009", "second")] {
      fixture.read(
        """
        {"timestamp": "2025-01-18T04:00:\(time)Z", "message": "file_processing_failed", "file_id": "\(name)"}
        """
      )
    }
    #expect(fixture.metrics(as: .openMetrics).contains("file_id=\"first\""))
  }

  @Test(
    "a file without a rate leaves the rate of the one before it",
    arguments: ["\"records_processed\": 5", "\"records_processed\": 5, \"processing_time\": 0"]
  )
  func fileWithoutRate(members: String) {
    var fixture = Fixture()
    fixture.read(Self.completed("01", "\"current_rate\": 10"))
    #expect(fixture.samples("etl_current_rate") == ["etl_current_rate_records_per_second 10"])
    fixture.read(Self.completed("02", members))
    #expect(fixture.samples("etl_current_rate") == [])
  }

  @Test("a file that is completed before the newest event, and after the newest file, is not the newest file")
  func rateOfNewestFile() {
    var fixture = Fixture()
    fixture.read(
      Self.completed("01", "\"current_rate\": 10"),
      Self.message("02.002", "file_processing_started"),
      Self.completed("02", "\"current_rate\": 20"),
      Self.completed("00", "\"current_rate\": 30")
    )
    #expect(fixture.samples("etl_current_rate") == ["etl_current_rate_records_per_second 20"])
  }

  @Test("a line that is late makes the delay that of an older event")
  func delay() {
    var fixture = Fixture()
    fixture.now = WallTime(nanoseconds: exampleNanoseconds + 60_000_000_000)
    fixture.read(Self.message("59", "heartbeat"), Self.message("00", "heartbeat"))
    #expect(fixture.delaySeconds == 1)
    // From a clock that was an hour ahead.
    fixture.read("{\"timestamp\": \"2025-01-18T05:00:00Z\", \"message\": \"heartbeat\"}")
    fixture.read(Self.message("58", "heartbeat"))
    #expect(fixture.delaySeconds == 2)
  }

  @Test("a line after the job's end that is no work takes the end back", arguments: ["etl_stopped", "etl_crashed"])
  func lineBehindTheEnd(end: String) {
    var fixture = Fixture()
    fixture.read(
      Self.message("01", "etl_started"),
      Self.message("02", end),
      Self.message("03", "connection pool closed")
    )
    #expect(fixture.samples("etl_health_status") == ["etl_health_status 0"])
    #expect(fixture.samples("etl_last_event") == ["etl_last_event_timestamp_seconds 1737172803"])
    fixture.read(Self.message("04", "file_processing_started"))
    #expect(fixture.samples("etl_health_status") == ["etl_health_status 1"])
  }

  @Test("an end that is some milliseconds older than the newest event is none")
  func endBeforeTheNewestEvent() {
    var fixture = Fixture()
    fixture.read(Self.completed("03.004", "\"records_processed\": 1"), Self.message("03", "etl_stopped"))
    #expect(fixture.samples("etl_health_status") == ["etl_health_status 0"])
    #expect(fixture.samples("etl_last_event") == ["etl_last_event_timestamp_seconds 1737172803.004"])
  }

  @Test("a job that says on its way out that it stops did not crash")
  func stoppedAfterCrash() {
    var fixture = Fixture()
    for (time, message) in [("01", "etl_started"), ("02", "etl_crashed"), ("03", "etl_stopped")] {
      fixture.read(Self.message(time, message))
    }
    #expect(fixture.processor.aggregator.pipelines.all.first?.status.ending == .jobCrashed)
  }

  @Test("a job that starts, stops and starts within a second counts as stopped")
  func restartWithinASecond() {
    var fixture = Fixture()
    for message in ["etl_started", "etl_stopped", "etl_started"] { fixture.read(Self.message("05", message)) }
    #expect(fixture.samples("etl_health_status") == ["etl_health_status 1"])
  }
}
