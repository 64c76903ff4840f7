import Glibc
import LinuxIO
import Testing

@Suite("notification socket")
struct NotificationSocketTests {
  @Test(
    "a name that no socket can have",
    arguments: [
      ("", Errno.addressFamilyNotSupported), ("/", .addressFamilyNotSupported), ("@", .addressFamilyNotSupported),
      ("run/notify", .addressFamilyNotSupported), ("vsock:2:1234", .addressFamilyNotSupported),
      ("/" + String(repeating: "a", count: 107), .nameTooLong),
      ("@" + String(repeating: "a", count: 108), .nameTooLong),
    ]
  )
  func names(name: String, errno: Errno) {
    do throws(SystemCallError) {
      _ = try NotificationSocket(name: name)
      Issue.record("\(name) was taken")
    } catch {
      #expect(error == SystemCallError(operation: "notify", subject: name, errno: errno))
    }
  }

  @Test("the longest names are taken, and that nobody listens shows with the first message")
  func longNames() throws {
    for name in ["/" + String(repeating: "a", count: 106), "@" + String(repeating: "a", count: 107)] {
      let socket = try NotificationSocket(name: name)
      do throws(SystemCallError) {
        _ = try socket.send("READY=1")
        Issue.record("nobody listens on \(name)")
      } catch {
        #expect([Errno.noSuchFile, Errno(rawValue: ECONNREFUSED)].contains(error.errno))
      }
    }
  }

  @Test("a listener that reads nothing is not waited for")
  func fullListener() throws {
    let name = "etl-notification-test-\(getpid())"
    let listener = try listen(onAbstract: name)
    defer { close(listener) }
    let socket = try NotificationSocket(name: "@\(name)")
    var sent = 0
    while try socket.send("STATUS=\(sent)"), sent < 100_000 { sent += 1 }
    #expect((1..<100_000).contains(sent))
    var buffer = [UInt8](repeating: 0, count: 64)
    let count = unsafe recv(listener, &buffer, buffer.count, CInt(MSG_DONTWAIT))
    #expect(String(decoding: buffer.prefix(max(0, count)), as: UTF8.self) == "STATUS=0")
    #expect(try socket.send("STATUS=again"))
  }

  private func listen(onAbstract name: String) throws -> CInt {
    let descriptor = socket(AF_UNIX, CInt(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let path = [0] + Array(name.utf8)
    unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: path) }
    let result = unsafe withUnsafeBytes(of: address) {
      unsafe bind(descriptor, $0.baseAddress?.assumingMemoryBound(to: sockaddr.self), socklen_t(2 + path.count))
    }
    try #require(result == 0)
    return descriptor
  }
}
