internal import CLibEvent
package import LinuxIO

/// Calls a handler whenever a descriptor can be read without waiting.
///
/// Not for regular files: epoll refuses them.
package final class DescriptorEvent {
  private let event: LoopEvent

  /// Starts waiting at once.
  ///
  /// - Parameters:
  ///   - loop: The loop that calls the handler.
  ///   - descriptor: The descriptor; its owner keeps it open for as long as this object lives.
  ///   - handler: Called again and again until it has read everything.
  /// - Throws: `SystemCallError` when the kernel cannot wait for the descriptor.
  package init(loop: EventLoop, readable descriptor: CInt, handler: @escaping () -> Void) throws(SystemCallError) {
    event = LoopEvent(loop: loop, number: descriptor, conditions: EV_READ | EV_PERSIST, handler: handler)
    try event.add("descriptor \(descriptor)")
  }

  deinit {
    // At once, also in the handler, through which the event itself lives on.
    event.remove()
  }
}

@available(*, unavailable)
extension DescriptorEvent: Sendable {}
