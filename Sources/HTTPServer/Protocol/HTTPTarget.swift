/// What a request line asks for (RFC 9112 §3.2), as positions in the head; nothing is decoded.
struct HTTPTarget {
  /// Starts with a slash; empty where an absolute target ends with its authority.
  let path: Range<Int>
  /// What stands behind the first question mark.
  let query: Range<Int>?

  /// Reads `/path?query` or `http://host/path?query`.
  ///
  /// - Parameters:
  ///   - target: Where it stands; not empty.
  ///   - bytes: The head.
  /// - Throws: `HTTPRefusal` for any other form.
  init(in target: Range<Int>, of bytes: Span<UInt8>) throws(HTTPRefusal) {
    let slash = UInt8(ascii: "/")
    var pathStart = target.lowerBound
    if bytes[pathStart] != slash {
      pathStart = try Self.authorityEnd(in: target, of: bytes)
    }
    let questionMark = bytes.firstIndex(of: UInt8(ascii: "?"), in: pathStart..<target.upperBound)
    path = pathStart..<(questionMark ?? target.upperBound)
    query = questionMark.map { ($0 + 1)..<target.upperBound }
    guard bytes.contains(path, only: .path, allowingTriplets: true) else {
      throw .malformed("A path has the characters of RFC 3986; others are sent as %XX.")
    }
    if let query {
      guard bytes.contains(query, only: .query) else {
        throw .malformed("A query has the characters of RFC 3986; others are sent as %XX.")
      }
    }
  }

  /// Finds the end of `http://authority`, which any server has to take (RFC 9112 §3.2.2).
  private static func authorityEnd(in target: Range<Int>, of bytes: Span<UInt8>) throws(HTTPRefusal) -> Int {
    let scheme = "http://"
    let start = target.lowerBound + scheme.utf8.count
    guard
      target.count > scheme.utf8.count, bytes.extracting(target.lowerBound..<start).equalsIgnoringCase(scheme)
    else { throw .malformed("A request's target is a path that starts with a slash.") }
    var end = start
    while end < target.upperBound, bytes[end] != UInt8(ascii: "/"), bytes[end] != UInt8(ascii: "?") { end += 1 }
    guard isHostAndPort(start..<end, of: bytes) else {
      throw .malformed("The host in the request's target is not valid.")
    }
    return end
  }

  /// Checks `host` or `host:port` (RFC 3986 §3.2.2, §3.2.3); an http host is never empty (RFC 9110 §4.2.1).
  ///
  /// - Parameters:
  ///   - range: Where it stands.
  ///   - bytes: The head.
  /// - Returns: Whether it is one.
  static func isHostAndPort(_ range: Range<Int>, of bytes: Span<UInt8>) -> Bool {
    guard !range.isEmpty else { return false }
    var hostEnd: Int
    if bytes[range.lowerBound] == UInt8(ascii: "[") {
      guard let bracket = bytes.firstIndex(of: UInt8(ascii: "]"), in: range) else { return false }
      let address = (range.lowerBound + 1)..<bracket
      guard !address.isEmpty, bytes.contains(address, only: .bracketedAddress) else { return false }
      hostEnd = bracket + 1
    } else {
      hostEnd = bytes.firstIndex(of: UInt8(ascii: ":"), in: range) ?? range.upperBound
      let name = range.lowerBound..<hostEnd
      guard !name.isEmpty, bytes.contains(name, only: .registeredName, allowingTriplets: true) else { return false }
    }
    guard hostEnd < range.upperBound else { return true }
    guard bytes[hostEnd] == UInt8(ascii: ":") else { return false }
    return bytes.contains((hostEnd + 1)..<range.upperBound, only: .digit)
  }
}
