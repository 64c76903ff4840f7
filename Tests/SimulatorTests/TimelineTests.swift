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
    let jitter = sign * 9_000_000
    var present = timeline.present(monotonic: 5 * Self.second, wall: 1005 * Self.second + jitter, due: .max)
    #expect(present == 5 * Self.second)
    #expect(timeline.timestamp(at: present) == 1005 * Self.second)
    let step = sign * 3600 * Self.second
    present = timeline.present(monotonic: 6 * Self.second, wall: 1006 * Self.second + step, due: .max)
    #expect(present == 6 * Self.second)
    #expect(timeline.timestamp(at: present) == 1006 * Self.second + step)
  }

  @Test("a job that stood still dates its next event in that time, or catches up with it")
  func stoodStill() {
    var timeline = Timeline(at: 0, monotonic: 0, wall: 1000 * Self.second)
    let due = 10 * Self.second
    let present = timeline.present(monotonic: 50 * Self.second, wall: 1050 * Self.second, due: due)
    #expect(present == due)
    #expect(timeline.timestamp(at: due) == 1050 * Self.second)
    #expect(timeline.offset(atMonotonic: 51 * Self.second) == 11 * Self.second)
  }

  @Test("a timer that was late makes the job slower")
  func lateTimer() {
    var timeline = Timeline(at: 0, monotonic: 0, wall: 1000 * Self.second)
    let present = timeline.present(monotonic: 11 * Self.second, wall: 1011 * Self.second, due: 10 * Self.second)
    #expect(present == 11 * Self.second)
    #expect(timeline.timestamp(at: 10 * Self.second) == 1010 * Self.second)
  }
}
