internal import Glibc

extension RawSpan {
  /// The byte at a place.
  ///
  /// - Parameter offset: The place, in bytes from the span's start; outside the span it ends the program.
  /// - Returns: The byte.
  package func byte(at offset: Int) -> UInt8 {
    // Safe: every bit pattern is a UInt8, and the load checks the bounds.
    unsafe unsafeLoad(fromByteOffset: offset, as: UInt8.self)
  }

  /// The first place of a byte, by `memchr(3)`.
  ///
  /// - Parameters:
  ///   - byte: The byte to look for.
  ///   - range: Where to look, in bytes from the span's start.
  /// - Returns: Its distance from the span's start, or nil when the range does not hold it.
  package func firstIndex(of byte: UInt8, in range: Range<Int>) -> Int? {
    // Safe: the extracted span is checked against this one, and the pointers stay inside the closure.
    unsafe extracting(range).withUnsafeBytes { bytes in
      guard let start = bytes.baseAddress, let found = unsafe memchr(start, CInt(byte), bytes.count) else { return nil }
      return unsafe range.lowerBound + (UnsafeRawPointer(found) - start)
    }
  }

  /// The last place of a byte, read backwards: quick where it stands near the end, as a newline does in a log.
  ///
  /// - Parameters:
  ///   - byte: The byte to look for.
  ///   - range: Where to look, in bytes from the span's start.
  /// - Returns: Its distance from the span's start, or nil when the range does not hold it.
  package func lastIndex(of byte: UInt8, in range: Range<Int>) -> Int? {
    // Safe: the extracted span is checked against this one, and every index below is inside it.
    unsafe extracting(range).withUnsafeBytes { bytes in
      var index = bytes.count - 1
      while index >= 0, unsafe bytes[index] != byte { index -= 1 }
      return index >= 0 ? range.lowerBound + index : nil
    }
  }
}
