import Testing

@testable import Simulator

struct TimelineTests {
  private static let second: Int64 = 1_000_000_000

  @Test("a history is not dated back from the present")
  func history() {
    let timeline = Timeline(at: 3600 * Self.second, monotonic: 50 * Self.second, wall: 1_000_000 * Self.second)
    #expect(timeline.offset(atMonotonic: 50 * Self.second) == 3600 * Self.second)
    #expect(timeline.timestamp(at: 3600 * Self.second) == 1_000_000 * Self.second)
    #expect(timeline.timestamp(at: 0) == (1_000_000 - 3600) * Self.second)
  }

  @Test("timestamps follow the jitter of reading two clocks, or not a clock that was set", arguments: [-1, 1])
  func clockSet(sign: Int64) {
    var timeline = Timeline(at: 0, monotonic: 0, wall: 1000 * Self.second)
    timeline.follow(monotonic: 5 * Self.second, wall: 1005 * Self.second + sign * 9_000_000)
    #expect(timeline.timestamp(at: 5 * Self.second) == 1005 * Self.second)
    timeline.follow(monotonic: 6 * Self.second, wall: 1006 * Self.second + sign * 3600 * Self.second)
    #expect(timeline.timestamp(at: 6 * Self.second) == 1006 * Self.second + sign * 3600 * Self.second)
    #expect(timeline.offset(atMonotonic: 6 * Self.second) == 6 * Self.second)
  }

  @Test("a job that stood still dates its next event in that time, or catches up with it")
  func postponed() {
    var timeline = Timeline(at: 0, monotonic: 0, wall: 1000 * Self.second)
    timeline.postpone(by: 40 * Self.second)
    #expect(timeline.offset(atMonotonic: 50 * Self.second) == 10 * Self.second)
    #expect(timeline.timestamp(at: 10 * Self.second) == 1050 * Self.second)
  }
}
