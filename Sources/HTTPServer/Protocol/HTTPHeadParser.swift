/// A request that is refused before any route sees it; the connection ends with the answer.
struct HTTPRefusal: Error, Equatable {
  let status: HTTPStatus
  /// What is wrong and what would be right, for whoever reads the answer.
  let reason: String

  /// A request that breaks the grammar.
  ///
  /// - Parameter reason: What is wrong and what would be right.
  /// - Returns: A refusal with status 400.
  static func malformed(_ reason: String) -> HTTPRefusal {
    HTTPRefusal(status: .badRequest, reason: reason)
  }
}

/// Reads one request head by RFC 9112, line by line as the bytes come in: each byte is looked at once, and what is
/// wrong is found as soon as its line is complete.
struct HTTPHeadParser {
  /// What was read so far; whole when `advance` has returned a length.
  private(set) var head = HTTPRequestHead()

  private let limits: HTTPLimits
  private var lineStart = 0
  private var scannedBytes = 0
  private var hasRequestLine = false
  private var emptyLines = 0
  private var fieldCount = 0
  private var fields = HTTPFieldFacts()

  /// RFC 9112 §2.2 wants at least one empty line before a request to be skipped.
  private static let leadingEmptyLines = 4

  /// Makes a parser for one head.
  ///
  /// - Parameter limits: How long the head may be.
  init(limits: HTTPLimits) {
    self.limits = limits
  }

  /// Reads on.
  ///
  /// - Parameter bytes: All bytes since the head's first one: those of the last call and what came since.
  /// - Returns: The head's length when it is complete; nil when more is needed.
  /// - Throws: `HTTPRefusal` when the request is wrong; the parser is of no use after that.
  mutating func advance(over bytes: Span<UInt8>) throws(HTTPRefusal) -> Int? {
    let end = min(bytes.count, limits.headBytes)
    var followsReturn = scannedBytes > lineStart && bytes[scannedBytes - 1] == UInt8(ascii: "\r")
    while scannedBytes < end {
      let byte = bytes[scannedBytes]
      scannedBytes += 1
      // With the two bytes of its end.
      guard hasRequestLine || scannedBytes - lineStart <= limits.requestLineBytes + 2 else { throw requestLineTooLong }
      if byte == UInt8(ascii: "\n") {
        guard followsReturn else { throw .malformed("A line ends with CR LF, not with LF alone.") }
        followsReturn = false
        let line = lineStart..<(scannedBytes - 2)
        lineStart = scannedBytes
        if try takeLine(line, of: bytes) { return scannedBytes }
        continue
      }
      guard !followsReturn else { throw .malformed("A line ends with CR LF, not with CR alone.") }
      followsReturn = byte == UInt8(ascii: "\r")
      let isControl = byte < 0x20 && byte != UInt8(ascii: "\t") && !followsReturn || byte == 0x7F
      guard !isControl else { throw .malformed("A request's head has no control characters such as NUL.") }
    }
    guard scannedBytes < limits.headBytes else {
      guard hasRequestLine else { throw requestLineTooLong }
      throw HTTPRefusal(
        status: .requestHeaderFieldsTooLarge,
        reason: "A request line and its header fields may have \(limits.headBytes) bytes."
      )
    }
    return nil
  }

  /// Reads a line.
  ///
  /// - Parameters:
  ///   - line: Where it stands, without its end.
  ///   - bytes: The head.
  /// - Returns: Whether it was the head's last.
  /// - Throws: `HTTPRefusal` when it breaks a rule.
  private mutating func takeLine(_ line: Range<Int>, of bytes: Span<UInt8>) throws(HTTPRefusal) -> Bool {
    guard hasRequestLine else {
      if line.isEmpty {
        emptyLines += 1
        guard emptyLines <= Self.leadingEmptyLines else { throw .malformed("A request starts with its request line.") }
        return false
      }
      try takeRequestLine(line, of: bytes)
      hasRequestLine = true
      head.fieldLines = lineStart..<lineStart
      return false
    }
    guard !line.isEmpty else {
      head.persists = try fields.finish(isVersion11: head.isVersion11, ignoresBody: head.method == .other)
      head.fieldLines = head.fieldLines.lowerBound..<line.lowerBound
      return true
    }
    guard fieldCount < limits.headerLines else {
      throw HTTPRefusal(
        status: .requestHeaderFieldsTooLarge,
        reason: "A request may have \(limits.headerLines) header fields."
      )
    }
    let field = try Self.field(in: line, of: bytes)
    fieldCount += 1
    try fields.take(field, of: bytes)
    return false
  }

  private var requestLineTooLong: HTTPRefusal {
    HTTPRefusal(status: .uriTooLong, reason: "A request line may have \(limits.requestLineBytes) bytes.")
  }

  /// Reads `METHOD SP TARGET SP VERSION` (RFC 9112 §3).
  private mutating func takeRequestLine(_ line: Range<Int>, of bytes: Span<UInt8>) throws(HTTPRefusal) {
    let space = UInt8(ascii: " ")
    guard
      let methodEnd = bytes.firstIndex(of: space, in: line),
      methodEnd > line.lowerBound, bytes.contains(line.lowerBound..<methodEnd, only: .token),
      let targetEnd = bytes.firstIndex(of: space, in: (methodEnd + 1)..<line.upperBound),
      targetEnd > methodEnd + 1
    else { throw .malformed("A request line is METHOD, one space, TARGET, one space, HTTP/1.1.") }

    head.isVersion11 = try Self.isVersion11((targetEnd + 1)..<line.upperBound, of: bytes)
    let method = bytes.extracting(line.lowerBound..<methodEnd)
    // Method names are case-sensitive (RFC 9110 §9.1): "get" is another method.
    if method.equals("GET") {
      head.method = .get
    } else if method.equals("HEAD") {
      head.method = .head
    } else if method.equals("OPTIONS") {
      head.method = .options
      // All that the server has (RFC 9112 §3.2.4).
      if bytes.extracting((methodEnd + 1)..<targetEnd).equals("*") { return head.isForWholeServer = true }
    } else {
      // Answered with 405 whatever its target is: CONNECT has a host and port.
      return
    }
    let target = try HTTPTarget(in: (methodEnd + 1)..<targetEnd, of: bytes)
    head.path = target.path
    head.query = target.query
  }

  /// Reads `HTTP/1.x` (RFC 9112 §2.3).
  private static func isVersion11(_ version: Range<Int>, of bytes: Span<UInt8>) throws(HTTPRefusal) -> Bool {
    let start = version.lowerBound
    guard
      version.count == 8, bytes.extracting(start..<(start + 5)).equals("HTTP/"),
      ByteSet.digit.contains(bytes[start + 5]), bytes[start + 6] == UInt8(ascii: "."),
      ByteSet.digit.contains(bytes[start + 7]), bytes[start + 5] != UInt8(ascii: "0")
    else { throw .malformed("A request line ends with one space and HTTP/1.1 or HTTP/1.0.") }
    guard bytes[start + 5] == UInt8(ascii: "1") else {
      throw HTTPRefusal(status: .versionNotSupported, reason: "This server speaks HTTP/1.1 and HTTP/1.0.")
    }
    return bytes[start + 7] != UInt8(ascii: "0")
  }

  /// Reads `name: value` (RFC 9112 §5).
  private static func field(in line: Range<Int>, of bytes: Span<UInt8>) throws(HTTPRefusal) -> HTTPField {
    guard !bytes.isWhitespace(at: line.lowerBound) else {
      throw .malformed("A header field stands on one line, which starts with its name.")
    }
    guard
      let colon = bytes.firstIndex(of: UInt8(ascii: ":"), in: line),
      colon > line.lowerBound, bytes.contains(line.lowerBound..<colon, only: .token)
    else { throw .malformed("A header field is a name, a colon right behind it, and a value.") }
    return HTTPField(
      name: line.lowerBound..<colon,
      value: bytes.withoutOuterWhitespace((colon + 1)..<line.upperBound)
    )
  }
}
