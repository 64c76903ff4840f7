import LinuxIO
import TestSupport
import Testing

@testable import HTTPServer

/// What clients cost that ask and do not take their answers.
@Suite("answers that nobody takes", .timeLimit(.minutes(2)))
struct PendingAnswersTests {
  /// More than the kernel holds for a connection, on both sides (`HTTPLimits.kernelOutputBytes`, net.ipv4.tcp_rmem).
  private static let bodyBytes = 16_000_000

  private func server(pendingBodies: Double) throws -> RunningServer {
    var limits = HTTPLimits()
    limits.pendingAnswerBytes = Int(pendingBodies * Double(Self.bodyBytes))
    return try RunningServer(limits: limits) { server in
      let shared = HTTPBody([UInt8](repeating: 0x62, count: Self.bodyBytes))
      server.route("/shared") { _ in HTTPResponse(contentType: "text/plain", body: shared) }
      server.route("/new") { _ in
        HTTPResponse(contentType: "text/plain", body: [UInt8](repeating: 0x61, count: Self.bodyBytes))
      }
    }
  }

  /// A client that asks once and reads nothing of its own accord.
  private func client(_ path: String, of server: RunningServer) throws -> RawHTTPClient {
    let client = try RawHTTPClient(port: server.port, receiveBufferBytes: 1 << 18)
    try client.send(request(path, fields: "Connection: close\r\n"))
    return client
  }

  private func awaitedBytes(of server: RunningServer) -> Int { server.onLoop { $0.awaitedBytes } }

  @Test("clients that read nothing fill the memory, or keep others from being served")
  func bound() throws {
    let server = try server(pendingBodies: 2.5)
    var stalled: [RawHTTPClient] = []
    for count in 1...10 {
      stalled.append(try client("/new", of: server))
      #expect(server.waits { awaitedBytes(of: server) == min(count, 2) * Self.bodyBytes })
    }
    #expect(server.waits { server.statistics.droppedAnswers == 8 })
    let reader = try client("/new", of: server)
    let answer = try reader.readAnswer()
    #expect(answer.status == 200)
    #expect(answer.body.utf8.count == Self.bodyBytes)
    // Who came first has waited longest, and has lost its answer.
    #expect(throws: (any Error).self) { try stalled[0].readAnswer() }
    stalled = []
    #expect(server.waits { awaitedBytes(of: server) == 0 })
  }

  @Test("who takes an answer slowly loses it to those that take nothing")
  func slowReader() throws {
    let server = try server(pendingBodies: 2.5)
    let slow = try client("/new", of: server)
    #expect(server.waits { awaitedBytes(of: server) == Self.bodyBytes })
    let stalled = try client("/new", of: server)
    #expect(server.waits { awaitedBytes(of: server) == 2 * Self.bodyBytes })
    // Too much to have come from what the kernel had taken before the other one asked.
    try slow.receive(atLeast: Self.bodyBytes / 4)
    let newest = try client("/new", of: server)
    #expect(server.waits { server.statistics.droppedAnswers == 1 })
    #expect(try slow.readAnswer().body.utf8.count == Self.bodyBytes)
    #expect(throws: (any Error).self) { try stalled.readAnswer() }
    #expect(try newest.readAnswer().status == 200)
  }

  @Test("a body that many clients share counts for each of them")
  func sharedBody() throws {
    let server = try server(pendingBodies: 1.5)
    let stalled = try (0..<20).map { _ in try client("/shared", of: server) }
    #expect(server.waits { server.onLoop { $0.awaitedConnections.count } == 20 })
    #expect(awaitedBytes(of: server) == Self.bodyBytes)
    #expect(server.statistics.droppedAnswers == 0)
    // Only when all of them have gone does it make room for another.
    let other = try client("/new", of: server)
    #expect(server.waits { server.statistics.droppedAnswers == 20 })
    #expect(awaitedBytes(of: server) == Self.bodyBytes)
    #expect(try other.readAnswer().status == 200)
    withExtendedLifetime(stalled) {}
  }

  @Test("one answer that is larger than the limit is never sent")
  func largerThanLimit() throws {
    let server = try server(pendingBodies: 0.5)
    let client = try client("/new", of: server)
    #expect(try client.readAnswer().body.utf8.count == Self.bodyBytes)
    #expect(server.statistics.droppedAnswers == 0)
  }

  @Test("one request whose answer takes a while is counted as one too many")
  func oneLargeAnswer() throws {
    let server = try server(pendingBodies: 2.5)
    let client = try client("/new", of: server)
    #expect(server.waits { awaitedBytes(of: server) == Self.bodyBytes })
    #expect(server.statistics.pendingAnswerPauses == 0)
    #expect(try client.readAnswer().status == 200)
  }

  @Test("who announces a body that is not wanted sends it for as long as it likes")
  func endlessRest() throws {
    var limits = HTTPLimits()
    limits.lingerSeconds = 3_600
    limits.lingerBytes = 100_000
    let server = try RunningServer(limits: limits)
    let client = try RawHTTPClient(port: server.port)
    try client.send("GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000\r\n\r\n")
    #expect(try client.readAnswer().status == 413)
    try client.send([UInt8](repeating: 0x61, count: 50_000))
    #expect(server.statistics.openConnections == 1)
    // Ends with an error once the server has closed.
    try? client.send([UInt8](repeating: 0x61, count: 200_000))
    #expect(server.waits { server.statistics.openConnections == 0 })
  }
}
