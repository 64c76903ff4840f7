internal import Glibc
internal import LinuxIO

extension SocketAddress {
  /// Makes a socket that listens on the address and does not block.
  ///
  /// - Parameter backlog: Connections that the kernel holds ready until they are accepted.
  /// - Returns: The socket.
  /// - Throws: `SystemCallError` as `socket(2)`, `bind(2)` and `listen(2)` list them.
  func makeListeningSocket(backlog: CInt) throws(SystemCallError) -> FileDescriptor {
    switch host {
    case .version4(let address):
      return try listeningSocket(version4(address), family: AF_INET, backlog: backlog)
    case .version6(let address):
      return try listeningSocket(version6(address), family: AF_INET6, backlog: backlog)
    case .all:
      let any = [UInt8](repeating: 0, count: MemoryLayout<in6_addr>.size)
      do throws(SystemCallError) {
        return try listeningSocket(version6(any), family: AF_INET6, backlog: backlog)
      } catch  where error.errno == .addressFamilyNotSupported || error.errno == .addressNotAvailable {
        // A machine without IPv6, as many containers are.
        return try listeningSocket(version4(INADDR_ANY), family: AF_INET, backlog: backlog)
      }
    }
  }

  /// Asks a socket for its port.
  ///
  /// - Parameter socket: A bound socket.
  /// - Returns: The port that it listens on.
  /// - Throws: `SystemCallError` as `getsockname(2)` lists them.
  static func port(boundBy socket: borrowing FileDescriptor) throws(SystemCallError) -> UInt16 {
    let descriptor = socket.rawValue
    var address = sockaddr_in6()
    var length = socklen_t(MemoryLayout<sockaddr_in6>.size)
    _ = try systemCall("ask for the port of", on: socket.name) {
      // Safe: the call writes at most `length` bytes.
      unsafe withUnsafeMutableBytes(of: &address) { bytes in
        unsafe getsockname(descriptor, bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self), &length)
      }
    }
    // The port stands at the same place in a sockaddr_in.
    return UInt16(bigEndian: address.sin6_port)
  }

  /// The C form of an IPv4 address.
  ///
  /// - Parameter address: In network order.
  /// - Returns: The address with this one's port.
  func version4(_ address: UInt32) -> sockaddr_in {
    var result = sockaddr_in()
    result.sin_family = sa_family_t(AF_INET)
    result.sin_port = port.bigEndian
    result.sin_addr.s_addr = address
    return result
  }

  /// The C form of an IPv6 address.
  ///
  /// - Parameter address: Sixteen bytes in network order.
  /// - Returns: The address with this one's port.
  func version6(_ address: [UInt8]) -> sockaddr_in6 {
    var result = sockaddr_in6()
    result.sin6_family = sa_family_t(AF_INET6)
    result.sin6_port = port.bigEndian
    // Safe: copies no more than fits.
    unsafe withUnsafeMutableBytes(of: &result.sin6_addr) { unsafe $0.copyBytes(from: address.prefix($0.count)) }
    return result
  }

  private func listeningSocket<Address>(
    _ address: Address,
    family: CInt,
    backlog: CInt
  ) throws(SystemCallError) -> FileDescriptor {
    let name = "\(self)"
    let type = CInt(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
    let rawValue = try systemCall("listen on", on: name) { socket(family, type, 0) }
    let descriptor = FileDescriptor(owning: rawValue, name: name)
    // A restarted exporter takes its port back although old connections are still in TIME_WAIT.
    try setOption(SO_REUSEADDR, SOL_SOCKET, 1, of: rawValue)
    // Inherited by what is accepted: an answer's last segment does not wait for the one before to be acknowledged.
    try setOption(TCP_NODELAY, CInt(IPPROTO_TCP), 1, of: rawValue)
    // Inherited, too. By default the kernel takes megabytes for each client, read or not, and all others wait while it
    // copies them.
    try setOption(SO_SNDBUF, SOL_SOCKET, HTTPLimits.kernelOutputBytes, of: rawValue)
    if family == AF_INET6 {
      // The machine may have another default (net.ipv6.bindv6only).
      try setOption(IPV6_V6ONLY, CInt(IPPROTO_IPV6), 0, of: rawValue)
    }
    _ = try systemCall("listen on", on: name) {
      // Safe: the address is what its family says, and the call reads as many bytes as it has.
      unsafe withUnsafeBytes(of: address) { bytes in
        unsafe bind(rawValue, bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self), socklen_t(bytes.count))
      }
    }
    _ = try systemCall("listen on", on: name) { listen(rawValue, backlog) }
    return descriptor
  }

  private func setOption(
    _ option: CInt,
    _ level: CInt,
    _ value: CInt,
    of descriptor: CInt
  ) throws(SystemCallError) {
    var value = value
    _ = try systemCall("listen on", on: "\(self)") {
      // Safe: the call reads the one integer that it is pointed to.
      unsafe setsockopt(descriptor, level, option, &value, socklen_t(MemoryLayout<CInt>.size))
    }
  }
}
