internal import LinuxIO

/// A place in a file, and the hash of the (up to) 64 bytes before it: whether the place is still the same one shows there.
struct OffsetFingerprint: Equatable {
  /// Bytes before the place that are hashed, as far as there are that many.
  static let maximumBytes = 64

  var offset: Int64 = 0
  var hash = ContentHash()

  /// How many bytes are hashed.
  var hashedBytes: Int { Int(min(offset, Int64(Self.maximumBytes))) }
}

/// How a file begins: its first bytes, as far as they were seen.
struct HeadFingerprint: Equatable {
  /// Bytes that tell files apart.
  static let maximumBytes = 1_024

  /// Bytes that are hashed, 0 to `maximumBytes`.
  var bytes = 0
  var hash = ContentHash()
}

extension FileDescriptor {
  /// The hash of some of a file's bytes; nil when it has not so many.
  borrowing func hash(from offset: Int64, count: Int) throws(SystemCallError) -> ContentHash? {
    var bytes = ReadBuffer(count: count)
    let read = try bytes.fill(from: self, at: offset, count: count)
    return read == count ? bytes.hash(0..<count) : nil
  }

  /// Whether some of a file's bytes have a hash.
  borrowing func holds(_ hash: ContentHash, from offset: Int64, count: Int) throws(SystemCallError) -> Bool {
    try self.hash(from: offset, count: count) == hash
  }

  /// Whether the file begins so.
  borrowing func holds(_ head: HeadFingerprint) throws(SystemCallError) -> Bool {
    try holds(head.hash, from: 0, count: head.bytes)
  }

  /// A place in a file; nil when the file ends before it.
  borrowing func mark(at offset: Int64) throws(SystemCallError) -> OffsetFingerprint? {
    var mark = OffsetFingerprint(offset: offset)
    guard let hash = try hash(from: offset - Int64(mark.hashedBytes), count: mark.hashedBytes) else { return nil }
    mark.hash = hash
    return mark
  }

  /// Whether what was before a place is still there.
  borrowing func holds(_ mark: OffsetFingerprint) throws(SystemCallError) -> Bool {
    try self.mark(at: mark.offset) == mark
  }
}
