import LinuxIO
import Testing

@testable import Tailing

@Suite("a log that grows")
struct GrowthTests {
  @Test("a log that is there is read from its start")
  func existing() throws {
    let bench = Workbench()
    try bench.append("one\ntwo\n")
    try bench.start()
    #expect(try bench.drain() == .caughtUp)
    #expect(bench.taken() == ["one", "two"])
    #expect(bench.tailer?.condition == .following)
    #expect(bench.tailer?.lagBytes == 0)
  }

  @Test("lines are delivered once as they come")
  func growth() throws {
    let bench = Workbench()
    try bench.start()
    var expected: [String] = []
    for number in 0..<50 {
      try bench.append("line \(number)\n")
      expected.append("line \(number)")
      try bench.drain()
      #expect(bench.sink.lines == expected)
    }
  }

  @Test("half a line waits for the rest, however long that takes")
  func halfLine() throws {
    let bench = Workbench()
    try bench.append("whole\nha")
    try bench.start()
    try bench.drain()
    #expect(bench.taken() == ["whole"])
    #expect(bench.tailer?.lagBytes == 2)
    bench.advance(seconds: 100_000)
    try bench.drain()
    #expect(bench.taken() == [])
    try bench.append("lf\n")
    try bench.drain()
    #expect(bench.taken() == ["half"])
  }

  @Test("the log is not there yet, and neither is its directory")
  func missing() throws {
    let bench = Workbench()
    let tailer = try LogTailer(
      path: bench.path("a/b/etl.log"),
      options: bench.options,
      watcher: bench.watcher
    )
    bench.tailer = tailer
    #expect(try bench.drain() == .caughtUp)
    #expect(tailer.condition == .waiting(reason: "\(bench.path("a/b/etl.log")) does not exist"))
    try bench.makeDirectory("a")
    try bench.drain()
    try bench.makeDirectory("a/b")
    try bench.drain()
    try bench.append("first\n", to: "a/b/etl.log")
    try bench.drain()
    #expect(bench.taken() == ["first"])
    #expect(tailer.condition == .following)
  }

  @Test("a line at the limit is delivered, one over it is skipped to its newline")
  func oversized() throws {
    let bench = Workbench()
    bench.options.maximumLineBytes = 10
    try bench.append("0123456789\n01234567890\nshort\n")
    try bench.start()
    try bench.drain()
    #expect(bench.taken() == ["0123456789", "short"])
    #expect(bench.sink.oversizedLines == 1)
    try bench.append(String(repeating: "x", count: 700_000))
    try bench.drain(budget: 1_000)
    #expect(bench.sink.oversizedLines == 1)
    try bench.append("end of it\nafter\n")
    try bench.drain()
    #expect(bench.taken() == ["after"])
    #expect(bench.sink.oversizedLines == 2)
    #expect(bench.tailer?.statistics.oversizedLines == 2)
  }

  @Test("a directory or a device as log is an error at once")
  func noLog() throws {
    let bench = Workbench()
    #expect(throws: TailStartError.isDirectory(path: bench.folder)) {
      _ = try LogTailer(path: bench.folder, watcher: bench.watcher)
    }
    #expect(throws: TailStartError.isNoLog(path: "/dev/null")) {
      _ = try LogTailer(path: "/dev/null", watcher: bench.watcher)
    }
  }
}
