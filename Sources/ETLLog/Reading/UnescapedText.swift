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
  /// - Parameter writtenByteCount: How long the strings are as they are written, at most a line's limit.
  mutating func reset(writtenByteCount: Int) {
    usedByteCount = 0
    // What takes two bytes may be replaced by what takes three; all else says no more bytes than it is written with.
    let byteCount = writtenByteCount + writtenByteCount / 2
    // Reads only how long the memory is.
    guard unsafe byteCount > memory.count else { return }
    // Nothing refers to the old memory any more: texts stand for one line only.
    unsafe memory.deallocate()
    unsafe memory = .allocate(byteCount: byteCount, alignment: 1)
  }

  /// Copies what a string says, and puts U+FFFD for characters that cannot be shown.
  ///
  /// - Parameters:
  ///   - string: The string; not empty.
  ///   - hasReplaced: Set where a character was replaced.
  /// - Returns: The copy, which stands until `reset`.
  mutating func copy(_ string: JSONString, hasReplaced: inout Bool) -> JSONString {
    let start = usedByteCount
    string.forEachUnescapedScalar { scalar in
      if !scalar.canBeShown { hasReplaced = true }
      for byte in (scalar.canBeShown ? scalar : "\u{FFFD}").utf8 {
        // Checked; there is room by what `reset` was told.
        precondition(unsafe usedByteCount < memory.count)
        unsafe memory[usedByteCount] = byte
        usedByteCount += 1
      }
    }
    // What is not empty says at least one byte, so there is memory.
    guard let base = unsafe memory.baseAddress else { return string }
    // Both are within the memory, which stands until `reset`.
    return unsafe JSONString(
      start: BytePosition(base + start),
      end: BytePosition(base + usedByteCount),
      isEscaped: false
    )
  }
}

extension Unicode.Scalar {
  /// Whether a label or an exemplar can have the character.
  ///
  /// Prometheus 2 cannot read an exemplar with U+0000 and loses the whole target; other readers cut lines at other control
  /// characters and separators; what turns the direction of a text makes it look like another one.
  var canBeShown: Bool {
    switch value {
    case 0x09, 0x0A: true
    case ..<0x20, 0x80...0x9F, 0x2028...0x2029: false
    case 0x061C, 0x200E...0x200F, 0x202A...0x202E, 0x2066...0x2069: false
    case 0xFDD0...0xFDEF: false
    // The last two of each plane are noncharacters.
    default: value & 0xFFFE != 0xFFFE
    }
  }
}

extension JSONString {
  /// Whether what the string says has to be copied to be shown: it has escapes, or a character that cannot be shown.
  var needsCopy: Bool {
    if isEscaped { return true }
    if isASCII { return false }
    var position = start
    while position < end {
      switch position.byte {
      // All that cannot be shown begins with one of these.
      case 0xC2, 0xD8, 0xE2, 0xEF, 0xF0...:
        guard let (scalar, next) = JSONScanner.decodeMultibyteCharacter(position) else { return true }
        if !scalar.canBeShown { return true }
        position = next
      default: position += 1
      }
    }
    return false
  }
}
