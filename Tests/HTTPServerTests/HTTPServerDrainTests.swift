import Glibc
import TestSupport
import Testing

@testable import HTTPServer

@Suite("draining over sockets", .timeLimit(.minutes(2)))
struct HTTPServerDrainTests {
  @Test("draining closes idle connections, refuses new ones and ends")
  func drainIdle() throws {
    let log = EventLog()
    let server = try RunningServer()
    let idle = try RawHTTPClient(port: server.port)
    try idle.send(request())
    #expect(try idle.readAnswer().status == 200)
    let silent = try RawHTTPClient(port: server.port)
    #expect(server.waits { server.statistics.openConnections == 2 })
    server.onLoop { server in
      server.drain { log.append("done") }
      server.drain { log.append("again") }
    }
    #expect(try idle.isClosedSilently())
    #expect(try silent.isClosedSilently())
    #expect(server.waits { log.entries == ["done"] })
    #expect(throws: RawHTTPClient.Failure.self) { try RawHTTPClient(port: server.port) }
    #expect(server.openDescriptors == 0)
    #expect(server.statistics.drainCutoffs == 0)
  }

  @Test("draining finishes what is in flight and says that it is the last answer")
  func drainBusy() throws {
    let log = EventLog()
    let server = try RunningServer()
    let reader = try RawHTTPClient(port: server.port, receiveBufferBytes: 4_096)
    try reader.send(String(repeating: request("/large"), count: 30))
    #expect(server.waits { server.statistics.pendingAnswerPauses == 1 })
    let sender = try RawHTTPClient(port: server.port)
    try sender.send("GET /metrics HTTP/1.1\r\n")
    let unread = try RawHTTPClient(port: server.port)
    #expect(server.waits { server.statistics.openConnections == 3 })
    // This request has reached the kernel, not yet the server, when draining starts.
    server.whileLoopIsBlocked(thenRun: { server in server.drain { log.append("done") } }) {
      try? unread.send(request())
    }
    let unreadAnswer = try unread.readAnswer()
    #expect(unreadAnswer.status == 200)
    #expect(unreadAnswer.fields["connection"] == "close")
    try sender.send("Host: x\r\n\r\n")
    let answer = try sender.readAnswer()
    #expect(answer.status == 200)
    #expect(answer.fields["connection"] == "close")
    #expect(try sender.isClosedSilently())
    #expect(log.entries.isEmpty)
    // Some of these were asked for after draining began: at least the answers that were made arrive whole.
    var answers = 0
    while let answer = try? reader.readAnswer() {
      answers += 1
      #expect(answer.body.utf8.count == 100_000)
      if answer.fields["connection"] == "close" { break }
    }
    #expect(answers > 0)
    #expect(try reader.isClosedSilently())
    #expect(server.waits { log.entries == ["done"] })
    #expect(server.statistics.drainCutoffs == 0)
  }

  @Test("draining ends in time although a client neither sends nor reads")
  func drainCutoff() throws {
    let log = EventLog()
    let server = try RunningServer(limits: limits { $0.drainSeconds = 0.2 })
    let slow = try RawHTTPClient(port: server.port)
    try slow.send("GET /")
    let stuck = try RawHTTPClient(port: server.port, receiveBufferBytes: 4_096)
    try stuck.send(String(repeating: request("/large"), count: 2_000))
    #expect(server.waits { server.statistics.pendingAnswerPauses == 1 })
    server.onLoop { server in server.drain { log.append("done") } }
    #expect(server.waits { log.entries == ["done"] })
    #expect(server.statistics.drainCutoffs == 2)
    #expect(server.openDescriptors == 0)
  }

  @Test("a handler may start draining")
  func drainFromHandler() throws {
    let log = EventLog()
    let server = try RunningServer { server in
      server.route("/quit") { [unowned server] _ in
        server.drain { log.append("done") }
        return HTTPResponse(text: "bye\n")
      }
    }
    let client = try RawHTTPClient(port: server.port)
    try client.send(request("/quit") + request("/quit"))
    let answer = try client.readAnswer()
    #expect(answer.body == "bye\n")
    #expect(answer.fields["connection"] == "close")
    #expect(try client.isClosedSilently())
    client.finishSending()
    #expect(server.waits { log.entries == ["done"] })
  }

  @Test("the end of a server closes everything at once")
  func serverEnds() throws {
    let server = try RunningServer()
    let client = try RawHTTPClient(port: server.port)
    try client.send("GET /")
    #expect(server.waits { server.statistics.openConnections == 1 })
    server.stop()
    #expect(server.openDescriptors == 0)
  }
}
