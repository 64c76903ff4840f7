import Glibc
import LinuxIO
import Testing

@testable import Tailing

@Suite("a log that is truncated")
struct TruncationTests {
  /// A line over 64 bytes that says what it is.
  private func line(_ name: String) -> String { name + " " + String(repeating: ".", count: 80) }

  @Test("after a copy, with fewer bytes since: the unread ones come from the copy")
  func copyTruncate() throws {
    let bench = Workbench()
    try bench.append("a1\na2\n")
    try bench.start()
    try bench.readAvailable()
    try bench.append("a3\n")
    try bench.copy(to: "etl.log.1")
    try bench.truncate()
    try bench.append("b1\n")
    try bench.readAvailable()
    #expect(bench.taken() == ["a1", "a2", "a3", "b1"])
    #expect(bench.tailer?.statistics.rotations(.truncate) == 1)
    #expect(bench.tailer?.statistics.truncationsWithoutCopy == 0)
    try bench.settle()
    #expect(bench.taken() == [])
  }

  @Test("grown past the old offset since")
  func grownPast() throws {
    let bench = Workbench()
    try bench.append("a1\na2\n")
    try bench.start()
    try bench.readAvailable()
    try bench.append("a3\n")
    try bench.copy(to: "etl.log.1")
    try bench.truncate()
    try bench.append("b1 is longer\nb2 is longer\nb3\n")
    try bench.readAvailable()
    #expect(bench.taken() == ["a1", "a2", "a3", "b1 is longer", "b2 is longer", "b3"])
  }

  @Test("grown to the very size it had")
  func sameSize() throws {
    let bench = Workbench()
    try bench.append("a1\na2\n")
    try bench.start()
    try bench.readAvailable()
    try bench.truncate()
    try bench.append("b1\nb2\n")
    try bench.readAvailable()
    #expect(bench.taken() == ["a1", "a2", "b1", "b2"])
    #expect(bench.tailer?.statistics.truncationsWithoutCopy == 1)
  }

  @Test("with the same first 1,024 bytes as before: the bytes before the offset tell")
  func repeatingHead() throws {
    let bench = Workbench()
    let head = String(repeating: "the same header\n", count: 100)
    try bench.append(head + "a1\n")
    try bench.start()
    try bench.readAvailable()
    try bench.copy(to: "etl.log.1")
    try bench.truncate()
    try bench.append(head + "b1\nb2\n")
    try bench.readAvailable()
    #expect(bench.taken().filter { $0 != "the same header" } == ["a1", "b1", "b2"])
  }

  @Test("the copy is not counted again, under whatever name")
  func copyIsKnown() throws {
    let bench = Workbench()
    for round in 1...4 {
      try bench.append(line("a\(round)") + "\n")
      if round == 1 { try bench.start() }
      try bench.readAvailable()
      #expect(bench.taken() == [line("a\(round)")])
      for number in stride(from: round - 1, through: 1, by: -1) {
        try bench.rename("etl.log.\(number)", to: "etl.log.\(number + 1)")
      }
      try bench.copy(to: "etl.log.1")
      try bench.truncate()
      if round.isMultiple(of: 2) { try bench.readAvailable() }
    }
    // Renaming looks for siblings anew.
    try bench.append("last\n")
    try bench.rename(to: "etl.log.0")
    try bench.append("new\n")
    try bench.settle()
    #expect(bench.taken() == ["last", "new"])
  }

  @Test("the copy is made before the look and the truncation comes after it")
  func copySeenFirst() throws {
    let bench = Workbench()
    try bench.append("a1\na2\n")
    try bench.start()
    try bench.readAvailable()
    try bench.append("a3\n")
    try bench.copy(to: "etl.log.1")
    _ = bench.tailer?.readAvailable(budget: 1, into: &bench.sink)
    try bench.append("a4\n")
    try bench.copy(to: "etl.log.1")
    try bench.truncate()
    try bench.append("b1\n")
    try bench.settle()
    #expect(bench.taken() == ["a1", "a2", "a3", "a4", "b1"])
  }

  @Test("more is written and read after the copy: what the copy holds is not read again", arguments: [2, 40, 3_000])
  func readPastCopy(lines: Int) throws {
    let bench = Workbench()
    let expected = (0..<lines).map { line("a\($0)") } + [line("destroyed")]
    for line in expected.dropLast() { try bench.append(line + "\n") }
    try bench.start()
    // After the look that would see the copy, and before the read.
    bench.tailer?.siblings.didList = {
      bench.tailer?.siblings.didList = {}
      #expect(throws: Never.self) {
        try bench.copy(to: "etl.log.1")
        try bench.append(line("destroyed") + "\n")
      }
    }
    try bench.readAvailable()
    #expect(bench.taken() == expected)
    try bench.truncate()
    try bench.append("b1\n")
    try bench.settle()
    #expect(bench.taken() == ["b1"])
    // Nor later, when it is looked for what the log was rotated to.
    try bench.rename(to: "etl.log.0")
    try bench.append("c1\n")
    try bench.settle()
    #expect(bench.taken() == ["c1"])
  }

  @Test(
    "more is written and seen after the copy, but not read: its rest is read from the copy",
    arguments: [true, false]
  )
  func seenPastCopy(isCopyKnown: Bool) throws {
    let bench = Workbench()
    bench.options.maximumLineBytes = 100
    let expected = (0..<20).map { line("a\($0)") }
    for line in expected { try bench.append(line + "\n") }
    try bench.start()
    _ = bench.tailer?.readAvailable(budget: 1, into: &bench.sink)
    try bench.copy(to: "etl.log.1")
    if isCopyKnown { _ = bench.tailer?.readAvailable(budget: 1, into: &bench.sink) }
    try bench.append(line("destroyed") + "\n")
    _ = bench.tailer?.readAvailable(budget: 1, into: &bench.sink)
    try bench.truncate()
    try bench.append("b1\n")
    try bench.settle()
    #expect(bench.taken() == expected + ["b1"])
    #expect(bench.tailer?.statistics.truncationsWithoutCopy == 0)
  }

  @Test("a copy that was seen when it was still empty is not read again")
  func copySeenEmpty() throws {
    let bench = Workbench()
    let expected = [line("a1"), line("a2"), line("destroyed")]
    try bench.append(line("a1") + "\n" + line("a2") + "\n")
    try bench.start()
    try bench.readAvailable()
    try bench.append("", to: "etl.log.1")
    try bench.readAvailable()
    bench.tailer?.siblings.didList = {
      bench.tailer?.siblings.didList = {}
      #expect(throws: Never.self) {
        try bench.append(line("a1") + "\n" + line("a2") + "\n", to: "etl.log.1")
        try bench.append(line("destroyed") + "\n")
      }
    }
    try bench.readAvailable()
    try bench.truncate()
    try bench.append("b1\n")
    try bench.settle()
    #expect(bench.taken() == expected + ["b1"])
  }

  @Test("the copy is packed and deleted right after it: it was opened in time", arguments: [true, false])
  func copyDeleted(isSeen: Bool) throws {
    let bench = Workbench()
    bench.options.maximumLineBytes = 100
    for number in 0..<20 { try bench.append(line("a\(number)") + "\n") }
    try bench.start()
    _ = bench.tailer?.readAvailable(budget: 100, into: &bench.sink)
    try bench.copy(to: "etl.log.1")
    // The look that the creation of the copy wakes.
    if isSeen { _ = bench.tailer?.readAvailable(budget: 1, into: &bench.sink) }
    try bench.truncate()
    try bench.delete("etl.log.1")
    try bench.append("b1\n")
    try bench.settle()
    let lines = bench.taken()
    #expect(lines.last == "b1")
    #expect(isSeen ? lines.count == 21 : lines.count < 21)
    #expect(bench.tailer?.statistics.truncationsWithoutCopy == (isSeen ? 0 : 1))
  }

  @Test("a copy that was deleted is let go, so that the disk does not fill")
  func copyLetGo() throws {
    let bench = Workbench()
    try bench.append(line("a") + "\n")
    try bench.start()
    try bench.readAvailable()
    try bench.copy(to: "etl.log.bak")
    try bench.readAvailable()
    #expect(bench.tailer?.siblings.possibleCopies.count == 1)
    try bench.delete("etl.log.bak")
    try bench.readAvailable()
    #expect(bench.tailer?.siblings.possibleCopies.isEmpty == true)
  }

  @Test("twice between two looks: both copies are read, in order")
  func twice() throws {
    let bench = Workbench()
    try bench.append("a1\na2\n")
    try bench.start()
    try bench.readAvailable()
    try bench.append("a3\n")
    try bench.copy(to: "etl.log.2")
    try bench.truncate()
    try bench.append("b1\n")
    try bench.copy(to: "etl.log.1")
    try bench.truncate()
    try bench.append("c1\n")
    try bench.settle()
    try bench.settle()
    #expect(bench.taken() == ["a1", "a2", "a3", "b1", "c1"])
  }

  @Test("copied over the same file each time")
  func sameCopy() throws {
    let bench = Workbench()
    try bench.append("", to: "etl.log")
    try bench.start()
    var expected: [String] = []
    for round in 0..<5 {
      try bench.append(line("read \(round)") + "\n")
      try bench.readAvailable()
      try bench.append(line("unread \(round)") + "\n")
      expected += [line("read \(round)"), line("unread \(round)")]
      try bench.copy(to: "etl.log.1")
      try bench.truncate()
    }
    try bench.settle()
    #expect(bench.taken() == expected)
  }

  @Test("before anything of it was seen: the copy holds all of it")
  func unseen() throws {
    let bench = Workbench()
    try bench.append("")
    try bench.start()
    try bench.readAvailable()
    try bench.append("a1\n")
    try bench.copy(to: "etl.log.1")
    try bench.truncate()
    try bench.append("b1\n")
    try bench.settle()
    try bench.settle()
    #expect(bench.taken() == ["a1", "b1"])
  }

  @Test("half a line in the copy becomes a line, since the rest was destroyed or starts the new log")
  func halfLine() throws {
    let bench = Workbench()
    try bench.append("a1\nha")
    try bench.start()
    try bench.readAvailable()
    try bench.append("lf")
    try bench.copy(to: "etl.log.1")
    try bench.truncate()
    try bench.append("b1\n")
    try bench.readAvailable()
    #expect(bench.taken() == ["a1", "half", "b1"])
  }

  @Test("cut at its end only: what is left is not delivered again")
  func shortened() throws {
    let bench = Workbench()
    let lines = (0..<100).map { line("a\($0)") }
    try bench.append(lines.joined(separator: "\n") + "\n")
    try bench.start()
    try bench.readAvailable()
    #expect(bench.taken() == lines)
    try bench.truncate(to: 50 * (lines[0].utf8.count + 1))
    try bench.readAvailable()
    try bench.append("new\n")
    try bench.readAvailable()
    #expect(bench.taken().last == "new")
    #expect(bench.tailer?.statistics.rotations(.truncate) == 0)
  }

  @Test(
    "the writer is not in O_APPEND: the hole is dropped and does not count towards the line limit",
    arguments: [100, 5_000, 1 << 40]
  )
  func hole(size: Int) throws {
    let bench = Workbench()
    bench.options.maximumLineBytes = 50
    try bench.append("a1\n")
    try bench.start()
    try bench.readAvailable()
    try bench.truncate()
    try bench.truncate(to: size)
    try bench.append("b1\nb2\n")
    try bench.readAvailable()
    #expect(bench.taken() == ["a1", "b1", "b2"])
    #expect(bench.sink.oversizedLines == 0)
    #expect(bench.tailer?.statistics.holeBytes == Int64(size))
    #expect(bench.tailer?.statistics.bytesRead == 9)
  }

  @Test("holes of one truncation after another, whose heads are all the same")
  func repeatedHoles() throws {
    let bench = Workbench()
    try bench.append(line("a") + "\n")
    try bench.start()
    try bench.readAvailable()
    var size = 2_000
    var expected = [line("a")]
    for round in 0..<4 {
      try bench.truncate()
      try bench.truncate(to: size)
      try bench.append(line("b\(round)") + "\n")
      expected.append(line("b\(round)"))
      size += line("b\(round)").utf8.count + 1
      try bench.readAvailable()
    }
    #expect(bench.taken() == expected)
  }
}
