import LinuxIO
import Testing

@testable import Tailing

@Suite("files that rotation names in other ways")
struct RotatedNameTests {
  /// A log of which lines 0 to 4 were read, and where that was left; lines 5 to 9 came since.
  private func left(_ name: String = "etl.log") throws -> (Workbench, TailPosition) {
    let bench = Workbench.timed()
    bench.log = bench.path(name)
    try bench.append(TimedLines.text(0..<5), to: name)
    try bench.start()
    try bench.readAvailable()
    let position = try #require(bench.tailer?.position)
    bench.tailer = nil
    try bench.append(TimedLines.text(5..<10), to: name)
    return (bench, position)
  }

  @Test(
    "rotated three times while nobody looked, the number or date elsewhere than behind the name: all is read, in order",
    arguments: [
      ["etl.3.log", "etl.2.log", "etl.1.log"], ["etl-2026-11-27.log", "etl-2026-11-28.log", "etl-2026-11-29.log"],
      ["etl-2026-11-27.1.log", "etl-2026-11-27.2.log", "etl-2026-11-27.3.log"],
      ["20261129-0120-01-etl.log", "20261129-0121-02-etl.log", "20261129-0122-03-etl.log"],
      ["etl.log.1", "etl.log.2", "etl.log.3"], ["etl_1.log", "etl_2.log", "etl_3.log"],
    ]
  )
  func whileDown(names: [String]) throws {
    let (bench, position) = try left()
    var next = 10
    for name in names {
      try bench.rename(to: name)
      try bench.append(TimedLines.text(next..<next + 3))
      next += 3
    }
    try bench.start(at: position)
    try bench.settle()
    try bench.settle()
    #expect(TimedLines.times(bench.taken()) == Array(0..<next))
    #expect(bench.tailer?.statistics.lostPositions == 0)
  }

  @Test("rotated many times between two scans under other names")
  func burst() throws {
    let bench = Workbench.timed()
    try bench.append(TimedLines.text(0..<3))
    try bench.start()
    try bench.readAvailable()
    for round in 1...40 {
      try bench.rename(to: "etl-20261129_\(round).log")
      try bench.append(TimedLines.text(3 * round..<3 * round + 3))
    }
    for _ in 0..<4 { try bench.settle() }
    #expect(TimedLines.times(bench.taken()) == Array(0..<123))
  }

  @Test("a list of names, and a log of another job, are none of the log's, and that is counted")
  func strangers() throws {
    let bench = Workbench.timed()
    try bench.append(TimedLines.text(stride(from: 0, to: 20, by: 2)))
    try bench.start()
    try bench.readAvailable()
    try bench.rename(to: "etl.log.1")
    try bench.append("20261129-etl.log\n20261128-etl.log\n", to: "etl.log.txt")
    try bench.append(TimedLines.text(stride(from: 1, to: 21, by: 2)), to: "etl2.log")
    try bench.append(TimedLines.text(20..<25))
    try bench.settle()
    #expect(TimedLines.times(bench.taken()) == Array(stride(from: 0, to: 20, by: 2)) + Array(20..<25))
    #expect(bench.tailer?.statistics.skippedFiles == 2)
  }

  @Test("archived into another folder: known from the first time that is seen, also to the next process")
  func archived() throws {
    let bench = Workbench.timed()
    try bench.makeDirectory("arch")
    try bench.append(TimedLines.text(0..<5))
    try bench.start()
    try bench.readAvailable()
    try bench.rename(to: "arch/etl_00.log")
    try bench.append(TimedLines.text(5..<7))
    try bench.settle()
    let position = try #require(bench.tailer?.position)
    bench.tailer = nil
    try bench.append(TimedLines.text(7..<10))
    try bench.rename(to: "arch/etl_01.log")
    try bench.append(TimedLines.text(10..<20))
    try bench.rename(to: "arch/etl_02.log")
    try bench.append(TimedLines.text(20..<24))
    try bench.start(at: position)
    try bench.settle()
    try bench.settle()
    #expect(TimedLines.times(bench.taken()) == Array(0..<24))
    #expect(bench.tailer?.statistics.lostPositions == 0)
  }

  @Test("what was in the other folder before is not read")
  func archivedBefore() throws {
    let bench = Workbench.timed()
    try bench.makeDirectory("arch")
    try bench.append(TimedLines.text(0..<5), to: "arch/etl_00.log")
    try bench.append(TimedLines.text(5..<10))
    try bench.setModified("arch/etl_00.log", nanoseconds: 1_000_000_000)
    try bench.start()
    try bench.readAvailable()
    try bench.rename(to: "arch/etl_01.log")
    try bench.append(TimedLines.text(10..<12))
    try bench.settle()
    #expect(TimedLines.times(bench.taken()) == Array(5..<12))
  }

  @Test("a whole file came and was packed while nobody looked: that is counted")
  func missed() throws {
    let (bench, position) = try left()
    try bench.rename(to: "etl.log.2")
    try bench.append("packed", to: "etl.log.1.gz")
    try bench.setModified("etl.log.1.gz", nanoseconds: WallTime.now.nanoseconds + 1_000_000_000)
    try bench.append("packed long ago", to: "etl.log.3.gz")
    try bench.setModified("etl.log.3.gz", nanoseconds: 1_000_000_000)
    try bench.append("packed, but another's", to: "audit.log.1.gz")
    try bench.append(TimedLines.text(20..<24))
    try bench.start(at: position)
    try bench.settle()
    #expect(TimedLines.times(bench.taken()) == Array(0..<10) + Array(20..<24))
    #expect(bench.tailer?.statistics.missedFiles == 1)
  }

  // MARK: Logs that go on under another name

  @Test("the log is full and stays, and goes on in the next number, while it is watched and after a restart")
  func successors() throws {
    let bench = Workbench.timed()
    try bench.append(TimedLines.text(0..<5))
    try bench.start()
    try bench.readAvailable()
    for (number, name) in ["etl1.log", "etl2.log", "etl3.log"].enumerated() {
      try bench.append(TimedLines.text(5 * number + 5..<5 * number + 8), to: name)
      try bench.settle()
      try bench.append(TimedLines.text(5 * number + 8..<5 * number + 10), to: name)
      try bench.settle()
    }
    #expect(TimedLines.times(bench.taken()) == Array(0..<20))
    #expect(bench.tailer?.statistics.rotations(.successor) == 3)
    let position = try #require(bench.tailer?.position)
    bench.tailer = nil
    try bench.append(TimedLines.text(20..<22), to: "etl3.log")
    try bench.append(TimedLines.text(22..<25), to: "etl4.log")
    try bench.append(TimedLines.text(25..<28), to: "etl5.log")
    try bench.start(at: position)
    try bench.settle()
    #expect(TimedLines.times(bench.taken()) == Array(20..<28))
    try bench.append(TimedLines.text(28..<30), to: "etl5.log")
    try bench.settle()
    #expect(TimedLines.times(bench.taken()) == [28, 29])
  }

  @Test("the next file is seen when it is empty, and when it has half a line: it is read all the same")
  func successorInTheMaking() throws {
    let bench = Workbench.timed()
    try bench.append(TimedLines.text(0..<5))
    try bench.start()
    try bench.readAvailable()
    try bench.append("", to: "etl1.log")
    try bench.readAvailable()
    let text = TimedLines.text(5..<8)
    try bench.append(String(text.prefix(20)), to: "etl1.log")
    try bench.readAvailable()
    try bench.append(String(text.dropFirst(20)), to: "etl1.log")
    try bench.settle()
    #expect(TimedLines.times(bench.taken()) == Array(0..<8))
  }

  @Test("read with all its files, at whichever end the path stands", arguments: [false, true])
  func readOnce(isSuccessor: Bool) throws {
    let bench = Workbench.timed()
    bench.options.waitsForMore = false
    let names = isSuccessor ? ["etl.log", "etl1.log", "etl2.log"] : ["etl1.log", "etl2.log", "etl.log"]
    for (number, name) in names.enumerated() {
      try bench.append(TimedLines.text(3 * number..<3 * number + 3), to: name)
    }
    try bench.start(at: .beforeSiblings(of: bench.log))
    try bench.readAvailable()
    #expect(TimedLines.times(bench.taken()) == Array(0..<9))
  }

  @Test("another job's log begins while the log is idle, and its writer still has the log open: it is not read")
  func otherJob() throws {
    let bench = Workbench.timed()
    try bench.append(TimedLines.text(0..<5))
    let writer = try FileDescriptor(opening: bench.log, [.writeOnly, .append])
    try bench.start()
    try bench.readAvailable()
    try bench.append(TimedLines.text(5..<8), to: "etl2.log")
    try bench.settle()
    let text = Array(TimedLines.text(8..<10).utf8)
    try writer.writeAll(unsafe text.span.bytes)
    try bench.settle()
    #expect(TimedLines.times(bench.taken()) == [0, 1, 2, 3, 4, 8, 9])
  }

  // MARK: Links

  @Test("the link was switched while nobody looked, once and twice", arguments: [1, 2])
  func linkSwitched(times: Int) throws {
    let bench = Workbench.timed()
    try bench.append(TimedLines.text(0..<5), to: "etl-26.log")
    try bench.makeLink("cur", to: "etl-26.log")
    bench.log = bench.path("cur")
    try bench.start()
    try bench.readAvailable()
    let position = try #require(bench.tailer?.position)
    bench.tailer = nil
    try bench.append(TimedLines.text(5..<10), to: "etl-26.log")
    for day in 0..<times {
      try bench.append(TimedLines.text(10 + 5 * day..<15 + 5 * day), to: "etl-\(27 + day).log")
      try bench.makeLink("cur", to: "etl-\(27 + day).log")
    }
    try bench.start(at: position)
    try bench.settle()
    try bench.settle()
    #expect(TimedLines.times(bench.taken()) == Array(0..<10 + 5 * times))
  }

  @Test("the link is switched twice between two scans")
  func linkSwitchedTwice() throws {
    let bench = Workbench.timed()
    try bench.append(TimedLines.text(0..<5), to: "etl-26.log")
    try bench.makeLink("cur", to: "etl-26.log")
    bench.log = bench.path("cur")
    try bench.start()
    try bench.readAvailable()
    for day in 27...28 {
      try bench.append(TimedLines.text(5 * day - 130..<5 * day - 125), to: "etl-\(day).log")
      try bench.makeLink("cur", to: "etl-\(day).log")
    }
    try bench.settle()
    try bench.settle()
    #expect(TimedLines.times(bench.taken()) == Array(0..<15))
  }
}
