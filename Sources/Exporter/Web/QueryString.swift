/// The part of an address behind its question mark.
enum QueryString {
  /// The value of a parameter, decoded as browsers encode it (WHATWG URL Standard §5.1).
  ///
  /// - Parameters:
  ///   - name: The parameter's name, which needs no encoding.
  ///   - query: The part of the address behind the question mark.
  /// - Returns: The first one's value, "" where it has none; nil without the parameter.
  static func value(of name: String, in query: String) -> String? {
    for pair in query.utf8.split(separator: UInt8(ascii: "&")) {
      let parts = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
      guard parts[0].elementsEqual(name.utf8) else { continue }
      return parts.count > 1 ? decode(Array(parts[1])) : ""
    }
    return nil
  }

  private static func decode(_ text: [UInt8]) -> String {
    var bytes: [UInt8] = []
    var index = 0
    while index < text.count {
      if text[index] == UInt8(ascii: "%"), let byte = hexadecimalByte(text[(index + 1)...].prefix(2)) {
        bytes.append(byte)
        index += 3
      } else {
        bytes.append(text[index] == UInt8(ascii: "+") ? UInt8(ascii: " ") : text[index])
        index += 1
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func hexadecimalByte(_ digits: ArraySlice<UInt8>) -> UInt8? {
    // The conversion would take a sign as well.
    guard digits.count == 2, digits.allSatisfy({ $0 > UInt8(ascii: "/") }) else { return nil }
    return UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
  }
}
