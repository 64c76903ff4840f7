import Foundation
import LinuxIO
import Testing

@testable import Tailing

@Suite("files beside the log")
struct SiblingTests {
  @Test("siblings that were there at the start are not read, nor are packed files, locks and directories")
  func otherSiblings() throws {
    let bench = Workbench()
    try bench.append("old\n", to: "etl.log.1")
    try bench.append("a1\n")
    try bench.start()
    try bench.readAvailable()
    try bench.append("packed\n", to: "etl.log.2.gz")
    try bench.append("1234\n", to: "etl.log.pid")
    try bench.makeDirectory("etl.log.d")
    try bench.rename("etl.log.1", to: "etl.log.2")
    try bench.rename(to: "etl.log.1")
    try bench.append("b1\n")
    try bench.settle()
    try bench.settle()
    #expect(bench.taken() == ["a1", "b1"])
  }

  @Test(
    "another file's name begins with the log's: it is none of the log's, however it is rotated",
    arguments: [
      "etl.log2", "etl.logbook", "etl.log 2", "etl.log.snapshot", "etl.log-x.snapshot.new", "etl.log.corrupt",
    ]
  )
  func otherNames(name: String) throws {
    let bench = Workbench()
    try bench.append("a1\n")
    try bench.start()
    try bench.readAvailable()
    try bench.rename(to: "etl.log.1")
    try bench.append("another's\n", to: name)
    try bench.append("b1\n")
    try bench.settle()
    #expect(bench.taken() == ["a1", "b1"])
  }

  @Test("logs that are followed themselves, and their rotated files, are none of the log's, however they are written")
  func otherLogs() throws {
    let bench = Workbench()
    try bench.makeLink("here", to: ".")
    try bench.append("a1\n")
    try bench.append("other's\n", to: "etl.log-audit")
    try bench.append("linked one's\n", to: "etl.log.run1")
    try bench.makeLink("linked", to: "etl.log.run1")
    let others = try ["here/etl.log-audit", "linked"].map { name in
      try LogTailer(path: bench.path(name), options: bench.options, watcher: bench.watcher)
    }
    try bench.start()
    try bench.readAvailable()
    for name in ["etl.log-audit", "etl.log.run1", "etl.log"] { try bench.rename(name, to: name + ".1") }
    try bench.append("other's second\n", to: "etl.log-audit")
    try bench.append("linked one's second\n", to: "etl.log.run1")
    try bench.append("b1\n")
    try bench.settle()
    #expect(bench.taken() == ["a1", "b1"])
    withExtendedLifetime(others) {}
  }

  @Test("a log that is let go is another's no longer")
  func otherLogLetGo() throws {
    let bench = Workbench()
    var other: LogTailer? = try LogTailer(path: bench.path("etl.log.1"), options: bench.options, watcher: bench.watcher)
    try bench.append("a1\n")
    try bench.start()
    try bench.readAvailable()
    withExtendedLifetime(other) {}
    other = nil
    try bench.rename(to: "etl.log.2")
    try bench.append("b1\n", to: "etl.log.1")
    try bench.append("c1\n")
    try bench.settle()
    #expect(bench.taken() == ["a1", "b1", "c1"])
  }

  @Test("a file that appears beside the log while it stays the same is not read, not even after a rotation")
  func foreignSibling() throws {
    let bench = Workbench()
    try bench.append("a1\n")
    try bench.start()
    try bench.readAvailable()
    try bench.append("not the log's\n", to: "etl.log.notes")
    try bench.readAvailable()
    try bench.rename(to: "etl.log.1")
    try bench.append("b1\n")
    try bench.settle()
    #expect(bench.taken() == ["a1", "b1"])
  }

  @Test("an empty log is rotated, and gets its only lines late")
  func emptyThenLate() throws {
    let bench = Workbench()
    try bench.append("")
    try bench.start()
    try bench.readAvailable()
    try bench.rename(to: "etl.log.1")
    try bench.append("b1\n")
    try bench.readAvailable()
    try bench.append("a1\n", to: "etl.log.1")
    try bench.settle()
    #expect(bench.taken() == ["a1", "b1"])
  }

  @Test("the old file is held until the new one has lines, however long that takes")
  func newOneStaysEmpty() throws {
    let bench = Workbench()
    try bench.append("a1\n")
    try bench.start()
    try bench.readAvailable()
    try bench.rename(to: "etl.log.1")
    try bench.append("")
    try bench.readAvailable()
    bench.advance(seconds: 3_600)
    try bench.readAvailable()
    try bench.append("a2\n", to: "etl.log.1")
    try bench.append("b1\n")
    try bench.readAvailable()
    #expect(bench.taken() == ["a1", "a2", "b1"])
  }

  @Test("with more siblings than may be looked at, none is read, and that is said")
  func tooManySiblings() throws {
    let bench = Workbench()
    bench.options.maximumSiblings = 3
    for number in 1...3 { try bench.append("old \(number)\n", to: "etl.log.\(number)") }
    try bench.append("a1\n")
    try bench.start()
    try bench.readAvailable()
    try bench.rename(to: "etl.log.4")
    try bench.append("b1\n")
    try bench.settle()
    #expect(bench.taken() == ["a1", "b1"])
    #expect(bench.tailer?.siblingFailure?.errno == .tooBig)
  }

  // MARK: Changes during a look

  /// Rotates as a job does that keeps numbers: each file moves up by one, and a new log has one line.
  private func rotate(_ bench: Workbench, _ line: String) throws {
    var number = 1
    while FileManager.default.fileExists(atPath: bench.path("etl.log.\(number)")) { number += 1 }
    for number in stride(from: number - 1, through: 1, by: -1) {
      try bench.rename("etl.log.\(number)", to: "etl.log.\(number + 1)")
    }
    try bench.rename(to: "etl.log.1")
    try bench.append(line + "\n")
  }

  @Test(
    "the log is rotated between listing its siblings and opening them: each file is read once, in order",
    arguments: [1, 2, 3, 5],
    [0, 1, 2, 3]
  )
  func rotatedWhileLooking(during: Int, before: Int) throws {
    let bench = Workbench()
    try bench.append("line 0\n")
    try bench.start()
    try bench.readAvailable()
    var rest = during
    var number = 0
    for _ in 0..<before {
      number += 1
      try rotate(bench, "line \(number)")
    }
    bench.tailer?.siblings.didList = {
      guard rest > 0 else { return }
      rest -= 1
      for _ in 0..<2 {
        number += 1
        do { try rotate(bench, "line \(number)") } catch { Issue.record(error) }
      }
    }
    if before == 0 { try bench.append("", to: "etl.log.notes") }
    try bench.readAvailable()
    try bench.settle()
    try bench.settle()
    #expect(rest == 0)
    #expect(bench.taken() == (0...number).map { "line \($0)" })
  }

  @Test("the log is rotated between listing and opening when an earlier process's place is looked for")
  func rotatedWhileResuming() throws {
    let bench = Workbench()
    try bench.append("line 0\n")
    try bench.start()
    try bench.readAvailable()
    let position = try #require(bench.tailer?.position)
    try rotate(bench, "line 1")
    try bench.start(at: position)
    var rest = 2
    var number = 1
    bench.tailer?.siblings.didList = {
      guard rest > 0 else { return }
      rest -= 1
      for _ in 0..<2 {
        number += 1
        do { try rotate(bench, "line \(number)") } catch { Issue.record(error) }
      }
    }
    try bench.settle()
    try bench.settle()
    #expect(rest == 0)
    #expect(bench.taken() == (0...number).map { "line \($0)" })
  }

  // MARK: What was read before

  @Test("a file that was read is known under every name, its copy too; what is new is not, though it has an old number")
  func hasRead() throws {
    let bench = Workbench()
    let lines = (0..<4).map { "line \($0) of the first log" }
    try bench.append("older sibling\n", to: "etl.log.1")
    try bench.append(lines.joined(separator: "\n") + "\n")
    try bench.start()
    let tailer = try #require(bench.tailer)
    #expect(!tailer.hasRead(bench.log))
    try bench.readAvailable()
    #expect(tailer.hasRead(bench.log))
    #expect(tailer.hasRead(bench.path("etl.log.1")))
    try bench.copy(to: "copy")
    try bench.append("line behind the copy\n", to: "copy")
    #expect(tailer.hasRead(bench.path("copy")))
    try bench.append("line 0 of the first log\nand nothing else of it, but a long line\n", to: "new")
    #expect(!tailer.hasRead(bench.path("new")))
    #expect(!tailer.hasRead(bench.path("missing")))
    #expect(!tailer.hasRead(bench.folder))
    try bench.rename(to: "etl-20261123.log")
    #expect(tailer.hasRead(bench.path("etl-20261123.log")))
    try bench.append("b1\n")
    try bench.settle()
    #expect(tailer.chain.count == 1)
    #expect(tailer.hasRead(bench.path("etl-20261123.log")))
    // Another process knows it as well, before its first look and after.
    try bench.start(at: tailer.position)
    #expect(bench.tailer?.hasRead(bench.path("etl-20261123.log")) == true)
    try bench.readAvailable()
    #expect(bench.tailer?.hasRead(bench.path("etl-20261123.log")) == true)
    try bench.truncate("etl-20261123.log")
    try bench.append("another log in the same file\n", to: "etl-20261123.log")
    #expect(bench.tailer?.hasRead(bench.path("etl-20261123.log")) == false)
  }
}
