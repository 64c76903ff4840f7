import Glibc
import LinuxIO
import Testing

@testable import HTTPServer

@Suite("answers on their way")
struct OutputBufferTests {
  @Test("bytes are changed by their owner before they are sent, or never let go", arguments: [10, 4_096, 10_000])
  func references(count: Int) throws {
    let sockets = try ConnectedSockets()
    let output = OutputBuffer()
    var bytes = [UInt8](repeating: 1, count: count)
    let body = HTTPBody(bytes)
    output.append(body)
    output.append(copyOf: [2])
    bytes[0] = 3
    #expect(output.count == count + 1)
    #expect(body.isInFlight == (count >= 4_096))
    try output.write(to: sockets.near)
    #expect(output.count == 0)
    #expect(!body.isInFlight)
    #expect(try received(from: sockets) == [UInt8](repeating: 1, count: count) + [2])

    // What nobody awaits is filled again in the memory that it has.
    let place = address(of: body)
    body.refill { $0[0] = 4 }
    #expect(address(of: body) == place)
    output.append(body)
    try output.write(to: sockets.near)
    #expect(try received(from: sockets).first == 4)
  }

  @Test("a body that several answers hold counts once, until the last of them is sent")
  func sharedBody() throws {
    let sockets = try ConnectedSockets()
    let output = OutputBuffer()
    let body = HTTPBody([UInt8](repeating: 1, count: 10_000))
    output.append(body)
    output.append(body)
    #expect(output.inFlightBytes.bytes == 10_000)
    try output.write(to: sockets.near)
    #expect(output.inFlightBytes.bytes == 0)
    #expect(!body.isInFlight)
    output.append(body)
    output.append(HTTPBody([UInt8](repeating: 2, count: 5_000)))
    #expect(output.inFlightBytes.bytes == 15_000)
  }

  @Test("a peer that has gone leaves something for the next one, or holds its bytes")
  func brokenPipe() throws {
    let output = OutputBuffer()
    let body = HTTPBody([UInt8](repeating: 1, count: 10_000))
    do {
      let sockets = try ConnectedSockets()
      shutdown(sockets.far, CInt(SHUT_RD))
      output.append(body)
      _ = signal(SIGPIPE, SIG_IGN)
      #expect(throws: SystemCallError.self) { try output.write(to: sockets.near) }
    }
    #expect(output.count == 0)
    #expect(output.inFlightBytes.bytes == 0)
    #expect(!body.isInFlight)
  }

  private func address(of body: HTTPBody) -> UInt {
    unsafe body.bytes.withUnsafeBytes { UInt(bitPattern: $0.baseAddress) }
  }

  private func received(from sockets: borrowing ConnectedSockets) throws -> [UInt8] {
    var received: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while case let count = unsafe recv(sockets.far, &buffer, buffer.count, 0), count > 0 {
      received += buffer[..<count]
    }
    return received
  }
}

private struct ConnectedSockets: ~Copyable {
  let near: CInt
  let far: CInt

  init() throws {
    var ends: [CInt] = [0, 0]
    let type = CInt(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
    try #require(unsafe socketpair(AF_UNIX, type, 0, &ends) == 0)
    (near, far) = (ends[0], ends[1])
  }

  deinit {
    close(near)
    close(far)
  }
}
