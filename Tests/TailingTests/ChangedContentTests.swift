import LinuxIO
import Testing

@testable import Tailing

@Suite("content that changes behind the tailer")
struct ChangedContentTests {
  private func bench(_ times: Range<Int> = 0..<20) throws -> Workbench {
    let bench = Workbench.timed()
    try bench.append(TimedLines.text(times))
    try bench.start()
    try bench.readAvailable()
    #expect(TimedLines.times(bench.taken()) == Array(times))
    return bench
  }

  private func taken(_ bench: Workbench) throws -> [Int] {
    try bench.settle()
    return TimedLines.times(bench.taken())
  }

  @Test("half a line was seen and is cut off again: nothing is read again, and what comes is read")
  func halfLineCutOff() throws {
    let bench = try bench()
    let size = Int(try FileStatus(of: bench.log).size)
    try bench.append("T20 half")
    try bench.readAvailable()
    try bench.truncate(to: size)
    try bench.append(TimedLines.text(20..<22, "whole"))
    #expect(try taken(bench) == [20, 21])
    #expect(bench.tailer?.statistics.rotations(.truncate) == 0)
  }

  @Test(
    "the log lost its last lines, such as with the power: only new ones are read",
    arguments: [false, true],
    [1, 4, 9]
  )
  func shorter(isDown: Bool, lost: Int) throws {
    let bench = try bench()
    let position = try #require(bench.tailer?.position)
    if isDown { bench.tailer = nil }
    try bench.truncate(to: TimedLines.text(0..<20 - lost).utf8.count)
    try bench.append(TimedLines.text(30..<35, "new"))
    if isDown { try bench.start(at: position) }
    #expect(try taken(bench) == Array(30..<35))
    try bench.append(TimedLines.text(35..<36))
    #expect(try taken(bench) == [35])
  }

  @Test("a position goes through the text that a snapshot holds")
  func text() throws {
    let bench = try bench(0..<3_000)
    let delivered = try #require(bench.tailer?.position.files.first).delivered
    let read = try #require(DeliveredFingerprints(text: delivered.text))
    #expect(read.text == delivered.text)
    #expect(read.lineEnds.count == DeliveredFingerprints.maximumLineEnds)
    #expect(delivered.text.utf8.count < 1_200)
    #expect(DeliveredFingerprints(text: "1:zz") == nil)
    #expect(DeliveredFingerprints(text: DeliveredFingerprints().text) == DeliveredFingerprints())
  }

  @Test("replaced by a copy of itself with more lines, while the old file has another name: only those are read")
  func replacedByCopy() throws {
    let bench = try bench()
    try bench.copy(to: "new")
    try bench.append(TimedLines.text(20..<25), to: "new")
    try bench.rename(to: "backup")
    try bench.rename("new", to: "etl.log")
    #expect(try taken(bench) == Array(20..<25))
  }

  @Test("a copy of itself whose last lines are others takes its place: those that are new are read")
  func replacedByOtherEnd() throws {
    let bench = try bench()
    try bench.append(TimedLines.text(0..<17) + TimedLines.text(17..<22, "other"), to: "new")
    try bench.rename(to: "backup")
    try bench.rename("new", to: "etl.log")
    #expect(try taken(bench) == Array(17..<22))
  }

  @Test("the same lines without times in another file are other lines")
  func identicalLines() throws {
    let bench = Workbench()
    bench.options.sketch = { _ in .event(nanoseconds: nil) }
    let line = "the same line again and again, which says nothing of when it was written\n"
    try bench.append(String(repeating: line, count: 20))
    try bench.start()
    try bench.readAvailable()
    let position = try #require(bench.tailer?.position)
    bench.tailer = nil
    try bench.append(String(repeating: line, count: 5))
    try bench.rename(to: "etl.log.2")
    try bench.append(String(repeating: line, count: 30))
    try bench.rename(to: "etl.log.1")
    try bench.append(String(repeating: line, count: 3))
    try bench.start(at: position)
    try bench.settle()
    try bench.settle()
    #expect(bench.taken().count == 58)
  }

  @Test("a rotated file is shredded after it was read: nothing of that is read")
  func shredded() throws {
    let bench = try bench()
    try bench.rename(to: "etl.log.1")
    try bench.append(TimedLines.text(20..<25))
    try bench.readAvailable()
    let size = Int(try FileStatus(of: bench.path("etl.log.1")).size)
    let file = try FileDescriptor(opening: bench.path("etl.log.1"), [.writeOnly])
    let noise = [UInt8](repeating: 0xA5, count: size - 1) + [UInt8(ascii: "\n")]
    try file.writeAll(unsafe noise.span.bytes)
    try bench.readAvailable()
    #expect(try taken(bench) == Array(20..<25))
  }

  @Test("lines are written into zeros that were there before: each is read once, and zeros are no lag")
  func preallocated() throws {
    let bench = Workbench.timed()
    try bench.append(TimedLines.text(0..<5) + String(repeating: "\0", count: 300_000))
    try bench.start()
    #expect(try taken(bench) == Array(0..<5))
    #expect(bench.tailer?.lagBytes == 0)
    var offset = TimedLines.text(0..<5).utf8.count
    for time in 5..<40 {
      try bench.write(TimedLines.text(time..<time + 1), at: offset)
      offset += TimedLines.text(time..<time + 1).utf8.count
      #expect(try taken(bench) == [time])
    }
    let position = try #require(bench.tailer?.position)
    try bench.write(TimedLines.text(40..<43), at: offset)
    try bench.start(at: position)
    #expect(try taken(bench) == Array(40..<43))
    #expect(bench.tailer?.statistics.truncationsWithoutCopy == 0)
  }

  @Test("what is behind zeros that are no hole is found, however many they are")
  func behindZeros() throws {
    let bench = Workbench.timed()
    try bench.append(TimedLines.text(0..<5))
    try bench.start()
    #expect(try taken(bench) == Array(0..<5))
    try bench.append([UInt8](repeating: 0, count: 3 << 20))
    try bench.readAvailable()
    try bench.append(TimedLines.text(5..<8))
    #expect(try taken(bench) == [5, 6, 7])
  }
}
