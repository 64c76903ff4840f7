extension JSONValue {
  /// Reads one value with nothing but white space around it: the counterpart of `append`.
  ///
  /// A number that is not finite is null, as `append` writes it.
  ///
  /// - Parameter text: The text, on one line and without a newline.
  /// - Returns: The value; nil where the text breaks the grammar of `JSONScanner`, is nested deeper than 128, or has a number that no
  ///   `Double` holds.
  package static func parse(_ text: [UInt8]) -> JSONValue? {
    // The scanner needs a newline to stop at.
    let line = text + [Byte.newline]
    // Safe: the places are used only in here, where the bytes stand.
    return unsafe line.withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress else { return nil }
      let start = unsafe BytePosition(base)
      let parser = JSONValueParser(json: JSONScanner(end: start + bytes.count))
      guard let (value, next) = parser.parseValue(parser.json.skipWhitespace(start), depth: 0) else { return nil }
      return parser.json.skipWhitespace(next) - start == text.count ? value : nil
    }
  }
}

private struct JSONValueParser {
  let json: JSONScanner

  typealias Parsed = (value: JSONValue, next: BytePosition)

  func parseValue(_ start: BytePosition, depth: Int) -> Parsed? {
    switch start.byte {
    case Byte.openBrace, Byte.openBracket:
      guard depth < JSONScanner.maximumDepth else { return nil }
      let isObject = start.byte == Byte.openBrace
      return isObject ? parseObject(start + 1, depth: depth + 1) : parseArray(start + 1, depth: depth + 1)
    case Byte.quote:
      return json.scanString(start + 1).map { (.string(text(of: $0)), $0.end + 1) }
    case UInt8(ascii: "t"): return json.skipValue(start).map { (.boolean(true), $0) }
    case UInt8(ascii: "f"): return json.skipValue(start).map { (.boolean(false), $0) }
    case UInt8(ascii: "n"): return json.skipValue(start).map { (.null, $0) }
    default: return parseNumber(start)
    }
  }

  private func parseNumber(_ start: BytePosition) -> Parsed? {
    guard let number = json.scanNumber(start) else { return json.skipNothing(start).map { (.null, $0) } }
    // Rare enough for a copy of its text, which says all that the scanner's parts of it may not.
    let text = unsafe String(decoding: number.start.bytes(to: number.end), as: UTF8.self)
    if let integer = Int64(text) { return (.integer(integer), number.end) }
    guard let decimal = Double(text), decimal.isFinite else { return nil }
    return (.decimal(decimal), number.end)
  }

  private func parseArray(_ start: BytePosition, depth: Int) -> Parsed? {
    var elements: [JSONValue] = []
    var position = json.skipWhitespace(start)
    if position.byte == Byte.closeBracket { return (.array(elements), position + 1) }
    while true {
      guard let (value, next) = parseValue(position, depth: depth) else { return nil }
      elements.append(value)
      position = json.skipWhitespace(next)
      if position.byte == Byte.closeBracket { return (.array(elements), position + 1) }
      guard position.byte == Byte.comma else { return nil }
      position = json.skipWhitespace(position + 1)
    }
  }

  private func parseObject(_ start: BytePosition, depth: Int) -> Parsed? {
    var members: [(String, JSONValue)] = []
    var position = json.skipWhitespace(start)
    if position.byte == Byte.closeBrace { return (.object(members), position + 1) }
    while true {
      guard let (key, valueStart) = json.scanKey(position) else { return nil }
      guard let (value, next) = parseValue(valueStart, depth: depth) else { return nil }
      members.append((text(of: key), value))
      position = json.skipWhitespace(next)
      if position.byte == Byte.closeBrace { return (.object(members), position + 1) }
      guard position.byte == Byte.comma else { return nil }
      position = json.skipWhitespace(position + 1)
    }
  }

  private func text(of string: JSONString) -> String {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(string.byteCount)
    string.forEachUnescapedByte { bytes.append($0) }
    return String(decoding: bytes, as: UTF8.self)
  }
}
