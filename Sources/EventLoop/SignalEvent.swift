internal import CLibEvent
package import LinuxIO

/// Calls a handler, as part of the loop, whenever the process gets a signal.
package final class SignalEvent {
  private let event: LoopEvent

  /// Takes the signal over at once; its default action no longer happens.
  ///
  /// - Parameters:
  ///   - loop: The loop that calls the handler; all signals of a process must go through the same loop.
  ///   - signal: The signal's number.
  ///   - handler: Called in the loop, where everything is allowed that is not allowed in a signal handler.
  /// - Throws: `SystemCallError` as `sigaction(2)` lists them: EINVAL for a signal that cannot be handled.
  package init(loop: EventLoop, signal: CInt, handler: @escaping () -> Void) throws(SystemCallError) {
    event = LoopEvent(loop: loop, number: signal, conditions: EV_SIGNAL | EV_PERSIST, handler: handler)
    try event.add("signal \(signal)")
  }

  deinit {
    // At once, also in the handler, through which the event itself lives on.
    event.remove()
  }
}

@available(*, unavailable)
extension SignalEvent: Sendable {}
