import ETLLog
import JSON
import LinuxIO
import Testing
import UnixTime

@testable import Exporter
@testable import JobState

@Suite("How a job is after a clock was wrong")
struct JobConditionTests {
  private static let day: Int64 = 86_400

  /// A line, some seconds after the example's time.
  private static func line(_ message: String, at seconds: Int64) -> String {
    var text: [UInt8] = []
    Timestamp.append(exampleNanoseconds + seconds * 1_000_000_000, to: &text)
    return "{\"timestamp\": \"\(String(decoding: text, as: UTF8.self))\", \"message\": \"\(message)\"}"
  }

  private static func set(_ fixture: inout Fixture, to seconds: Int64) {
    fixture.now = WallTime(nanoseconds: exampleNanoseconds + seconds * 1_000_000_000)
  }

  private static let completed = "file_processing_completed"
  private static let failed = "file_processing_failed"

  /// A fixture whose clock and whose job's clock were a day ahead.
  private static func aheadByADay(isResumed: Bool) throws -> Fixture {
    var fixture = Fixture()
    set(&fixture, to: day)
    fixture.read(line(failed, at: day - 2), line(completed, at: day - 1))
    return isResumed ? try fixture.resumed() : fixture
  }

  @Test("after a clock that was ahead is set right, a job that crashed counts as alive", arguments: [false, true])
  func crashAfterClockSetRight(isResumed: Bool) throws {
    var fixture = try Self.aheadByADay(isResumed: isResumed)
    Self.set(&fixture, to: 10)
    fixture.read(Self.line(Self.completed, at: 4))
    #expect(fixture.samples("etl_health_status") == ["etl_health_status 1"])
    #expect(fixture.samples("etl_seconds_since_last_success") == ["etl_seconds_since_last_success 6"])
    fixture.read(Self.line("etl_crashed", at: 5))
    #expect(fixture.samples("etl_health_status") == ["etl_health_status 0"])
    #expect(fixture.samples("etl_seconds_since_last_success") == ["etl_seconds_since_last_success 6"])
    #expect(fixture.samples("etl_last_event") == ["etl_last_event_timestamp_seconds 1737172805"])
  }

  @Test("after a clock that was ahead is set right, old successes and failures are still to come")
  func oldSuccessAfterClockSetRight() throws {
    var fixture = try Self.aheadByADay(isResumed: false)
    Self.set(&fixture, to: 10)
    fixture.read(Self.line("file_processing_started", at: 5))
    #expect(fixture.samples("etl_seconds_since_last_success") == ["etl_seconds_since_last_success 5"])
    #expect(
      fixture.processor.aggregator.pipelines.all.first?.status.lastFailureNanoseconds == exampleNanoseconds
        + 5_000_000_000
    )
  }

  @Test("a job whose newest event is far in the future counts as alive", arguments: [(119, 1), (121, 0)])
  func eventOfTheFuture(secondsAhead: Int64, health: Int) throws {
    var fixture = try Self.aheadByADay(isResumed: false)
    Self.set(&fixture, to: Self.day - 1 - secondsAhead)
    #expect(fixture.samples("etl_health_status") == ["etl_health_status \(health)"])
    var bytes: [UInt8] = []
    HealthReport(state: fixture.state()).json.append(to: &bytes)
    let isSaid = String(decoding: bytes, as: UTF8.self).contains(#""reason": "the newest event is 2 min 1 s ahead"#)
    #expect(isSaid == (health == 0))
  }

  @Test(
    "a line without a time of its own, or with one far in the future, hides the job's end",
    arguments: [
      line(completed, at: 350_000_000), "{\"message\": \"\(completed)\"}",
    ],
    [false, true]
  )
  func endAfterLineOfTheFuture(odd: String, isResumed: Bool) throws {
    var fixture = Fixture()
    Self.set(&fixture, to: 3 * 3600)
    fixture.read(Self.line(Self.completed, at: 10), odd)
    if isResumed { fixture = try fixture.resumed() }
    fixture.read(Self.line("etl_stopped", at: 12))
    #expect(fixture.samples("etl_health_status") == ["etl_health_status 0"])
    // It was written before the job stopped, whatever it says.
    #expect(fixture.samples("etl_last_success_") == ["etl_last_success_timestamp_seconds 1737172812"])
    #expect(fixture.processor.aggregator.pipelines.all.first?.status.ending == .jobStopped)
  }

  @Test("a job whose clock is always ahead counts as dead")
  func clockThatStaysAhead() {
    var fixture = Fixture()
    for seconds in stride(from: 0, through: 600, by: 60) as StrideThrough<Int64> {
      Self.set(&fixture, to: seconds)
      fixture.read(Self.line(Self.completed, at: seconds + 7200))
    }
    #expect(fixture.samples("etl_health_status") == ["etl_health_status 1"])
    #expect(fixture.samples("etl_seconds_since_last_success") == ["etl_seconds_since_last_success 0"])
    fixture.read(Self.line("etl_stopped", at: 601 + 7200))
    #expect(fixture.samples("etl_health_status") == ["etl_health_status 0"])
  }

  @Test("a late line makes the newest event or success an older one")
  func lateLine() {
    var fixture = Fixture()
    Self.set(&fixture, to: 60)
    fixture.read(Self.line(Self.completed, at: 10), Self.line(Self.completed, at: 5), Self.line(Self.failed, at: 4))
    #expect(fixture.samples("etl_last_success") == ["etl_last_success_timestamp_seconds 1737172810"])
    #expect(fixture.samples("etl_last_event") == ["etl_last_event_timestamp_seconds 1737172810"])
    #expect(
      fixture.processor.aggregator.pipelines.all.first?.status.lastFailureNanoseconds == exampleNanoseconds
        + 4_000_000_000
    )
  }
  @Test("an end that is ten milliseconds ahead is forgotten for a late line")
  func endAheadByLittle() {
    var fixture = Fixture()
    fixture.read(
      #"{"timestamp": "2025-01-18T04:00:10.010Z", "message": "etl_stopped"}"#,
      #"{"timestamp": "2025-01-18T04:00:09Z", "message": "heartbeat"}"#
    )
    #expect(fixture.samples("etl_health_status") == ["etl_health_status 0"])
  }
}
