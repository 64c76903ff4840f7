import Foundation
import Glibc
import LinuxIO
import TestSupport
import Testing

@testable import HTTPServer

@Suite("making room over sockets", .timeLimit(.minutes(2)))
struct HTTPServerRoomTests {
  @Test("accepting fails for another reason than a want of descriptors: nobody is closed for it")
  func otherFailures() throws {
    var limits = HTTPLimits()
    limits.acceptPauseSeconds = 0.01
    let server = try RunningServer(limits: limits)
    let idle = try (0..<20).map { _ in try RawHTTPClient(port: server.port) }
    #expect(server.waits { server.statistics.openConnections == 20 })
    // A listening socket that was shut down fails with EINVAL for ever.
    let listener = try #require(server.listeningDescriptor)
    try #require(shutdown(listener, CInt(SHUT_RDWR)) == 0)
    #expect(server.waits { server.statistics.descriptorShortages >= 3 })
    #expect(server.statistics.openConnections == 20)
    #expect(server.statistics.evictedConnections == 0)
    withExtendedLifetime(idle) {}
  }

  @Test("for want of descriptors an eighth goes at once: those that have been silent longest and have sent no request")
  func longestSilent() throws {
    let server = try RunningServer()
    let clients = try (0..<32).map { number in
      let client = try RawHTTPClient(port: server.port)
      #expect(server.waits { server.statistics.openConnections == number + 1 })
      return client
    }
    // The first has been heard since it came, the second is heard when the server looks again.
    try clients[0].send(request())
    #expect(try clients[0].readAnswer().status == 200)
    let log = EventLog()
    server.whileLoopIsBlocked(thenRun: { log.append("\($0.evictForDescriptors())") }) {
      try? clients[1].send(request())
    }
    #expect(try clients[1].readAnswer().status == 200)
    #expect(log.entries == ["true"])
    #expect(server.statistics.evictedConnections == 5)
    for number in 2...6 { #expect(try clients[number].isClosedSilently(), "\(number)") }
    for number in [0, 1] + Array(7..<32) {
      try clients[number].send(request())
      #expect(try clients[number].readAnswer().status == 200, "\(number)")
    }
  }

  @Test("a crowd has gone and single clients come and go: memory is given back all the same")
  func memoryWhileOthersLeave() throws {
    let server = try RunningServer()
    var crowd = try (0..<300).map { _ in try RawHTTPClient(port: server.port) }
    #expect(server.waits { server.statistics.openConnections == 300 })
    crowd.removeLast(260)
    #expect(server.onLoop { $0.mostConnections } == 300)
    #expect(
      server.waits {
        _ = try? RawHTTPClient(port: server.port)
        usleep(100_000)
        return server.onLoop { $0.mostConnections } < 300
      }
    )
    withExtendedLifetime(crowd) {}
  }
}
