import Testing

@testable import HTTPServer

@Suite("server over sockets")
struct HTTPServerTests {
  @Test("a GET is answered and the connection stays open")
  func keepAlive() throws {
    let server = try RunningServer()
    let client = try RawClient(port: server.port)
    for _ in 0..<3 {
      try client.send("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")
      let answer = try client.readAnswer()
      #expect(answer.status == 200)
      #expect(answer.body == "up 1\n")
    }
    #expect(server.statistics.acceptedConnections == 1)
  }
}
