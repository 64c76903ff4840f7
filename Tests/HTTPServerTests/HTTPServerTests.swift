import Foundation
import Glibc
import Synchronization
import TestSupport
import Testing

@testable import HTTPServer

/// A valid request.
func request(_ target: String = "/metrics", method: String = "GET", fields: String = "") -> String {
  "\(method) \(target) HTTP/1.1\r\nHost: localhost:8083\r\n\(fields)\r\n"
}

@Suite("requests over sockets", .timeLimit(.minutes(2)))
struct HTTPServerTests {
  @Test("the connection stays open between requests")
  func keepAlive() throws {
    let server = try RunningServer()
    let client = try RawHTTPClient(port: server.port)
    for _ in 0..<3 {
      try client.send(request())
      let answer = try client.readAnswer()
      #expect(answer.status == 200)
      #expect(answer.reason == "OK")
      #expect(answer.body == "up 1\n")
      #expect(answer.fields["content-type"] == "text/plain; charset=utf-8")
      #expect(answer.fields["x-content-type-options"] == "nosniff")
      #expect(answer.fields["date"]?.hasSuffix(" GMT") == true)
      #expect(answer.fields["connection"] == nil)
    }
    #expect(server.statistics.acceptedConnections == 1)
  }

  @Test("HTTP/1.0 closes unless it is asked not to")
  func version10() throws {
    let server = try RunningServer()
    let client = try RawHTTPClient(port: server.port)
    try client.send("GET /metrics HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
    #expect(try client.readAnswer().fields["connection"] == "keep-alive")
    try client.send("GET /metrics HTTP/1.0\r\n\r\n")
    #expect(try client.readAnswer().fields["connection"] == "close")
    #expect(try client.isClosedSilently())
  }

  @Test("Connection: close is the last answer, whatever follows")
  func connectionClose() throws {
    let server = try RunningServer()
    let client = try RawHTTPClient(port: server.port)
    try client.send(request(fields: "Connection: close\r\n") + request())
    #expect(try client.readAnswer().fields["connection"] == "close")
    #expect(try client.isClosedSilently())
  }

  @Test("HEAD has the head of GET and no body")
  func head() throws {
    let server = try RunningServer()
    let client = try RawHTTPClient(port: server.port)
    for target in ["/metrics", "/large", "/nothing", "/"] {
      try client.send(request(target, method: "HEAD") + request(target))
      var head = try client.readAnswer(toHead: true)
      var whole = try client.readAnswer()
      head.fields["date"] = nil
      whole.fields["date"] = nil
      whole.body = ""
      #expect(head == whole)
    }
    try client.send("HEAD / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\nx")
    #expect(try client.readAnswer(toHead: true).status == 413)
    #expect(try client.isClosedSilently())
  }

  @Test("the handler sees what was asked")
  func handlerInput() throws {
    let server = try RunningServer()
    let client = try RawHTTPClient(port: server.port)
    try client.send(request("/echo?a=%20b", fields: "Accept: text/plain\r\naccept: */*\r\n"))
    #expect(try client.readAnswer().body == "get /echo a=%20b text/plain, */*")
    try client.send(request("http://other:1/echo"))
    #expect(try client.readAnswer().body == "get /echo - -")
  }

  static let refusals: [HeadCase] = [
    HeadCase("no Host", "GET / HTTP/1.1\r\n\r\n", 400),
    HeadCase("LF alone", "GET / HTTP/1.1\n", 400),
    HeadCase("HTTP/0.9", "GET /\r\n", 400),
    HeadCase("TLS", bytes: [0x16, 0x03, 0x01, 0x02, 0x00, 0x01], 400),
    HeadCase("body", request(fields: "Content-Length: 5\r\n") + "hello", 413),
    HeadCase("chunked body", request(fields: "Transfer-Encoding: chunked\r\n") + "5\r\nhello\r\n", 413),
    HeadCase(
      "long field",
      request(fields: "A: \(String(repeating: "a", count: 18_000))\r\n"),
      431
    ),
    HeadCase(
      "10,000 fields",
      request(fields: String(repeating: "A: b\r\n", count: 10_000)),
      431
    ),
    HeadCase("endless target", "GET /\(String(repeating: "a", count: 100_000))", 414),
    HeadCase("HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505),
  ]

  @Test("a wrong request is answered and the connection ends", arguments: refusals)
  func refuses(_ example: HeadCase) throws {
    let server = try RunningServer()
    let client = try RawHTTPClient(port: server.port)
    try client.send(example.bytes)
    let answer = try client.readAnswer()
    #expect(answer.status == example.refusal)
    #expect(answer.reason == HTTPStatus(rawValue: answer.status)?.reasonPhrase)
    #expect(answer.fields["connection"] == "close")
    #expect(answer.body.hasSuffix(".\n"))
    #expect(try client.isClosedSilently())
  }

  @Test("an unknown path and another method leave the connection open")
  func notFoundAndMethodNotAllowed() throws {
    let server = try RunningServer()
    let client = try RawHTTPClient(port: server.port)
    for path in [
      "/nothing", "/%2Fmetrics", "//metrics", "/metrics/", "/Metrics", "/metrics%00", "/./metrics", "/metric",
    ] {
      try client.send(request(path))
      let answer = try client.readAnswer()
      #expect(answer.status == 404)
      #expect(answer.body.contains("/metrics"))
    }
    for line in ["POST /metrics", "get /metrics", "CONNECT x:443", "TRACE /", "DELETE /nothing"] {
      try client.send("\(line) HTTP/1.1\r\nHost: x\r\n\r\n")
      let answer = try client.readAnswer()
      #expect(answer.status == 405)
      #expect(answer.fields["allow"] == "GET, HEAD, OPTIONS")
    }
    for target in ["*", "/metrics", "/%6Detrics"] {
      try client.send("OPTIONS \(target) HTTP/1.1\r\nHost: x\r\n\r\n")
      let answer = try client.readAnswer()
      #expect(answer.status == 204)
      #expect(answer.fields["allow"] == "GET, HEAD, OPTIONS")
      #expect(answer.fields["content-length"] == nil && answer.fields["content-type"] == nil)
    }
    try client.send(request("/"))
    #expect(try client.readAnswer().status == 503)
    #expect(server.statistics.acceptedConnections == 1)
  }

  @Test("a refused body is read until the client has the answer")
  func lingering() throws {
    let server = try RunningServer()
    let client = try RawHTTPClient(port: server.port)
    try client.send(request(fields: "Content-Length: 200000\r\n"))
    for _ in 0..<20 { try client.send([UInt8](repeating: 0, count: 10_000)) }
    #expect(try client.readAnswer().status == 413)
    #expect(try client.isClosedSilently())
    client.finishSending()
    #expect(server.waits { server.openDescriptors == 1 })
  }

  @Test("an endless body is cut off")
  func endlessBody() throws {
    let server = try RunningServer()
    let client = try RawHTTPClient(port: server.port)
    try client.send(request(fields: "Transfer-Encoding: chunked\r\n"))
    #expect(throws: RawHTTPClient.Failure.self) {
      while true { try client.send([UInt8](repeating: UInt8(ascii: "1"), count: 10_000)) }
    }
    #expect(server.waits { server.openDescriptors == 1 })
  }

  @Test("1,000 requests in one packet are answered in order")
  func pipelining() throws {
    let server = try RunningServer()
    let client = try RawHTTPClient(port: server.port)
    try client.send((0..<1_000).map { request("/echo?\($0)") }.joined())
    for index in 0..<1_000 {
      #expect(try client.readAnswer().body == "get /echo \(index) -")
    }
  }

  @Test("who asks for 1,000 answers at once does not keep others waiting for theirs")
  func turns() throws {
    let log = EventLog()
    let server = try RunningServer { server in
      server.route("/") { request in
        log.append(request.query ?? "")
        return HTTPResponse(text: "")
      }
    }
    let clients = [try RawHTTPClient(port: server.port), try RawHTTPClient(port: server.port)]
    #expect(server.waits { server.statistics.openConnections == 2 })
    // The loop stands still until both have sent.
    server.whileLoopIsBlocked {
      for (index, client) in clients.enumerated() {
        try? client.send(String(repeating: request("/?\(index)"), count: 1_000))
      }
    }
    for client in clients {
      for _ in 0..<1_000 { _ = try client.readAnswer() }
    }
    var longestRun = 0
    var run = 0
    let entries = log.entries
    for index in 1..<1_000 {
      run = entries[index] == entries[index - 1] ? run + 1 : 0
      longestRun = max(longestRun, run)
    }
    // libevent reads 4 KiB at once, about 90 requests, which are not all answered in one turn.
    #expect(longestRun < 60)
  }

  @Test("a request that comes one byte at a time is one request")
  func byteByByte() throws {
    let server = try RunningServer()
    let client = try RawHTTPClient(port: server.port)
    for byte in Array(request().utf8) { try client.send([byte]) }
    #expect(try client.readAnswer().status == 200)
  }

  @Test("an answer larger than the socket's buffer arrives whole")
  func largeAnswers() throws {
    let server = try RunningServer()
    let client = try RawHTTPClient(port: server.port, receiveBufferBytes: 4_096)
    try client.send(String(repeating: request("/large"), count: 50) + request())
    #expect(server.waits { server.statistics.pendingAnswerPauses > 0 })
    for _ in 0..<50 { #expect(try client.readAnswer().body.utf8.count == 100_000) }
    #expect(try client.readAnswer().body == "up 1\n")
  }

  @Test("a client that has closed its side still gets its answers")
  func halfClose() throws {
    let server = try RunningServer()
    let client = try RawHTTPClient(port: server.port)
    try client.send(String(repeating: request("/large"), count: 30) + request())
    client.finishSending()
    for _ in 0..<30 { #expect(try client.readAnswer().body.utf8.count == 100_000) }
    #expect(try client.readAnswer().body == "up 1\n")
    #expect(try client.isClosedSilently())
    #expect(server.waits { server.openDescriptors == 1 })
  }

  @Test("half a request and then the end is answered with 400")
  func halfRequest() throws {
    let server = try RunningServer()
    let client = try RawHTTPClient(port: server.port)
    try client.send("GET / HTTP/1.1\r\nHost: x\r\n")
    client.finishSending()
    #expect(try client.readAnswer().status == 400)
    #expect(try client.isClosedSilently())
  }

  @Test("a connection that ends without a byte is closed without a byte")
  func emptyConnection() throws {
    let server = try RunningServer()
    let client = try RawHTTPClient(port: server.port)
    client.finishSending()
    #expect(try client.isClosedSilently())
  }

  @Test("connections that are reset in the middle leave nothing behind")
  func resets() throws {
    let server = try RunningServer()
    for index in 0..<60 {
      let client = try RawHTTPClient(port: server.port)
      client.resetOnClose()
      let texts = [
        String(repeating: request("/large"), count: 20), "GET / HT", request(fields: "Content-Length: 9\r\n"),
      ]
      try client.send(texts[index % texts.count])
    }
    #expect(server.waits { server.statistics.openConnections == 0 && server.openDescriptors == 1 })
    let client = try RawHTTPClient(port: server.port)
    try client.send(request())
    #expect(try client.readAnswer().status == 200)
  }

  @Test("the answer to a client that has gone reaches nobody else")
  func answerToNobody() throws {
    let server = try RunningServer()
    var gone: RawHTTPClient? = try RawHTTPClient(port: server.port)
    gone?.resetOnClose()
    let client = try RawHTTPClient(port: server.port)
    #expect(server.waits { server.statistics.openConnections == 2 })
    // The loop finds the request and the reset at once: it answers, and cannot send.
    server.whileLoopIsBlocked {
      try? gone?.send(request("/echo?gone"))
      gone = nil
    }
    #expect(server.waits { server.statistics.openConnections == 1 })
    try client.send(request("/echo?here"))
    #expect(try client.readAnswer().body == "get /echo here -")
  }

  @Test("each answer is observed once, with its route and status")
  func observer() throws {
    let log = EventLog()
    let server = try RunningServer { server in
      server.addTestRoutes()
      server.observer = { route, status in log.append("\(route ?? "-") \(status.rawValue)") }
    }
    let client = try RawHTTPClient(port: server.port)
    try client.send(request() + request("/", method: "HEAD") + request("/nothing") + request(method: "PUT") + "\n")
    _ = try client.readToEnd()
    #expect(log.entries == ["/metrics 200", "/ 503", "- 404", "- 405", "- 400"])
  }
}

/// What handlers did, in order.
final class EventLog: Sendable {
  private let storage = Mutex<[String]>([])

  var entries: [String] { storage.withLock { $0 } }

  func append(_ entry: String) {
    storage.withLock { $0.append(entry) }
  }
}
