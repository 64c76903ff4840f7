internal import CLibEvent
internal import Glibc
package import LinuxIO

/// The one loop of a process: waits for descriptors, timers and signals and calls their handlers, on one thread.
///
/// It belongs to the thread that made it. Handlers must not block; whatever takes long is cut into slices.
///
/// Safe to use although it holds a C pointer: the base is made in `init`, freed in `deinit`, and every event holds its
/// loop.
@safe
package final class EventLoop {
  /// libevent's own object, for the HTTP server's listener and connections and nobody else.
  package let base: OpaquePointer

  /// The version of libevent that this process runs with.
  package static var libraryVersion: String {
    // Safe: the text is a constant of the library.
    unsafe event_get_version().map { unsafe String(cString: $0) } ?? "unknown"
  }

  /// Makes a loop with epoll, whatever the environment says, and without locks, and ignores SIGPIPE for the whole process.
  ///
  /// - Throws: `SystemCallError` when the kernel gives no descriptor or no memory for it.
  package init() throws(SystemCallError) {
    // A peer that has gone must show as EPIPE on the write, not end the process.
    _ = signal(SIGPIPE, SIG_IGN)
    try Self.checkForDescriptors()
    guard let configuration = unsafe event_config_new() else {
      throw SystemCallError(operation: "start", subject: "the event loop", errno: .current)
    }
    defer { unsafe event_config_free(configuration) }
    // Without EVENT_BASE_FLAG_IGNORE_ENV the variable EVENT_NOEPOLL would choose another way to wait.
    let flags =
      EVENT_BASE_FLAG_NOLOCK.rawValue | EVENT_BASE_FLAG_IGNORE_ENV.rawValue
      | EVENT_BASE_FLAG_EPOLL_USE_CHANGELIST.rawValue
    guard
      unsafe event_config_set_flag(configuration, CInt(flags)) == 0,
      // Where epoll fails, they would be taken in its place without a word.
      unsafe event_config_avoid_method(configuration, "poll") == 0,
      unsafe event_config_avoid_method(configuration, "select") == 0,
      let base = unsafe event_base_new_with_config(configuration)
    else {
      throw SystemCallError(operation: "start", subject: "the event loop", errno: .current)
    }
    unsafe self.base = base
  }

  /// Finds out whether there are descriptors for an epoll and for the pair that signals come through: without the latter
  /// libevent itself ends the process.
  private static func checkForDescriptors() throws(SystemCallError) {
    var descriptors: [CInt] = []
    defer { for descriptor in descriptors { _ = close(descriptor) } }
    for _ in 0..<3 {
      let type = CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
      descriptors.append(try systemCall("start", on: "the event loop") { socket(AF_UNIX, type, 0) })
    }
  }

  deinit {
    unsafe event_base_free(base)
  }

  /// Makes room for descriptors whose numbers are not higher than expected.
  ///
  /// libevent keeps a few bytes for each number that it has ever waited for. Taken one by one, between what belongs to
  /// connections, they would keep all of the memory around them from being given back when the connections have gone.
  ///
  /// - Parameter count: How many descriptors are expected to be open at most.
  package func reserveDescriptors(_ count: Int) {
    for descriptor in 0..<CInt(clamping: count) {
      let event = LoopEvent(loop: self, number: descriptor, conditions: EV_READ, handler: {})
      // Nothing reaches the kernel: with EVENT_BASE_FLAG_EPOLL_USE_CHANGELIST the one cancels the other before the next turn.
      try? event.add("a descriptor")
      event.remove()
    }
  }

  /// Serves events until `stop` is called, or until nothing is left to wait for.
  package func run() {
    let result = unsafe event_base_loop(base, 0)
    // -1 means that epoll itself failed on the loop's own descriptor, which only a mistake in this program can cause.
    precondition(result >= 0, "the event loop failed")
  }

  /// Lets `run` return once the handlers that are due in this turn were called; sends nothing that is still pending.
  package func stop() {
    unsafe event_base_loopexit(base, nil)
  }
}

@available(*, unavailable)
extension EventLoop: Sendable {}
