import Foundation
import Glibc

/// Listens as a service manager does for what its services say of themselves.
final class NotificationListener {
  private let descriptor: CInt
  private(set) var messages: [String] = []

  /// Binds a socket.
  ///
  /// - Parameter name: An absolute path, or `@` and an abstract name.
  /// - Throws: `TestFailure` when it cannot be bound.
  init(_ name: String) throws {
    descriptor = socket(AF_UNIX, CInt(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let path = name.hasPrefix("@") ? [0] + name.utf8.dropFirst() : Array(name.utf8)
    let place = MemoryLayout.size(ofValue: address.sun_path)
    guard descriptor >= 0, path.count <= place else { throw TestFailure("no socket for \(name)") }
    unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: path) }
    let result = unsafe withUnsafeBytes(of: address) {
      unsafe bind(descriptor, $0.baseAddress?.assumingMemoryBound(to: sockaddr.self), socklen_t(2 + path.count))
    }
    guard result == 0 else {
      close(descriptor)
      throw TestFailure("\(name) cannot be bound")
    }
  }

  deinit {
    close(descriptor)
  }

  /// Takes what has come, and all that came before.
  func lines() -> [String] {
    var buffer = [UInt8](repeating: 0, count: 4_096)
    while case let count = unsafe recv(descriptor, &buffer, buffer.count, 0), count >= 0 {
      messages.append(String(decoding: buffer[..<count], as: UTF8.self))
    }
    return messages.flatMap(textLines)
  }
}
