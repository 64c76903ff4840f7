import Glibc
import LinuxIO
import TestSupport
import Testing

@testable import HTTPServer

func limits(_ change: (inout HTTPLimits) -> Void) -> HTTPLimits {
  var limits = HTTPLimits()
  change(&limits)
  return limits
}

@Suite("bounds over sockets", .timeLimit(.minutes(2)))
struct HTTPServerBoundsTests {
  @Test("a head that trickles in is answered with 408 although bytes keep coming")
  func trickle() throws {
    let server = try RunningServer(limits: limits { $0.headTimeoutSeconds = 0.2 })
    let client = try RawHTTPClient(port: server.port)
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
    let client = try RawHTTPClient(port: server.port)
    try client.send(request() + "GET /")
    #expect(try client.readAnswer().status == 200)
    #expect(try client.readAnswer().status == 408)
    #expect(try client.isClosedSilently())
  }

  @Test("whoever sends nothing is closed without an answer")
  func silence() throws {
    let server = try RunningServer(limits: limits { $0.headTimeoutSeconds = 0.1 })
    let client = try RawHTTPClient(port: server.port)
    #expect(try client.isClosedSilently())
    #expect(server.statistics.headTimeouts == 1)
  }

  @Test("an idle connection is closed without an answer, a busy one is not")
  func idle() throws {
    let server = try RunningServer(limits: limits { $0.idleTimeoutSeconds = 1 })
    let client = try RawHTTPClient(port: server.port)
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
    let client = try RawHTTPClient(port: server.port, receiveBufferBytes: 4_096)
    // 200 MB of answers: what is made of it is what the kernel takes, and the bound.
    try client.send(String(repeating: request("/large"), count: 2_000))
    #expect(server.waits { server.statistics.pendingAnswerPauses == 1 })
    let other = try RawHTTPClient(port: server.port)
    try other.send(request(fields: "Connection: close\r\n"))
    #expect(try other.readAnswer().status == 200)
    #expect(server.waits { server.statistics.stalledClients == 1 && server.openDescriptors == 1 })
    #expect(log.entries.count < 200)
  }

  @Test("idle connections make room for a scrape", arguments: ["", "GET /slow"])
  func connectionLimit(sent: String) throws {
    let server = try RunningServer(limits: limits { $0.connections = 50 })
    var idle: [RawHTTPClient] = []
    for index in 0..<200 {
      let client = try RawHTTPClient(port: server.port)
      try client.send(sent)
      idle.append(client)
      if index % 50 == 49 {
        let scraper = try RawHTTPClient(port: server.port)
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
    var stuck: [RawHTTPClient] = []
    for _ in 0..<2 {
      let client = try RawHTTPClient(port: server.port, receiveBufferBytes: 4_096)
      try client.send(String(repeating: request("/large"), count: 2_000))
      stuck.append(client)
      #expect(server.waits { server.statistics.pendingAnswerPauses == stuck.count })
    }
    // The first is accepted only to find no room; those behind it wait in the kernel.
    let waiting = try (0..<3).map { _ in
      let client = try RawHTTPClient(port: server.port)
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
      let stuck = try RawHTTPClient(port: server.port, receiveBufferBytes: 4_096)
      try stuck.send(String(repeating: request("/large"), count: 2_000))
      #expect(server.waits { server.statistics.pendingAnswerPauses == 1 })
      let waiting = try RawHTTPClient(port: server.port)
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
    var stuck: [RawHTTPClient] = []
    for _ in 0..<2 {
      let client = try RawHTTPClient(port: server.port, receiveBufferBytes: 4_096)
      try client.send(String(repeating: request("/large"), count: 2_000))
      stuck.append(client)
      #expect(server.waits { server.statistics.pendingAnswerPauses == stuck.count })
    }
    #expect(
      server.waits {
        guard let client = try? RawHTTPClient(port: server.port) else { return false }
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
      let idle = try (0..<20).map { _ in try RawHTTPClient(port: server.port) }
      #expect(server.waits { server.statistics.openConnections == 20 })
      let scraper = try RawHTTPClient(port: server.port)
      #expect(server.waits { server.statistics.openConnections == 21 })
      let unconnected = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
      var fillers: [CInt] = []
      var limit = rlimit()
      _ = unsafe getrlimit(__rlimit_resource_t(7), &limit)
      limit.rlim_cur = 256
      _ = unsafe setrlimit(__rlimit_resource_t(7), &limit)
      while case let filler = dup(unconnected), filler >= 0 { fillers.append(filler) }
      // The kernel completes the connection, but no descriptor is left to accept it with.
      try RawHTTPClient.connect(unconnected, port: server.port)
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
