/// RFC 8259 and what the log's lines have beside it, written down as plainly as it goes: slow, recursive, one character at a
/// time. Beside it are `NaN`, `Infinity`, `-Infinity` and escapes of half a surrogate pair.
struct ReferenceGrammar {
  /// RFC 8259 §9 lets a parser limit this; the outermost one counts.
  private static let maximumDepth = 128

  private var rest: Substring.UnicodeScalarView
  private var depth = 0
  /// Whether something was taken that RFC 8259 does not have, or leaves open.
  private var isWider = false

  private init(_ text: String) {
    rest = text.unicodeScalars[...]
  }

  /// Whether a document is one object with white space around it, on one line.
  static func isObject(_ document: [UInt8]) -> Bool {
    guard let text = String(validating: document, as: UTF8.self) else { return false }
    return text.unicodeScalars.first { !" \t\r".unicodeScalars.contains($0) } == "{" && isValue(document)
  }

  /// Whether a document is one value with white space around it, on one line.
  static func isValue(_ document: [UInt8]) -> Bool {
    guard let text = String(validating: document, as: UTF8.self), !text.unicodeScalars.contains("\n") else {
      return false
    }
    var grammar = ReferenceGrammar(text)
    grammar.skipWhitespace()
    guard grammar.takeValue() else { return false }
    grammar.skipWhitespace()
    return grammar.rest.isEmpty
  }

  /// Whether a document, which is a value, has something that RFC 8259 does not have, or leaves open.
  static func isWiderThanJSON(_ document: [UInt8]) -> Bool {
    var grammar = ReferenceGrammar(String(decoding: document, as: UTF8.self))
    grammar.skipWhitespace()
    return grammar.takeValue() && grammar.isWider
  }

  /// Whether a document may have a number that no Double holds: the grammar takes it (RFC 8259 §6), and few parsers do.
  static func mayHaveHugeNumber(_ document: [UInt8]) -> Bool {
    // Below 100 digits and an exponent of two there is none.
    var (digitCount, isExponent) = (0, false)
    for byte in document {
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): digitCount += 1
      case UInt8(ascii: "e"), UInt8(ascii: "E"): (digitCount, isExponent) = (0, true)
      case UInt8(ascii: "+"), UInt8(ascii: "-"): digitCount = 0
      default: (digitCount, isExponent) = (0, false)
      }
      if digitCount >= (isExponent ? 3 : 100) { return true }
    }
    return false
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
    case "N": return takeNotFinite("NaN")
    case "I": return takeNotFinite("Infinity")
    default: return takeNumber()
    }
  }

  private mutating func takeList(
    from opening: Unicode.Scalar,
    to closing: Unicode.Scalar,
    _ takeElement: (inout ReferenceGrammar) -> Bool
  ) -> Bool {
    guard take(opening), depth < Self.maximumDepth else { return false }
    depth += 1
    defer { depth -= 1 }
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

  private mutating func takeNotFinite(_ literal: String) -> Bool {
    isWider = true
    return takeLiteral(literal)
  }

  private mutating func takeDigits() -> Bool {
    let count = rest.prefix { ("0"..."9").contains($0) }.count
    rest.removeFirst(count)
    return count > 0
  }

  private mutating func takeNumber() -> Bool {
    if take("-"), rest.first == "I" { return takeNotFinite("Infinity") }
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
      if String(validating: units, as: UTF16.self) == nil { isWider = true }
      units = []
      if character == "\"" { return true }
      if character.value < 0x20 { return false }
    }
    return false
  }
}
