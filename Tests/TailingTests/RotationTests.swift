import LinuxIO
import Testing

@testable import Tailing

@Suite("a log that is rotated")
struct RotationTests {
  @Test("renamed, and a new file created: the old one is read to its end, then the new one")
  func rename() throws {
    let bench = Workbench()
    try bench.append("a1\na2\n")
    try bench.start()
    try bench.drain()
    try bench.append("a3\n")
    try bench.rename(to: "etl.log.1")
    try bench.append("b1\n")
    #expect(try bench.drain() == .holdingRotatedFile)
    #expect(bench.taken() == ["a1", "a2", "a3"])
    #expect(bench.tailer?.lagBytes == 3)
    bench.advance(seconds: 5)
    #expect(try bench.drain() == .caughtUp)
    #expect(bench.taken() == ["b1"])
    #expect(bench.tailer?.statistics.rotations(.rename) == 1)
  }

  @Test("late lines to the renamed file come before those of the new one")
  func lateLines() throws {
    let bench = Workbench()
    try bench.append("a1\n")
    try bench.start()
    try bench.drain()
    try bench.rename(to: "etl.log.1")
    try bench.append("b1\n")
    try bench.drain()
    bench.advance(seconds: 4.9)
    try bench.append("a2\n", to: "etl.log.1")
    try bench.drain()
    #expect(bench.taken() == ["a1", "a2"])
    bench.advance(seconds: 0.1)
    try bench.append("a3\n", to: "etl.log.1")
    try bench.drain()
    #expect(bench.taken() == ["a3", "b1"])
  }

  @Test("renamed twice between two looks: the file in between is read, in its place")
  func renamedTwice() throws {
    let bench = Workbench()
    try bench.append("a1\n")
    try bench.start()
    try bench.drain()
    try bench.append("a2\n")
    try bench.rename(to: "etl.log.1")
    try bench.append("b1\n")
    try bench.rename("etl.log.1", to: "etl.log.2")
    try bench.rename(to: "etl.log.1")
    try bench.append("c1\n")
    try bench.settle()
    #expect(bench.taken() == ["a1", "a2", "b1", "c1"])
    try bench.settle()
    #expect(bench.taken() == [])
  }

  @Test("the last line of a file that is rotated away has no newline")
  func lastLineWithoutNewline() throws {
    let bench = Workbench()
    try bench.append("a1\na-half")
    try bench.start()
    try bench.drain()
    try bench.rename(to: "etl.log.1")
    try bench.append("b1\n")
    try bench.drain()
    #expect(bench.taken() == ["a1"])
    try bench.settle()
    #expect(bench.taken() == ["a-half", "b1"])
  }

  @Test("truncated after a copy, and fewer bytes since: the unread ones come from the copy")
  func copyTruncate() throws {
    let bench = Workbench()
    try bench.append("a1\na2\n")
    try bench.start()
    try bench.drain()
    try bench.append("a3\n")
    try bench.copy(to: "etl.log.1")
    try bench.truncate()
    try bench.append("b1\n")
    try bench.drain()
    #expect(bench.taken() == ["a1", "a2", "a3", "b1"])
    #expect(bench.tailer?.statistics.rotations(.truncate) == 1)
    try bench.settle()
    #expect(bench.taken() == [])
  }

  @Test("truncated after a copy, and grown past the old offset since")
  func copyTruncateGrownPast() throws {
    let bench = Workbench()
    try bench.append("a1\na2\n")
    try bench.start()
    try bench.drain()
    try bench.append("a3\n")
    try bench.copy(to: "etl.log.1")
    try bench.truncate()
    try bench.append("b1 is longer\nb2 is longer\nb3\n")
    try bench.drain()
    #expect(bench.taken() == ["a1", "a2", "a3", "b1 is longer", "b2 is longer", "b3"])
  }

  @Test("deleted, and created anew")
  func deleted() throws {
    let bench = Workbench()
    try bench.append("a1\n")
    try bench.start()
    try bench.drain()
    try bench.append("a2\n")
    try bench.delete()
    try bench.drain()
    #expect(bench.taken() == ["a1", "a2"])
    try bench.append("b1\n")
    try bench.settle()
    #expect(bench.taken() == ["b1"])
    #expect(bench.tailer?.statistics.rotations(.delete) == 1)
  }
}
