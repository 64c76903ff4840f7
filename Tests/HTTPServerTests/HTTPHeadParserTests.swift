import Foundation
import TestSupport
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

@Suite("request heads")
struct HTTPHeadParserTests {
  @Test(
    "a head gets its one answer, in however many pieces it comes",
    arguments: HeadCase.all
  )
  func answers(_ example: HeadCase) throws {
    let whole = parse(example.bytes)
    if let refusal = example.refusal {
      #expect(whole == .refused(try #require(HTTPStatus(rawValue: refusal))))
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
  }

  @Test(
    "a request line of exactly the limit is read, one byte more is refused, whole or not",
    arguments: [256, 16_384]
  )
  func requestLineLimit(headBytes: Int) {
    var limits = HTTPLimits()
    limits.headBytes = headBytes
    func line(bytes: Int) -> [UInt8] {
      Array("GET /\(String(repeating: "a", count: bytes - "GET / HTTP/1.1".utf8.count)) HTTP/1.1\r\n".utf8)
    }
    #expect(parse(line(bytes: limits.requestLineBytes), limits: limits) == .needsMore || headBytes == 256)
    for pieceBytes in [1, 100, .max] {
      let long = line(bytes: limits.requestLineBytes + 1)
      #expect(parse(long, pieceBytes: pieceBytes, limits: limits) == .refused(.uriTooLong))
      #expect(parse(Array(long.dropLast(14)), pieceBytes: pieceBytes, limits: limits) == .needsMore)
    }
    let endlessTarget = Array("GET /".utf8) + [UInt8](repeating: 0x61, count: limits.headBytes)
    #expect(parse(endlessTarget, limits: limits) == .refused(.uriTooLong))
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
    var generator = RandomSource(named: "damaged heads")
    let seeds = HeadCase.all.map(\.bytes)
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
        Issue.record("\(generator.note) \(bytes) in pieces of \(pieceBytes) differs from \(whole)")
        return
      }
    }
  }
}
