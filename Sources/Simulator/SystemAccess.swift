internal import Glibc
package import LinuxIO

/// Gives a file another name, in one step, in place of a file that has that name already.
///
/// - Parameters:
///   - path: The file.
///   - newPath: Its new name, on the same file system.
/// - Throws: `SystemCallError` as `rename(2)` lists them, ENOENT among them.
package func renameFile(_ path: String, to newPath: String) throws(SystemCallError) {
  // Safe: both strings stand during the call, which only reads them.
  _ = try systemCall("rename", on: "\(path) to \(newPath)") { unsafe rename(path, newPath) }
}

/// Removes a file's name, and the file with it unless it has another or is open.
///
/// - Parameter path: The file.
/// - Throws: `SystemCallError` as `unlink(2)` lists them, ENOENT among them.
package func removeFile(_ path: String) throws(SystemCallError) {
  // Safe: the string stands during the call, which only reads it.
  _ = try systemCall("remove", on: path) { unsafe unlink(path) }
}

/// The signals that a long-running program answers: `signal(7)`.
package enum SignalNumber {
  /// The terminal has gone; to a program without one: look again at your files.
  package static let hangUp = SIGHUP
  /// Ctrl-C.
  package static let interrupt = SIGINT
  /// End in an orderly way.
  package static let terminate = SIGTERM
}

/// Makes a write over RLIMIT_FSIZE fail with EFBIG, where by default the signal SIGXFSZ would end the process.
package func ignoreFileSizeSignal() {
  _ = signal(SIGXFSZ, SIG_IGN)
}

/// Opens `/dev/null` in place of those of the descriptors 0, 1 and 2 that the process was started without.
///
/// Else the next file to be opened would get such a number, and what is meant for the standard error would be written
/// into it.
package func openMissingStandardDescriptors() {
  while true {
    // Safe: the string is a literal. Without O_CLOEXEC, as standard descriptors are.
    let descriptor = unsafe open("/dev/null", O_RDWR)
    guard descriptor >= 0 else { return }
    guard descriptor <= STDERR_FILENO else {
      _ = close(descriptor)
      return
    }
  }
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

private func writeText(_ text: String, to descriptor: CInt) {
  var rest = Array(text.utf8)[...]
  while !rest.isEmpty {
    // Safe: the buffer stands during the call, which reads no more of it than it is told.
    let count = unsafe rest.withUnsafeBytes { unsafe write(descriptor, $0.baseAddress, $0.count) }
    guard count > 0 else {
      guard count < 0, Errno.current == .interrupted else { return }
      continue
    }
    rest = rest.dropFirst(count)
  }
}

/// The process's environment variables; of two with the same name, the first.
package func processEnvironment() -> [String: String] {
  var variables: [String: String] = [:]
  // Safe: `environ` is an array of strings that ends with a null pointer, and nothing in this package changes it.
  var entry: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?> = unsafe environ
  while let text = unsafe entry.pointee {
    let parts = unsafe String(cString: text).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    if parts.count == 2, variables[String(parts[0])] == nil {
      variables[String(parts[0])] = String(parts[1])
    }
    unsafe entry += 1
  }
  return variables
}
