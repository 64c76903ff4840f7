internal import LinuxIO

/// Bytes read from a file, of a size that never changes. Several tailers on one thread may share one.
struct ReadBuffer {
  private var storage: [UInt8]

  /// - Parameter count: The buffer's size, in bytes.
  init(count: Int) {
    storage = [UInt8](repeating: 0, count: count)
  }

  /// The buffer's size, in bytes.
  var count: Int { storage.count }

  /// Reads at an offset until the bytes are there or the file ends.
  ///
  /// - Returns: How many were read, to the buffer's start.
  mutating func fill(
    from descriptor: borrowing FileDescriptor,
    at offset: Int64,
    count: Int
  ) throws(SystemCallError) -> Int {
    var filled = 0
    while filled < count {
      var elements = storage.mutableSpan
      // Safe: bytes have neither padding nor invalid values.
      var bytes = unsafe elements.mutableBytes
      var rest = bytes._mutatingExtracting(filled..<count)
      let read = try descriptor.read(into: &rest, at: offset + Int64(filled))
      guard read > 0 else { break }
      filled += read
    }
    return filled
  }

  /// Reads once, behind the bytes that are there already.
  ///
  /// - Returns: How many were read; 0 at the end, nil when there is nothing yet.
  mutating func append(
    from descriptor: borrowing FileDescriptor,
    to range: Range<Int>
  ) throws(SystemCallError) -> Int? {
    var elements = storage.mutableSpan
    // Safe: bytes have neither padding nor invalid values.
    var bytes = unsafe elements.mutableBytes
    var rest = bytes._mutatingExtracting(range)
    return try descriptor.read(into: &rest)
  }

  /// Moves a range to the buffer's start.
  mutating func moveToStart(_ range: Range<Int>) {
    guard range.lowerBound > 0 else { return }
    for (place, index) in range.enumerated() { storage[place] = storage[index] }
  }

  /// One byte.
  subscript(place: Int) -> UInt8 { storage[place] }

  /// Puts one byte at a place.
  mutating func put(_ byte: UInt8, at place: Int) {
    storage[place] = byte
  }

  /// Where a byte is last in a range.
  func lastIndex(of byte: UInt8, in range: Range<Int>) -> Int? {
    // Safe: bytes have no padding.
    unsafe storage.span.bytes.lastIndex(of: byte, in: range)
  }

  /// Goes on with a hash over a range of the bytes.
  func add(_ range: Range<Int>, to hash: inout ContentHash) {
    // Safe: bytes have no padding.
    hash.add(unsafe storage.span.bytes.extracting(range))
  }

  /// The hash of a range of the bytes.
  func hash(_ range: Range<Int>) -> ContentHash {
    // Safe: bytes have no padding.
    ContentHash(of: unsafe storage.span.bytes.extracting(range))
  }
}

extension ReadBuffer {
  /// Cuts a range into lines.
  func cut<Sink: LineSink & ~Copyable>(
    _ range: Range<Int>,
    with cutter: inout LineSplitter,
    into sink: inout Sink
  ) -> LineSplitter.Outcome {
    // Safe: bytes have no padding.
    cutter.cut(unsafe storage.span.bytes.extracting(range), into: &sink)
  }

  /// What a range that is one line says of its log.
  func sketch(_ range: Range<Int>, with sketcher: LineSketcher) -> LineSketch {
    // Safe: bytes have no padding.
    sketcher(unsafe storage.span.bytes.extracting(range))
  }

  /// Delivers a range that is whole lines.
  func deliver<Sink: LineSink & ~Copyable>(_ range: Range<Int>, into sink: inout Sink) {
    // Safe: bytes have no padding.
    sink.receive(unsafe storage.span.bytes.extracting(range))
  }
}

/// The read buffer that the tailers of one thread share, since none keeps anything in it between two calls.
package final class TailBuffer {
  private var buffer: ReadBuffer?

  /// Bytes read at a time.
  private static let defaultBytes = 256 << 10

  package init() {}

  /// Lends the buffer out. Whoever asks while it is out gets another one.
  func take(atLeast count: Int) -> ReadBuffer {
    defer { buffer = nil }
    guard let buffer, buffer.count >= count else { return ReadBuffer(count: max(count, Self.defaultBytes)) }
    return buffer
  }

  func putBack(_ lent: ReadBuffer) {
    buffer = lent
  }
}
