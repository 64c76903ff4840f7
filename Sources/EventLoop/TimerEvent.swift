internal import LinuxIO

/// Calls a handler once, some time after each `schedule`.
package final class TimerEvent {
  private let event: LoopEvent

  /// Makes a timer that is not running.
  ///
  /// - Parameters:
  ///   - loop: The loop that calls the handler.
  ///   - handler: Called once for each time the timer runs out; it may schedule the timer again.
  package init(loop: EventLoop, handler: @escaping () -> Void) {
    event = LoopEvent(loop: loop, number: -1, conditions: 0, handler: handler)
  }

  /// Starts the timer, or starts it anew when it is running.
  ///
  /// - Parameter seconds: From the moment when the loop last woke up, which in a handler is earlier than now by as much
  ///   as this turn has taken, and by some milliseconds of the kernel's coarse clock; 0 means the loop's next turn, after
  ///   the other handlers that are due.
  package func schedule(afterSeconds seconds: Double) {
    do {
      try event.add("a timer", timeoutSeconds: seconds)
    } catch {
      // A timer needs no descriptor: only memory can be lacking, and the loop cannot go on without its timers.
      preconditionFailure("\(error)")
    }
  }

  /// Stops the timer; it may be scheduled again.
  package func cancel() {
    event.remove()
  }

  deinit {
    // At once, as the other events.
    event.remove()
  }
}

@available(*, unavailable)
extension TimerEvent: Sendable {}
