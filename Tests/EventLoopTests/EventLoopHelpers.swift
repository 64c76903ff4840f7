import Glibc
import LinuxIO

@testable import EventLoop

extension EventLoop {
  /// Serves what is due now and returns without waiting.
  func runOnce() {
    stop()
    run()
  }
}

/// The two ends of a pipe, closed at the end.
final class Pipe {
  let readEnd: CInt
  private var writeEnd: CInt

  init() throws {
    var ends: [CInt] = [0, 0]
    _ = try systemCall("make", on: "a pipe") { unsafe pipe(&ends) }
    (readEnd, writeEnd) = (ends[0], ends[1])
  }

  deinit {
    close(readEnd)
    closeWriteEnd()
  }

  func write(_ byte: UInt8) throws {
    var byte = byte
    let descriptor = writeEnd
    _ = try systemCall("write to", on: "a pipe") { unsafe Glibc.write(descriptor, &byte, 1) }
  }

  func readByte() throws -> UInt8? {
    var byte: UInt8 = 0
    let descriptor = readEnd
    return try systemCall("read", on: "a pipe") { unsafe read(descriptor, &byte, 1) } == 1 ? byte : nil
  }

  func closeWriteEnd() {
    if writeEnd >= 0 { close(writeEnd) }
    writeEnd = -1
  }
}

/// Writes to a pipe that nobody reads.
func errorOfBrokenPipe() throws -> Errno? {
  var ends: [CInt] = [0, 0]
  _ = try systemCall("make", on: "a pipe") { unsafe pipe(&ends) }
  close(ends[0])
  let writeEnd = FileDescriptor(owning: ends[1], name: "a pipe")
  let byte: [UInt8] = [1]
  do throws(SystemCallError) {
    _ = try unsafe writeEnd.write(byte.span.bytes)
    return nil
  } catch {
    return error.errno
  }
}

/// Notes that it is gone.
final class Canary {
  private let whenGone: () -> Void

  init(whenGone: @escaping () -> Void) {
    self.whenGone = whenGone
  }

  deinit {
    whenGone()
  }

  func sing() {}
}
