internal import Glibc

/// A system call that failed: what was tried, on what, and why.
package struct SystemCallError: Error, Equatable, CustomStringConvertible {
  /// What was tried, in words: "open", "read", "listen on".
  package let operation: String
  /// The path or address that it was tried on; empty where there is none.
  package let subject: String
  /// Why it failed.
  package let errno: Errno

  package init(operation: String, subject: String, errno: Errno) {
    self.operation = operation
    self.subject = subject
    self.errno = errno
  }

  /// One line: "cannot open /var/log/etl.log: Permission denied".
  package var description: String {
    subject.isEmpty ? "cannot \(operation): \(errno)" : "cannot \(operation) \(subject): \(errno)"
  }
}

/// Makes a system call and repeats it while a signal interrupts it: the package's only such loop.
///
/// EBADF and EFAULT can only come from a mistake in this program, so they end it.
///
/// - Parameters:
///   - operation: What is tried, in words, for the error's text.
///   - subject: The path or address that it is tried on.
///   - call: The call; it returns -1 and sets errno when it fails.
/// - Returns: What the call returned, never -1.
/// - Throws: `SystemCallError` with the errno that the call left.
@inline(__always)
package func systemCall<Result: FixedWidthInteger & SignedInteger>(
  _ operation: StaticString,
  on subject: @autoclosure () -> String,
  _ call: () -> Result
) throws(SystemCallError) -> Result {
  while true {
    let result = call()
    if result != -1 { return result }
    let error = Errno.current
    if error == .interrupted { continue }
    precondition(error != .badFileDescriptor && error != .badAddress, "\(operation) \(subject()): \(error)")
    throw SystemCallError(operation: "\(operation)", subject: subject(), errno: error)
  }
}

/// Makes a system call that may have nothing to do yet.
///
/// - Parameters:
///   - operation: What is tried, in words, for the error's text.
///   - subject: The path or address that it is tried on.
///   - call: The call; it returns -1 and sets errno when it fails.
/// - Returns: What the call returned, or nil when it would have had to wait (EAGAIN).
/// - Throws: `SystemCallError` with any other errno.
@inline(__always)
package func nonBlockingSystemCall<Result: FixedWidthInteger & SignedInteger>(
  _ operation: StaticString,
  on subject: @autoclosure () -> String,
  _ call: () -> Result
) throws(SystemCallError) -> Result? {
  do {
    return try systemCall(operation, on: subject(), call)
  } catch {
    if error.errno == .wouldBlock { return nil }
    throw error
  }
}
