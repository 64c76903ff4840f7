internal import JSON
internal import UnixTime

/// Finds out why a line is malformed: for the one that is shown to somebody, since the reader has no time for it.
package enum LineFault {
  /// Says what is wrong with a line that the reader rejected as malformed.
  ///
  /// - Parameter line: The line, with or without its newline.
  /// - Returns: A few words for people, with what would be right.
  package static func explain(_ line: [UInt8]) -> String {
    guard let brace = line.firstIndex(of: Byte.openBrace) else { return "it has no JSON object" }
    let text = Array(line[brace...].prefix { $0 != Byte.newline })
    switch extent(of: text) {
    case nil: return "it is not valid JSON from its first { on"
    case .some(text.count): break
    case .some: return "something stands behind its JSON object"
    }
    // What RFC 8259 allows and no `Double` holds is wrong in a field that is read only.
    guard let object = JSONValue.parse(text) else { return "a number is too large, or the nesting too deep" }
    for field in LogField.allCases {
      guard let value = object[field.name], let problem = problem(of: value, in: field) else { continue }
      return "\(field.name) is \(problem); \(field.kind.rawValue) is right"
    }
    return "one of its fields has a wrong value"
  }

  /// How far the JSON value at the start of a text reaches, with the white space behind it; nil where there is none.
  private static func extent(of text: [UInt8]) -> Int? {
    // The scanner needs a newline to stop at.
    let line = text + [Byte.newline]
    // Safe: the places are used only in here, where the bytes stand.
    return unsafe line.withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress else { return nil }
      let start = unsafe BytePosition(base)
      let json = JSONScanner(end: start + bytes.count)
      return json.skipValue(start).map { json.skipWhitespace($0) - start }
    }
  }

  /// What a field has instead of what it may have; nil where it is well.
  private static func problem(of value: JSONValue, in field: LogField) -> String? {
    switch (field.kind, value) {
    case (.any, _), (_, .null), (.text, .string): nil
    case (.timestamp, .string(let text)):
      Timestamp.parse(Array(text.utf8).span) == nil ? "no such time" : nil
    case (.count, .integer(let count)): count < 0 ? "negative" : nil
    case (.count, .decimal(let decimal)): problem(ofCount: decimal)
    case (.decimal, .integer), (.decimal, .decimal): value.decimalValue ?? 0 < 0 ? "negative" : nil
    default: value.kindName
    }
  }

  private static func problem(ofCount decimal: Double) -> String? {
    if decimal < 0 { return "negative" }
    if decimal != decimal.rounded() { return "no whole number" }
    return Int64(exactly: decimal) == nil ? "too large" : nil
  }
}

extension JSONValue {
  fileprivate var kindName: String {
    switch self {
    case .null: "null"
    case .boolean: "true or false"
    case .integer, .decimal: "a number"
    case .string: "a string"
    case .array: "an array"
    case .object: "an object"
    }
  }
}
