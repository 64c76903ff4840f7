import Foundation
import Glibc
import LinuxIO
import Testing

@testable import EventLoop

/// The two ends of a pipe, closed at the end.
private final class Pipe {
  let readEnd: CInt
  private var writeEnd: CInt

  init() throws {
    var ends: [CInt] = [0, 0]
    _ = try systemCall("make", on: "a pipe") { unsafe pipe(&ends) }
    (readEnd, writeEnd) = (ends[0], ends[1])
  }

  deinit {
    close(readEnd)
    closeWriteEnd()
  }

  func write(_ byte: UInt8) throws {
    var byte = byte
    let descriptor = writeEnd
    _ = try systemCall("write to", on: "a pipe") { unsafe Glibc.write(descriptor, &byte, 1) }
  }

  func readByte() throws -> UInt8? {
    var byte: UInt8 = 0
    let descriptor = readEnd
    return try systemCall("read", on: "a pipe") { unsafe read(descriptor, &byte, 1) } == 1 ? byte : nil
  }

  func closeWriteEnd() {
    if writeEnd >= 0 { close(writeEnd) }
    writeEnd = -1
  }
}

/// Writes to a pipe that nobody reads.
private func errorOfBrokenPipe() throws -> Errno? {
  var ends: [CInt] = [0, 0]
  _ = try systemCall("make", on: "a pipe") { unsafe pipe(&ends) }
  close(ends[0])
  let writeEnd = FileDescriptor(owning: ends[1], name: "a pipe")
  let byte: [UInt8] = [1]
  do throws(SystemCallError) {
    _ = try unsafe writeEnd.write(byte.span.bytes)
    return nil
  } catch {
    return error.errno
  }
}

/// Notes that it is gone.
private final class Canary {
  private let whenGone: () -> Void

  init(whenGone: @escaping () -> Void) {
    self.whenGone = whenGone
  }

  deinit {
    whenGone()
  }

  func sing() {}
}

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

@Suite("descriptors and ownership", .timeLimit(.minutes(1)))
struct DescriptorEventTests {
  @Test("a handler is called until everything is read, and at the end of the file")
  func readable() throws {
    let loop = try EventLoop()
    let pipe = try Pipe()
    var bytes: [UInt8?] = []
    let event = try DescriptorEvent(loop: loop, readable: pipe.readEnd) {
      bytes.append((try? pipe.readByte()) ?? nil)
      if bytes.count == 3 { pipe.closeWriteEnd() }
      if bytes.count == 4 { loop.stop() }
    }
    for byte in 1...3 { try pipe.write(UInt8(byte)) }
    withExtendedLifetime(event) { loop.run() }
    #expect(bytes == [1, 2, 3, nil])
  }

  @Test("nothing to read, no call")
  func notReadable() throws {
    let loop = try EventLoop()
    let pipe = try Pipe()
    var count = 0
    let event = try DescriptorEvent(loop: loop, readable: pipe.readEnd) { count += 1 }
    for _ in 0..<3 { loop.runOnce() }
    #expect(count == 0)
    try pipe.write(1)
    // The handler reads nothing, so each turn calls it once more.
    for _ in 0..<3 { loop.runOnce() }
    #expect(count == 3)
    withExtendedLifetime(event) {}
  }

  @Test("a handler may drop its own event; the descriptor stays open")
  func dropsItself() throws {
    let loop = try EventLoop()
    let pipe = try Pipe()
    var count = 0
    var event: DescriptorEvent?
    event = try DescriptorEvent(loop: loop, readable: pipe.readEnd) {
      event = nil
      count += 1
    }
    try pipe.write(7)
    // Unread, the byte would be reported for ever if the event were still there.
    loop.run()
    #expect(count == 1)
    #expect(event == nil)
    #expect(try pipe.readByte() == 7)
  }

  @Test("an event holds its loop, and the last event gives it back")
  func ownership() throws {
    weak var weakLoop: EventLoop?
    var timer: TimerEvent?
    do {
      let loop = try EventLoop()
      weakLoop = loop
      timer = TimerEvent(loop: loop) {}
      timer?.schedule(afterSeconds: 60)
    }
    #expect(weakLoop != nil)
    timer = nil
    #expect(timer == nil)
    #expect(weakLoop == nil)
  }

  @Test("an event gives back what its handler holds")
  func handlerIsReleased() throws {
    let loop = try EventLoop()
    let pipe = try Pipe()
    var isGone = false
    do {
      let canary = Canary { isGone = true }
      let event = try DescriptorEvent(loop: loop, readable: pipe.readEnd) { canary.sing() }
      withExtendedLifetime(event) { #expect(!isGone) }
    }
    #expect(isGone)
  }

  @Test("stop ends a loop that still has something to wait for")
  func stop() throws {
    let loop = try EventLoop()
    let pipe = try Pipe()
    let event = try DescriptorEvent(loop: loop, readable: pipe.readEnd) {}
    let timer = TimerEvent(loop: loop) { loop.stop() }
    timer.schedule(afterSeconds: 0)
    withExtendedLifetime(event) { loop.run() }
  }
}

@Suite("signals", .timeLimit(.minutes(1)))
struct SignalEventTests {
  @Test("signals come through the loop, and their default action is back when the event is gone")
  func signals() async {
    // Signals belong to the whole process: in one of its own.
    await #expect(processExitsWith: .signal(SIGUSR1)) {
      let loop = try EventLoop()
      var count = 0
      var event: SignalEvent? = try SignalEvent(loop: loop, signal: SIGUSR1) { count += 1 }
      kill(getpid(), SIGUSR1)
      while count == 0 { loop.runOnce() }
      kill(getpid(), SIGUSR1)
      while count == 1 { loop.runOnce() }
      guard count == 2 else { exit(1) }
      event = nil
      guard event == nil else { exit(2) }
      // To this very thread, which may have blocked it, and so before the call returns.
      var signals = sigset_t()
      _ = unsafe (sigemptyset(&signals), sigaddset(&signals, SIGUSR1))
      _ = unsafe pthread_sigmask(SIG_UNBLOCK, &signals, nil)
      raise(SIGUSR1)
    }
  }

  @Test("a handler drops its own event and handles the signal otherwise: that stands")
  func droppedInHandler() async {
    await #expect(processExitsWith: .exitCode(7)) {
      let loop = try EventLoop()
      var event: SignalEvent?
      event = try SignalEvent(loop: loop, signal: SIGUSR1) {
        event = nil
        _ = signal(SIGUSR1) { _ in _exit(7) }
      }
      kill(getpid(), SIGUSR1)
      // Returns when nothing is left to wait for.
      loop.run()
      guard event == nil else { exit(1) }
      kill(getpid(), SIGUSR1)
      while true { pause() }
    }
  }

  @Test("a signal that no process can handle is an error")
  func unhandledSignal() throws {
    let loop = try EventLoop()
    #expect(throws: SystemCallError(operation: "wait for", subject: "signal \(SIGKILL)", errno: .invalidArgument)) {
      _ = try SignalEvent(loop: loop, signal: SIGKILL) {}
    }
  }

  @Test("writing to a pipe that nobody reads is an error, not the end of the process")
  func brokenPipe() async {
    await #expect(processExitsWith: .success) {
      let loop = try EventLoop()
      #expect(try errorOfBrokenPipe() == .brokenPipe)
      withExtendedLifetime(loop) {}
    }
  }
}
