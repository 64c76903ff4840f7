internal import CLibEvent
internal import LinuxIO

/// Answers on their way to a socket: libevent's evbuffer, which holds large bodies by reference.
@safe
struct OutputBuffer: ~Copyable {
  private let buffer: OpaquePointer
  /// What the bodies take that are held for clients, here or where they were moved to.
  let inFlightBytes = InFlightBytes()

  init() {
    guard let buffer = unsafe evbuffer_new() else { fatalError("no memory for an output buffer") }
    unsafe self.buffer = buffer
  }

  deinit {
    unsafe evbuffer_free(buffer)
  }

  /// Bytes that are waiting.
  var count: Int { unsafe evbuffer_get_length(buffer) }

  /// Below it the bookkeeping costs more than the copy.
  private static let leastReferencedBytes = 4 << 10

  /// Adds a body at the end.
  ///
  /// - Parameter body: Held until it is sent, and not copied, where that is worth it.
  func append(_ body: HTTPBody) {
    guard body.bytes.count >= Self.leastReferencedBytes else { return append(copyOf: body.bytes) }
    body.retainForSend(countedIn: inFlightBytes)
    // Safe: the elements of an array stay where they are as long as somebody holds it who does not change it, as the
    // body does until the callback releases it.
    let result = unsafe body.bytes.withUnsafeBytes { bytes in
      unsafe evbuffer_add_reference(
        buffer,
        bytes.baseAddress,
        bytes.count,
        { _, _, context in
          guard let context = unsafe context else { return }
          unsafe Unmanaged<HTTPBody>.fromOpaque(context).takeRetainedValue().releaseAfterSend()
        },
        unsafe Unmanaged.passRetained(body).toOpaque()
      )
    }
    precondition(result == 0, "no memory for an answer")
  }

  /// Adds bytes at the end.
  ///
  /// - Parameter bytes: Copied.
  func append(copyOf bytes: [UInt8]) {
    // Safe: the call copies as many bytes as the array has, while the array stands.
    let result = unsafe bytes.withUnsafeBytes { unsafe evbuffer_add(buffer, $0.baseAddress, $0.count) }
    precondition(result == 0, "no memory for an answer")
  }

  /// Hands as much as possible to the kernel in one call.
  ///
  /// - Parameter descriptor: A socket that does not block.
  /// - Throws: `SystemCallError` as `writev(2)` lists them; EPIPE or ECONNRESET when the peer has gone. The buffer is
  ///   empty then.
  func write(to descriptor: CInt) throws(SystemCallError) {
    guard count > 0 else { return }
    do {
      _ = try nonBlockingSystemCall("write to", on: "a client") { unsafe evbuffer_write(buffer, descriptor) }
    } catch {
      // The next client's answers start with an empty buffer.
      unsafe evbuffer_drain(buffer, count)
      throw error
    }
  }

  /// Hands what is left to a bufferevent, without a copy.
  ///
  /// - Parameter bufferEvent: libevent's own object.
  func move(to bufferEvent: OpaquePointer) {
    guard count > 0 else { return }
    let result = unsafe bufferevent_write_buffer(bufferEvent, buffer)
    precondition(result == 0, "no memory for an answer")
  }
}
