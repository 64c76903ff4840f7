internal import Glibc

/// The process's own number.
package var processIdentifier: Int32 { getpid() }

/// Where a service manager listens for what its services say of themselves: a datagram socket in the file system or in
/// the abstract name space (`sd_notify(3)`, `unix(7)`).
package struct NotificationSocket: ~Copyable {
  private let socket: FileDescriptor
  private let address: sockaddr_un
  private let addressBytes: socklen_t

  /// Makes a socket to send from; whether somebody listens shows with the first message.
  ///
  /// - Parameter name: An absolute path, or `@` and an abstract name.
  /// - Throws: `SystemCallError` as `socket(2)` lists them; EAFNOSUPPORT for a name of another kind, ENAMETOOLONG for one
  ///   that no socket can have.
  package init(name: String) throws(SystemCallError) {
    let (address, addressBytes) = try Self.address(of: name)
    let type = CInt(SOCK_DGRAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
    let descriptor = try systemCall("notify", on: name) { Glibc.socket(AF_UNIX, type, 0) }
    socket = FileDescriptor(owning: descriptor, name: name)
    self.address = address
    self.addressBytes = addressBytes
  }

  private static func address(of name: String) throws(SystemCallError) -> (sockaddr_un, bytes: socklen_t) {
    guard name.utf8.count > 1, name.hasPrefix("/") || name.hasPrefix("@") else {
      throw SystemCallError(operation: "notify", subject: name, errno: .addressFamilyNotSupported)
    }
    // An abstract name begins with a NUL, a path ends with one.
    let path = name.hasPrefix("@") ? [0] + name.utf8.dropFirst() : name.utf8 + [0]
    var address = sockaddr_un()
    guard path.count <= MemoryLayout.size(ofValue: address.sun_path) else {
      throw SystemCallError(operation: "notify", subject: name, errno: .nameTooLong)
    }
    address.sun_family = sa_family_t(AF_UNIX)
    // Safe: copies as many bytes as were compared with the place for them.
    unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: path) }
    return (address, socklen_t(MemoryLayout<sa_family_t>.size + path.count))
  }

  /// Sends a message without waiting.
  ///
  /// - Parameter message: Assignments such as `READY=1`, each on a line.
  /// - Returns: False when whoever listens has too many unread ones, so that it was not sent.
  /// - Throws: `SystemCallError` as `sendto(2)` lists them, ENOENT and ECONNREFUSED when nobody listens.
  package borrowing func send(_ message: String) throws(SystemCallError) -> Bool {
    let descriptor = socket.rawValue
    let bytes = Array(message.utf8)
    let (address, addressBytes) = (address, addressBytes)
    let count = try nonBlockingSystemCall("notify", on: socket.name) {
      // Safe: both buffers stand during the call, which reads as many bytes of them as it is told.
      unsafe withUnsafeBytes(of: address) { address in
        unsafe bytes.withUnsafeBytes { bytes in
          unsafe sendto(
            descriptor,
            bytes.baseAddress,
            bytes.count,
            CInt(MSG_NOSIGNAL),
            address.baseAddress?.assumingMemoryBound(to: sockaddr.self),
            addressBytes
          )
        }
      }
    }
    return count != nil
  }
}
