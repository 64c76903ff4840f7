internal import CLibEvent
internal import EventLoop
internal import Glibc
internal import LinuxIO

/// A listening socket: closed when this object goes away.
///
/// libevent holds an unretained pointer to this object. That is sound because the object's end frees the listener,
/// after which libevent calls nothing, and because the object holds its loop.
@safe
final class Listener {
  /// What the loop reports.
  enum Event {
    /// A connection, as a descriptor that does not block and that the handler takes over.
    case connection(CInt)
    /// Accepting failed, mostly for want of descriptors (EMFILE, ENFILE): it would fail again at once.
    case failed(Errno)
  }

  /// The address it listens on, with the port that the kernel chose where 0 was asked for.
  let address: SocketAddress
  private let loop: EventLoop
  private let descriptor: FileDescriptor
  private let handler: (Event) -> Void
  private var listener: OpaquePointer?

  /// Starts listening.
  ///
  /// - Parameters:
  ///   - loop: The loop that calls the handler.
  ///   - address: The address.
  ///   - handler: Called on the loop's thread for each event.
  /// - Throws: `SystemCallError` as `socket(2)`, `bind(2)` and `listen(2)` list them.
  init(loop: EventLoop, address: SocketAddress, handler: @escaping (Event) -> Void) throws(SystemCallError) {
    let descriptor = try address.makeListeningSocket(backlog: HTTPLimits.backlog)
    self.address = SocketAddress(host: address.host, port: try SocketAddress.port(boundBy: descriptor))
    self.loop = loop
    self.handler = handler
    let rawDescriptor = descriptor.rawValue
    self.descriptor = descriptor
    let context = unsafe Unmanaged.passUnretained(self).toOpaque()
    unsafe listener = evconnlistener_new(
      loop.base,
      { _, descriptor, _, _, context in unsafe Listener.report(.connection(descriptor), to: context) },
      context,
      LEV_OPT_CLOSE_ON_EXEC,
      0,
      rawDescriptor
    )
    guard let listener = unsafe listener else {
      throw SystemCallError(operation: "listen on", subject: "\(address)", errno: .current)
    }
    // Without it libevent tries again at once and for ever, and writes a line each time.
    unsafe evconnlistener_set_error_cb(listener) { _, context in
      // First of all: whatever is called next may set it.
      let error = Errno.current
      unsafe Listener.report(.failed(error), to: context)
    }
  }

  deinit {
    if let listener = unsafe listener { unsafe evconnlistener_free(listener) }
  }

  private static func report(_ event: Event, to context: UnsafeMutableRawPointer?) {
    guard let context = unsafe context else { return }
    let listener = unsafe Unmanaged<Listener>.fromOpaque(context).takeUnretainedValue()
    withExtendedLifetime(listener) { listener.handler(event) }
  }

  /// Starts or stops accepting; meanwhile the kernel keeps a bounded number of connections ready.
  ///
  /// - Parameter accepts: Whether to accept.
  func setAccepting(_ accepts: Bool) {
    guard let listener = unsafe listener else { return }
    if accepts {
      unsafe evconnlistener_enable(listener)
    } else {
      unsafe evconnlistener_disable(listener)
    }
  }
}

@available(*, unavailable)
extension Listener: Sendable {}
