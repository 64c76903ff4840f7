import Glibc
import TestSupport
import Testing

/// A client of a program that these tests run.
typealias HTTPClient = RawHTTPClient

extension RawHTTPClient {
  /// Sends a whole request.
  func request(_ path: String, method: String = "GET", fields: String = "") throws {
    try send("\(method) \(path) HTTP/1.1\r\nHost: localhost\r\n\(fields)\r\n")
  }

  // Nothing here blocks a thread, of which there are as few as processors.

  /// Reads one answer.
  ///
  /// - Parameter isHead: Whether it answers a HEAD, so that no body follows.
  /// - Returns: The answer.
  /// - Throws: `TestFailure` or `Failure` when none comes, or none that is whole.
  func answer(toHead isHead: Bool = false) async throws -> HTTPAnswer {
    var answer: HTTPAnswer?
    try await receive {
      answer = try takeAnswer(toHead: isHead)
      return answer != nil
    }
    guard let answer else { throw TestFailure("no answer") }
    return answer
  }

  /// Waits until the server closes the connection.
  ///
  /// - Returns: What it sent before that and nobody read.
  /// - Throws: `TestFailure` when it does not close.
  func remainder() async throws -> String {
    try await receive { false }
    return takeReceived()
  }

  private func receive(until condition: () throws -> Bool) async throws {
    try await waitUntil("an answer", lookingEvery: 0.001) {
      while try !condition(), !hasEnded {
        guard try receiveMore(waits: false) else { return false }
      }
      return true
    }
  }
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
