/// The grammar of RFC 8259 on one line, wider only where common writers are: `NaN`, `Infinity` and `-Infinity` are values, and
/// half a surrogate pair is an escape.
///
/// Each function takes the place where something must stand and gives the place behind it, or nil where the line breaks
/// the grammar. A newline is taken by none, although JSON would allow it as white space: it ends the line.
public struct JSONScanner: BitwiseCopyable {
  /// How deep objects and arrays may be nested, the outermost one included (RFC 8259 §9 lets a parser limit it).
  package static let maximumDepth = 128

  /// The end of the chunk that is being read.
  public let end: BytePosition

  /// Makes a scanner for one chunk.
  ///
  /// - Parameter end: The chunk's end, right behind a newline.
  @inlinable
  public init(end: BytePosition) {
    self.end = end
  }

  /// Goes behind spaces, tabs and carriage returns.
  ///
  /// - Parameter start: Where they may begin.
  /// - Returns: The first position that holds something else.
  @inline(__always) @inlinable
  public func skipWhitespace(_ start: BytePosition) -> BytePosition {
    var position = start
    while true {
      switch position.byte {
      case Byte.space, Byte.tab, Byte.carriageReturn: position += 1
      default: return position
      }
    }
  }

  /// Goes to the first such byte of the line, or to the line's newline.
  ///
  /// - Parameters:
  ///   - byte: The byte.
  ///   - start: Where the search begins.
  /// - Returns: The position of the byte or of the newline.
  @inline(__always) @inlinable
  public func seek(_ byte: UInt8, from start: BytePosition) -> BytePosition {
    var position = start
    while end - position >= 8 {
      let word = position.word
      let wanted = word ^ Word.repeating(byte)
      let newline = word ^ Word.repeating(Byte.newline)
      // The lowest top bit set stands where a byte was zero; a borrow only reaches bytes behind it.
      let found = ((wanted &- Word.repeating(1)) & ~wanted) | ((newline &- Word.repeating(1)) & ~newline)
      let others = Word.leadingBytes(beforeTopBitIn: found)
      position += others
      if others < 8 { return position }
    }
    while position.byte != byte, position.byte != Byte.newline { position += 1 }
    return position
  }

  /// Goes behind any value.
  ///
  /// - Parameter start: The value's first byte.
  /// - Returns: The position behind it; nil where the line breaks the grammar.
  package func skipValue(_ start: BytePosition) -> BytePosition? {
    switch start.byte {
    case Byte.quote:
      guard let string = scanString(start + 1) else { return nil }
      return string.end + 1
    case Byte.openBrace, Byte.openBracket:
      return skipContainer(start)
    case UInt8(ascii: "t"):
      return skipLiteral(start, "true")
    case UInt8(ascii: "f"):
      return skipLiteral(start, "false")
    case UInt8(ascii: "n"):
      return skipLiteral(start, "null")
    default:
      return skipShortNumber(start) ?? scanNumber(start)?.end ?? skipNotFinite(start)
    }
  }

  /// Goes behind a value that says nothing: null, or a number that is not finite as Python and JavaScript write it.
  ///
  /// - Parameter start: The value's first byte.
  /// - Returns: The position behind it; nil where another value or none stands.
  package func skipNothing(_ start: BytePosition) -> BytePosition? {
    start.byte == UInt8(ascii: "n") ? skipLiteral(start, "null") : skipNotFinite(start)
  }

  private func skipNotFinite(_ start: BytePosition) -> BytePosition? {
    switch start.byte {
    case UInt8(ascii: "N"): skipLiteral(start, "NaN")
    case UInt8(ascii: "I"): skipLiteral(start, "Infinity")
    case Byte.minus: skipLiteral(start, "-Infinity")
    default: nil
    }
  }

  /// Goes behind a number without sign and exponent, and with at most seven digits before and behind the point.
  @inline(__always)
  private func skipShortNumber(_ start: BytePosition) -> BytePosition? {
    guard end - start >= 24 else { return nil }
    let wholeCount = LeadingDigits(start.word).count
    guard 1...7 ~= wholeCount, start.byte != Byte.zero || wholeCount == 1 else { return nil }
    var position = start + wholeCount
    if position.byte == Byte.period {
      let count = LeadingDigits((position + 1).word).count
      guard 1...7 ~= count else { return nil }
      position += 1 + count
    }
    return position.byte | Byte.caseBit == Byte.lowercaseE ? nil : position
  }

  /// Reads a key and the colon behind it, and goes to the value.
  ///
  /// - Parameter start: The key's opening quote.
  /// - Returns: The key and the first byte of the value; nil where the line breaks the grammar.
  @inline(__always) @inlinable
  public func scanKey(_ start: BytePosition) -> (key: JSONString, value: BytePosition)? {
    guard start.byte == Byte.quote, let key = scanString(start + 1) else { return nil }
    let colon = skipWhitespace(key.end + 1)
    guard colon.byte == Byte.colon else { return nil }
    return (key, skipWhitespace(colon + 1))
  }

  private func skipLiteral(_ start: BytePosition, _ literal: StaticString) -> BytePosition? {
    for index in 0..<literal.utf8CodeUnitCount {
      // Within the literal, whose length is the loop's bound.
      guard unsafe (start + index).byte == literal.utf8Start[index] else { return nil }
    }
    return start + literal.utf8CodeUnitCount
  }

  /// Goes behind an object or array and all that is in it, without recursion: a line must not overflow the stack.
  private func skipContainer(_ start: BytePosition) -> BytePosition? {
    var position = start
    // What is open, innermost lowest: one bit each, set for an object. The outermost object is the line itself.
    var objects: UInt128 = 0
    var depth = 0
    while true {
      let opening = position.byte
      if opening == Byte.openBrace || opening == Byte.openBracket {
        guard depth < Self.maximumDepth - 1 else { return nil }
        depth += 1
        objects = objects << 1 | (opening == Byte.openBrace ? 1 : 0)
        position = skipWhitespace(position + 1)
        // In ASCII both closing brackets stand two behind the opening ones.
        if position.byte != opening + 2 {
          guard let element = skipToElement(position, inObject: objects & 1 == 1) else { return nil }
          position = element
          continue
        }
      } else {
        guard let next = skipValue(position) else { return nil }
        position = next
      }
      while depth > 0 {
        position = skipWhitespace(position)
        let inObject = objects & 1 == 1
        if position.byte == Byte.comma {
          guard let element = skipToElement(skipWhitespace(position + 1), inObject: inObject) else { return nil }
          position = element
          break
        }
        guard position.byte == (inObject ? Byte.closeBrace : Byte.closeBracket) else { return nil }
        position += 1
        depth -= 1
        objects >>= 1
      }
      if depth == 0 { return position }
    }
  }

  /// Goes to the value of an object's next member, or stays at an array's next element.
  private func skipToElement(_ start: BytePosition, inObject: Bool) -> BytePosition? {
    inObject ? scanKey(start)?.value : start
  }
}
