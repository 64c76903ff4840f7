import Foundation
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
    #expect(try bench.readAvailable() == .caughtUp)
    #expect(bench.taken() == ["one", "two"])
    #expect(bench.tailer?.state == .following)
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
      try bench.readAvailable()
      #expect(bench.sink.lines == expected)
    }
  }

  @Test("half a line waits for the rest, however long that takes")
  func halfLine() throws {
    let bench = Workbench()
    try bench.append("whole\nha")
    try bench.start()
    try bench.readAvailable()
    #expect(bench.taken() == ["whole"])
    #expect(bench.tailer?.lagBytes == 2)
    bench.advance(seconds: 100_000)
    try bench.readAvailable()
    #expect(bench.taken() == [])
    try bench.append("lf\n")
    try bench.readAvailable()
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
    #expect(try bench.readAvailable() == .caughtUp)
    #expect(tailer.state == .waiting(reason: "\(bench.path("a/b/etl.log")) does not exist, nor does its directory"))
    try bench.makeDirectory("a")
    try bench.readAvailable()
    try bench.makeDirectory("a/b")
    try bench.readAvailable()
    try bench.append("first\n", to: "a/b/etl.log")
    try bench.readAvailable()
    #expect(bench.taken() == ["first"])
    #expect(tailer.state == .following)
  }

  @Test("a line at the limit is delivered, one over it is skipped to its newline")
  func oversized() throws {
    let bench = Workbench()
    bench.options.maximumLineBytes = 10
    try bench.append("0123456789\n01234567890\nshort\n")
    try bench.start()
    try bench.readAvailable()
    #expect(bench.taken() == ["0123456789", "short"])
    #expect(bench.sink.oversizedLines == 1)
    try bench.append(String(repeating: "x", count: 700_000))
    try bench.readAvailable(budget: 1_000)
    #expect(bench.sink.oversizedLines == 1)
    try bench.append("end of it\nafter\n")
    try bench.readAvailable()
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

  @Test("a turn reads its budget and a line more at most, and the next one goes on there")
  func budget() throws {
    let bench = Workbench()
    bench.options.maximumLineBytes = 20
    try bench.append(String(repeating: "0123456789\n", count: 1_000))
    try bench.start()
    let tailer = try #require(bench.tailer)
    var turns = 0
    while tailer.readAvailable(budget: 100, into: &bench.sink) == .moreToRead {
      turns += 1
      #expect(bench.sink.lines.count <= turns * (100 + 21) / 11)
      #expect(tailer.lagBytes == Int64((1_000 - bench.sink.lines.count) * 11))
    }
    #expect(turns > 50)
    #expect(bench.taken() == [String](repeating: "0123456789", count: 1_000))
  }

  @Test("an endless line without a newline costs no more memory than the buffer")
  func endlessLine() throws {
    let bench = Workbench()
    try bench.start()
    let tailer = try #require(bench.tailer)
    let piece = [UInt8](repeating: UInt8(ascii: "x"), count: 10 << 20)
    try bench.append(piece)
    try bench.readAvailable()
    let before = try residentBytes()
    for _ in 0..<9 {
      try bench.append(piece)
      try bench.readAvailable()
    }
    #expect(try residentBytes() - before < 4 << 20)
    #expect(tailer.statistics.bytesRead == 100 << 20)
    try bench.append("\nnext\n")
    try bench.readAvailable()
    #expect(bench.taken() == ["next"])
    #expect(bench.sink.oversizedLines == 1)
  }

  private func residentBytes() throws -> Int {
    let fields = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8).split(separator: " ")
    return (Int(fields[1]) ?? 0) * 4_096
  }

  @Test("empty lines and carriage returns are passed on as they are")
  func plainBytes() throws {
    let bench = Workbench()
    try bench.append("\n\na\r\n\n")
    try bench.start()
    try bench.readAvailable()
    #expect(bench.taken() == ["", "", "a\r", ""])
  }

  @Test("the position says what was delivered: a new tailer goes on there, also inside a line over the limit")
  func position() throws {
    let bench = Workbench()
    bench.options.maximumLineBytes = 10
    try bench.append("one\ntwo\nhal")
    try bench.start()
    try bench.readAvailable()
    try bench.start(at: bench.tailer?.position)
    #expect(bench.tailer?.lagBytes == 0)
    try bench.append("f\n0123456789012345")
    try bench.readAvailable()
    #expect(bench.taken() == ["one", "two", "half"])
    try bench.start(at: bench.tailer?.position)
    try bench.append("6789\nlast\n")
    try bench.readAvailable()
    #expect(bench.taken() == ["last"])
    #expect(bench.sink.oversizedLines == 1)
  }
}
