internal import CLibEvent
internal import EventLoop
internal import Glibc
internal import LinuxIO

/// A connected socket behind libevent's bufferevent: closed when this object goes away, whatever is still pending.
///
/// libevent holds an unretained pointer to this object. That is sound because the object's end frees the bufferevent,
/// after which libevent calls nothing, and because the object holds its loop.
@safe
final class BufferedSocket {
  /// What the loop reports.
  enum Event {
    /// More input has come.
    case input
    /// The kernel took some of the output, or all of it.
    case outputTaken
    /// The peer sends nothing more; what it sent before is in the input.
    case peerFinished
    /// The kernel took no output for as long as it may take.
    case stalled
    /// The connection is broken.
    case failed
  }

  private let loop: EventLoop
  private let descriptor: CInt
  private let handler: (Event) -> Void
  private let bufferEvent: OpaquePointer

  /// Starts reading at once.
  ///
  /// - Parameters:
  ///   - loop: The loop that calls the handler.
  ///   - descriptor: A socket that does not block; taken over.
  ///   - inputBytes: Bytes that are read ahead of `discardInput` and `takeInput`.
  ///   - stallSeconds: Time without progress of the output that is reported as `stalled`.
  ///   - handler: Called on the loop's thread; it may drop the last reference to this object.
  init?(
    loop: EventLoop,
    descriptor: CInt,
    inputBytes: Int,
    stallSeconds: Double,
    handler: @escaping (Event) -> Void
  ) {
    let flags = CInt(BEV_OPT_CLOSE_ON_FREE.rawValue)
    guard let bufferEvent = unsafe bufferevent_socket_new(loop.base, descriptor, flags) else {
      _ = close(descriptor)
      return nil
    }
    self.loop = loop
    self.descriptor = descriptor
    self.handler = handler
    unsafe self.bufferEvent = bufferEvent
    let context = unsafe Unmanaged.passUnretained(self).toOpaque()
    unsafe bufferevent_setcb(
      bufferEvent,
      { _, context in unsafe BufferedSocket.report(.input, to: context) },
      { _, context in unsafe BufferedSocket.report(.outputTaken, to: context) },
      { _, what, context in unsafe BufferedSocket.report(Event(flags: CInt(what)), to: context) },
      context
    )
    unsafe bufferevent_setwatermark(bufferEvent, Int16(EV_READ), 0, inputBytes)
    // However much is left, what was taken is reported.
    unsafe bufferevent_setwatermark(bufferEvent, Int16(EV_WRITE), .max, 0)
    // By default it would call the kernel for each 16 KiB of what it holds.
    unsafe bufferevent_set_max_single_write(bufferEvent, Int(HTTPLimits.kernelOutputBytes))
    var stallTime = timeval(seconds: stallSeconds)
    unsafe bufferevent_set_timeouts(bufferEvent, nil, &stallTime)
    // Writing is enabled from the start, and would wait for a socket that has nothing to send if it were again.
    guard unsafe bufferevent_enable(bufferEvent, Int16(EV_READ)) == 0 else { return nil }
  }

  deinit {
    // libevent frees it in the loop's next turn; the memory of answers is given back, and counted so, at once.
    let output = unsafe bufferevent_get_output(bufferEvent)
    unsafe evbuffer_unfreeze(output, 1)
    unsafe evbuffer_drain(output, evbuffer_get_length(output))
    unsafe bufferevent_free(bufferEvent)
  }

  private static func report(_ event: Event, to context: UnsafeMutableRawPointer?) {
    guard let context = unsafe context else { return }
    let socket = unsafe Unmanaged<BufferedSocket>.fromOpaque(context).takeUnretainedValue()
    // The handler may drop the last other reference, and libevent returns through this object's bufferevent.
    withExtendedLifetime(socket) { socket.handler(event) }
  }

  /// Bytes that were read and not yet taken.
  var inputCount: Int { unsafe evbuffer_get_length(bufferevent_get_input(bufferEvent)) }

  /// Bytes that wait until the kernel takes them.
  var pendingOutputBytes: Int { unsafe evbuffer_get_length(bufferevent_get_output(bufferEvent)) }

  /// Looks at the input without taking it.
  ///
  /// - Parameter body: Called with all of it.
  /// - Returns: What `body` returns.
  /// - Throws: What `body` throws.
  func withInput<Result, Failure: Error>(
    _ body: (Span<UInt8>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let input = unsafe bufferevent_get_input(bufferEvent)
    // The read watermark bounds what is made contiguous here.
    let start = unsafe evbuffer_pullup(input, -1)
    // Safe: the memory belongs to the input, which nobody changes before `body` returns.
    let bytes = unsafe UnsafeBufferPointer(start: start, count: start == nil ? 0 : evbuffer_get_length(input))
    return try unsafe body(bytes.span)
  }

  /// Takes bytes from the input's start.
  ///
  /// - Parameters:
  ///   - count: How many; at most as many as there are.
  ///   - bytes: Emptied and filled; its memory is used again.
  func takeInput(_ count: Int, into bytes: inout [UInt8]) {
    bytes.removeAll(keepingCapacity: true)
    bytes.append(addingCapacity: count) { output in
      // Safe: the call fills at most as many bytes as it is told, which the array has room for.
      unsafe output.withUnsafeMutableBufferPointer { destination, filled in
        let taken = unsafe evbuffer_remove(bufferevent_get_input(bufferEvent), destination.baseAddress, count)
        filled = max(0, Int(taken))
      }
    }
  }

  /// Throws all input away.
  ///
  /// - Returns: How many bytes it were.
  func discardInput() -> Int {
    let count = inputCount
    unsafe evbuffer_drain(bufferevent_get_input(bufferEvent), count)
    return count
  }

  /// Starts or stops reading.
  ///
  /// - Parameter reads: Whether to read.
  func setReading(_ reads: Bool) {
    if reads {
      unsafe bufferevent_enable(bufferEvent, Int16(EV_READ))
    } else {
      unsafe bufferevent_disable(bufferEvent, Int16(EV_READ))
    }
  }

  /// Sends, at once as far as the kernel takes it, and the rest when it can.
  ///
  /// A bufferevent alone would wait for the loop to find the socket writable: two system calls more for each answer.
  ///
  /// - Parameter output: Empty afterwards.
  /// - Throws: `SystemCallError` as `writev(2)` lists them; EPIPE or ECONNRESET when the peer has gone.
  func send(_ output: borrowing OutputBuffer) throws(SystemCallError) {
    if pendingOutputBytes == 0 {
      try output.write(to: descriptor)
    }
    unsafe output.move(to: bufferEvent)
  }

  /// Tells the peer that nothing more comes; what was sent before still reaches it.
  func finishOutput() {
    // Fails only when the peer has gone (ENOTCONN), which reading will show as well.
    _ = shutdown(descriptor, CInt(SHUT_WR))
  }

  /// Whether the kernel holds input that the loop has not reported yet.
  var hasUnreportedInput: Bool {
    var byte: UInt8 = 0
    // Safe: one byte is asked for, and looked at in place.
    return unsafe recv(descriptor, &byte, 1, CInt(MSG_PEEK | MSG_DONTWAIT)) > 0
  }
}

@available(*, unavailable)
extension BufferedSocket: Sendable {}

extension BufferedSocket.Event {
  /// Reads libevent's report.
  ///
  /// - Parameter flags: `BEV_EVENT_…` bits.
  fileprivate init(flags: CInt) {
    if flags & BEV_EVENT_TIMEOUT != 0 {
      self = .stalled
    } else if flags & BEV_EVENT_EOF != 0 {
      self = .peerFinished
    } else {
      self = .failed
    }
  }
}
