internal import JSON

/// Up to 32 bytes in four words, to tell names apart without a loop.
struct ShortText: Equatable, BitwiseCopyable {
  static let maximumByteCount = 32

  private(set) var first: UInt64 = 0
  private(set) var second: UInt64 = 0
  private(set) var third: UInt64 = 0
  private(set) var fourth: UInt64 = 0
  private(set) var byteCount = 0

  /// The bytes between two places.
  ///
  /// - Parameters:
  ///   - start: The first byte.
  ///   - byteCount: How many, 0 to 32.
  ///   - end: The end of the chunk.
  @inline(__always)
  init(_ start: BytePosition, byteCount: Int, end: BytePosition) {
    guard end - start >= Self.maximumByteCount else {
      for index in 0..<byteCount {
        append((start + index).byte)
      }
      return
    }
    first = start.word & Word.mask(byteCount: byteCount)
    second = (start + 8).word & Word.mask(byteCount: byteCount &- 8)
    third = (start + 16).word & Word.mask(byteCount: byteCount &- 16)
    fourth = (start + 24).word & Word.mask(byteCount: byteCount &- 24)
    self.byteCount = byteCount
  }

  /// The bytes of a name.
  ///
  /// - Parameter name: At most 32 bytes.
  init(_ name: String) {
    for byte in name.utf8 {
      append(byte)
    }
  }

  /// What a string of a line says, or nil where that is longer.
  @inline(__always)
  init?(_ string: JSONString, end: BytePosition) {
    if string.isEscaped {
      self.init(escaped: string)
    } else {
      guard string.byteCount <= Self.maximumByteCount else { return nil }
      self.init(string.start, byteCount: string.byteCount, end: end)
    }
  }

  private init?(escaped string: JSONString) {
    // An escape of six bytes says one byte or more, so nothing longer than this fits.
    guard string.byteCount <= 6 * Self.maximumByteCount else { return nil }
    var isTooLong = false
    string.forEachUnescapedByte { byte in
      isTooLong = isTooLong || byteCount == Self.maximumByteCount
      if !isTooLong { append(byte) }
    }
    if isTooLong { return nil }
  }

  private mutating func append(_ byte: UInt8) {
    let shifted = UInt64(byte) << UInt64(byteCount % 8 * 8)
    switch byteCount / 8 {
    case 0: first |= shifted
    case 1: second |= shifted
    case 2: third |= shifted
    case 3: fourth |= shifted
    default: preconditionFailure("a short text has at most \(Self.maximumByteCount) bytes")
    }
    byteCount += 1
  }
}
