import Foundation
import Glibc
import LinuxIO

/// A client that sends any bytes it is told and waits for the answer, with a deadline on everything.
final class RawClient {
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  struct Answer: Equatable {
    var status: Int
    var reason: String
    var fields: [String: String]
    var body: String
  }

  private let descriptor: CInt
  private var received: [UInt8] = []
  private(set) var hasEnded = false

  /// Connects to a port of 127.0.0.1.
  init(port: UInt16, receiveBufferBytes: CInt? = nil) throws {
    descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw Failure(description: "socket: \(Errno.current)") }
    var timeout = timeval(tv_sec: 20, tv_usec: 0)
    let timeoutBytes = socklen_t(MemoryLayout<timeval>.size)
    _ = unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, timeoutBytes)
    _ = unsafe setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &timeout, timeoutBytes)
    if var receiveBufferBytes {
      _ = unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &receiveBufferBytes, 4)
    }
    do {
      try connectToLoopback(descriptor, port: port)
    } catch {
      close(descriptor)
      throw error
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
      guard count > 0 else { throw Failure(description: "send: \(Errno.current)") }
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

  /// Reads once; nothing more comes when `hasEnded` is set.
  private func receiveMore() throws {
    var buffer = [UInt8](repeating: 0, count: 65_536)
    let count = unsafe recv(descriptor, &buffer, buffer.count, 0)
    guard count >= 0 else { throw Failure(description: "receive: \(Errno.current)") }
    hasEnded = count == 0
    received += buffer[..<count]
  }

  /// Reads until so many bytes have come; they are kept for `readAnswer`.
  func receive(atLeast count: Int) throws {
    while received.count < count, !hasEnded { try receiveMore() }
  }

  /// Reads to the end of the connection.
  func readToEnd() throws -> String {
    while !hasEnded { try receiveMore() }
    defer { received = [] }
    return String(decoding: received, as: UTF8.self)
  }

  /// Whether the server closes without a further byte.
  func isClosedSilently() throws -> Bool {
    try readToEnd().isEmpty
  }

  /// Reads one answer.
  func readAnswer(toHead isHead: Bool = false) throws -> Answer {
    let separator = Array("\r\n\r\n".utf8)
    while received.firstRange(of: separator) == nil {
      guard !hasEnded else { throw Failure(description: "no answer: \(String(decoding: received, as: UTF8.self))") }
      try receiveMore()
    }
    guard let headEnd = received.firstRange(of: separator)?.upperBound else { throw Failure(description: "no head") }
    var lines = String(decoding: received[..<(headEnd - 4)], as: UTF8.self).components(separatedBy: "\r\n")
    let statusLine = lines.removeFirst().split(separator: " ", maxSplits: 2).map(String.init)
    var answer = Answer(status: Int(statusLine[1]) ?? 0, reason: statusLine[2], fields: [:], body: "")
    for line in lines {
      let parts = line.components(separatedBy: ": ")
      guard answer.fields.updateValue(parts.dropFirst().joined(separator: ": "), forKey: parts[0].lowercased()) == nil
      else { throw Failure(description: "\(parts[0]) stands in the answer twice") }
    }
    // An answer without content has no length (RFC 9110 §8.6).
    guard let length = answer.status == 204 ? 0 : answer.fields["content-length"].flatMap({ Int($0) }) else {
      throw Failure(description: "no Content-Length")
    }
    received.removeFirst(headEnd)
    guard !isHead else { return answer }
    while received.count < length {
      guard !hasEnded else { throw Failure(description: "the body ends early") }
      try receiveMore()
    }
    answer.body = String(decoding: received[..<length], as: UTF8.self)
    received.removeFirst(length)
    return answer
  }
}

/// Connects a socket to a port of 127.0.0.1.
func connectToLoopback(_ descriptor: CInt, port: UInt16) throws {
  var address = sockaddr_in()
  address.sin_family = sa_family_t(AF_INET)
  address.sin_port = port.bigEndian
  address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
  let result = unsafe withUnsafeBytes(of: address) { bytes in
    unsafe connect(descriptor, bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self), socklen_t(bytes.count))
  }
  guard result == 0 else { throw RawClient.Failure(description: "connect: \(Errno.current)") }
}
