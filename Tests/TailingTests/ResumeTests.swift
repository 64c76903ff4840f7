import LinuxIO
import Testing

@testable import Tailing

@Suite("a tailer that resumes where another was killed")
struct ResumeTests {
  /// A line over 64 bytes that says what it is.
  private func line(_ name: String) -> String { name + " " + String(repeating: ".", count: 80) }

  /// A log of which `a0` was read and `a1` was not, and where it was left.
  private func bench() throws -> (Workbench, TailPosition) {
    let bench = Workbench()
    try bench.append(line("a0") + "\n")
    try bench.start()
    try bench.readAvailable()
    #expect(bench.taken() == [line("a0")])
    let position = try #require(bench.tailer?.position)
    bench.tailer = nil
    try bench.append(line("a1") + "\n")
    return (bench, position)
  }

  @Test("the log was renamed once, twice and more while nobody looked", arguments: [1, 2, 9])
  func renamed(times: Int) throws {
    let (bench, position) = try bench()
    for round in 1...times {
      for number in stride(from: round - 1, through: 1, by: -1) {
        try bench.rename("etl.log.\(number)", to: "etl.log.\(number + 1)")
      }
      try bench.rename(to: "etl.log.1")
      try bench.append(line("b\(round)") + "\n")
    }
    try bench.start(at: position)
    #expect(bench.tailer?.position == position)
    try bench.settle()
    #expect(bench.taken() == [line("a1")] + (1...times).map { line("b\($0)") })
    #expect(bench.tailer?.statistics.lostPositions == 0)
    #expect(bench.tailer?.statistics.rotations(.rename) == Int64(times))
  }

  @Test("the log was copied and truncated")
  func copyTruncated() throws {
    let (bench, position) = try bench()
    try bench.copy(to: "etl.log.1")
    try bench.truncate()
    try bench.append(line("b1") + "\n" + line("b2") + "\n" + line("b3") + "\n")
    try bench.start(at: position)
    try bench.settle()
    #expect(bench.taken() == [line("a1"), line("b1"), line("b2"), line("b3")])
  }

  @Test("the log was copied and truncated twice")
  func copyTruncatedTwice() throws {
    let (bench, position) = try bench()
    try bench.copy(to: "etl.log.2")
    try bench.truncate()
    try bench.append(line("b1") + "\n")
    try bench.copy(to: "etl.log.1")
    try bench.truncate()
    try bench.append(line("c1") + "\n")
    try bench.start(at: position)
    try bench.settle()
    #expect(bench.taken() == [line("a1"), line("b1"), line("c1")])
  }

  @Test("the file was restored from elsewhere: another number, the same content")
  func restored() throws {
    let (bench, position) = try bench()
    try bench.copy(to: "restored")
    try bench.rename("restored", to: "etl.log")
    try bench.start(at: position)
    try bench.settle()
    #expect(bench.taken() == [line("a1")])
  }

  @Test("the file is gone: the log is read from its start, after the siblings that are newer, and that is counted")
  func lost() throws {
    let (bench, position) = try bench()
    try bench.delete()
    try bench.append(line("b1") + "\n", to: "etl.log.1")
    try bench.append(line("c1") + "\n")
    try bench.start(at: position)
    try bench.settle()
    #expect(bench.taken() == [line("b1"), line("c1")])
    #expect(bench.tailer?.statistics.lostPositions == 1)
  }

  @Test("siblings that were known before are not read, those that are copies of read ones neither")
  func knownSiblings() throws {
    let bench = Workbench()
    try bench.append(line("old") + "\n", to: "etl.log.1")
    try bench.append(line("a0") + "\n")
    try bench.start()
    try bench.readAvailable()
    let position = try #require(bench.tailer?.position)
    try bench.rename("etl.log.1", to: "etl.log.2")
    try bench.copy("etl.log.2", to: "etl.log.2.bak")
    try bench.rename(to: "etl.log.1")
    try bench.append(line("b1") + "\n")
    try bench.start(at: position)
    try bench.settle()
    #expect(bench.taken() == [line("a0"), line("b1")])
  }

  @Test("the volume is mounted only later: the position is kept until there is a log")
  func mountedLater() throws {
    let (bench, position) = try bench()
    try bench.moveFolder(away: true)
    try bench.start(at: position)
    try bench.readAvailable()
    #expect(bench.tailer?.position == position)
    try bench.moveFolder(away: false)
    try bench.readAvailable()
    #expect(bench.taken() == [line("a1")])
  }

  @Test(
    "late lines come first after a restart too, unless the rotation is longer ago than the wait",
    arguments: [0, 3_600]
  )
  func lateLines(seconds: Int64) throws {
    let (bench, position) = try bench()
    try bench.rename(to: "etl.log.1")
    try bench.append(line("b1") + "\n")
    let change = try FileStatus(of: bench.path("etl.log.1")).changedNanoseconds
    bench.options.wallClock = { WallTime(nanoseconds: change + seconds * 1_000_000_000) }
    try bench.start(at: position)
    try bench.readAvailable()
    #expect(bench.taken() == (seconds == 0 ? [line("a1")] : [line("a1"), line("b1")]))
  }

  @Test("half a line was read, the log was renamed while nobody looked, and the other half comes late: one whole line")
  func halfLineThenRenamed() throws {
    let bench = Workbench()
    bench.options.rotateWaitSeconds = 60
    try bench.append("a1\nhalf a ")
    try bench.start()
    try bench.readAvailable()
    #expect(bench.taken() == ["a1"])
    let position = try #require(bench.tailer?.position)
    bench.tailer = nil
    try bench.rename(to: "etl.log.1")
    try bench.append("")
    try bench.start(at: position)
    try bench.readAvailable()
    try bench.append("b1\n")
    try bench.readAvailable()
    #expect(bench.taken() == [])
    try bench.append("line\n", to: "etl.log.1")
    try bench.settle()
    #expect(bench.taken() == ["half a line", "b1"])
  }

  @Test("the files that waited behind the first one are found again, also truncated meanwhile")
  func pendingFiles() throws {
    let bench = Workbench()
    try bench.append(line("a") + "\n")
    try bench.start()
    try bench.readAvailable()
    try bench.rename(to: "etl.log.1")
    try bench.append(line("b") + "\n")
    #expect(try bench.readAvailable() == .holdingRotatedFile)
    let position = try #require(bench.tailer?.position)
    #expect(position.files.count == 2)
    try bench.copy(to: "etl.log.0")
    try bench.truncate()
    try bench.append(line("c") + "\n")
    try bench.start(at: position)
    try bench.settle()
    #expect(bench.taken() == [line("a"), line("b"), line("c")])
  }

  @Test("what was said by a tailer that never looked is no position")
  func neverLooked() throws {
    let bench = Workbench()
    try bench.append("old\n", to: "etl.log.1")
    try bench.append("a1\n")
    try bench.start()
    try bench.start(at: bench.tailer?.position)
    try bench.settle()
    #expect(bench.taken() == ["a1"])
  }

  @Test("there was no log yet: all that came since is new")
  func noLogYet() throws {
    let bench = Workbench()
    try bench.append(line("old") + "\n", to: "etl.log.7")
    try bench.start()
    try bench.readAvailable()
    let position = try #require(bench.tailer?.position)
    #expect(position.files == [])
    try bench.append(line("a") + "\n", to: "etl.log.1")
    try bench.append(line("b") + "\n")
    try bench.start(at: position)
    try bench.settle()
    #expect(bench.taken() == [line("a"), line("b")])
  }
}
