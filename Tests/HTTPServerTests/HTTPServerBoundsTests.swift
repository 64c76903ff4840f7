import Foundation
import Glibc
import LinuxIO
import Testing

@testable import HTTPServer

private func limits(_ change: (inout HTTPLimits) -> Void) -> HTTPLimits {
  var limits = HTTPLimits()
  change(&limits)
  return limits
}

@Suite("bounds over sockets", .timeLimit(.minutes(2)))
struct HTTPServerBoundsTests {
  @Test("a head that trickles in is answered with 408 although bytes keep coming")
  func trickle() throws {
    let server = try RunningServer(limits: limits { $0.headTimeoutSeconds = 0.2 })
    let client = try RawClient(port: server.port)
    try client.send("GET / HTTP/1.1\r\nA: ")
    #expect(
      server.waits {
        try? client.send("a")
        return server.statistics.headTimeouts == 1
      }
    )
    let answer = try client.readAnswer()
    #expect(answer.status == 408)
    #expect(answer.fields["connection"] == "close")
    #expect(try client.isClosedSilently())
  }

  @Test("the second request on a connection has a deadline, too")
  func trickleOnKeptConnection() throws {
    let server = try RunningServer(limits: limits { $0.headTimeoutSeconds = 0.2 })
    let client = try RawClient(port: server.port)
    try client.send(request() + "GET /")
    #expect(try client.readAnswer().status == 200)
    #expect(try client.readAnswer().status == 408)
    #expect(try client.isClosedSilently())
  }

  @Test("whoever sends nothing is closed without an answer")
  func silence() throws {
    let server = try RunningServer(limits: limits { $0.headTimeoutSeconds = 0.1 })
    let client = try RawClient(port: server.port)
    #expect(try client.isClosedSilently())
    #expect(server.statistics.headTimeouts == 1)
  }

  @Test("an idle connection is closed without an answer, a busy one is not")
  func idle() throws {
    let server = try RunningServer(limits: limits { $0.idleTimeoutSeconds = 1 })
    let client = try RawClient(port: server.port)
    let start = MonotonicTime.now
    while MonotonicTime.now.seconds(since: start) < 1.5 {
      try client.send(request())
      #expect(try client.readAnswer().status == 200)
    }
    #expect(try client.isClosedSilently())
    #expect(server.statistics.idleTimeouts == 1)
  }

  @Test("whoever never reads is not read either, and is closed in the end")
  func neverReading() throws {
    let log = EventLog()
    let server = try RunningServer(limits: limits { $0.idleTimeoutSeconds = 0.5 }) { server in
      server.route("/metrics") { _ in HTTPResponse(text: "up 1\n") }
      server.route("/large") { _ in
        log.append("")
        return HTTPResponse(contentType: "text/plain", body: [UInt8](repeating: 0x61, count: 100_000))
      }
    }
    let client = try RawClient(port: server.port, receiveBufferBytes: 4_096)
    // 200 MB of answers: what is made of it is what the kernel takes, and the bound.
    try client.send(String(repeating: request("/large"), count: 2_000))
    #expect(server.waits { server.statistics.pendingAnswerPauses == 1 })
    let other = try RawClient(port: server.port)
    try other.send(request(fields: "Connection: close\r\n"))
    #expect(try other.readAnswer().status == 200)
    #expect(server.waits { server.statistics.stalledClients == 1 && server.openDescriptors == 1 })
    #expect(log.entries.count < 200)
  }

  @Test("idle connections make room for a scrape", arguments: ["", "GET /slow"])
  func connectionLimit(sent: String) throws {
    let server = try RunningServer(limits: limits { $0.connections = 50 })
    var idle: [RawClient] = []
    for index in 0..<200 {
      let client = try RawClient(port: server.port)
      try client.send(sent)
      idle.append(client)
      if index % 50 == 49 {
        let scraper = try RawClient(port: server.port)
        try scraper.send(request(fields: "Connection: close\r\n"))
        #expect(try scraper.readAnswer().status == 200)
        scraper.finishSending()
      }
    }
    #expect(server.openDescriptors <= 51)
    let statistics = server.statistics
    #expect(statistics.evictedConnections >= 150)
    #expect(statistics.connectionLimitPauses == 0)
    // The longest-silent ones had to go.
    #expect(((try? idle[0].readToEnd()) ?? "").isEmpty)
    try idle[199].send(sent.isEmpty ? request() : " HTTP/1.0\r\n\r\n")
    #expect(try idle[199].readAnswer().status == (sent.isEmpty ? 200 : 404))
  }

  @Test("a server full of clients that do not read stops accepting until one has gone")
  func fullOfStuckClients() throws {
    let server = try RunningServer(limits: limits { $0.connections = 2 })
    var stuck: [RawClient] = []
    for _ in 0..<2 {
      let client = try RawClient(port: server.port, receiveBufferBytes: 4_096)
      try client.send(String(repeating: request("/large"), count: 2_000))
      stuck.append(client)
      #expect(server.waits { server.statistics.pendingAnswerPauses == stuck.count })
    }
    // The first is accepted only to find no room; those behind it wait in the kernel.
    let waiting = try (0..<3).map { _ in
      let client = try RawClient(port: server.port)
      try client.send(request(fields: "Connection: close\r\n"))
      return client
    }
    #expect(server.waits { server.statistics.connectionLimitPauses >= 1 })
    let statistics = server.statistics
    #expect(statistics.openConnections == 2)
    #expect(statistics.connectionLimitPauses == 1)
    #expect(server.openDescriptors == 4)
    stuck.removeLast()
    for client in waiting {
      #expect(try client.readAnswer().status == 200)
      #expect(try client.isClosedSilently())
      client.finishSending()
    }
  }

  @Test("the end of a server, or of its accepting, leaves nobody waiting who found no room")
  func endWhileOneWaits() throws {
    for drains in [false, true] {
      let server = try RunningServer(limits: limits { $0.connections = 1 })
      let stuck = try RawClient(port: server.port, receiveBufferBytes: 4_096)
      try stuck.send(String(repeating: request("/large"), count: 2_000))
      #expect(server.waits { server.statistics.pendingAnswerPauses == 1 })
      let waiting = try RawClient(port: server.port)
      #expect(server.waits { server.openDescriptors == 3 })
      if drains { server.onLoop { server in server.drain {} } } else { server.stop() }
      #expect(server.waits { server.openDescriptors == (drains ? 1 : 0) })
      #expect(((try? waiting.readToEnd()) ?? "").isEmpty)
      withExtendedLifetime(stuck) {}
    }
  }

  @Test("clients that do not read for long make room, too")
  func stuckClientsMakeRoom() throws {
    let server = try RunningServer(
      limits: limits {
        $0.connections = 2
        $0.headTimeoutSeconds = 0.2
        $0.acceptPauseSeconds = 0.1
      }
    )
    var stuck: [RawClient] = []
    for _ in 0..<2 {
      let client = try RawClient(port: server.port, receiveBufferBytes: 4_096)
      try client.send(String(repeating: request("/large"), count: 2_000))
      stuck.append(client)
      #expect(server.waits { server.statistics.pendingAnswerPauses == stuck.count })
    }
    #expect(
      server.waits {
        guard let client = try? RawClient(port: server.port) else { return false }
        try? client.send(request())
        return (try? client.readAnswer().status) == 200
      }
    )
    #expect(server.statistics.evictedConnections == 1)
  }

  @Test("running out of descriptors pauses accepting, makes room and recovers")
  func descriptorShortage() async {
    // In a process of its own: the shortage would hit the other tests as well.
    await #expect(processExitsWith: .success) {
      let server = try RunningServer(limits: limits { $0.acceptPauseSeconds = 0.1 })
      let idle = try (0..<20).map { _ in try RawClient(port: server.port) }
      #expect(server.waits { server.statistics.openConnections == 20 })
      let scraper = try RawClient(port: server.port)
      #expect(server.waits { server.statistics.openConnections == 21 })
      let unconnected = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
      var fillers: [CInt] = []
      var limit = rlimit()
      _ = unsafe getrlimit(__rlimit_resource_t(7), &limit)
      limit.rlim_cur = 256
      _ = unsafe setrlimit(__rlimit_resource_t(7), &limit)
      while case let filler = dup(unconnected), filler >= 0 { fillers.append(filler) }
      // The kernel completes the connection, but no descriptor is left to accept it with.
      try connectToLoopback(unconnected, port: server.port)
      #expect(server.waits { server.statistics.descriptorShortages >= 1 })
      try scraper.send(request())
      #expect(try scraper.readAnswer().status == 200)
      // The silent ones have made room: accepting goes on although the fillers are still there.
      #expect(server.waits { server.statistics.acceptedConnections == 22 })
      #expect(server.statistics.evictedConnections >= 1)
      #expect(server.statistics.descriptorShortages < 20)
      for filler in fillers { close(filler) }
      withExtendedLifetime(idle) {}
    }
  }
}

@Suite("draining over sockets", .timeLimit(.minutes(2)))
struct HTTPServerDrainTests {
  @Test("draining closes idle connections, refuses new ones and ends")
  func drainIdle() throws {
    let log = EventLog()
    let server = try RunningServer()
    let idle = try RawClient(port: server.port)
    try idle.send(request())
    #expect(try idle.readAnswer().status == 200)
    let silent = try RawClient(port: server.port)
    #expect(server.waits { server.statistics.openConnections == 2 })
    server.onLoop { server in
      server.drain { log.append("done") }
      server.drain { log.append("again") }
    }
    #expect(try idle.isClosedSilently())
    #expect(try silent.isClosedSilently())
    #expect(server.waits { log.entries == ["done"] })
    #expect(throws: RawClient.Failure.self) { try RawClient(port: server.port) }
    #expect(server.openDescriptors == 0)
    #expect(server.statistics.drainCutoffs == 0)
  }

  @Test("draining finishes what is in flight and says that it is the last answer")
  func drainBusy() throws {
    let log = EventLog()
    let server = try RunningServer()
    let reader = try RawClient(port: server.port, receiveBufferBytes: 4_096)
    try reader.send(String(repeating: request("/large"), count: 30))
    #expect(server.waits { server.statistics.pendingAnswerPauses == 1 })
    let sender = try RawClient(port: server.port)
    try sender.send("GET /metrics HTTP/1.1\r\n")
    let unread = try RawClient(port: server.port)
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
    let slow = try RawClient(port: server.port)
    try slow.send("GET /")
    let stuck = try RawClient(port: server.port, receiveBufferBytes: 4_096)
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
    let client = try RawClient(port: server.port)
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
    let client = try RawClient(port: server.port)
    try client.send("GET /")
    #expect(server.waits { server.statistics.openConnections == 1 })
    server.stop()
    #expect(server.openDescriptors == 0)
  }
}
