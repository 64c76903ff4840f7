/// A validated JSON string, from behind its opening quote to its closing one.
public struct JSONString: BitwiseCopyable {
  /// Where the text begins, behind the opening quote.
  public let start: BytePosition
  /// The closing quote, or the end of the text where it was unescaped elsewhere.
  public let end: BytePosition
  /// Whether there are escapes in it.
  public let isEscaped: Bool
  /// Whether it is written in ASCII alone; what its escapes say may be more.
  public let isASCII: Bool

  /// Makes a string of its bytes.
  @inlinable
  public init(start: BytePosition, end: BytePosition, isEscaped: Bool, isASCII: Bool = true) {
    self.start = start
    self.end = end
    self.isEscaped = isEscaped
    self.isASCII = isASCII
  }

  /// How many bytes it is written with, escapes and all.
  @inlinable public var byteCount: Int { end - start }

  /// Lends the bytes as they stand, escapes and all.
  ///
  /// - Parameter body: What to do with the bytes, which stand only during the call.
  /// - Returns: What the body returned.
  @inlinable
  public func withSpan<Result>(_ body: (Span<UInt8>) -> Result) -> Result {
    // The bytes stand while the line is being read, and nobody outlives that: see `LogTexts`.
    unsafe body(start.bytes(to: end).span)
  }

  /// Goes over what the string says, byte by byte.
  ///
  /// - Parameter body: Takes each byte of the unescaped UTF-8.
  package func forEachUnescapedByte(_ body: (UInt8) -> Void) {
    var position = start
    while position < end {
      if let escape = JSONScanner.decodeEscape(position) {
        for byte in escape.scalar.utf8 {
          body(byte)
        }
        position = escape.next
      } else {
        body(position.byte)
        position += 1
      }
    }
  }

  /// Goes over what the string says, character by character.
  ///
  /// - Parameter body: Takes each character.
  package func forEachUnescapedScalar(_ body: (Unicode.Scalar) -> Void) {
    var position = start
    while position < end {
      if position.byte < 0x80, position.byte != Byte.backslash {
        body(Unicode.Scalar(position.byte))
        position += 1
      } else {
        // It is valid: neither one stands for anything else.
        let (scalar, next) =
          JSONScanner.decodeEscape(position) ?? JSONScanner.decodeMultibyteCharacter(position)
          ?? ("\u{FFFD}", position + 1)
        body(scalar)
        position = next
      }
    }
  }
}

extension JSONScanner {
  /// Reads a string (RFC 8259 §7) of well-formed UTF-8 (RFC 3629 §4).
  ///
  /// An escape of half a surrogate pair says U+FFFD: RFC 8259 §8.2 leaves open what it means, no UTF-8 can say it, and Python
  /// writes file names so that are no UTF-8.
  ///
  /// - Parameter start: The place behind the opening quote.
  /// - Returns: The string, or nil where it is not valid.
  @inline(__always) @inlinable
  public func scanString(_ start: BytePosition) -> JSONString? {
    let stop = skipPlainText(start)
    if stop.byte == Byte.quote {
      return JSONString(start: start, end: stop, isEscaped: false)
    }
    return scanRareString(start, from: stop)
  }

  /// Goes to the first byte that is not printable ASCII, or is a quote or a backslash.
  @inline(__always) @inlinable
  func skipPlainText(_ start: BytePosition) -> BytePosition {
    var position = start
    while end - position >= 8 {
      let word = position.word
      // Each subtraction sets the top bit of the first byte it looks for; a borrow only reaches bytes behind that one.
      let special =
        ((word ^ Word.repeating(Byte.quote)) &- Word.repeating(1))
        | ((word ^ Word.repeating(Byte.backslash)) &- Word.repeating(1))
        | (word &- Word.repeating(Byte.space)) | word
      let plain = Word.leadingBytes(beforeTopBitIn: special)
      position += plain
      if plain < 8 { return position }
    }
    while true {
      switch position.byte {
      case Byte.quote, Byte.backslash, ..<Byte.space, 0x80...: return position
      default: position += 1
      }
    }
  }

  /// Reads the rest of a string that has escapes or characters beyond ASCII in it.
  @inline(never) @usableFromInline
  func scanRareString(_ start: BytePosition, from stop: BytePosition) -> JSONString? {
    var position = stop
    var (isEscaped, isASCII) = (false, true)
    while true {
      switch position.byte {
      case Byte.quote:
        return JSONString(start: start, end: position, isEscaped: isEscaped, isASCII: isASCII)
      case Byte.backslash:
        isEscaped = true
        if Self.simpleEscape((position + 1).byte) != nil {
          position += 2
        } else {
          guard let escape = Self.decodeEscape(position) else { return nil }
          position = escape.next
        }
      case 0x80...:
        guard let next = Self.skipMultibyteCharacter(position) else { return nil }
        isASCII = false
        position = next
      default:
        return nil
      }
      position = skipPlainText(position)
    }
  }

  /// Goes behind a character of two to four bytes (Unicode, table 3-7: nothing overlong, no surrogate, none past U+10FFFF).
  private static func skipMultibyteCharacter(_ position: BytePosition) -> BytePosition? {
    let second: ClosedRange<UInt8>
    let byteCount: Int
    switch position.byte {
    case 0xC2...0xDF: (second, byteCount) = (0x80...0xBF, 2)
    case 0xE0: (second, byteCount) = (0xA0...0xBF, 3)
    case 0xED: (second, byteCount) = (0x80...0x9F, 3)
    case 0xE1...0xEF: (second, byteCount) = (0x80...0xBF, 3)
    case 0xF0: (second, byteCount) = (0x90...0xBF, 4)
    case 0xF1...0xF3: (second, byteCount) = (0x80...0xBF, 4)
    case 0xF4: (second, byteCount) = (0x80...0x8F, 4)
    default: return nil
    }
    guard second.contains((position + 1).byte) else { return nil }
    for index in 2..<max(byteCount, 2) where !(0x80...0xBF).contains((position + index).byte) {
      return nil
    }
    return position + byteCount
  }

  /// Reads a character of two to four bytes.
  ///
  /// - Parameter position: The place of its first byte.
  /// - Returns: The character and the place behind it; nil where none stands.
  package static func decodeMultibyteCharacter(
    _ position: BytePosition
  ) -> (scalar: Unicode.Scalar, next: BytePosition)? {
    guard let next = skipMultibyteCharacter(position) else { return nil }
    let byteCount = next - position
    // The first byte has as many ones at its top as there are bytes, and then a zero; the others six bits each.
    var value = UInt32(position.byte) & 0x7F >> UInt32(byteCount)
    for index in 1..<byteCount { value = value << 6 | UInt32((position + index).byte & 0x3F) }
    return Unicode.Scalar(value).map { ($0, next) }
  }

  /// Reads one escape, or the two of a surrogate pair.
  ///
  /// - Parameter position: The place of the backslash.
  /// - Returns: The character and the place behind it; nil where no valid escape starts.
  package static func decodeEscape(_ position: BytePosition) -> (scalar: Unicode.Scalar, next: BytePosition)? {
    guard position.byte == Byte.backslash else { return nil }
    if let simple = simpleEscape((position + 1).byte) { return (simple, position + 2) }
    return (position + 1).byte == Byte.lowercaseU ? decodeUnicodeEscape(position) : nil
  }

  /// What a byte behind a backslash says, where the two are a whole escape.
  @inline(__always)
  private static func simpleEscape(_ byte: UInt8) -> Unicode.Scalar? {
    switch byte {
    case Byte.quote: "\""
    case Byte.backslash: "\\"
    case UInt8(ascii: "/"): "/"
    case UInt8(ascii: "b"): "\u{8}"
    case UInt8(ascii: "f"): "\u{C}"
    case UInt8(ascii: "n"): "\n"
    case UInt8(ascii: "r"): "\r"
    case UInt8(ascii: "t"): "\t"
    default: nil
    }
  }

  private static func decodeUnicodeEscape(_ position: BytePosition) -> (scalar: Unicode.Scalar, next: BytePosition)? {
    guard let unit = fourHexDigits(position + 2) else { return nil }
    if let scalar = Unicode.Scalar(unit) {
      return (scalar, position + 6)
    }
    let second = position + 6
    guard UTF16.isLeadSurrogate(unit), second.byte == Byte.backslash, (second + 1).byte == Byte.lowercaseU,
      let low = fourHexDigits(second + 2), UTF16.isTrailSurrogate(low),
      let scalar = Unicode.Scalar(0x1_0000 + (UInt32(unit) - 0xD800) << 10 + (UInt32(low) - 0xDC00))
    else { return ("\u{FFFD}", second) }
    return (scalar, second + 6)
  }

  private static func fourHexDigits(_ position: BytePosition) -> UInt16? {
    var value: UInt16 = 0
    for index in 0..<4 {
      let byte = (position + index).byte
      let digit: UInt8
      switch byte {
      case Byte.zero...Byte.nine: digit = byte - Byte.zero
      case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
      case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte - UInt8(ascii: "A") + 10
      default: return nil
      }
      value = value << 4 | UInt16(digit)
    }
    return value
  }
}
