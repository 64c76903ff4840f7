internal import Glibc
package import LinuxIO

/// Asks a server that runs on this machine, and waits for its answer: for a process that does nothing else.
package enum HTTPProbe {
  /// Why there was no answer.
  package enum Failure: Error, Equatable, CustomStringConvertible {
    /// No connection, or it broke, or it took too long.
    case system(SystemCallError)
    /// What came back is no HTTP.
    case notHTTP(from: SocketAddress)

    /// One line for whoever asked.
    package var description: String {
      switch self {
      case .system(let error): "\(error)"
      case .notHTTP(let address): "what listens on \(address) does not speak HTTP"
      }
    }
  }

  /// What a server answered.
  package struct Answer {
    /// The status code.
    package let status: Int
    /// What comes behind the head; cut where it is longer than 1 MiB.
    package let body: [UInt8]
  }

  /// Longer than any status line of this server.
  private static let maximumStatusLineBytes = 256
  private static let maximumAnswerBytes = 1 << 20

  /// Sends a GET and reads the answer.
  ///
  /// - Parameters:
  ///   - path: What is asked for.
  ///   - address: The server; see `SocketAddress.withinReach`.
  ///   - seconds: How long all of it may take.
  /// - Returns: The answer.
  /// - Throws: `Failure`; ETIMEDOUT when the time is over.
  package static func answer(
    of path: String,
    at address: SocketAddress,
    withinSeconds seconds: Double
  ) throws(Failure) -> Answer {
    let deadline = MonotonicTime(nanoseconds: MonotonicTime.now.nanoseconds + Int64(seconds * 1e9))
    var bytes: [UInt8] = []
    do throws(SystemCallError) {
      let socket = try address.makeConnectedSocket(before: deadline)
      try send("GET \(path) HTTP/1.1\r\nHost: \(address)\r\nConnection: close\r\n\r\n", to: socket, before: deadline)
      try read(from: socket, into: &bytes, atMost: maximumStatusLineBytes, before: deadline) {
        $0.contains(UInt8(ascii: "\n"))
      }
      // What speaks something else may go on for ever.
      if status(in: bytes) != nil {
        try read(from: socket, into: &bytes, atMost: maximumAnswerBytes, before: deadline) { _ in false }
      }
    } catch {
      throw .system(error)
    }
    guard let status = status(in: bytes) else { throw .notHTTP(from: address) }
    return Answer(status: status, body: body(in: bytes))
  }

  /// The status code in the first line; nil where this is no HTTP.
  private static func status(in bytes: [UInt8]) -> Int? {
    let line = bytes.prefix { $0 != UInt8(ascii: "\r") && $0 != UInt8(ascii: "\n") }
    let words = line.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
    guard words.count > 1, words[0].starts(with: "HTTP/1.".utf8), words[1].count == 3 else { return nil }
    return Int(String(decoding: words[1], as: UTF8.self))
  }

  /// What stands behind the empty line.
  private static func body(in bytes: [UInt8]) -> [UInt8] {
    let end = Array("\r\n\r\n".utf8)
    guard let start = bytes.indices.first(where: { bytes[$0...].starts(with: end) }) else { return [] }
    return Array(bytes[(start + end.count)...])
  }

  private static func send(
    _ request: String,
    to socket: borrowing FileDescriptor,
    before deadline: MonotonicTime
  ) throws(SystemCallError) {
    let descriptor = socket.rawValue
    var rest = Array(request.utf8)[...]
    while !rest.isEmpty {
      let count = try nonBlockingSystemCall("ask", on: socket.name) {
        // Safe: the buffer stands during the call, which reads no more of it than it is told.
        unsafe rest.withUnsafeBytes {
          unsafe Glibc.send(descriptor, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL))
        }
      }
      if let count { rest = rest.dropFirst(count) } else { try wait(for: socket, toBe: .writable, before: deadline) }
    }
  }

  /// Reads on until there is enough, or to the end.
  private static func read(
    from socket: borrowing FileDescriptor,
    into bytes: inout [UInt8],
    atMost maximumBytes: Int,
    before deadline: MonotonicTime,
    until isEnough: ([UInt8]) -> Bool
  ) throws(SystemCallError) {
    while bytes.count < maximumBytes, !isEnough(bytes) {
      var buffer = [UInt8](repeating: 0, count: min(4096, maximumBytes - bytes.count))
      var span = buffer.mutableSpan
      // Safe: any bytes make a UInt8.
      var room = unsafe span.mutableBytes
      guard let count = try socket.read(into: &room) else {
        try wait(for: socket, toBe: .readable, before: deadline)
        continue
      }
      guard count > 0 else { break }
      bytes += buffer[..<count]
    }
  }

  private static func wait(
    for socket: borrowing FileDescriptor,
    toBe readiness: Readiness,
    before deadline: MonotonicTime
  ) throws(SystemCallError) {
    guard try LinuxIO.wait(for: socket.rawValue, toBe: readiness, before: deadline) else {
      throw SystemCallError(operation: "get an answer from", subject: socket.name, errno: .timedOut)
    }
  }
}

extension SocketAddress {
  /// Where a client on the same machine finds a server that listens here: the loopback address where it listens on all.
  package var withinReach: SocketAddress {
    let loopback = SocketAddress(host: .version4(INADDR_LOOPBACK.bigEndian), port: port)
    switch host {
    case .all: return loopback
    case .version4(let address): return address == INADDR_ANY ? loopback : self
    case .version6(let address):
      guard address.allSatisfy({ $0 == 0 }) else { return self }
      return SocketAddress(host: .version6([UInt8](repeating: 0, count: 15) + [1]), port: port)
    }
  }

  /// Connects to the address.
  ///
  /// - Parameter deadline: When to give up.
  /// - Returns: A socket that does not block.
  /// - Throws: `SystemCallError` as `socket(2)` and `connect(2)` list them; ETIMEDOUT when the time is over.
  fileprivate func makeConnectedSocket(before deadline: MonotonicTime) throws(SystemCallError) -> FileDescriptor {
    switch withinReach.host {
    case .all: preconditionFailure("all addresses are not within reach")
    case .version4(let address): return try connectedSocket(version4(address), family: AF_INET, before: deadline)
    case .version6(let address): return try connectedSocket(version6(address), family: AF_INET6, before: deadline)
    }
  }

  private func connectedSocket<Address>(
    _ address: Address,
    family: CInt,
    before deadline: MonotonicTime
  ) throws(SystemCallError) -> FileDescriptor {
    let name = "\(self)"
    let type = CInt(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
    let rawValue = try systemCall("connect to", on: name) { socket(family, type, 0) }
    let descriptor = FileDescriptor(owning: rawValue, name: name)
    do throws(SystemCallError) {
      _ = try systemCall("connect to", on: name) {
        // Safe: the address is what its family says, and the call reads as many bytes as it has.
        unsafe withUnsafeBytes(of: address) { bytes in
          unsafe connect(rawValue, bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self), socklen_t(bytes.count))
        }
      }
      return descriptor
    } catch  where error.errno == .inProgress {
      guard try wait(for: rawValue, toBe: .writable, before: deadline) else {
        throw SystemCallError(operation: "connect to", subject: name, errno: .timedOut)
      }
    }
    var failure: CInt = 0
    var failureBytes = socklen_t(MemoryLayout<CInt>.size)
    _ = try systemCall("connect to", on: name) {
      // Safe: the call writes the one integer that it is pointed to.
      unsafe getsockopt(rawValue, SOL_SOCKET, SO_ERROR, &failure, &failureBytes)
    }
    guard failure == 0 else {
      throw SystemCallError(operation: "connect to", subject: name, errno: Errno(rawValue: failure))
    }
    return descriptor
  }
}
