import Glibc
import Testing

@testable import LinuxIO

@Suite("error numbers")
struct ErrnoTests {
  @Test(
    "an error says what the C library says",
    arguments: [
      (Errno.noSuchFile, "No such file or directory"), (.accessDenied, "Permission denied"),
      (.wouldBlock, "Resource temporarily unavailable"), (Errno(rawValue: ENOSPC), "No space left on device"),
      (Errno(rawValue: 9_999), "error 9999"),
    ]
  )
  func texts(error: Errno, text: String) {
    #expect(error.description == text)
  }

  @Test("a failed call says what was tried, on what, and why")
  func callError() {
    let error = SystemCallError(operation: "open", subject: "/etl.log", errno: .accessDenied)
    #expect(error.description == "cannot open /etl.log: Permission denied")
    #expect(
      SystemCallError(operation: "poll", subject: "", errno: Errno(rawValue: ENOSPC)).description
        == "cannot poll: No space left on device"
    )
  }

  @Test("a call that a signal interrupts is made again")
  func interrupted() throws {
    var attempts = 0
    let result: CInt = try systemCall("try", on: "nothing") {
      attempts += 1
      guard attempts == 4 else {
        errno = EINTR
        return -1
      }
      return 7
    }
    #expect(result == 7)
    #expect(attempts == 4)
  }

  @Test("a call that would have to wait has no value, and any other error is thrown")
  func wouldBlock() throws {
    func call(_ number: CInt) throws(SystemCallError) -> CInt? {
      try nonBlockingSystemCall("try", on: "nothing") {
        errno = number
        return CInt(-1)
      }
    }
    #expect(try call(EAGAIN) == nil)
    #expect(throws: SystemCallError(operation: "try", subject: "nothing", errno: Errno(rawValue: EIO))) {
      try call(EIO)
    }
  }
}
