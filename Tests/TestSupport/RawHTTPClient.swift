import Foundation
package import Glibc

/// An answer as it came over the wire.
package struct HTTPAnswer: Equatable {
  package var status: Int
  package var reason: String
  /// By names in small letters.
  package var fields: [String: String]
  package var body: String

  package init(status: Int, reason: String, fields: [String: String], body: String) {
    (self.status, self.reason, self.fields, self.body) = (status, reason, fields, body)
  }
}

/// A connection that sends any bytes it is told and reads what comes.
package final class RawHTTPClient {
  package struct Failure: Error, CustomStringConvertible {
    package let description: String
  }

  private let descriptor: CInt
  private var received: [UInt8] = []
  /// Whether the server has closed.
  package private(set) var hasEnded = false

  /// How long a blocking call waits.
  private static let timeoutSeconds = 20

  /// Connects to a port of 127.0.0.1.
  ///
  /// - Parameters:
  ///   - port: The port.
  ///   - receiveBufferBytes: What the kernel takes from the server while nobody reads; nil leaves it as it is.
  /// - Throws: `Failure` when there is no connection.
  package init(port: UInt16, receiveBufferBytes: CInt? = nil) throws {
    descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw Self.failure("socket") }
    var timeout = timeval(tv_sec: Self.timeoutSeconds, tv_usec: 0)
    let timeoutBytes = socklen_t(MemoryLayout<timeval>.size)
    _ = unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, timeoutBytes)
    _ = unsafe setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &timeout, timeoutBytes)
    if var receiveBufferBytes {
      _ = unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &receiveBufferBytes, 4)
    }
    do {
      try Self.connect(descriptor, port: port)
    } catch {
      close(descriptor)
      throw error
    }
  }

  deinit {
    close(descriptor)
  }

  /// Connects a socket to a port of 127.0.0.1.
  package static func connect(_ descriptor: CInt, port: UInt16) throws {
    let result = unsafe withUnsafeBytes(of: loopbackAddress(port: port)) { bytes in
      unsafe Glibc.connect(
        descriptor,
        bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self),
        socklen_t(bytes.count)
      )
    }
    guard result == 0 else { throw failure("connect to port \(port)") }
  }

  private static func failure(_ operation: String) -> Failure {
    Failure(description: "\(operation): \(unsafe String(cString: strerror(errno)))")
  }

  // MARK: Sending

  package func send(_ text: String) throws {
    try send(Array(text.utf8))
  }

  package func send(_ bytes: [UInt8]) throws {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes {
        unsafe Glibc.send(descriptor, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL))
      }
      guard count > 0 else { throw Self.failure("send") }
      rest = rest.dropFirst(count)
    }
  }

  /// Closes this side of the connection only.
  package func finishSending() {
    shutdown(descriptor, CInt(SHUT_WR))
  }

  /// Makes the close at the end a reset.
  package func resetOnClose() {
    var option = linger(l_onoff: 1, l_linger: 0)
    _ = unsafe setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
  }

  // MARK: Receiving

  /// Whether something has come that nobody has read.
  package var hasInput: Bool {
    var byte: UInt8 = 0
    return unsafe recv(descriptor, &byte, 1, CInt(MSG_PEEK | MSG_DONTWAIT)) > 0
  }

  /// Reads once; nothing more comes when `hasEnded` is set.
  ///
  /// - Parameter waits: Whether to wait for something, with a deadline.
  /// - Returns: False where nothing is there and it does not wait.
  /// - Throws: `Failure` when nothing comes in time, or the connection breaks.
  @discardableResult
  package func receiveMore(waits: Bool = true) throws -> Bool {
    var buffer = [UInt8](repeating: 0, count: 65_536)
    let count = unsafe recv(descriptor, &buffer, buffer.count, waits ? 0 : CInt(MSG_DONTWAIT))
    if count < 0, errno == EAGAIN, !waits { return false }
    guard count >= 0 else { throw Self.failure("receive") }
    hasEnded = count == 0
    received += buffer[..<count]
    return true
  }

  /// Reads until so many bytes have come; they are kept for `readAnswer`.
  package func receive(atLeast count: Int) throws {
    while received.count < count, !hasEnded { try receiveMore() }
  }

  /// Reads to the end of the connection.
  package func readToEnd() throws -> String {
    while !hasEnded { try receiveMore() }
    return takeReceived()
  }

  /// Takes all that was received.
  package func takeReceived() -> String {
    defer { received = [] }
    return String(decoding: received, as: UTF8.self)
  }

  /// Whether the server closes without a further byte.
  package func isClosedSilently() throws -> Bool {
    try readToEnd().isEmpty
  }

  /// Reads one answer.
  ///
  /// - Parameter isHead: Whether it answers a HEAD, so that no body follows.
  /// - Returns: The answer.
  /// - Throws: `Failure` when none comes, or none that is whole.
  package func readAnswer(toHead isHead: Bool = false) throws -> HTTPAnswer {
    while true {
      if let answer = try takeAnswer(toHead: isHead) { return answer }
      try receiveMore()
    }
  }

  /// Takes one answer of what was received.
  ///
  /// - Parameter isHead: Whether it answers a HEAD, so that no body follows.
  /// - Returns: The answer; nil while it is not whole.
  /// - Throws: `Failure` when it is none, or more of it cannot come.
  package func takeAnswer(toHead isHead: Bool = false) throws -> HTTPAnswer? {
    guard let headEnd = received.firstRange(of: Array("\r\n\r\n".utf8))?.upperBound else {
      guard !hasEnded else { throw Failure(description: "no answer: \(String(decoding: received, as: UTF8.self))") }
      return nil
    }
    var lines = String(decoding: received[..<(headEnd - 4)], as: UTF8.self).components(separatedBy: "\r\n")
    let statusLine = lines.removeFirst().split(separator: " ", maxSplits: 2).map(String.init)
    guard statusLine.count > 2, statusLine[0] == "HTTP/1.1", let status = Int(statusLine[1]) else {
      throw Failure(description: "no status line: \(statusLine)")
    }
    var answer = HTTPAnswer(status: status, reason: statusLine[2], fields: [:], body: "")
    for line in lines {
      let parts = line.components(separatedBy: ": ")
      guard answer.fields.updateValue(parts.dropFirst().joined(separator: ": "), forKey: parts[0].lowercased()) == nil
      else { throw Failure(description: "\(parts[0]) stands in the answer twice") }
    }
    // An answer without content has no length (RFC 9110 §8.6).
    guard let length = status == 204 ? 0 : answer.fields["content-length"].flatMap({ Int($0) }) else {
      throw Failure(description: "an answer without Content-Length")
    }
    let end = headEnd + (isHead ? 0 : length)
    guard received.count >= end else {
      guard !hasEnded else { throw Failure(description: "the body ends early") }
      return nil
    }
    answer.body = String(decoding: received[headEnd..<end], as: UTF8.self)
    received.removeFirst(end)
    return answer
  }
}

/// 127.0.0.1 and a port.
package func loopbackAddress(port: UInt16) -> sockaddr_in {
  var address = sockaddr_in()
  address.sin_family = sa_family_t(AF_INET)
  address.sin_port = port.bigEndian
  address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
  return address
}
