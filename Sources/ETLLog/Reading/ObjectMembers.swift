internal import JSON
internal import UnixTime

/// Goes over the members of a line's object one by one: for what is shown to somebody, and not for each line.
struct ObjectMembers {
  let json: JSONScanner

  /// How far an object reaches, with the white space behind it.
  ///
  /// - Parameter text: What begins with its brace.
  /// - Returns: The number of bytes; nil where the object is not valid.
  static func extent(of text: [UInt8]) -> Int? {
    // The scanner needs a newline to stop at.
    let line = text + [Byte.newline]
    // Safe: the places are used only in here, where the bytes stand.
    return unsafe line.withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress else { return nil }
      let start = unsafe BytePosition(base)
      let members = ObjectMembers(json: JSONScanner(end: start + bytes.count))
      return members.forEach(from: start) { _, _, _ in }.map { members.json.skipWhitespace($0) - start }
    }
  }

  /// Calls with each member of an object.
  ///
  /// - Parameters:
  ///   - brace: The object's opening brace.
  ///   - body: Takes the name, the first byte of the value, and the place behind it.
  /// - Returns: The place behind the closing brace; nil where the object is not valid.
  func forEach(
    from brace: BytePosition,
    _ body: (_ name: JSONString, _ value: BytePosition, _ end: BytePosition) -> Void
  ) -> BytePosition? {
    guard brace.byte == Byte.openBrace else { return nil }
    var position = json.skipWhitespace(brace + 1)
    if position.byte == Byte.closeBrace { return position + 1 }
    while true {
      guard let (name, value) = json.scanKey(position), let end = json.skipValue(value) else { return nil }
      body(name, value, end)
      position = json.skipWhitespace(end)
      if position.byte == Byte.closeBrace { return position + 1 }
      guard position.byte == Byte.comma else { return nil }
      position = json.skipWhitespace(position + 1)
    }
  }

  /// What a field has instead of what it may have.
  ///
  /// - Parameters:
  ///   - value: The first byte of a value that the field cannot have.
  ///   - field: The field.
  /// - Returns: A word or a few, such as "negative".
  func problem(of value: BytePosition, in field: LogField) -> String {
    guard let number = json.scanNumber(value) else {
      guard field.kind == .timestamp, value.byte == Byte.quote, let text = json.scanString(value + 1) else {
        return Self.kindName(of: value)
      }
      var bytes: [UInt8] = []
      text.forEachUnescapedByte { bytes.append($0) }
      // A clock that was never set says the year 1, and some say 9999 for never.
      return Timestamp.Parts(bytes.span) == nil ? "no such time" : "not between the years 1677 and 2262"
    }
    if field.kind == .text { return "a number" }
    if number.isNegative { return "negative" }
    if field.kind == .timestamp { return number.mantissa == 0 ? "zero" : "not between the years 1970 and 2262" }
    guard let decimal = number.decimal, field.kind == .count, decimal < 0x1p63 else { return "too large" }
    return "no whole number"
  }

  private static func kindName(of value: BytePosition) -> String {
    switch value.byte {
    case Byte.quote: "a string"
    case Byte.openBrace: "an object"
    case Byte.openBracket: "an array"
    default: "true or false"
    }
  }
}
