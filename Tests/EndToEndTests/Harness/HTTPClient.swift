import Foundation
import Glibc
import Testing

/// An answer as it came over the wire.
struct HTTPAnswer {
  var status: Int
  /// By names in small letters.
  var fields: [String: String]
  var body: String
}

/// A connection that sends any bytes it is told and reads what comes, with a deadline on everything.
final class HTTPClient {
  private let descriptor: CInt
  private var received: [UInt8] = []
  private var hasEnded = false

  /// Connects to a port of 127.0.0.1.
  ///
  /// - Parameters:
  ///   - port: The port.
  ///   - receiveBufferBytes: What the kernel takes from the server while nobody reads; nil leaves it as it is.
  /// - Throws: `TestFailure` when there is no connection.
  init(port: UInt16, receiveBufferBytes: CInt? = nil) throws {
    descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw TestFailure("no socket can be made") }
    if var receiveBufferBytes {
      _ = unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &receiveBufferBytes, 4)
    }
    let result = unsafe withUnsafeBytes(of: loopbackAddress(port: port)) { bytes in
      unsafe connect(
        descriptor,
        bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self),
        socklen_t(bytes.count)
      )
    }
    guard result == 0 else {
      let text = unsafe String(cString: strerror(errno))
      close(descriptor)
      throw TestFailure("no connection to port \(port): \(text)")
    }
  }

  deinit {
    close(descriptor)
  }

  func send(_ text: String) throws {
    try send(Array(text.utf8))
  }

  func send(_ bytes: [UInt8]) throws {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes {
        unsafe Glibc.send(descriptor, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL))
      }
      guard count > 0 else { throw TestFailure("sending: \(unsafe String(cString: strerror(errno)))") }
      rest = rest.dropFirst(count)
    }
  }

  /// Closes this side of the connection only.
  func finishSending() {
    shutdown(descriptor, CInt(SHUT_WR))
  }

  /// Makes the close at the end a reset.
  func resetOnClose() {
    var option = linger(l_onoff: 1, l_linger: 0)
    _ = unsafe setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
  }

  /// Sends a whole request.
  func request(_ path: String, method: String = "GET", fields: String = "") throws {
    try send("\(method) \(path) HTTP/1.1\r\nHost: localhost\r\n\(fields)\r\n")
  }

  /// Reads one answer.
  ///
  /// - Parameter isHead: Whether it answers a HEAD, so that no body follows.
  /// - Returns: The answer.
  /// - Throws: `TestFailure` when none comes, or none that is whole.
  func answer(toHead isHead: Bool = false) async throws -> HTTPAnswer {
    let separator = Array("\r\n\r\n".utf8)
    try await receive { received.firstRange(of: separator) != nil }
    guard let headEnd = received.firstRange(of: separator)?.upperBound else { throw TestFailure("no answer") }
    var lines = String(decoding: received[..<(headEnd - 4)], as: UTF8.self).components(separatedBy: "\r\n")
    received.removeFirst(headEnd)
    let statusLine = lines.removeFirst().split(separator: " ")
    guard statusLine.count > 1, statusLine[0] == "HTTP/1.1", let status = Int(statusLine[1]) else {
      throw TestFailure("no status line: \(statusLine)")
    }
    var answer = HTTPAnswer(status: status, fields: [:], body: "")
    for line in lines {
      let parts = line.components(separatedBy: ": ")
      answer.fields[parts[0].lowercased()] = parts.dropFirst().joined(separator: ": ")
    }
    // An answer without content has no length (RFC 9110 §8.6).
    guard let length = answer.status == 204 ? 0 : answer.fields["content-length"].flatMap({ Int($0) }) else {
      throw TestFailure("an answer without Content-Length")
    }
    guard !isHead else { return answer }
    try await receive { received.count >= length }
    guard received.count >= length else { throw TestFailure("the body ends early") }
    answer.body = String(decoding: received[..<length], as: UTF8.self)
    received.removeFirst(length)
    return answer
  }

  /// Waits until the server closes the connection.
  ///
  /// - Returns: What it sent before that and nobody read.
  /// - Throws: `TestFailure` when it does not close.
  func readToEnd() async throws -> String {
    try await receive { false }
    return String(decoding: received, as: UTF8.self)
  }

  /// Whether something has come that nobody has read.
  var hasInput: Bool {
    var byte: UInt8 = 0
    return unsafe recv(descriptor, &byte, 1, CInt(MSG_PEEK | MSG_DONTWAIT)) > 0
  }

  private func receive(until condition: () -> Bool) async throws {
    try await waitUntil("an answer", lookingEvery: 0.001) {
      while !hasEnded, !condition() {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = unsafe recv(descriptor, &buffer, buffer.count, CInt(MSG_DONTWAIT))
        if count < 0, errno == EAGAIN { return false }
        guard count >= 0 else { throw TestFailure("receiving: \(unsafe String(cString: strerror(errno)))") }
        hasEnded = count == 0
        received += buffer[..<count]
      }
      return true
    }
  }
}

/// 127.0.0.1 and a port.
func loopbackAddress(port: UInt16) -> sockaddr_in {
  var address = sockaddr_in()
  address.sin_family = sa_family_t(AF_INET)
  address.sin_port = port.bigEndian
  address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
  return address
}

/// A port of 127.0.0.1 that is taken while this object lives.
final class TakenPort {
  let port: UInt16
  private let descriptor: CInt

  init() throws {
    let descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    var address = loopbackAddress(port: 0)
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let result = unsafe withUnsafeMutableBytes(of: &address) { bytes -> CInt in
      let pointer = unsafe bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self)
      guard unsafe bind(descriptor, pointer, length) == 0, listen(descriptor, 1) == 0 else { return -1 }
      return unsafe getsockname(descriptor, pointer, &length)
    }
    guard result == 0 else {
      close(descriptor)
      throw TestFailure("no port can be had")
    }
    self.descriptor = descriptor
    port = UInt16(bigEndian: address.sin_port)
  }

  /// A port that was free a moment ago.
  static func free() throws -> UInt16 {
    let taken = try TakenPort()
    return taken.port
  }

  deinit {
    close(descriptor)
  }
}
