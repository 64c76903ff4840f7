internal import Glibc

/// The process's standard error, written to without ever waiting for whoever reads it.
package enum StandardError {
  /// The most that a pipe takes in one piece (PIPE_BUF, `pipe(7)`).
  package static let maximumLineBytes = 4096

  /// Writes a line, unless that would have to wait.
  ///
  /// - Parameter line: The line with its newline; what is over `maximumLineBytes` is cut off.
  /// - Returns: Whether it was written.
  package static func write(_ line: [UInt8]) -> Bool {
    var bytes = line
    if bytes.count > maximumLineBytes {
      bytes.removeSubrange((maximumLineBytes - 1)...)
      bytes.append(UInt8(ascii: "\n"))
    }
    // O_NONBLOCK would be set for every process that shares the terminal or pipe. Asking first is as good, because a
    // pipe that is writable takes PIPE_BUF bytes without waiting.
    var request = pollfd(fd: STDERR_FILENO, events: Int16(POLLOUT), revents: 0)
    guard unsafe poll(&request, 1, 0) == 1, request.revents & Int16(POLLOUT) != 0 else { return false }
    let written = try? nonBlockingSystemCall("write to", on: "standard error") {
      // Safe: the array stands during the call, and its count is its own.
      unsafe bytes.withUnsafeBytes { unsafe Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
    return written == bytes.count
  }
}
