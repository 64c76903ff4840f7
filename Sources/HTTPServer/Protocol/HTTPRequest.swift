/// A request as a route's handler sees it; texts are made only when asked for.
package struct HTTPRequest {
  /// The methods that reach a handler; all others are answered with 405.
  package enum Method: Equatable {
    case get
    /// Answered like `get`, without the body; a handler need not tell them apart.
    case head
  }

  /// What is asked for.
  package let method: Method
  private let bytes: [UInt8]
  private let head: HTTPRequestHead

  /// Takes a head that was read.
  ///
  /// - Parameters:
  ///   - method: The method that the head names.
  ///   - bytes: The head's bytes, from the first to the last.
  ///   - head: Where in them everything stands.
  init(method: Method, bytes: [UInt8], head: HTTPRequestHead) {
    self.method = method
    self.bytes = bytes
    self.head = head
  }

  /// The path as it was sent: not decoded, without the query; "/" where an absolute target has none.
  package var path: String {
    head.path.isEmpty ? "/" : String(decoding: bytes[head.path], as: UTF8.self)
  }

  /// What stands behind the first question mark, not decoded; nil without one.
  package var query: String? {
    head.query.map { String(decoding: bytes[$0], as: UTF8.self) }
  }

  /// The value of a header field.
  ///
  /// - Parameter lowercasedName: The field's name in lower case.
  /// - Returns: The value without the white space around it, repeated fields joined with ", " (RFC 9110 §5.3); nil
  ///   where there is none.
  package func header(_ lowercasedName: String) -> String? {
    var value: String?
    forEachValue(of: lowercasedName) { next in
      let next = String(decoding: next.indices.map { next[$0] }, as: UTF8.self)
      value = value.map { $0 + ", " + next } ?? next
    }
    return value
  }

  /// Looks at the values of a header field without making texts of them.
  ///
  /// - Parameters:
  ///   - lowercasedName: The field's name in lower case.
  ///   - body: Called with each value, without the white space around it.
  func forEachValue(of lowercasedName: String, _ body: (Span<UInt8>) -> Void) {
    let span = bytes.span
    var start = head.fieldLines.lowerBound
    // Each line was found to be well-formed when it was read.
    while let end = span.firstIndex(of: UInt8(ascii: "\r"), in: start..<head.fieldLines.upperBound),
      let colon = span.firstIndex(of: UInt8(ascii: ":"), in: start..<end)
    {
      if span.extracting(start..<colon).equalsIgnoringCase(lowercasedName) {
        body(span.extracting(span.withoutOuterWhitespace((colon + 1)..<end)))
      }
      start = end + 2
    }
  }

  /// Compares the path without making a text of it.
  ///
  /// A letter, digit or one of `-._~` is the same as its percent-encoded triplet (RFC 9110 §4.2.3, RFC 3986 §6.2.2.2); all
  /// other triplets stand for themselves.
  ///
  /// - Parameter path: The bytes to compare it with.
  /// - Returns: Whether it is the same.
  func hasPath(_ path: [UInt8]) -> Bool {
    guard !head.path.isEmpty else { return path == [UInt8(ascii: "/")] }
    var index = head.path.lowerBound
    for byte in path {
      guard index < head.path.upperBound else { return false }
      if bytes[index] == byte {
        index += 1
      } else if unreservedByte(encodedAt: index) == byte {
        index += 3
      } else {
        return false
      }
    }
    return index == head.path.upperBound
  }

  /// The letter, digit or mark that a triplet stands for; nil where there is none. Each percent sign of a path begins one.
  private func unreservedByte(encodedAt index: Int) -> UInt8? {
    guard bytes[index] == UInt8(ascii: "%") else { return nil }
    let digits = String(decoding: bytes[index + 1...index + 2], as: UTF8.self)
    return UInt8(digits, radix: 16).flatMap { ByteSet.unreserved.contains($0) ? $0 : nil }
  }
}

/// What a request's head says, as positions in its bytes.
struct HTTPRequestHead: Equatable {
  /// A method as far as this server tells them apart.
  enum Method {
    case get
    case head
    case options
    case other
  }

  var method = Method.other
  /// Whether the target is an asterisk, as OPTIONS may have it.
  var isForWholeServer = false
  /// Whether the client speaks HTTP/1.1 or a later minor version, not HTTP/1.0.
  var isVersion11 = false
  /// Empty where an absolute target ends with its authority.
  var path = 0..<0
  var query: Range<Int>?
  /// The header fields with their line ends.
  var fieldLines = 0..<0
  /// Whether the client wants the connection to stay open after the answer (RFC 9112 §9.3).
  var persists = false
}
