internal import JSON

/// What a scalar without quotes is, by YAML 1.2.2 §10.3.2, the core schema: `no` is a text, `1e3` a number.
enum CoreSchema {
  static func content(ofPlain text: String) -> LocatedValue.Content {
    switch text {
    case "", "~", "null", "Null", "NULL": return .null
    case "true", "True", "TRUE": return .boolean(true)
    case "false", "False", "FALSE": return .boolean(false)
    case ".nan", ".NaN", ".NAN": return .decimal(.nan)
    default: return number(text) ?? .string(text)
    }
  }

  private static func number(_ text: String) -> LocatedValue.Content? {
    if let value = integer(text, after: "0x", radix: 16) ?? integer(text, after: "0o", radix: 8) {
      return .integer(value)
    }
    let bytes = Array(text.utf8)
    let hasSign = bytes.first == UInt8(ascii: "+") || bytes.first == UInt8(ascii: "-")
    let unsigned = String(decoding: bytes.dropFirst(hasSign ? 1 : 0), as: UTF8.self)
    if [".inf", ".Inf", ".INF"].contains(unsigned) {
      return .decimal(bytes.first == UInt8(ascii: "-") ? -.infinity : .infinity)
    }
    guard let isWhole = isWholeNumber(Array(unsigned.utf8)) else { return nil }
    if isWhole, let value = Int64(text) { return .integer(value) }
    return Double(text).map { .decimal($0) }
  }

  private static func integer(_ text: String, after prefix: String, radix: Int) -> Int64? {
    let digits = text.dropFirst(prefix.count)
    // A sign behind the prefix would be taken otherwise.
    guard text.hasPrefix(prefix), let first = digits.utf8.first, first != UInt8(ascii: "+"), first != UInt8(ascii: "-")
    else { return nil }
    return Int64(digits, radix: radix)
  }

  /// Whether a text without its sign is `[0-9]+`, or else a decimal of the schema; nil where it is neither.
  private static func isWholeNumber(_ bytes: [UInt8]) -> Bool? {
    var index = 0
    func skipDigits() -> Int {
      let start = index
      while index < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[index]) { index += 1 }
      return index - start
    }
    let whole = skipDigits()
    if index == bytes.count { return whole > 0 ? true : nil }
    var fraction = 0
    if bytes[index] == UInt8(ascii: ".") {
      index += 1
      fraction = skipDigits()
    }
    guard whole + fraction > 0 else { return nil }
    if index < bytes.count, bytes[index] | 0x20 == UInt8(ascii: "e") {
      index += 1
      if index < bytes.count, bytes[index] == UInt8(ascii: "+") || bytes[index] == UInt8(ascii: "-") { index += 1 }
      guard skipDigits() > 0 else { return nil }
    }
    return index == bytes.count ? false : nil
  }
}
