/// RFC 8259 written down as plainly as it goes: slow, recursive, one character at a time.
struct ReferenceGrammar {
  private var rest: Substring.UnicodeScalarView

  /// Whether a document is one object with white space around it, on one line.
  static func isObject(_ document: [UInt8]) -> Bool {
    guard let text = String(validating: document, as: UTF8.self), !text.unicodeScalars.contains("\n") else {
      return false
    }
    var grammar = ReferenceGrammar(rest: text.unicodeScalars[...])
    grammar.skipWhitespace()
    guard grammar.rest.first == "{", grammar.takeValue() else { return false }
    grammar.skipWhitespace()
    return grammar.rest.isEmpty
  }

  private mutating func take(_ wanted: Unicode.Scalar) -> Bool {
    guard rest.first == wanted else { return false }
    rest.removeFirst()
    return true
  }

  private mutating func skipWhitespace() {
    while take(" ") || take("\t") || take("\r") {}
  }

  private mutating func takeValue() -> Bool {
    switch rest.first {
    case "{": return takeList(from: "{", to: "}") { $0.takeMember() }
    case "[": return takeList(from: "[", to: "]") { $0.takeValue() }
    case "\"": return takeString()
    case "t": return takeLiteral("true")
    case "f": return takeLiteral("false")
    case "n": return takeLiteral("null")
    default: return takeNumber()
    }
  }

  private mutating func takeList(
    from opening: Unicode.Scalar,
    to closing: Unicode.Scalar,
    _ takeElement: (inout ReferenceGrammar) -> Bool
  ) -> Bool {
    guard take(opening) else { return false }
    skipWhitespace()
    if take(closing) { return true }
    repeat {
      skipWhitespace()
      guard takeElement(&self) else { return false }
      skipWhitespace()
    } while take(",")
    return take(closing)
  }

  private mutating func takeMember() -> Bool {
    guard takeString() else { return false }
    skipWhitespace()
    guard take(":") else { return false }
    skipWhitespace()
    return takeValue()
  }

  private mutating func takeLiteral(_ literal: String) -> Bool {
    literal.unicodeScalars.allSatisfy { take($0) }
  }

  private mutating func takeDigits() -> Bool {
    let count = rest.prefix { ("0"..."9").contains($0) }.count
    rest.removeFirst(count)
    return count > 0
  }

  private mutating func takeNumber() -> Bool {
    _ = take("-")
    if !take("0") {
      guard takeDigits() else { return false }
    }
    if take(".") {
      guard takeDigits() else { return false }
    }
    if take("e") || take("E") {
      _ = take("+") || take("-")
      guard takeDigits() else { return false }
    }
    return true
  }

  private mutating func takeString() -> Bool {
    guard take("\"") else { return false }
    // The UTF-16 units of escapes that stand side by side, to see whether surrogates come in pairs.
    var units: [UInt16] = []
    while let character = rest.popFirst() {
      if character == "\\" {
        guard let escape = rest.popFirst() else { return false }
        if escape == "u" {
          let digits = String(String.UnicodeScalarView(rest.prefix(4)))
          guard digits.utf8.count == 4, digits.allSatisfy({ $0.isHexDigit && $0.isASCII }),
            let unit = UInt16(digits, radix: 16)
          else { return false }
          rest.removeFirst(4)
          units.append(unit)
          continue
        }
        guard "\"\\/bfnrt".unicodeScalars.contains(escape) else { return false }
      }
      guard String(validating: units, as: UTF16.self) != nil else { return false }
      units = []
      if character == "\"" { return true }
      if character.value < 0x20 { return false }
    }
    return false
  }
}
