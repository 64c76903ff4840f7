internal import JSON

/// The memory for what escaped strings say, used again for each line.
@safe struct UnescapedText: ~Copyable {
  // No memory at all until the first escape.
  private var memory = unsafe UnsafeMutableRawBufferPointer(start: nil, count: 0)
  private var usedByteCount = 0

  deinit {
    // Only this owns the memory, and deallocating none is allowed.
    unsafe memory.deallocate()
  }

  /// Forgets all texts and makes room for new ones.
  ///
  /// - Parameter byteCount: How long the escaped strings are, at most a line's limit.
  mutating func reset(byteCount: Int) {
    usedByteCount = 0
    // Reads only how long the memory is.
    guard unsafe byteCount > memory.count else { return }
    // Nothing refers to the old memory any more: texts stand for one line only.
    unsafe memory.deallocate()
    unsafe memory = .allocate(byteCount: byteCount, alignment: 1)
  }

  /// The string itself if it has no escapes, else what it says.
  mutating func resolve(_ string: JSONString) -> JSONString {
    guard string.isEscaped else { return string }
    let start = usedByteCount
    string.forEachUnescapedByte { byte in
      // Checked: nothing says more bytes than it is written with, and there is room for those.
      precondition(unsafe usedByteCount < memory.count)
      unsafe memory[usedByteCount] = byte
      usedByteCount += 1
    }
    // An escaped string says at least one byte, so there is memory.
    guard let base = unsafe memory.baseAddress else { return string }
    // Both are within the memory, which stands until `reset`.
    return unsafe JSONString(
      start: BytePosition(base + start),
      end: BytePosition(base + usedByteCount),
      isEscaped: false
    )
  }
}
