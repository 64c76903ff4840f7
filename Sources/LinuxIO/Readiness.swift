internal import Glibc

/// What a descriptor can be ready for.
package enum Readiness {
  /// A read would not wait.
  case readable
  /// A write would not wait, or a connection is made or has failed.
  case writable
}

/// Waits until a descriptor is ready; for programs that do nothing else meanwhile.
///
/// - Parameters:
///   - descriptor: The descriptor.
///   - readiness: What it is to be ready for.
///   - deadline: When to give up; nil for never.
/// - Returns: False when the deadline came first.
/// - Throws: `SystemCallError` as `poll(2)` lists them.
@discardableResult
package func wait(
  for descriptor: CInt,
  toBe readiness: Readiness,
  before deadline: MonotonicTime? = nil
) throws(SystemCallError) -> Bool {
  let events = readiness == .readable ? POLLIN : POLLOUT
  var request = pollfd(fd: descriptor, events: Int16(events), revents: 0)
  let count = try systemCall("wait for", on: "descriptor \(descriptor)") {
    // Asked for anew after each interruption, which so moves no deadline.
    let milliseconds = deadline.map { min(max($0.seconds(since: .now) * 1_000, 0).rounded(.up), 1e9) } ?? -1
    // Safe: one request is handed over, and it stands during the call.
    return unsafe poll(&request, 1, CInt(milliseconds))
  }
  return count > 0
}
