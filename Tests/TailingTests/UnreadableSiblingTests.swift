import Glibc
import LinuxIO
import Testing

@testable import Tailing

@Suite("a rotated file that cannot be read", .enabled(if: getuid() == 0))
struct UnreadableSiblingTests {
  private func bench(_ text: String) throws -> Workbench {
    let bench = Workbench()
    try setMode(0o755, of: bench.folder)
    try append(text, of: bench)
    return bench
  }

  private func append(_ text: String, to name: String = "etl.log", mode: mode_t = 0o644, of bench: Workbench) throws {
    try bench.append(text, to: name)
    try setMode(mode, of: bench.path(name))
  }

  private func drainOften(_ bench: Workbench) throws {
    for _ in 0..<10 { try bench.readAvailable() }
  }

  private func failure(_ name: String, of bench: Workbench) -> TailState {
    .failing(SystemCallError(operation: "open", subject: bench.path(name), errno: .accessDenied))
  }

  /// A log of which `a0` was read, renamed and written on while nobody looked, and not to be read now.
  private func lockedRotation() throws -> Workbench {
    let bench = try bench("a0\n")
    try bench.start()
    try bench.readAvailable()
    #expect(bench.taken() == ["a0"])
    let position = try #require(bench.tailer?.position)
    try bench.rename(to: "etl.log.1")
    try append("a1\n", to: "etl.log.1", mode: 0o600, of: bench)
    try append("b1\n", of: bench)
    try bench.start(at: position)
    return bench
  }

  @Test("where an earlier process left it: nothing is read past it, and it is found once it can be read")
  func resumed() throws {
    let bench = try lockedRotation()
    let position = bench.tailer?.position
    try asNobody { try drainOften(bench) }
    #expect(bench.taken() == [])
    #expect(bench.tailer?.state == failure("etl.log.1", of: bench))
    #expect(bench.tailer?.statistics.readErrors == 1)
    #expect(bench.tailer?.position == position)
    try asNobody {
      bench.advance(seconds: 1)
      try bench.readAvailable()
    }
    #expect(bench.tailer?.statistics.readErrors == 2)
    try setMode(0o644, of: bench.path("etl.log.1"))
    #expect(try bench.wakes())
    try asNobody { try bench.settle() }
    #expect(bench.taken() == ["a1", "b1"])
    #expect(bench.tailer?.state == .following)
    #expect(bench.tailer?.statistics.lostPositions == 0)
    #expect(bench.tailer?.statistics.abandonedFiles == 0)
  }

  @Test("where an earlier process left it, and it never can be: it is given up after some time, and that is counted")
  func abandoned() throws {
    let bench = try lockedRotation()
    try asNobody {
      for _ in 0..<14 {
        try bench.readAvailable()
        bench.advance(seconds: 1)
      }
      #expect(bench.taken() == [])
      bench.advance(seconds: 1)
      try bench.settle()
    }
    #expect(bench.taken() == ["b1"])
    #expect(bench.tailer?.state == .following)
    #expect(bench.tailer?.statistics.abandonedFiles == 1)
    #expect(bench.tailer?.statistics.lostPositions == 1)
    #expect(bench.tailer?.statistics.readErrors == 5)
    // Whatever else is rotated does not wait for it again.
    try bench.rename(to: "etl.log.2")
    try append("c1\n", of: bench)
    try asNobody { try bench.settle() }
    #expect(bench.taken() == ["c1"])
  }

  @Test("the directory cannot be listed for a while: the file that was left is found when it can be")
  func unlistable() throws {
    let bench = try lockedRotation()
    try setMode(0o644, of: bench.path("etl.log.1"))
    try setMode(0o711, of: bench.folder)
    try asNobody { _ = try bench.readAvailable() }
    #expect(bench.taken() == [])
    try setMode(0o755, of: bench.folder)
    try asNobody { try bench.settle() }
    #expect(bench.taken() == ["a1", "b1"])
  }

  @Test("between two looks: what is open is read on, and nothing past the one that cannot be read")
  func middle() throws {
    let bench = try bench("a1\n")
    try bench.start()
    try asNobody { _ = try bench.readAvailable() }
    try bench.rename(to: "etl.log.2")
    try append("b1\n", to: "etl.log.1", mode: 0o600, of: bench)
    try append("c1\n", of: bench)
    try append("a2\n", to: "etl.log.2", of: bench)
    try asNobody { try bench.settle() }
    #expect(bench.taken() == ["a1", "a2"])
    #expect(bench.tailer?.state == failure("etl.log.1", of: bench))
    try setMode(0o644, of: bench.path("etl.log.1"))
    try asNobody { try bench.settle() }
    #expect(bench.taken() == ["b1", "c1"])
    #expect(bench.tailer?.state == .following)
  }

  @Test("between two looks, and the log has no successor yet")
  func middleWithoutLog() throws {
    let bench = try bench("a1\n")
    try bench.start()
    try asNobody { _ = try bench.readAvailable() }
    try bench.rename(to: "etl.log.2")
    try append("b1\n", to: "etl.log.1", mode: 0o600, of: bench)
    try asNobody { try drainOften(bench) }
    #expect(bench.tailer?.state == failure("etl.log.1", of: bench))
    #expect(bench.tailer?.statistics.readErrors == 1)
    try setMode(0o644, of: bench.path("etl.log.1"))
    try append("c1\n", of: bench)
    try asNobody { try bench.settle() }
    #expect(bench.taken() == ["a1", "b1", "c1"])
  }

  @Test("the copy before a truncation: what only it holds is read once it can be")
  func copy() throws {
    let bench = try bench("line one of the log, long enough to tell it from every other log there is\n")
    try bench.start()
    try asNobody { _ = try bench.readAvailable() }
    _ = bench.taken()
    try bench.append("unread\n")
    try bench.copy(to: "etl.log.1")
    try setMode(0o600, of: bench.path("etl.log.1"))
    try bench.truncate()
    try bench.append("b1\n")
    try asNobody { try bench.settle() }
    #expect(bench.taken() == [])
    #expect(bench.tailer?.state == failure("etl.log.1", of: bench))
    try setMode(0o644, of: bench.path("etl.log.1"))
    try asNobody { try bench.settle() }
    #expect(bench.taken() == ["unread", "b1"])
    #expect(bench.tailer?.statistics.truncationsWithoutCopy == 0)
    #expect(bench.tailer?.statistics.rotations(.truncate) == 1)
  }

  @Test("one that was there before, or came while the log stayed the same, holds nothing up and is counted once")
  func notTheLogs() throws {
    let bench = try bench("a1\n")
    try append("old\n", to: "etl.log.8", mode: 0o600, of: bench)
    try bench.start()
    try asNobody { _ = try bench.readAvailable() }
    #expect(bench.tailer?.statistics.readErrors == 1)
    try append("foreign\n", to: "etl.log.9", mode: 0o600, of: bench)
    try asNobody { try drainOften(bench) }
    #expect(bench.tailer?.statistics.readErrors == 2)
    try bench.rename(to: "etl.log.1")
    try append("b1\n", of: bench)
    try asNobody { try bench.settle() }
    #expect(bench.taken() == ["a1", "b1"])
    #expect(bench.tailer?.state == .following)
    #expect(bench.tailer?.statistics.readErrors == 2)
    #expect(bench.tailer?.statistics.abandonedFiles == 0)
  }

  @Test("where nothing is waited for it is a failure that stays")
  func readOnce() throws {
    let bench = try bench("b1\n")
    try append("a1\n", to: "etl.log.1", mode: 0o600, of: bench)
    bench.options.waitsForMore = false
    try bench.start(at: .beforeSiblings(of: bench.log))
    try asNobody {
      for _ in 0..<20 {
        try bench.readAvailable()
        bench.advance(seconds: 60)
        #expect(bench.tailer?.state == failure("etl.log.1", of: bench))
      }
    }
    #expect(bench.taken() == [])
  }
}
