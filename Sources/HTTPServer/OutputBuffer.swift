internal import CLibEvent
internal import LinuxIO

/// Answers on their way to a socket: libevent's evbuffer, which may also come to hold bodies by reference.
@safe
struct OutputBuffer: ~Copyable {
  private let buffer: OpaquePointer

  init() {
    guard let buffer = unsafe evbuffer_new() else { fatalError("no memory for an output buffer") }
    unsafe self.buffer = buffer
  }

  deinit {
    unsafe evbuffer_free(buffer)
  }

  /// Bytes that are waiting.
  var count: Int { unsafe evbuffer_get_length(buffer) }

  /// Adds bytes at the end.
  ///
  /// - Parameter bytes: Copied.
  func append(_ bytes: [UInt8]) {
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
