package import CLibEvent
internal import Glibc
internal import LinuxIO

/// One `struct event` of libevent and the handler that it calls: what the three kinds of event have in common.
///
/// libevent holds an unretained pointer to this object. That is sound because the object's end frees the event, after
/// which libevent calls nothing, and because the object holds its loop.
@safe
final class LoopEvent {
  private let loop: EventLoop
  private let handler: () -> Void
  private var event: OpaquePointer?

  /// Makes an event that waits for nothing yet.
  ///
  /// - Parameters:
  ///   - loop: The loop that calls the handler.
  ///   - number: The descriptor or signal; -1 for a timer.
  ///   - conditions: libevent's `EV_…` bits.
  ///   - handler: Called on the loop's thread.
  init(loop: EventLoop, number: CInt, conditions: CInt, handler: @escaping () -> Void) {
    self.loop = loop
    self.handler = handler
    let context = unsafe Unmanaged.passUnretained(self).toOpaque()
    unsafe event = event_new(
      loop.base,
      number,
      Int16(conditions),
      { _, _, context in
        guard let context = unsafe context else { return }
        let event = unsafe Unmanaged<LoopEvent>.fromOpaque(context).takeUnretainedValue()
        // The handler may drop the last other reference, and its closure belongs to this object.
        withExtendedLifetime(event) { event.handler() }
      },
      context
    )
    // Fails only without memory, or with conditions that libevent refuses, which are literals of this module.
    precondition(unsafe event != nil, "libevent refused an event")
  }

  deinit {
    if let event = unsafe event { unsafe event_free(event) }
  }

  /// Starts waiting; an event that waits already has its time-out replaced.
  ///
  /// - Parameters:
  ///   - name: What is waited for, for the error's text.
  ///   - seconds: The time-out; nil for none.
  /// - Throws: `SystemCallError` when the kernel refuses, for lack of descriptors or memory.
  func add(_ name: String, timeoutSeconds seconds: Double? = nil) throws(SystemCallError) {
    guard let event = unsafe event else { return }
    let result: CInt
    if let seconds {
      var time = timeval(seconds: seconds)
      result = unsafe event_add(event, &time)
    } else {
      result = unsafe event_add(event, nil)
    }
    guard result == 0 else { throw SystemCallError(operation: "wait for", subject: name, errno: .current) }
  }

  /// Stops waiting; an event that does not wait stays so.
  func remove() {
    if let event = unsafe event { unsafe event_del(event) }
  }
}

@available(*, unavailable)
extension LoopEvent: Sendable {}

package extension timeval {
  /// The C form of a span of time.
  ///
  /// - Parameter seconds: Taken as 0 below 0 and as a day above a day.
  init(seconds: Double) {
    let bounded = min(max(seconds, 0), 86_400)
    let whole = bounded.rounded(.down)
    self.init(tv_sec: Int(whole), tv_usec: Int((bounded - whole) * 1e6))
  }
}
