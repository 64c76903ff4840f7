internal import Glibc

/// An address to listen on: a numeric host, or all of the machine's addresses, and a TCP port.
package struct SocketAddress: Equatable, Sendable {
  /// The part before the port.
  enum Host: Equatable, Sendable {
    /// All addresses: IPv6 and IPv4 on one socket, or IPv4 alone on a machine without IPv6.
    case all
    /// Four bytes in network order.
    case version4(UInt32)
    /// Sixteen bytes in network order.
    case version6([UInt8])
  }

  let host: Host
  /// The TCP port; 0 lets the kernel choose one.
  package let port: UInt16

  /// A text that is no address, and what would be one.
  package struct ParseError: Error, Equatable, CustomStringConvertible {
    /// One line for whoever wrote the text.
    package let description: String
  }

  init(host: Host, port: UInt16) {
    self.host = host
    self.port = port
  }

  /// All of the machine's addresses.
  ///
  /// - Parameter port: The TCP port; 0 lets the kernel choose one.
  package init(allWithPort port: UInt16) {
    self.init(host: .all, port: port)
  }

  /// Reads ":8083", "127.0.0.1:8083" or "[::1]:8083"; names are not resolved, which a static binary cannot do.
  ///
  /// - Parameter text: The address.
  /// - Throws: `ParseError`.
  package init(parsing text: String) throws(ParseError) {
    guard let colon = text.lastIndex(of: ":"), !text.hasSuffix("]") else {
      throw ParseError(description: "\"\(text)\" has no port: write \":8083\", \"127.0.0.1:8083\" or \"[::1]:8083\"")
    }
    let digits = text[text.index(after: colon)...]
    // UInt16 alone would also take "+8083".
    guard !digits.isEmpty, digits.utf8.allSatisfy(ByteSet.digit.contains), let port = UInt16(digits) else {
      throw ParseError(description: "\"\(digits)\" in \"\(text)\" is no port: write a number from 0 to 65535")
    }
    let host = text[..<colon]
    if host.isEmpty {
      self.init(host: .all, port: port)
    } else if host.hasPrefix("["), host.hasSuffix("]") {
      guard let address = Self.version6(String(host.dropFirst().dropLast())) else {
        throw ParseError(
          description: "\"\(host)\" in \"\(text)\" is no IPv6 address: write one such as \"[::1]:\(port)\""
        )
      }
      self.init(host: .version6(address), port: port)
    } else {
      guard let address = Self.version4(String(host)) else {
        throw ParseError(
          description: "\"\(host)\" in \"\(text)\" is no numeric address: write one such as \"127.0.0.1:\(port)\","
            + " \"[::1]:\(port)\" or \":\(port)\""
        )
      }
      self.init(host: .version4(address), port: port)
    }
  }

  private static func version4(_ text: String) -> UInt32? {
    var address = in_addr()
    // Safe: for AF_INET the call fills an in_addr, and only if the whole text is an address.
    return unsafe inet_pton(AF_INET, text, &address) == 1 ? address.s_addr : nil
  }

  private static func version6(_ text: String) -> [UInt8]? {
    var address = in6_addr()
    // Safe: for AF_INET6 the call fills an in6_addr, and only if the whole text is an address.
    guard unsafe inet_pton(AF_INET6, text, &address) == 1 else { return nil }
    return unsafe withUnsafeBytes(of: address) { unsafe Array($0) }
  }
}

extension SocketAddress: CustomStringConvertible {
  /// The address as `init(parsing:)` reads it.
  package var description: String {
    switch host {
    case .all: ":\(port)"
    case .version4(let address): "\(Self.text([address], family: AF_INET)):\(port)"
    case .version6(let address): "[\(Self.text(address, family: AF_INET6))]:\(port)"
    }
  }

  private static func text<Element: BitwiseCopyable>(_ address: [Element], family: CInt) -> String {
    // Safe: the address has the size of its family, and the call ends the text with a NUL within the given capacity.
    unsafe address.withUnsafeBytes { address in
      unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(INET6_ADDRSTRLEN)) { text in
        let end = unsafe inet_ntop(family, address.baseAddress, text.baseAddress, socklen_t(text.count))
        return unsafe end.map { unsafe String(cString: $0) } ?? ""
      }
    }
  }
}
