internal import Glibc

/// Opens `/dev/null` in place of those of the descriptors 0, 1 and 2 that the process was started without, and of those
/// that it cannot write its output to; to be called before anything is opened or written.
///
/// Else the next file to be opened would get such a number, and what is meant for the standard error would be written
/// into it.
package func openMissingStandardDescriptors() {
  // Safe: the string is a literal. Without O_CLOEXEC, as standard descriptors are.
  let descriptor = unsafe open("/dev/null", O_RDWR)
  guard descriptor >= 0 else { return }
  for standard in STDIN_FILENO...STDERR_FILENO where standard != descriptor {
    let flags = fcntl(standard, F_GETFL)
    let isUsable = flags >= 0 && (standard == STDIN_FILENO || flags & O_ACCMODE != O_RDONLY)
    if !isUsable { _ = dup2(descriptor, standard) }
  }
  if descriptor > STDERR_FILENO { _ = close(descriptor) }
}

/// Opens the process's standard output a second time, so that writing to it does not wait.
///
/// O_NONBLOCK belongs to what is open, not to the descriptor: set on descriptor 1 itself it would hold for all who share
/// the terminal or the pipe. So a pipe or a terminal is opened anew by way of `/proc/self/fd`, as `proc(5)` describes.
/// A socket, which cannot be opened so, is a connection of this process's own as a rule and is set itself. A regular
/// file takes all that is written without waiting, and its offset is to be shared with the standard error.
///
/// - Returns: The descriptor.
/// - Throws: `SystemCallError` as `open(2)` and `fcntl(2)` list them.
package func openStandardOutputWithoutWaiting() throws(SystemCallError) -> FileDescriptor {
  let path = "/proc/self/fd/\(STDOUT_FILENO)"
  let kind = try FileStatus(of: path).kind
  if kind == .fifo || kind == .characterDevice {
    if let descriptor = try? FileDescriptor(opening: path, [.writeOnly, .append, .nonBlocking]) {
      return descriptor
    }
  }
  let name = "the standard output"
  let copy = try systemCall("duplicate", on: name) { fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0) }
  let descriptor = FileDescriptor(owning: copy, name: name)
  if kind != .regular {
    let flags = try systemCall("look at", on: name) { fcntl(copy, F_GETFL) }
    _ = try systemCall("set", on: name) { fcntl(copy, F_SETFL, flags | O_NONBLOCK) }
  }
  return descriptor
}

/// Writes a text to the process's standard error; what that does not take is lost.
///
/// - Parameter text: The text, with its newline.
package func writeToStandardError(_ text: String) {
  writeText(text, to: STDERR_FILENO)
}

/// Writes a text to the process's standard output; what that does not take is lost.
///
/// - Parameter text: The text, with its newline.
package func writeToStandardOutput(_ text: String) {
  writeText(text, to: STDOUT_FILENO)
}

/// Writes a text to the process's standard output, all of it.
///
/// - Parameter text: The text, with its newline.
/// - Throws: `SystemCallError` as `write(2)` lists them: ENOSPC where the disk is full, EFBIG where a limit is reached.
package func writeAllToStandardOutput(_ text: String) throws(SystemCallError) {
  let bytes = Array(text.utf8)
  // Safe, here and below: every byte of an array is initialized.
  var rest = unsafe bytes.span.bytes
  while !rest.isEmpty {
    if let count = try writeOnce(rest, to: STDOUT_FILENO, named: "the standard output") {
      rest = rest.extracting(droppingFirst: count)
    } else {
      // Whoever shares the pipe or terminal has made it one that does not wait.
      try wait(for: STDOUT_FILENO, toBe: .writable)
    }
  }
}

private func writeText(_ text: String, to descriptor: CInt) {
  let bytes = Array(text.utf8)
  var rest = unsafe bytes.span.bytes
  while !rest.isEmpty {
    guard let count = (try? writeOnce(rest, to: descriptor, named: "a standard stream")) ?? nil, count > 0 else {
      return
    }
    rest = rest.extracting(droppingFirst: count)
  }
}

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
    // pipe that is writable takes PIPE_BUF bytes without waiting, and one that nobody reads any more fails at once.
    guard (try? wait(for: STDERR_FILENO, toBe: .writable, before: .now)) == true else { return false }
    return (try? writeOnce(unsafe bytes.span.bytes, to: STDERR_FILENO, named: "the standard error")) == bytes.count
  }
}
