import Foundation
import Glibc
import TestSupport
import Testing

@testable import LinuxIO

@Suite("directories, links and bytes")
struct DirectoryTests {
  @Test("only names with the prefix are listed, and no more than the limit")
  func names() throws {
    let folder = try TemporaryFolder()
    for name in ["etl.log", "etl.log.1", "etl.log.2", "other.log"] {
      _ = try FileDescriptor(opening: folder.path + "/" + name, [.writeOnly, .create])
    }
    let names = try Directory.names(in: folder.path, startingWith: "etl.log", limit: 10)
    #expect(names.sorted() == ["etl.log", "etl.log.1", "etl.log.2"])
    #expect(try Directory.names(in: folder.path, startingWith: "etl.log", limit: 2).count == 2)
    #expect(try Directory.names(in: folder.path, startingWith: "", limit: 10).count == 4)
    #expect(throws: SystemCallError(operation: "list", subject: folder.path + "/no", errno: .noSuchFile)) {
      try Directory.names(in: folder.path + "/no", startingWith: "", limit: 1)
    }
  }

  @Test("a link says where it leads; what is no link says nothing; what is missing is an error")
  func links() throws {
    let folder = try TemporaryFolder()
    let link = folder.path + "/link"
    let result = unsafe symlink("../somewhere/else", link)
    try #require(result == 0)
    #expect(try Directory.linkTarget(of: link) == "../somewhere/else")
    #expect(try Directory.linkTarget(of: folder.path) == nil)
    #expect(throws: SystemCallError.self) { try Directory.linkTarget(of: folder.path + "/no") }
  }

  @Test("a hole is skipped to the data behind it")
  func hole() throws {
    let folder = try TemporaryFolder()
    let file = try FileDescriptor(opening: folder.path + "/sparse", [.readWrite, .create])
    let size: Int64 = 1 << 30
    try #require(ftruncate(file.rawValue, off_t(size)) == 0)
    #expect(try file.nextData(from: 0) == nil)
    let byte: [UInt8] = [1]
    let written = unsafe pwrite(file.rawValue, byte, 1, off_t(size))
    try #require(written == 1)
    #expect(try file.nextData(from: 0) == size)
    #expect(try file.nextData(from: size) == size)
    #expect(try file.nextData(from: size + 1) == nil)
  }

  @Test("a copy of a descriptor outlives the original, and a pipe is readable only when something is in it")
  func duplicate() throws {
    var ends: [CInt] = [0, 0]
    let result = unsafe pipe(&ends)
    try #require(result == 0)
    let writer = FileDescriptor(owning: ends[1], name: "pipe")
    let reader = try FileDescriptor(duplicating: ends[0], name: "pipe")
    close(ends[0])
    #expect(try reader.isReadable() == false)
    let text: [UInt8] = [65, 66]
    #expect(try writer.write(unsafe text.span.bytes) == 2)
    #expect(try reader.isReadable())
    var buffer = [UInt8](repeating: 0, count: 8)
    var elements = buffer.mutableSpan
    var bytes = unsafe elements.mutableBytes
    #expect(try reader.read(into: &bytes) == 2)
    #expect(buffer[0] == 65)
    let subject = "none, which is not open for reading"
    #expect(throws: SystemCallError(operation: "read", subject: subject, errno: .badFileDescriptor)) {
      _ = try FileDescriptor(duplicating: 9_999, name: "none")
    }
  }

  @Test(
    "the first and the last of a byte are found in the range alone",
    arguments: [
      ([1, 2, 1, 2, 1], 0..<5, 1, 3), ([1, 2, 1, 2, 1], 2..<5, 3, 3), ([1, 2, 1, 2, 1], 0..<2, 1, 1),
      ([1, 2, 1], 0..<1, nil, nil), ([2], 0..<1, 0, 0), ([2], 0..<0, nil, nil), ([], 0..<0, nil, nil),
    ] as [([UInt8], Range<Int>, Int?, Int?)]
  )
  func search(bytes: [UInt8], range: Range<Int>, first: Int?, last: Int?) {
    let span = unsafe bytes.span.bytes
    #expect(span.firstIndex(of: 2, in: range) == first)
    #expect(span.lastIndex(of: 2, in: range) == last)
  }

  @Test(
    "a time that nanoseconds since 1970 cannot hold is taken as the nearest one that they can",
    arguments: [
      (10_413_792_000, 9_223_372_035_000_000_007), (Int.max, 9_223_372_035_000_000_007), (-1, 7), (Int.min, 7),
      (1_700_000_000, 1_700_000_000_000_000_007),
    ] as [(Int, Int64)]
  )
  func boundedTimes(seconds: Int, nanoseconds: Int64) {
    var status = stat()
    status.st_mtim = timespec(tv_sec: seconds, tv_nsec: 7)
    status.st_ctim = status.st_mtim
    #expect(FileStatus(status).modifiedNanoseconds == nanoseconds)
    #expect(FileStatus(status).changedNanoseconds == nanoseconds)
  }

  @Test("a renamed file keeps its data's time, but not the time of its change")
  func changeTime() throws {
    let folder = try TemporaryFolder()
    let file = try FileDescriptor(opening: folder.path + "/a", [.writeOnly, .create])
    let before = try file.status()
    let deadline = MonotonicTime.now
    var after = before
    var turn = 0
    while after.changedNanoseconds == before.changedNanoseconds, MonotonicTime.now.seconds(since: deadline) < 5 {
      let result = unsafe rename(
        folder.path + "/" + (turn % 2 == 0 ? "a" : "b"),
        folder.path + "/" + (turn % 2 == 0 ? "b" : "a")
      )
      try #require(result == 0)
      turn += 1
      after = try file.status()
    }
    #expect(after.changedNanoseconds > before.changedNanoseconds)
    #expect(after.modifiedNanoseconds == before.modifiedNanoseconds)
  }
}
