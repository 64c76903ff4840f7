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
    try bench.readAvailable()
    try bench.append("a3\n")
    try bench.rename(to: "etl.log.1")
    try bench.append("b1\n")
    #expect(try bench.readAvailable() == .holdingRotatedFile)
    #expect(bench.taken() == ["a1", "a2", "a3"])
    #expect(bench.tailer?.lagBytes == 3)
    bench.advance(seconds: 5)
    #expect(try bench.readAvailable() == .caughtUp)
    #expect(bench.taken() == ["b1"])
    #expect(bench.tailer?.statistics.rotations(.rename) == 1)
  }

  @Test("late lines to the renamed file come before those of the new one")
  func lateLines() throws {
    let bench = Workbench()
    try bench.append("a1\n")
    try bench.start()
    try bench.readAvailable()
    try bench.rename(to: "etl.log.1")
    try bench.append("b1\n")
    try bench.readAvailable()
    bench.advance(seconds: 4.9)
    try bench.append("a2\n", to: "etl.log.1")
    try bench.readAvailable()
    #expect(bench.taken() == ["a1", "a2"])
    bench.advance(seconds: 0.1)
    try bench.append("a3\n", to: "etl.log.1")
    try bench.readAvailable()
    #expect(bench.taken() == ["a3", "b1"])
  }

  @Test("renamed twice between two looks: the file in between is read, in its place")
  func renamedTwice() throws {
    let bench = Workbench()
    try bench.append("a1\n")
    try bench.start()
    try bench.readAvailable()
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
    try bench.readAvailable()
    try bench.rename(to: "etl.log.1")
    try bench.append("b1\n")
    try bench.readAvailable()
    #expect(bench.taken() == ["a1"])
    try bench.settle()
    #expect(bench.taken() == ["a-half", "b1"])
  }

  @Test("deleted, and created anew")
  func deleted() throws {
    let bench = Workbench()
    try bench.append("a1\n")
    try bench.start()
    try bench.readAvailable()
    try bench.append("a2\n")
    try bench.delete()
    try bench.readAvailable()
    #expect(bench.taken() == ["a1", "a2"])
    try bench.append("b1\n")
    try bench.settle()
    #expect(bench.taken() == ["b1"])
    #expect(bench.tailer?.statistics.rotations(.delete) == 1)
  }

  @Test("deleted and created anew with the same inode number")
  func sameInode() throws {
    let bench = Workbench()
    try bench.append("a1\n")
    try bench.start()
    try bench.readAvailable()
    try bench.settle()
    let inode = try FileStatus(of: bench.log).inode
    // While the tailer holds the old file its number is not given away; a process that comes later has no such hold.
    let position = bench.tailer?.position
    bench.tailer = nil
    try bench.delete()
    // ext4 gives it away at once, here perhaps to another test's file; then it takes a few more.
    var name = ""
    for number in 0..<1_000 where name.isEmpty {
      try bench.append("b1\nb2\n", to: "new-\(number)")
      if try FileStatus(of: bench.path("new-\(number)")).inode == inode { name = "new-\(number)" }
    }
    try #require(!name.isEmpty, "the file system does not give inode numbers away again")
    try bench.rename(name, to: "etl.log")
    try bench.start(at: position)
    try bench.settle()
    #expect(bench.taken() == ["a1", "b1", "b2"])
  }

  @Test("late lines to a deleted file come as long as it is held")
  func lateToDeleted() throws {
    let bench = Workbench()
    try bench.append("a1\n")
    let writer = try FileDescriptor(opening: bench.log, [.writeOnly, .append])
    try bench.start()
    try bench.readAvailable()
    try bench.delete()
    try bench.append("b1\n")
    try bench.readAvailable()
    let late = Array("a2\n".utf8)
    try writer.writeAll(unsafe late.span.bytes)
    try bench.settle()
    #expect(bench.taken() == ["a1", "a2", "b1"])
  }

  @Test("another file is renamed over it")
  func replaced() throws {
    let bench = Workbench()
    try bench.append("a1\n")
    try bench.start()
    try bench.readAvailable()
    try bench.append("a2\n")
    try bench.append("b1\n", to: "new")
    try bench.rename("new", to: "etl.log")
    try bench.settle()
    #expect(bench.taken() == ["a1", "a2", "b1"])
    #expect(bench.tailer?.statistics.rotations(.replace) == 1)
  }

  @Test("an editor saves it: a copy of itself with more lines takes its place, and only those are new")
  func replacedByCopy() throws {
    let bench = Workbench()
    let old = (0..<10).map { "line \($0) of the log" }
    try bench.append(old.joined(separator: "\n") + "\n")
    try bench.start()
    try bench.readAvailable()
    #expect(bench.taken() == old)
    try bench.append("unread\n")
    try bench.copy(to: "new")
    try bench.append("added\n", to: "new")
    try bench.rename("new", to: "etl.log")
    try bench.settle()
    #expect(bench.taken() == ["unread", "added"])
  }

  @Test("renamed back after a new one was there")
  func renamedBack() throws {
    let bench = Workbench()
    let first = (0..<5).map { "line \($0) of the first log file" }
    try bench.append(first.joined(separator: "\n") + "\n")
    try bench.start()
    try bench.readAvailable()
    try bench.rename(to: "etl.log.1")
    try bench.append("b1\n")
    try bench.readAvailable()
    try bench.rename("etl.log.1", to: "etl.log")
    try bench.readAvailable()
    try bench.append("more\n")
    try bench.settle()
    #expect(bench.taken() == first + ["b1", "more"])
    try bench.settle()
    #expect(bench.taken() == [])
  }

  @Test("renamed many times between two looks, with numbers that move up and with dates", arguments: [true, false])
  func renamedOften(usesDates: Bool) throws {
    let bench = Workbench()
    try bench.append("line 0\n")
    try bench.start()
    try bench.readAvailable()
    for round in 1...12 {
      if usesDates {
        try bench.rename(to: "etl.log-202501\(round + 10)")
      } else {
        for number in stride(from: round - 1, through: 1, by: -1) {
          try bench.rename("etl.log.\(number)", to: "etl.log.\(number + 1)")
        }
        try bench.rename(to: "etl.log.1")
      }
      try bench.append("line \(round)\n")
    }
    try bench.settle()
    #expect(bench.taken() == (0...12).map { "line \($0)" })
    #expect(bench.tailer?.statistics.rotations(.rename) == 12)
  }

  @Test("rotated before the first look at it, and again: as many rotations as there are ends of files, none of a link")
  func countedFromTheFirst() throws {
    let bench = Workbench()
    try bench.start()
    try bench.readAvailable()
    for round in 1...3 {
      try bench.append("line \(round)\n")
      if round < 3 { try bench.rename(to: "etl.log.\(3 - round)") }
    }
    try bench.settle()
    #expect(bench.taken() == ["line 1", "line 2", "line 3"])
    #expect(bench.tailer?.statistics.rotations(.rename) == 2)
    #expect(bench.tailer?.statistics.rotations(.symlink) == 0)
  }

  @Test("read with its siblings from the first on: as many rotations as there are ends of files", arguments: 0...3)
  func countedFromSiblings(rotations: Int) throws {
    let bench = Workbench()
    for round in 0...rotations {
      try bench.append("line \(round)\n")
      if round < rotations { try bench.rename(to: "etl.log.\(rotations - round)") }
    }
    try bench.start(at: .beforeSiblings(of: bench.log))
    try bench.settle()
    #expect(bench.taken() == (0...rotations).map { "line \($0)" })
    #expect(bench.tailer?.statistics.rotations(.rename) == Int64(rotations))
    #expect(bench.tailer?.statistics.rotations(.symlink) == 0)
  }

  @Test("more files than may be held: all are read, and the oldest do not wait")
  func heldFiles() throws {
    let bench = Workbench()
    bench.options.maximumOpenFiles = 4
    try bench.append("line 0\n")
    try bench.start()
    try bench.readAvailable()
    for round in 1...30 {
      try bench.rename(to: "etl.log-202501\(round + 10)")
      try bench.append("line \(round)\n")
    }
    let tailer = try #require(bench.tailer)
    while tailer.readAvailable(budget: 1 << 20, into: &bench.sink) == .moreToRead { #expect(tailer.chain.count <= 4) }
    try bench.settle()
    #expect(bench.taken() == (0...30).map { "line \($0)" })
  }

  @Test("many rotations leave nothing held and little known")
  func manyRotations() throws {
    let bench = Workbench()
    try bench.append("line 0\n")
    try bench.start()
    try bench.readAvailable()
    for round in 1...300 {
      try bench.rename(to: "etl.log.1")
      try bench.append("line \(round)\n")
      if round % 10 == 0 { try bench.settle() } else { try bench.readAvailable() }
    }
    try bench.settle()
    let lines = bench.taken()
    #expect(lines.count == 301)
    #expect(lines.last == "line 300")
    let tailer = try #require(bench.tailer)
    #expect(tailer.chain.count == 1)
    #expect(tailer.position.knownSiblings.count <= 102)
  }
}
