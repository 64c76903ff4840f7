import Foundation
import Glibc
import LinuxIO
import Testing

@testable import EventLoop

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
      #expect(try errorOfBrokenPipe() == Errno(rawValue: EPIPE))
      withExtendedLifetime(loop) {}
    }
  }
}
