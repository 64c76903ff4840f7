import EventLoop
import LinuxIO
import Testing

@testable import HTTPServer

@Suite("Deadlines that are moved")
struct DeadlineTimerTests {
  /// Runs a loop until a deadline is met.
  ///
  /// - Parameter body: Sets the deadline.
  /// - Returns: After how many seconds it was met; nil where it was not within 10 s.
  /// - Throws: Where the loop cannot be made.
  private func secondsUntilMet(_ body: (DeadlineTimer) -> Void) throws -> Double? {
    let loop = try EventLoop()
    let start = MonotonicTime.now
    var seconds: Double?
    let deadline = DeadlineTimer(loop: loop) {
      seconds = MonotonicTime.now.seconds(since: start)
      loop.stop()
    }
    let patience = TimerEvent(loop: loop) { loop.stop() }
    patience.schedule(afterSeconds: 10)
    body(deadline)
    loop.run()
    patience.cancel()
    return seconds
  }

  @Test("an earlier deadline is met only when the later one before it would have been")
  func earlier() throws {
    #expect(
      try secondsUntilMet { deadline in
        deadline.set(afterSeconds: 3600)
        deadline.set(afterSeconds: 0.01)
      } != nil
    )
  }

  @Test("a later deadline is met when the earlier one before it would have been")
  func later() throws {
    let seconds = try secondsUntilMet { deadline in
      deadline.set(afterSeconds: 0.01)
      deadline.set(afterSeconds: 0.1)
    }
    #expect(try #require(seconds) >= 0.1)
  }

  @Test("a deadline that was taken away and set again is met at its old time, or never")
  func cleared() throws {
    let seconds = try secondsUntilMet { deadline in
      deadline.set(afterSeconds: 0.01)
      deadline.clear()
      deadline.set(afterSeconds: 0.1)
    }
    #expect(try #require(seconds) >= 0.1)
  }
}
