import Glibc
import LinuxIO
import Testing

@testable import Tailing

@Suite("a log that cannot be read")
struct FailureTests {
  @Test(
    "permission is lost and given back: counted, retried with growing pauses, and at once when it was given",
    .enabled(if: getuid() == 0)
  )
  func permission() throws {
    let bench = Workbench()
    try setMode(0o755, of: bench.folder)
    try bench.append("a1\n")
    try setMode(0o600, of: bench.log)
    try bench.start()
    let tailer = try #require(bench.tailer)
    let error = SystemCallError(operation: "open", subject: bench.log, errno: .accessDenied)
    try asNobody {
      for _ in 0..<10 { try bench.readAvailable() }
      #expect(tailer.state == .failing(error))
      #expect(tailer.statistics.readErrors == 1)
      // 1, 2, 4, 8, 16, 30, 30 … seconds.
      for _ in 0..<121 {
        bench.advance(seconds: 1)
        try bench.readAvailable()
      }
      #expect(tailer.statistics.readErrors == 9)
    }
    try setMode(0o644, of: bench.log)
    #expect(try bench.wakes())
    try asNobody { _ = try bench.readAvailable() }
    #expect(tailer.state == .following)
    #expect(bench.taken() == ["a1"])
  }

  @Test("the new log cannot be opened: the old one is read all the same", .enabled(if: getuid() == 0))
  func permissionAfterRotation() throws {
    let bench = Workbench()
    try setMode(0o755, of: bench.folder)
    try bench.append("a1\n")
    try bench.start()
    try bench.readAvailable()
    try bench.rename(to: "etl.log.1")
    try bench.append("b1\n")
    try setMode(0o600, of: bench.log)
    try bench.append("a2\n", to: "etl.log.1")
    try asNobody { _ = try bench.readAvailable() }
    #expect(bench.taken() == ["a1", "a2"])
    guard case .failing = bench.tailer?.state else {
      Issue.record("the failure is not said")
      return
    }
    try bench.settle()
    #expect(bench.taken() == [])
    try setMode(0o644, of: bench.log)
    try asNobody { try bench.settle() }
    #expect(bench.taken() == ["b1"])
  }

  @Test(
    "the directory may be passed through but not listed or watched: the log is followed, and that is said",
    .enabled(if: getuid() == 0)
  )
  func unlistableDirectory() throws {
    let bench = Workbench()
    try bench.append("a1\n")
    try setMode(0o711, of: bench.folder)
    try bench.start()
    try setMode(0o644, of: bench.log)
    try asNobody { _ = try bench.readAvailable() }
    try bench.append("a2\n")
    try asNobody { try bench.settle() }
    #expect(bench.taken() == ["a1", "a2"])
    #expect(
      bench.tailer?.siblingFailure == SystemCallError(operation: "list", subject: bench.folder, errno: .accessDenied)
    )
    #expect(bench.tailer?.statistics.readErrors == 1)
    #expect(bench.watcher.failure == SystemCallError(operation: "watch", subject: bench.folder, errno: .accessDenied))
  }

  @Test("reading fails with EIO: counted, retried with growing pauses, and the tailer lives on")
  func inputOutputError() throws {
    let bench = Workbench()
    // A regular file whose first page can never be read.
    try bench.makeLink("etl.log", to: "/proc/self/mem")
    try bench.start()
    let tailer = try #require(bench.tailer)
    for _ in 0..<5 { try bench.readAvailable() }
    #expect(tailer.statistics.readErrors == 1)
    #expect(
      tailer.state == .failing(SystemCallError(operation: "read", subject: bench.log, errno: Errno(rawValue: EIO)))
    )
    bench.advance(seconds: 1)
    try bench.readAvailable()
    #expect(tailer.statistics.readErrors == 2)
    try bench.append("b1\n", to: "good")
    try bench.rename("good", to: "etl.log")
    for _ in 0..<60 {
      bench.advance(seconds: 5)
      try bench.readAvailable()
    }
    #expect(bench.taken() == ["b1"])
    #expect(tailer.state == .following)
    #expect(tailer.statistics.abandonedFiles == 1)
  }

  @Test("a directory takes the log's place: a failure that ends when a log takes it back")
  func becomesDirectory() throws {
    let bench = Workbench()
    try bench.append("a1\n")
    try bench.start()
    try bench.readAvailable()
    try bench.delete()
    try bench.makeDirectory("etl.log")
    try bench.readAvailable()
    #expect(
      bench.tailer?.state == .failing(SystemCallError(operation: "follow", subject: bench.log, errno: .isDirectory))
    )
    let result = unsafe rmdir(bench.log)
    try #require(result == 0)
    try bench.append("b1\n")
    bench.advance(seconds: 60)
    try bench.settle()
    #expect(bench.taken() == ["a1", "b1"])
    #expect(bench.tailer?.state == .following)
  }

  @Test("pauses double up to a bound, and begin anew after a success")
  func schedule() {
    var schedule = Backoff(firstSeconds: 1, lastSeconds: 5)
    func time(_ seconds: Int64) -> MonotonicTime { MonotonicTime(nanoseconds: seconds * 1_000_000_000) }
    #expect(schedule.isDue(at: time(0)))
    schedule.recordFailure(at: time(0))
    #expect(!schedule.isDue(at: time(0)))
    #expect(schedule.isDue(at: time(1)))
    schedule.recordFailure(at: time(1))
    #expect(!schedule.isDue(at: time(2)))
    #expect(schedule.isDue(at: time(3)))
    for _ in 0..<5 { schedule.recordFailure(at: time(10)) }
    #expect(!schedule.isDue(at: time(14)))
    #expect(schedule.isDue(at: time(15)))
    schedule.reset()
    #expect(schedule.isDue(at: time(10)))
    schedule.recordFailure(at: time(20))
    #expect(schedule.isDue(at: time(21)))
  }
}
