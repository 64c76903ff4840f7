/// A set of ASCII characters.
struct ByteSet {
  private var low: UInt64 = 0
  private var high: UInt64 = 0

  /// Collects characters.
  ///
  /// - Parameter characters: ASCII only; others are left out.
  init(_ characters: String) {
    for byte in characters.utf8 {
      switch byte {
      case 0..<64: low |= 1 << byte
      case 64..<128: high |= 1 << (byte - 64)
      default: break
      }
    }
  }

  /// Looks a byte up.
  ///
  /// - Parameter byte: Any byte.
  /// - Returns: Whether it is in the set.
  @inline(__always)
  func contains(_ byte: UInt8) -> Bool {
    // A shift by the whole width gives 0, so bytes outside a half are not in it.
    byte < 64 ? low >> byte & 1 == 1 : high >> (byte &- 64) & 1 == 1
  }

  private static let lettersAndDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
  private static let subdelimiters = "!$&'()*+,;="

  /// Digits (RFC 5234 appendix B.1).
  static let digit = ByteSet("0123456789")
  /// What methods and field names are made of: tchar (RFC 9110 §5.6.2).
  static let token = ByteSet(lettersAndDigits + "!#$%&'*+-.^_`|~")
  /// What is the same percent-encoded or not (RFC 3986 §2.3).
  static let unreserved = ByteSet(lettersAndDigits + "-._~")
  /// What a path is made of beside percent-encoded triplets (RFC 3986 §3.3).
  static let path = ByteSet(lettersAndDigits + subdelimiters + "-._~:@/")
  /// What a query is made of: RFC 3986 §3.4, a percent sign anywhere, and what browsers leave unencoded there (the
  /// WHATWG URL standard's query percent-encode set).
  static let query = ByteSet(lettersAndDigits + subdelimiters + "-._~:@/?%[]{}|\\^`")
  /// What a host's name is made of beside percent-encoded triplets (RFC 3986 §3.2.2).
  static let registeredName = ByteSet(lettersAndDigits + subdelimiters + "-._~")
  /// What stands between the brackets of an IPv6 or later address (RFC 3986 §3.2.2).
  static let bracketedAddress = ByteSet(lettersAndDigits + subdelimiters + "-._~:")
  /// Hexadecimal digits (RFC 3986 §2.1).
  static let hexadecimalDigit = ByteSet("0123456789ABCDEFabcdef")
}

extension Span<UInt8> {
  /// Finds a byte.
  ///
  /// - Parameters:
  ///   - byte: The byte.
  ///   - range: Where to look.
  /// - Returns: The first position of the byte in the range, or nil.
  func firstIndex(of byte: UInt8, in range: Range<Int>) -> Int? {
    for index in range where self[index] == byte { return index }
    return nil
  }

  /// Checks each byte of a range.
  ///
  /// - Parameters:
  ///   - range: The bytes.
  ///   - set: The characters that may be there.
  ///   - allowingTriplets: Whether percent-encoded triplets may be there too (RFC 3986 §2.1).
  /// - Returns: Whether nothing else is there; true for an empty range.
  func contains(_ range: Range<Int>, only set: ByteSet, allowingTriplets: Bool = false) -> Bool {
    var index = range.lowerBound
    while index < range.upperBound {
      if set.contains(self[index]) {
        index += 1
        continue
      }
      guard
        allowingTriplets, self[index] == UInt8(ascii: "%"), index + 2 < range.upperBound,
        ByteSet.hexadecimalDigit.contains(self[index + 1]), ByteSet.hexadecimalDigit.contains(self[index + 2])
      else { return false }
      index += 3
    }
    return true
  }

  /// Compares with a text, letters of both cases being the same.
  ///
  /// - Parameter lowercasedText: ASCII in lower case.
  /// - Returns: Whether it is the same text.
  func equalsIgnoringCase(_ lowercasedText: String) -> Bool {
    let text = lowercasedText.utf8
    guard count == text.count else { return false }
    var index = 0
    for expected in text {
      let byte = self[index]
      let isCapital = byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z")
      guard (isCapital ? byte | 0x20 : byte) == expected else { return false }
      index += 1
    }
    return true
  }

  /// Compares with a text.
  ///
  /// - Parameter text: The text.
  /// - Returns: Whether it is the same, byte for byte.
  func equals(_ text: String) -> Bool {
    let text = text.utf8
    guard count == text.count else { return false }
    var index = 0
    for expected in text {
      guard self[index] == expected else { return false }
      index += 1
    }
    return true
  }

  /// A range without the spaces and tabs at both its ends (RFC 9110 §5.6.3).
  ///
  /// - Parameter range: The range.
  /// - Returns: What is left of it.
  func withoutOuterWhitespace(_ range: Range<Int>) -> Range<Int> {
    var (start, end) = (range.lowerBound, range.upperBound)
    while start < end, isWhitespace(at: start) { start += 1 }
    while start < end, isWhitespace(at: end - 1) { end -= 1 }
    return start..<end
  }

  /// Looks for a space or tab.
  ///
  /// - Parameter index: Where to look.
  /// - Returns: Whether there is one.
  func isWhitespace(at index: Int) -> Bool {
    self[index] == UInt8(ascii: " ") || self[index] == UInt8(ascii: "\t")
  }

  /// Calls with each element of a list (RFC 9110 §5.6.1).
  ///
  /// - Parameters:
  ///   - range: The list.
  ///   - separator: What stands between two elements.
  ///   - keepsQuoted: Whether an element may hold quoted strings, in which nothing separates (RFC 9110 §5.6.4).
  ///   - body: Called with the range of each element without the white space around it, also of an empty one.
  /// - Throws: What `body` throws.
  func forEachListElement<Failure: Error>(
    in range: Range<Int>,
    separatedBy separator: UInt8 = UInt8(ascii: ","),
    keepingQuoted keepsQuoted: Bool = false,
    _ body: (Range<Int>) throws(Failure) -> Void
  ) throws(Failure) {
    var start = range.lowerBound
    while start <= range.upperBound {
      let rest = start..<range.upperBound
      let found = keepsQuoted ? firstUnquotedIndex(of: separator, in: rest) : firstIndex(of: separator, in: rest)
      let end = found ?? range.upperBound
      try body(withoutOuterWhitespace(start..<end))
      start = end + 1
    }
  }

  /// Finds a byte outside quoted strings; one that does not end goes on to the range's end.
  private func firstUnquotedIndex(of byte: UInt8, in range: Range<Int>) -> Int? {
    var isQuoted = false
    var isEscaped = false
    for index in range {
      let found = self[index]
      if isEscaped {
        isEscaped = false
      } else if isQuoted, found == UInt8(ascii: "\\") {
        isEscaped = true
      } else if found == UInt8(ascii: "\"") {
        isQuoted.toggle()
      } else if !isQuoted, found == byte {
        return index
      }
    }
    return nil
  }

  /// A range without the quotes at both its ends, if it has them.
  ///
  /// - Parameter range: The range.
  /// - Returns: What is between them; a backslash in it stays.
  func withoutQuotes(_ range: Range<Int>) -> Range<Int> {
    let quote = UInt8(ascii: "\"")
    guard range.count >= 2, self[range.lowerBound] == quote, self[range.upperBound - 1] == quote else { return range }
    return (range.lowerBound + 1)..<(range.upperBound - 1)
  }
}
