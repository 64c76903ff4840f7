import Foundation
import Testing

@testable import HTTPServer

/// What a parser makes of some bytes.
private enum Outcome: Equatable {
  case needsMore
  case complete(Int, HTTPRequestHead)
  case refused(HTTPStatus)
}

/// Parses bytes that come in pieces.
private func parse(_ bytes: [UInt8], pieceBytes: Int = .max, limits: HTTPLimits = HTTPLimits()) -> Outcome {
  var parser = HTTPHeadParser(limits: limits)
  var available = 0
  while available < bytes.count {
    available = pieceBytes < bytes.count - available ? available + pieceBytes : bytes.count
    do {
      if let length = try parser.advance(over: bytes.span.extracting(0..<available)) {
        return .complete(length, parser.head)
      }
    } catch {
      return .refused(error.status)
    }
  }
  return .needsMore
}

private func get(_ target: String = "/", _ version: String = "HTTP/1.1", fields: String = "Host: x\r\n") -> String {
  "GET \(target) \(version)\r\n\(fields)\r\n"
}

/// One request and what becomes of it.
struct HeadCase: CustomTestStringConvertible, Sendable {
  let name: String
  let bytes: [UInt8]
  /// nil: it is a valid head.
  let status: HTTPStatus?

  init(_ name: String, _ text: String, _ status: HTTPStatus? = nil) {
    (self.name, self.bytes, self.status) = (name, Array(text.utf8), status)
  }

  init(_ name: String, bytes: [UInt8], _ status: HTTPStatus? = nil) {
    (self.name, self.bytes, self.status) = (name, bytes, status)
  }

  var testDescription: String { name }
}

@Suite("request heads")
struct HTTPHeadParserTests {
  static let requestLines: [HeadCase] = [
    HeadCase("plain GET", get()),
    HeadCase("HEAD", "HEAD / HTTP/1.1\r\nHost: x\r\n\r\n"),
    HeadCase("unknown method is a token", "BREW / HTTP/1.1\r\nHost: x\r\n\r\n"),
    HeadCase("OPTIONS with asterisk", "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n"),
    HeadCase("CONNECT with authority", "CONNECT x:443 HTTP/1.1\r\nHost: x\r\n\r\n"),
    HeadCase("method is no token", "G(T / HTTP/1.1\r\nHost: x\r\n\r\n", .badRequest),
    HeadCase("no method", " / HTTP/1.1\r\nHost: x\r\n\r\n", .badRequest),
    HeadCase("two spaces after the method", "GET  / HTTP/1.1\r\nHost: x\r\n\r\n", .badRequest),
    HeadCase("tab after the method", "GET\t/ HTTP/1.1\r\nHost: x\r\n\r\n", .badRequest),
    HeadCase("two spaces after the target", "GET /  HTTP/1.1\r\nHost: x\r\n\r\n", .badRequest),
    HeadCase("space at the line's end", "GET / HTTP/1.1 \r\nHost: x\r\n\r\n", .badRequest),
    HeadCase("space before the line", " GET / HTTP/1.1\r\nHost: x\r\n\r\n", .badRequest),
    HeadCase("one word", "GET\r\n", .badRequest),
    HeadCase("HTTP/0.9", "GET /\r\n", .badRequest),
    HeadCase("HTTP/0.9 by name", "GET / HTTP/0.9\r\n", .badRequest),
    HeadCase("no version", "GET / \r\n", .badRequest),
    HeadCase("HTTP/1.0", get("/", "HTTP/1.0", fields: "")),
    HeadCase("HTTP/1.7 counts as 1.1", get("/", "HTTP/1.7")),
    HeadCase("HTTP/1.7 needs Host as 1.1 does", get("/", "HTTP/1.7", fields: ""), .badRequest),
    HeadCase("HTTP/2.0", get("/", "HTTP/2.0"), .versionNotSupported),
    HeadCase("HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", .versionNotSupported),
    HeadCase("HTTP/9.9", get("/", "HTTP/9.9"), .versionNotSupported),
    HeadCase("HTTP/11.1", get("/", "HTTP/11.1"), .badRequest),
    HeadCase("HTTP/1.10", get("/", "HTTP/1.10"), .badRequest),
    HeadCase("HTTP/1", get("/", "HTTP/1"), .badRequest),
    HeadCase("HTTP/1,1", get("/", "HTTP/1,1"), .badRequest),
    HeadCase("HTTP/-1.1", get("/", "HTTP/-1.1"), .badRequest),
    HeadCase("lower-case version", get("/", "http/1.1"), .badRequest),
    HeadCase("other protocol", get("/", "RTSP/1.1"), .badRequest),
    HeadCase("empty lines before", "\r\n\r\n" + get()),
    HeadCase("too many empty lines before", "\r\n\r\n\r\n\r\n\r\n" + get(), .badRequest),
    HeadCase("TLS instead of HTTP", bytes: [0x16, 0x03, 0x01, 0x02, 0x00, 0x01], .badRequest),
  ]

  static let targets: [HeadCase] = [
    HeadCase("query", get("/metrics?a=b&c=/d?e")),
    HeadCase("query as browsers send it", get("/?a[]={b}|c^`\\%zz")),
    HeadCase("percent-encoded path", get("/%6detrics")),
    HeadCase("percent-encoded NUL stays encoded", get("/%00")),
    HeadCase("broken triplet in the path", get("/%6"), .badRequest),
    HeadCase("no hexadecimal digits in the path", get("/%zz"), .badRequest),
    HeadCase("fragment", get("/#top"), .badRequest),
    HeadCase("quote in the query", get("/?a=\"b\""), .badRequest),
    HeadCase("backslash in the path", get("/..\\etc"), .badRequest),
    HeadCase("bytes outside ASCII", get("/é"), .badRequest),
    HeadCase("asterisk", get("*"), .badRequest),
    HeadCase("authority", get("x:80"), .badRequest),
    HeadCase("no slash", get("metrics"), .badRequest),
    HeadCase("absolute", get("http://x/metrics")),
    HeadCase("absolute in capitals", get("HTTP://x/metrics")),
    HeadCase("absolute with port and query", get("http://x:8083/?a")),
    HeadCase("absolute without a path", get("http://x")),
    HeadCase("absolute without a path, with a query", get("http://x?a")),
    HeadCase("absolute with an IPv6 host", get("http://[::1]:8083/")),
    HeadCase("absolute without a host", get("http:///metrics"), .badRequest),
    HeadCase("absolute with nothing behind", get("http://"), .badRequest),
    HeadCase("absolute with a user", get("http://user@x/"), .badRequest),
    HeadCase("absolute with a bad port", get("http://x:8a/"), .badRequest),
    HeadCase("absolute for https", get("https://x/"), .badRequest),
    HeadCase("absolute for a file", get("file:///etc/passwd"), .badRequest),
  ]

  static let fieldLines: [HeadCase] = [
    HeadCase("fields", get(fields: "Host: x\r\nAccept: */*\r\nX-Empty:\r\nX-Tab:\t a\tb \t\r\n")),
    HeadCase("bytes outside ASCII in a value", get(fields: "Host: x\r\nX: é\r\n")),
    HeadCase("space before the colon", get(fields: "Host : x\r\n"), .badRequest),
    HeadCase("tab before the colon", get(fields: "Host\t: x\r\n"), .badRequest),
    HeadCase("no colon", get(fields: "Host: x\r\nAccept\r\n"), .badRequest),
    HeadCase("empty name", get(fields: "Host: x\r\n: a\r\n"), .badRequest),
    HeadCase("name is no token", get(fields: "Host: x\r\nA/B: c\r\n"), .badRequest),
    HeadCase("name outside ASCII", get(fields: "Host: x\r\né: c\r\n"), .badRequest),
    HeadCase("folded line", get(fields: "Host: x\r\nA: b\r\n c\r\n"), .badRequest),
    HeadCase("folded line with a tab", get(fields: "Host: x\r\nA: b\r\n\tc: d\r\n"), .badRequest),
    HeadCase("space before the first field", get(fields: " Host: x\r\n"), .badRequest),
    HeadCase("NUL in a value", get(fields: "Host: x\r\nA: b\0c\r\n"), .badRequest),
    HeadCase("DEL in a value", get(fields: "Host: x\r\nA: b\u{7F}c\r\n"), .badRequest),
    HeadCase("escape in a value", get(fields: "Host: x\r\nA: \u{1B}[2J\r\n"), .badRequest),
    HeadCase("LF alone", "GET / HTTP/1.1\nHost: x\n\n", .badRequest),
    HeadCase("LF alone after a field", "GET / HTTP/1.1\r\nHost: x\n\r\n", .badRequest),
    HeadCase("LF alone at the head's end", "GET / HTTP/1.1\r\nHost: x\r\n\n", .badRequest),
    HeadCase("LF first", "\nGET / HTTP/1.1\r\nHost: x\r\n\r\n", .badRequest),
    HeadCase("CR alone", "GET / HTTP/1.1\r\nHost: x\rA: b\r\n\r\n", .badRequest),
    HeadCase("two CR", "GET / HTTP/1.1\r\r\nHost: x\r\n\r\n", .badRequest),
    HeadCase("CR at the head's end", "GET / HTTP/1.1\r\nHost: x\r\n\rx", .badRequest),
  ]

  static let hosts: [HeadCase] = [
    HeadCase("no Host on 1.1", get(fields: ""), .badRequest),
    HeadCase("two Hosts", get(fields: "Host: x\r\nHost: x\r\n"), .badRequest),
    HeadCase("two Hosts on 1.0", get("/", "HTTP/1.0", fields: "Host: x\r\nhost: x\r\n"), .badRequest),
    HeadCase("Host on 1.0", get("/", "HTTP/1.0")),
    HeadCase("Host in capitals", get(fields: "HOST: x\r\n")),
    HeadCase("name and port", get(fields: "Host: etl_metrics.local:8083\r\n")),
    HeadCase("port left empty", get(fields: "Host: x:\r\n")),
    HeadCase("IPv4", get(fields: "Host: 127.0.0.1:8083\r\n")),
    HeadCase("IPv6", get(fields: "Host: [::1]:8083\r\n")),
    HeadCase("empty Host", get(fields: "Host:\r\n"), .badRequest),
    HeadCase("port without a name", get(fields: "Host: :80\r\n"), .badRequest),
    HeadCase("port with letters", get(fields: "Host: x:80a\r\n"), .badRequest),
    HeadCase("space in Host", get(fields: "Host: x y\r\n"), .badRequest),
    HeadCase("list in Host", get(fields: "Host: x, y\r\n"), .badRequest),
    HeadCase("path in Host", get(fields: "Host: x/y\r\n"), .badRequest),
    HeadCase("user in Host", get(fields: "Host: a@x\r\n"), .badRequest),
    HeadCase("bracket left open", get(fields: "Host: [::1\r\n"), .badRequest),
    HeadCase("nothing in the brackets", get(fields: "Host: []\r\n"), .badRequest),
    HeadCase("more behind the brackets", get(fields: "Host: [::1]x\r\n"), .badRequest),
    HeadCase("absolute target needs Host too", get("http://x/", fields: ""), .badRequest),
  ]

  static let bodies: [HeadCase] = [
    HeadCase("length 0", get(fields: "Host: x\r\nContent-Length: 0\r\n")),
    HeadCase("length 000", get(fields: "Host: x\r\nContent-Length: 000\r\n")),
    HeadCase("length 0 twice", get(fields: "Host: x\r\nContent-Length: 0\r\nContent-Length: 0\r\n")),
    HeadCase("Expect without a body", get(fields: "Host: x\r\nExpect: 100-continue\r\n")),
    HeadCase("length 1", get(fields: "Host: x\r\nContent-Length: 1\r\n"), .contentTooLarge),
    HeadCase("length 5 twice", get(fields: "Host: x\r\nContent-Length: 5, 5\r\n"), .contentTooLarge),
    HeadCase("greatest length", get(fields: "Host: x\r\nContent-Length: 18446744073709551615\r\n"), .contentTooLarge),
    HeadCase("overflowing length", get(fields: "Host: x\r\nContent-Length: 18446744073709551616\r\n"), .badRequest),
    HeadCase(
      "length that wraps to 0",
      get(fields: "Host: x\r\nContent-Length: 184467440737095516160\r\n"),
      .badRequest
    ),
    HeadCase("two lengths", get(fields: "Host: x\r\nContent-Length: 0\r\nContent-Length: 5\r\n"), .badRequest),
    HeadCase("two lengths in a list", get(fields: "Host: x\r\nContent-Length: 0, 5\r\n"), .badRequest),
    HeadCase("signed length", get(fields: "Host: x\r\nContent-Length: +0\r\n"), .badRequest),
    HeadCase("negative length", get(fields: "Host: x\r\nContent-Length: -1\r\n"), .badRequest),
    HeadCase("hexadecimal length", get(fields: "Host: x\r\nContent-Length: 0x0\r\n"), .badRequest),
    HeadCase("fractional length", get(fields: "Host: x\r\nContent-Length: 0.0\r\n"), .badRequest),
    HeadCase("empty length", get(fields: "Host: x\r\nContent-Length:\r\n"), .badRequest),
    HeadCase("empty element", get(fields: "Host: x\r\nContent-Length: 0,\r\n"), .badRequest),
    HeadCase("space inside", get(fields: "Host: x\r\nContent-Length: 0 0\r\n"), .badRequest),
    HeadCase("chunked", get(fields: "Host: x\r\nTransfer-Encoding: chunked\r\n"), .contentTooLarge),
    HeadCase("chunked in capitals", get(fields: "Host: x\r\nTRANSFER-ENCODING: CHUNKED\r\n"), .contentTooLarge),
    HeadCase("unknown coding", get(fields: "Host: x\r\nTransfer-Encoding: cow\r\n"), .contentTooLarge),
    HeadCase("empty coding", get(fields: "Host: x\r\nTransfer-Encoding:\r\n"), .contentTooLarge),
    HeadCase("chunked on 1.0", get("/", "HTTP/1.0", fields: "Transfer-Encoding: chunked\r\n"), .contentTooLarge),
    HeadCase(
      "length and coding",
      get(fields: "Host: x\r\nContent-Length: 0\r\nTransfer-Encoding: chunked\r\n"),
      .badRequest
    ),
    HeadCase("POST with a body", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\n", .contentTooLarge),
  ]

  @Test(
    "a head gets its one answer, in however many pieces it comes",
    arguments: requestLines + targets + fieldLines + hosts + bodies
  )
  func answers(_ example: HeadCase) throws {
    let whole = parse(example.bytes)
    if let status = example.status {
      #expect(whole == .refused(status))
    } else {
      guard case .complete(example.bytes.count, _) = whole else {
        Issue.record("not complete: \(whole)")
        return
      }
    }
    for pieceBytes in [1, 2, 3, 7] {
      #expect(parse(example.bytes, pieceBytes: pieceBytes) == whole)
    }
  }

  @Test("every beginning of a valid head waits for the rest")
  func beginningsWait() {
    let bytes = Array(get("/metrics?a", fields: "Host: x\r\nAccept: text/plain\r\n").utf8)
    for count in 0..<bytes.count {
      #expect(parse(Array(bytes[..<count])) == .needsMore)
    }
  }

  @Test("what follows a head is left alone")
  func restIsLeft() {
    let head = get()
    #expect(parse(Array((head + "GARBAGE\0\n").utf8)) == parse(Array(head.utf8)))
  }

  @Test("a head of exactly the limit is read, one byte more is refused")
  func headLimit() {
    let limits = HTTPLimits()
    func head(bytes: Int) -> [UInt8] {
      let padding = bytes - get(fields: "Host: x\r\nA: \r\n").utf8.count
      return Array(get(fields: "Host: x\r\nA: \(String(repeating: "a", count: padding))\r\n").utf8)
    }
    guard case .complete = parse(head(bytes: limits.headBytes)) else {
      Issue.record("refused at the limit")
      return
    }
    #expect(parse(head(bytes: limits.headBytes + 1)) == .refused(.requestHeaderFieldsTooLarge))
    #expect(parse(Array(head(bytes: limits.headBytes + 1).dropLast())) == .refused(.requestHeaderFieldsTooLarge))
    let endlessTarget = Array("GET /".utf8) + [UInt8](repeating: 0x61, count: limits.headBytes)
    #expect(parse(endlessTarget) == .refused(.requestHeaderFieldsTooLarge))
  }

  @Test("more header lines than the limit are refused")
  func fieldLimit() {
    var limits = HTTPLimits()
    limits.headBytes = 1 << 20
    func head(fields: Int) -> [UInt8] {
      Array(get(fields: "Host: x\r\n" + String(repeating: "A: b\r\n", count: fields - 1)).utf8)
    }
    guard case .complete = parse(head(fields: limits.headerLines), limits: limits) else {
      Issue.record("refused at the limit")
      return
    }
    #expect(parse(head(fields: limits.headerLines + 1), limits: limits) == .refused(.requestHeaderFieldsTooLarge))
    #expect(parse(head(fields: 10_000), limits: limits) == .refused(.requestHeaderFieldsTooLarge))
  }

  @Test(
    "the connection stays open as the version and the Connection field say",
    arguments: [
      ("HTTP/1.1", "", true), ("HTTP/1.1", "close", false), ("HTTP/1.1", "Close", false),
      ("HTTP/1.1", "keep-alive, CLOSE", false), ("HTTP/1.1", "closed", true),
      ("HTTP/1.1", "x\r\nConnection: close", false),
      ("HTTP/1.1", "upgrade, ,", true), ("HTTP/1.0", "", false), ("HTTP/1.0", "keep-alive", true),
      ("HTTP/1.0", "Keep-Alive , x", true), ("HTTP/1.0", "keep-alive, close", false), ("HTTP/1.0", "keep", false),
    ]
  )
  func persistence(version: String, connection: String, persists: Bool) {
    let bytes = Array(get("/", version, fields: "Host: x\r\nConnection: \(connection)\r\n").utf8)
    guard case .complete(_, let head) = parse(bytes) else {
      Issue.record("not complete")
      return
    }
    #expect(head.persists == persists)
  }

  @Test(
    "path and query are handed on as they were sent",
    arguments: [
      ("/metrics", "/metrics", nil), ("/a?b?c", "/a", "b?c"), ("/?", "/", ""), ("//a/../%2e", "//a/../%2e", nil),
      ("http://x/a?b", "/a", "b"), ("http://x", "/", nil), ("http://x?a", "/", "a"),
    ] as [(String, String, String?)]
  )
  func pathAndQuery(target: String, path: String, query: String?) {
    let bytes = Array(("\r\n" + get(target)).utf8)
    guard case .complete(_, let head) = parse(bytes) else {
      Issue.record("not complete")
      return
    }
    let request = HTTPRequest(method: .get, bytes: bytes, head: head)
    #expect(request.path == path)
    #expect(request.query == query)
    #expect(request.hasPath(Array(path.utf8)))
    #expect(!request.hasPath(Array("\(path)x".utf8)))
  }

  @Test("a repeated header field is joined, and its name has no case")
  func headerFields() {
    let bytes = Array(get(fields: "Host: x\r\nACCEPT:  a;q=1 \r\naccept:\r\nAccept: b\r\nEmpty:\r\n").utf8)
    guard case .complete(_, let head) = parse(bytes) else {
      Issue.record("not complete")
      return
    }
    let request = HTTPRequest(method: .get, bytes: bytes, head: head)
    #expect(request.header("accept") == "a;q=1, , b")
    #expect(request.header("host") == "x")
    #expect(request.header("empty") == "")
    #expect(request.header("accep") == nil)
  }

  @Test("random damage changes nothing but the answer, however the bytes are cut")
  func randomDamage() {
    let environment = ProcessInfo.processInfo.environment["ETL_TEST_SEED"].flatMap { UInt64($0) }
    let seed = environment ?? UInt64.random(in: 0...UInt64.max)
    print("ETL_TEST_SEED=\(seed)")
    var generator = SplitMix64(state: seed)
    let seeds = (Self.requestLines + Self.targets + Self.fieldLines + Self.hosts + Self.bodies).map(\.bytes)
    let interesting = Array("\r\n\0 :,\t/?%[]HTTP.1x-".utf8) + [0x80, 0xFF]
    for _ in 0..<20_000 {
      var bytes = seeds[Int.random(in: 0..<seeds.count, using: &generator)]
      for _ in 0..<Int.random(in: 1...4, using: &generator) where !bytes.isEmpty {
        let index = Int.random(in: 0..<bytes.count, using: &generator)
        let byte = interesting[Int.random(in: 0..<interesting.count, using: &generator)]
        switch Int.random(in: 0..<3, using: &generator) {
        case 0: bytes[index] = byte
        case 1: bytes.insert(byte, at: index)
        default: bytes.remove(at: index)
        }
      }
      let whole = parse(bytes)
      let pieceBytes = Int.random(in: 1...16, using: &generator)
      guard parse(bytes, pieceBytes: pieceBytes) == whole else {
        Issue.record("seed \(seed): \(bytes) in pieces of \(pieceBytes) differs from \(whole)")
        return
      }
    }
  }
}

/// A small generator of random numbers that can be seeded.
private struct SplitMix64: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var word = state
    word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
    return word ^ word >> 31
  }
}
