/// A header field's place in its head.
struct HTTPField {
  let name: Range<Int>
  let value: Range<Int>
}

/// What the header fields say about the message itself: who is asked, whether a body follows, whether the connection
/// stays open.
struct HTTPFieldFacts {
  private var hasHost = false
  private var contentLength: UInt64?
  private var hasTransferEncoding = false
  private var asksForClose = false
  private var asksForKeepAlive = false

  /// Takes note of a header field.
  ///
  /// - Parameters:
  ///   - field: Where it stands.
  ///   - bytes: The head.
  /// - Throws: `HTTPRefusal` when the field is one of those and is not valid.
  mutating func take(_ field: HTTPField, of bytes: Span<UInt8>) throws(HTTPRefusal) {
    let name = bytes.extracting(field.name)
    switch name.count {
    case 4 where name.equalsIgnoringCase("host"):
      guard !hasHost else { throw .malformed("A request has one Host field.") }
      hasHost = true
      guard HTTPTarget.isHostAndPort(field.value, of: bytes) else {
        throw .malformed("The Host field is a host name or address, and maybe a colon and a port.")
      }
    case 10 where name.equalsIgnoringCase("connection"):
      bytes.forEachListElement(in: field.value) { element in
        if bytes.extracting(element).equalsIgnoringCase("close") { asksForClose = true }
        if bytes.extracting(element).equalsIgnoringCase("keep-alive") { asksForKeepAlive = true }
      }
    case 14 where name.equalsIgnoringCase("content-length"):
      try takeContentLength(field.value, of: bytes)
    case 17 where name.equalsIgnoringCase("transfer-encoding"):
      hasTransferEncoding = true
    default:
      break
    }
  }

  /// Draws the conclusion from all fields.
  ///
  /// - Parameters:
  ///   - isVersion11: Whether the client speaks HTTP/1.1 or later.
  ///   - ignoresBody: Whether a body may be announced: nobody reads it, and the connection ends with the answer.
  /// - Returns: Whether the connection is to stay open (RFC 9112 §9.3).
  /// - Throws: `HTTPRefusal` when the request has no Host field though it must, or announces a body.
  func finish(isVersion11: Bool, ignoresBody: Bool) throws(HTTPRefusal) -> Bool {
    guard hasHost || !isVersion11 else { throw .malformed("An HTTP/1.1 request has a Host field.") }
    // The two together are how requests are smuggled past a proxy (RFC 9112 §6.1).
    guard contentLength == nil || !hasTransferEncoding else {
      throw .malformed("A request has Content-Length or Transfer-Encoding, never both.")
    }
    let hasBody = contentLength ?? 0 > 0 || hasTransferEncoding
    guard !hasBody || ignoresBody else {
      throw HTTPRefusal(
        status: .contentTooLarge,
        reason: "This server takes GET, HEAD and OPTIONS requests without a body."
      )
    }
    return !hasBody && !asksForClose && (isVersion11 || asksForKeepAlive)
  }

  /// Reads `1*DIGIT`, repeated with the same value at most (RFC 9110 §8.6).
  private mutating func takeContentLength(_ value: Range<Int>, of bytes: Span<UInt8>) throws(HTTPRefusal) {
    let malformed = HTTPRefusal.malformed("Content-Length is one decimal number.")
    try bytes.forEachListElement(in: value) { (digits) throws(HTTPRefusal) in
      guard !digits.isEmpty, bytes.contains(digits, only: .digit) else { throw malformed }
      var length: UInt64 = 0
      for index in digits {
        let (product, overflows) = length.multipliedReportingOverflow(by: 10)
        let (sum, exceeds) = product.addingReportingOverflow(UInt64(bytes[index] - UInt8(ascii: "0")))
        guard !overflows, !exceeds else { throw malformed }
        length = sum
      }
      guard contentLength ?? length == length else { throw malformed }
      contentLength = length
    }
  }
}
