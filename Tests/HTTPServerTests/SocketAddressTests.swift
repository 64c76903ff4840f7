import EventLoop
import LinuxIO
import TestSupport
import Testing

@testable import HTTPServer

@Suite("addresses to listen on")
struct SocketAddressTests {
  @Test(
    "an address is read and written the same way",
    arguments: [":8083", "127.0.0.1:8083", "0.0.0.0:0", "[::1]:8083", "[::]:65535", "[fe80::1:2]:80"]
  )
  func roundTrip(_ text: String) throws {
    #expect(try SocketAddress(parsing: text).description == text)
  }

  @Test(
    "what is no address says so and shows one",
    arguments: [
      ("", "no port"), ("8083", "no port"), ("127.0.0.1", "no port"), ("[::1]", "no port"),
      ("localhost:8083", "127.0.0.1:8083"), ("*:80", "numeric address"), ("127.0.0.1.:80", "numeric address"),
      ("127.1:80", "numeric address"), ("256.0.0.1:80", "numeric address"), ("::1:80", "numeric address"),
      ("[::1:80", "numeric address"), ("[1.2.3.4]:80", "IPv6 address"), ("[]:80", "IPv6 address"),
      ("[fe80::1%eth0]:80", "IPv6 address"), (":", "no port"), (":x", "no port"), (":65536", "no port"),
      (":-1", "no port"), (":+80", "no port"), (": 80", "no port"), (":80 ", "no port"), (":٣", "no port"),
    ]
  )
  func errors(text: String, hint: String) {
    let error = #expect(throws: SocketAddress.ParseError.self) { try SocketAddress(parsing: text) }
    #expect(error?.description.contains(hint) == true)
    #expect(error?.description.contains("\n") == false)
  }

  @Test("a taken port is a clear error")
  func takenPort() throws {
    let server = HTTPServer(loop: try EventLoop())
    let address = try server.listen(on: SocketAddress(parsing: "127.0.0.1:0"))
    let error = #expect(throws: SystemCallError.self) { try server.listen(on: address) }
    #expect(error?.description == "cannot listen on \(address): Address already in use")
  }

  @Test("an address of another machine is a clear error")
  func foreignAddress() throws {
    let server = HTTPServer(loop: try EventLoop())
    let address = try SocketAddress(parsing: "192.0.2.1:0")
    let error = #expect(throws: SystemCallError.self) { try server.listen(on: address) }
    #expect(error?.errno == .addressNotAvailable)
  }

  @Test("without a host IPv4 clients are served, too")
  func allAddresses() throws {
    let server = try RunningServer()
    let port = try server.onLoop { server in
      Result { try server.listen(on: SocketAddress(parsing: ":0")).port }
    }.get()
    let client = try RawHTTPClient(port: port)
    try client.send("GET /metrics HTTP/1.0\r\n\r\n")
    #expect(try client.readAnswer().status == 200)
  }
}
