internal import JSON

/// Finds out why a line is malformed: for the one that is shown to somebody, since the reader has no time for it.
package enum LineFault {
  /// Says what is wrong with a line, or a part of one, that the reader rejected as malformed.
  ///
  /// - Parameter line: The line, with or without its newline.
  /// - Returns: A few words for people, with what would be right.
  package static func explain(_ line: [UInt8]) -> String {
    guard let brace = line.firstIndex(of: Byte.openBrace) else { return "it has no JSON object" }
    let text = Array(line[brace...].prefix { $0 != Byte.newline })
    switch ObjectMembers.extent(of: text) {
    case .some(text.count): return "its JSON object is a part of one that breaks off"
    case .some: return "something stands behind its JSON object"
    case nil where isNestedTooDeep(text):
      return "its JSON is nested deeper than \(JSONScanner.maximumDepth) levels; no more are read"
    case nil where String(validating: text, as: UTF8.self) == nil: return "it is not UTF-8 from its first { on"
    case nil: return "it is not valid JSON from its first { on"
    }
  }

  /// Whether nothing is wrong with an object down to the deepest level that is read, and it goes on below that.
  private static func isNestedTooDeep(_ text: [UInt8]) -> Bool {
    // What closes the objects and arrays that are open, the outermost first.
    var closers: [UInt8] = []
    var (isQuoted, isEscaped) = (false, false)
    for (index, byte) in text.enumerated() {
      if isQuoted {
        if byte == Byte.quote, !isEscaped { isQuoted = false }
        isEscaped = byte == Byte.backslash && !isEscaped
        continue
      }
      switch byte {
      case Byte.quote: isQuoted = true
      case Byte.openBrace, Byte.openBracket:
        guard closers.count < JSONScanner.maximumDepth else {
          let shallow = text[..<index] + Array("null".utf8) + closers.reversed()
          return ObjectMembers.extent(of: Array(shallow)) == shallow.count
        }
        // In ASCII both closing brackets stand two behind the opening ones.
        closers.append(byte + 2)
      case Byte.closeBrace, Byte.closeBracket: _ = closers.popLast()
      default: break
      }
    }
    return false
  }
}

/// A value that its field cannot have, for somebody to find it by.
package struct UnusableValue: Equatable {
  /// The field.
  package let field: LogField
  /// How the value stands in the line.
  package let text: [UInt8]
  /// What is wrong with it, and what would be right.
  package let fault: String

  /// Looks for the first value of an object that could not be used.
  ///
  /// - Parameters:
  ///   - fields: The fields whose values could not be used.
  ///   - object: The object that has them.
  package init?(in fields: LogFieldSet, object: [UInt8]) {
    guard let field = LogField.allCases.first(where: fields.contains) else { return nil }
    var found: (text: [UInt8], problem: String)?
    let line = object + [Byte.newline]
    // Safe: the places are used only in here, where the bytes stand.
    unsafe line.withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress else { return }
      let start = unsafe BytePosition(base)
      let members = ObjectMembers(json: JSONScanner(end: start + bytes.count))
      _ = members.forEach(from: start) { key, value, end in
        var name: [UInt8] = []
        key.forEachUnescapedByte { name.append($0) }
        guard name == Array(field.name.utf8) else { return }
        // Of equal names the last one counts.
        found = (Array(line[value - start..<end - start]), members.problem(of: value, in: field))
      }
    }
    guard let found else { return nil }
    self.field = field
    text = found.text
    fault = "\(found.problem); \(field.kind.rawValue) is right"
  }
}
