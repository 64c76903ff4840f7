import Foundation
import Glibc
import TestSupport
import Testing

/// Something that a client may do, and what has to come of it.
struct HostileCase: Sendable {
  let name: String
  /// As `HostileCase.outcome` says it.
  let expected: String
  /// Does it, and says what came of it.
  let act: @Sendable (RunningExporter) async throws -> String

  init(_ name: String, _ expected: String, act: @escaping @Sendable (RunningExporter) async throws -> String) {
    (self.name, self.expected, self.act) = (name, expected, act)
  }

  /// A client that sends something at once and waits for the answer.
  init(_ name: String, sends bytes: [UInt8], _ status: Int) {
    // After these nobody knows where the next request begins.
    let expected = [400, 408, 413, 431, 505].contains(status) ? "\(status), closed" : "\(status)"
    self.init(name, expected) { exporter in
      let client = try HTTPClient(port: exporter.port)
      try client.send(bytes)
      let isHead = bytes.starts(with: "HEAD ".utf8)
      return try await Self.outcome(of: client, toHead: isHead, mayBeClosed: expected == "\(status)")
    }
  }

  init(_ name: String, sends text: String, _ status: Int) {
    self.init(name, sends: Array(text.utf8), status)
  }

  init(_ head: HeadCase) {
    self.init(head.name, sends: head.bytes, head.answer)
  }

  /// Reads an answer and finds out whether the connection is closed as the answer says, or can be used again.
  ///
  /// - Parameters:
  ///   - client: Has sent a request.
  ///   - isHead: Whether it was a HEAD.
  ///   - mayBeClosed: Whether it does not matter, and only has to be true.
  /// - Returns: Such as "400, closed".
  /// - Throws: `TestFailure` when no answer comes, or the connection is not what the answer says.
  static func outcome(of client: HTTPClient, toHead isHead: Bool = false, mayBeClosed: Bool = false) async throws
    -> String
  {
    let answer = try await client.answer(toHead: isHead)
    guard answer.fields["connection"] == "close" else {
      try client.request("/-/healthy")
      guard try await client.answer().status == 200 else { throw TestFailure("the connection cannot be used again") }
      return "\(answer.status)"
    }
    guard try await client.remainder() == "" else { throw TestFailure("more than the last answer") }
    return mayBeClosed ? "\(answer.status)" : "\(answer.status), closed"
  }
}

// MARK: What is sent at once

extension HostileCase {
  static let heads = HeadCase.all.map { HostileCase($0) }

  static let paths =
    [
      ("//metrics", 404), ("/metrics/", 404), ("/./metrics", 404), ("/../metrics", 404), ("/-/../metrics", 404),
      ("/%2e", 404), ("/%2e%2e/%2e%2e/etc/passwd", 404), ("/..%2f..%2fetc/passwd", 404), ("/metrics%00", 404),
      ("/metrics%0d%0aX-Injected:%201", 404), ("/metrics%20", 404), ("/metrics;a=b", 404), ("/METRICS", 404),
      ("/metrics?", 200), ("/metrics??a", 200), ("/metrics?a=%00%0d%0a", 200), ("/metrics?../../etc", 200),
      ("http://elsewhere.example/metrics", 200), ("http://x//metrics", 404), ("http://x/%2e%2e/metrics", 404),
    ].map { path, status in HostileCase("path \(path)", sends: get(path), status) }

  static let sizes = [
    HostileCase("a query of 7,000 bytes", sends: get("/metrics?\(String(repeating: "a", count: 7_000))"), 200),
    HostileCase("a path of 7,000 bytes", sends: get("/\(String(repeating: "a", count: 7_000))"), 404),
    HostileCase("a path of 9,000 bytes", sends: get("/\(String(repeating: "a", count: 9_000))"), 414),
    HostileCase("a path of 128 KiB without an end", sends: "GET /\(String(repeating: "a", count: 1 << 17))", 414),
    HostileCase(
      "a field of 17,000 bytes",
      sends: get(fields: "Host: x\r\nA: \(String(repeating: "a", count: 17_000))\r\n"),
      431
    ),
    HostileCase(
      "a field name of 17,000 bytes",
      sends: get(fields: "Host: x\r\n\(String(repeating: "A", count: 17_000)): b\r\n"),
      431
    ),
    HostileCase("100 fields", sends: get(fields: "Host: x\r\n\(String(repeating: "A: b\r\n", count: 99))"), 200),
    HostileCase("101 fields", sends: get(fields: "Host: x\r\n\(String(repeating: "A: b\r\n", count: 100))"), 431),
    HostileCase("10,000 fields", sends: get(fields: "Host: x\r\n\(String(repeating: "A: b\r\n", count: 10_000))"), 431),
    HostileCase("64 KiB of NUL", sends: [UInt8](repeating: 0, count: 1 << 16), 400),
    HostileCase("64 KiB of 0xFF", sends: [UInt8](repeating: 0xFF, count: 1 << 16), 414),
    HostileCase("64 KiB of LF", sends: [UInt8](repeating: 0x0A, count: 1 << 16), 400),
    HostileCase(
      "a body of 100,000 bytes as announced",
      sends: post("Content-Length: 100000", String(repeating: "a", count: 100_000)),
      405
    ),
    HostileCase("a body in chunks", sends: post("Transfer-Encoding: chunked", "5\r\nhello\r\n0\r\n\r\n"), 405),
    HostileCase("a body and a request behind it", sends: post("Content-Length: 5", "hello" + get()), 405),
    HostileCase(
      "a request smuggled in chunks",
      sends: post("Content-Length: 4\r\nTransfer-Encoding: chunked", "0\r\n\r\n" + get()),
      400
    ),
    HostileCase(
      "an upgrade to HTTP/2",
      sends: get(fields: "Host: x\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"),
      200
    ),
    HostileCase(
      "an upgrade to WebSocket",
      sends: get(fields: "Host: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"),
      200
    ),
    HostileCase("a range", sends: get("/metrics", fields: "Host: x\r\nRange: bytes=0-0, 5-2\r\n"), 200),
    HostileCase("an Accept that is none", sends: get("/metrics", fields: "Host: x\r\nAccept: ;;q=,,\"/*;q=9\r\n"), 200),
  ]

  private static func post(_ fields: String, _ body: String) -> String {
    "POST /metrics HTTP/1.1\r\nHost: x\r\n\(fields)\r\n\r\n\(body)"
  }
}

// MARK: What is done by and by

extension HostileCase {
  static let behaviours = [
    HostileCase("1,000 requests in one piece", "1,000 times 200, in order") { exporter in
      let client = try HTTPClient(port: exporter.port)
      try client.send(String(repeating: get("/-/healthy"), count: 1_000))
      return try await answers(1_000, from: client)
    },
    HostileCase("1,000 requests, then half-closed", "1,000 times 200, in order, closed") { exporter in
      let client = try HTTPClient(port: exporter.port)
      try client.send(String(repeating: get("/-/healthy"), count: 1_000))
      client.finishSending()
      return try await answers(1_000, from: client) + (client.remainder() == "" ? ", closed" : ", and more")
    },
    HostileCase("1,000 requests, the 501st wrong", "500 times 200, in order, 400, closed") { exporter in
      let client = try HTTPClient(port: exporter.port)
      let good = String(repeating: get("/-/healthy"), count: 500)
      try client.send(good + get(fields: "") + good)
      return try await answers(500, from: client) + ", " + outcome(of: client)
    },
    HostileCase("one byte after the other, fast", "200") { exporter in
      let client = try HTTPClient(port: exporter.port)
      for byte in get("/metrics").utf8 { try client.send([byte]) }
      return try await outcome(of: client)
    },
    HostileCase("half-closed behind a request", "200, closed") { exporter in
      let client = try HTTPClient(port: exporter.port)
      try client.request("/metrics")
      client.finishSending()
      return try await "\(client.answer().status)" + (client.remainder() == "" ? ", closed" : ", and more")
    },
    HostileCase("half-closed in a request", "400, closed") { exporter in
      let client = try HTTPClient(port: exporter.port)
      try client.send("GET /metrics HTTP/1.1\r\nHo")
      client.finishSending()
      return try await outcome(of: client)
    },
    HostileCase("half-closed before a byte", "closed") { exporter in
      let client = try HTTPClient(port: exporter.port)
      client.finishSending()
      return try await client.remainder() == "" ? "closed" : "an answer"
    },
    HostileCase("500 times a reset in a request", "gone") { exporter in
      for _ in 0..<500 {
        let client = try HTTPClient(port: exporter.port)
        client.resetOnClose()
        try client.send("GET /metrics HTTP/1.1\r\nHo")
      }
      return "gone"
    },
    HostileCase("500 times a reset behind 50 requests", "gone") { exporter in
      for _ in 0..<500 {
        let client = try HTTPClient(port: exporter.port, receiveBufferBytes: 4_096)
        client.resetOnClose()
        try client.send(String(repeating: get("/metrics"), count: 50))
      }
      return "gone"
    },
    HostileCase("500 connections that are reset at once", "gone") { exporter in
      for _ in 0..<500 { try HTTPClient(port: exporter.port).resetOnClose() }
      return "gone"
    },
    HostileCase("an endless chunk-size line", "413, cut off") {
      try await endless("Transfer-Encoding: chunked", "1", to: $0)
    },
    HostileCase("an endless body", "413, cut off") {
      try await endless("Content-Length: 999999999999999999", "a", to: $0)
    },
    HostileCase("an endless body in chunks", "413, cut off") {
      try await endless("Transfer-Encoding: chunked", "5\r\nhello\r\n", to: $0)
    },
  ]

  /// Reads answers that have to be 200.
  private static func answers(_ count: Int, from client: HTTPClient) async throws -> String {
    for _ in 0..<count {
      guard try await client.answer().status == 200 else { throw TestFailure("an answer of another status") }
    }
    return "\(count == 1_000 ? "1,000" : "\(count)") times 200, in order"
  }

  /// Sends a body until the exporter has enough of it.
  private static func endless(_ field: String, _ piece: String, to exporter: RunningExporter) async throws -> String {
    let client = try HTTPClient(port: exporter.port)
    try client.send("GET /metrics HTTP/1.1\r\nHost: x\r\n\(field)\r\n\r\n")
    let answer = try await client.answer()
    let pieces = String(repeating: piece, count: 4_096 / piece.utf8.count)
    // Far more than the exporter reads of it, and than the kernel keeps.
    for _ in 0..<100_000 {
      do {
        try client.send(pieces)
      } catch {
        return "\(answer.status), cut off"
      }
    }
    return "\(answer.status), and 400 MB read"
  }
}

// MARK: What is done too slowly

extension HostileCase {
  /// For an exporter that waits for heads two seconds and one second otherwise.
  static let slowness = [
    HostileCase("one byte a second", "408, closed") { exporter in
      let client = try HTTPClient(port: exporter.port)
      for byte in get("/metrics").utf8 where !client.hasInput {
        try client.send([byte])
        for _ in 0..<20 where !client.hasInput { try await Task.sleep(for: .milliseconds(50)) }
      }
      return try await outcome(of: client)
    },
    HostileCase("silence from the start", "closed") { exporter in
      try await HTTPClient(port: exporter.port).remainder() == "" ? "closed" : "an answer"
    },
    HostileCase("silence behind the first byte", "408, closed") { exporter in
      let client = try HTTPClient(port: exporter.port)
      try client.send("G")
      return try await outcome(of: client)
    },
    HostileCase("silence behind an answer", "200, closed") { exporter in
      let client = try HTTPClient(port: exporter.port)
      try client.request("/metrics")
      return try await "\(client.answer().status)" + (client.remainder() == "" ? ", closed" : ", and more")
    },
    HostileCase("silence in the second request", "200, 408, closed") { exporter in
      let client = try HTTPClient(port: exporter.port)
      try client.send(get("/metrics") + "GET /metrics")
      return try await "\(client.answer().status), " + outcome(of: client)
    },
    HostileCase("5,000 answers that are never read", "closed") { exporter in
      func stalledClients() async throws -> Double {
        try await exporter.scrape()["etl_exporter_http_limits_total{limit=\"stalled_clients\"}"] ?? 0
      }
      let before = try await stalledClients()
      let client = try HTTPClient(port: exporter.port, receiveBufferBytes: 4_096)
      try client.send(String(repeating: get("/metrics"), count: 5_000))
      try await waitUntil("it is given up") { try await stalledClients() > before }
      // What the kernel had taken is still there, or thrown away with the connection.
      let rest = try? await client.remainder()
      return rest.map { $0.utf8.count < 20_000_000 } ?? true ? "closed" : "all of them"
    },
    HostileCase("200 answers that are read slowly", "all 200") { exporter in
      let client = try HTTPClient(port: exporter.port, receiveBufferBytes: 4_096)
      try client.send(String(repeating: get("/metrics"), count: 200))
      for _ in 0..<200 {
        guard try await client.answer().status == 200 else { return "an answer of another status" }
        try await Task.sleep(for: .milliseconds(10))
      }
      return "all 200"
    },
  ]
}
