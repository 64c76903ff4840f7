import Glibc
import LinuxIO
import Testing

@testable import EventLoop

@Suite("timers", .timeLimit(.minutes(1)))
struct TimerEventTests {
  @Test("a timer fires once for each schedule, in the order of their times")
  func oneShot() throws {
    let loop = try EventLoop()
    var fired: [String] = []
    let late = TimerEvent(loop: loop) { fired.append("late") }
    let early = TimerEvent(loop: loop) { fired.append("early") }
    late.schedule(afterSeconds: 0.02)
    early.schedule(afterSeconds: 0)
    // Returns when nothing is left to wait for: a timer that went on would keep it here.
    loop.run()
    #expect(fired == ["early", "late"])
  }

  @Test("a timer is not early")
  func notEarly() throws {
    let loop = try EventLoop()
    var elapsedSeconds = 0.0
    let start = MonotonicTime.now
    let timer = TimerEvent(loop: loop) { elapsedSeconds = MonotonicTime.now.seconds(since: start) }
    timer.schedule(afterSeconds: 0.1)
    loop.run()
    // libevent reads a coarse clock, which may be a few milliseconds behind.
    #expect(elapsedSeconds > 0.08)
  }

  @Test("a timer that is scheduled again while it runs fires once")
  func reschedule() throws {
    let loop = try EventLoop()
    var count = 0
    let timer = TimerEvent(loop: loop) { count += 1 }
    timer.schedule(afterSeconds: 60)
    timer.schedule(afterSeconds: 0.01)
    loop.run()
    #expect(count == 1)
  }

  @Test("a cancelled timer does not fire and can be used again")
  func cancel() throws {
    let loop = try EventLoop()
    var count = 0
    let timer = TimerEvent(loop: loop) { count += 1 }
    timer.cancel()
    timer.schedule(afterSeconds: 0)
    timer.cancel()
    loop.run()
    #expect(count == 0)
    timer.schedule(afterSeconds: 0)
    loop.run()
    #expect(count == 1)
  }

  @Test("a handler may schedule its own timer; each time is a turn of the loop")
  func repeats() throws {
    let loop = try EventLoop()
    let pipe = try Pipe()
    var turns = 0
    var readAfterTurns: Int?
    weak var weakTimer: TimerEvent?
    let timer = TimerEvent(loop: loop) {
      turns += 1
      if turns < 1_000 { weakTimer?.schedule(afterSeconds: 0) } else { loop.stop() }
    }
    weakTimer = timer
    let event = try DescriptorEvent(loop: loop, readable: pipe.readEnd) {
      readAfterTurns = readAfterTurns ?? turns
      _ = try? pipe.readByte()
    }
    timer.schedule(afterSeconds: 0)
    try pipe.write(1)
    withExtendedLifetime(event) { loop.run() }
    #expect(turns == 1_000)
    // A zero timer lets the others have their turn: what is sliced with it holds nobody up.
    #expect((readAfterTurns ?? .max) <= 2)
  }

  @Test("a handler may drop its own timer")
  func dropsItself() throws {
    let loop = try EventLoop()
    var calls = 0
    var isGone = false
    var timer: TimerEvent?
    var canary: Canary? = Canary { isGone = true }
    timer = TimerEvent(loop: loop) { [canary] in
      timer = nil
      // What the closure holds is still there although its owner is gone.
      canary?.sing()
      calls += 1
    }
    canary = nil
    timer?.schedule(afterSeconds: 0)
    loop.run()
    #expect(calls == 1)
    #expect(isGone)
  }

  @Test("a handler may drop another timer that is due")
  func dropsAnother() throws {
    let loop = try EventLoop()
    var calls = 0
    var first: TimerEvent?
    var second: TimerEvent?
    first = TimerEvent(loop: loop) {
      calls += 1
      second = nil
    }
    second = TimerEvent(loop: loop) {
      calls += 1
      first = nil
    }
    first?.schedule(afterSeconds: 0)
    second?.schedule(afterSeconds: 0)
    usleep(10_000)
    loop.run()
    #expect(calls == 1)
  }

  @Test("a timer that is dropped while it runs does not fire")
  func droppedWhileRunning() throws {
    let loop = try EventLoop()
    var count = 0
    var timer: TimerEvent? = TimerEvent(loop: loop) { count += 1 }
    timer?.schedule(afterSeconds: 0)
    timer = nil
    loop.run()
    #expect(count == 0)
    #expect(timer == nil)
  }

  @Test("times out of range are bounded", arguments: [-1, -Double.infinity, 0])
  func oddTimes(seconds: Double) throws {
    let loop = try EventLoop()
    var count = 0
    let timer = TimerEvent(loop: loop) { count += 1 }
    timer.schedule(afterSeconds: seconds)
    loop.run()
    #expect(count == 1)
  }

  @Test("an endless time can be scheduled and cancelled")
  func endlessTime() throws {
    let loop = try EventLoop()
    var count = 0
    let timer = TimerEvent(loop: loop) { count += 1 }
    timer.schedule(afterSeconds: .infinity)
    loop.runOnce()
    timer.cancel()
    loop.run()
    #expect(count == 0)
  }
}
