import Foundation
import Testing

@testable import Tailing

extension TailRegistryTests {
  @Test("a log that vanished with lines unread is kept until they are read")
  func keepsUnread() throws {
    try write("a.log", "1\n")
    var set = try makeSet("*.log")
    _ = drain(set)
    let handle = try #require(FileHandle(forWritingAtPath: "\(directory)/a.log"))
    try FileManager.default.removeItem(atPath: "\(directory)/a.log")
    _ = drain(set)
    try handle.seekToEnd()
    try handle.write(contentsOf: Data("half".utf8))
    _ = drain(set)
    _ = set.refresh(at: time(1))
    #expect(set.refresh(at: time(100)).isEmpty)
  }

  @Test("half a line in a deleted log keeps it open for ever")
  func halfLineOfDeleted() throws {
    try write("a.log", "1\nhalf")
    var set = try makeSet("*.log")
    #expect(drain(set) == 2)
    try FileManager.default.removeItem(atPath: "\(directory)/a.log")
    #expect(drain(set) == 0)
    for second in [1, 590, 601] {
      #expect(set.refresh(at: time(Int64(second))).isEmpty)
      // When no more is to be expected, the rest counts as a line.
      #expect(drain(set) == (second == 601 ? 5 : 0))
    }
    #expect(set.refresh(at: time(602)).map(\.path) == ["\(directory)/a.log"])
    #expect(set.logs.isEmpty)
  }

  @Test("half a line in the next file of a log is not waited for, since that in the first one was given up")
  func halfLineOfNext() throws {
    try write("a.log", "1\nhalf")
    var set = try makeSet("*.log")
    _ = drain(set)
    try FileManager.default.removeItem(atPath: "\(directory)/a.log")
    _ = drain(set)
    _ = set.refresh(at: time(1))
    _ = set.refresh(at: time(601))
    #expect(drain(set) == 5)
    try write("a.log", text("two") + "half")
    #expect(drain(set) == text("two").utf8.count)
    #expect(set.refresh(at: time(602)).isEmpty)
    try FileManager.default.removeItem(atPath: "\(directory)/a.log")
    for second in [603, 700, 1200, 1203] {
      #expect(drain(set) == 0)
      #expect(set.refresh(at: time(Int64(second))).isEmpty)
    }
    #expect(drain(set) == 5)
    #expect(set.refresh(at: time(1204)).count == 1)
  }

  @Test("half a line in a log that was moved away is taken for a line, or keeps it open for ever")
  func halfLineOfMoved() throws {
    let text = text("one")
    try write("a.log", text + "half")
    var set = try makeSet("*.log")
    #expect(drain(set) == text.utf8.count)
    try rename("a.log", "elsewhere")
    for second in [1, 590, 600] {
      #expect(drain(set) == 0)
      #expect(set.refresh(at: time(Int64(second))).isEmpty)
    }
    #expect(drain(set) == 0)
    #expect(set.refresh(at: time(602)).count == 1)
    try append("elsewhere", " a line\n")
    try rename("elsewhere", "a.log")
    _ = set.refresh(at: time(620))
    #expect(drain(set) == "half a line\n".utf8.count)
  }

  @Test("a log is renamed and still written to: it is let go, or its lines are not read", arguments: ["*.log", "a*"])
  func writtenAfterRename(pattern: String) throws {
    try write("a.log", text("one"))
    var set = try makeSet(pattern)
    var written = text("one").utf8.count
    var read = drain(set)
    try rename("a.log", "a.log.1")
    for second in stride(from: 1, to: 600, by: 7) {
      try append("a.log.1", "line \(second)\n")
      written += "line \(second)\n".utf8.count
      read += drain(set)
      #expect(set.refresh(at: time(Int64(second))).isEmpty)
      #expect(names(set) == ["a.log"])
    }
    // A writer that pauses.
    #expect(set.refresh(at: time(1_100)).isEmpty)
    try append("a.log.1", "after a pause\n")
    written += "after a pause\n".utf8.count
    read += drain(set)
    #expect(set.refresh(at: time(1_101)).isEmpty)
    #expect(read == written)
    #expect(set.refresh(at: time(1_700)).isEmpty)
    #expect(set.refresh(at: time(1_702)).count == 1)
  }

  @Test(
    "a log and its next file were moved away: both stay open without end, or go with lines unread",
    arguments: ["", "22\n"]
  )
  func twoMovedAway(next: String) throws {
    try write("a.log", "1\n")
    var set = try makeSet(rotateWait: 1_000, "*.log")
    _ = drain(set)
    try rename("a.log", "first")
    try write("a.log", next)
    #expect(drain(set) == 0)
    try rename("a.log", "second")
    #expect(drain(set) == 0)
    _ = set.refresh(at: time(1))
    #expect(set.refresh(at: time(900)).isEmpty)
    // The tailer goes by its own clock, by which the wait has not passed.
    #expect(set.refresh(at: time(1_001)).count == (next.isEmpty ? 1 : 0))
  }

  @Test("logs that were moved away stay open without end, or hide that no file matches")
  func manyMovedAway() throws {
    try FileManager.default.createDirectory(atPath: "\(directory)/archive", withIntermediateDirectories: true)
    var set = try makeSet("*.log")
    for number in 1...40 {
      try write("\(number).log", text("\(number)"))
      let second = Int64(number) * 10
      _ = set.refresh(at: time(second))
      #expect(drain(set) > 0)
      try rename("\(number).log", "archive/\(number).log")
      _ = drain(set)
      _ = set.refresh(at: time(second + 1))
    }
    _ = set.refresh(at: time(410))
    _ = set.refresh(at: time(420))
    #expect(names(set).count == 32)
    #expect(names(set).first == "9.log")
    #expect(set.unmatchedPatterns == ["\(directory)/*.log"])
  }

  @Test("of logs that came and went the newest hundred are remembered, and of a snapshot's all")
  func goneLogsAreBounded() throws {
    try write("keep.log", "1\n")
    var set = try makeSet("*.log")
    var second: Int64 = 0
    for number in 0..<110 {
      try write("\(number).log", "1\n")
      _ = set.refresh(at: time(second))
      _ = drain(set)
      try FileManager.default.removeItem(atPath: "\(directory)/\(number).log")
      _ = drain(set)
      _ = set.refresh(at: time(second + 1))
      second += 10
    }
    _ = set.refresh(at: time(second))
    #expect(set.logs.count == 1)
    let positions = set.positions.map(\.path)
    #expect(positions.count == 101)
    #expect(positions.contains("\(directory)/109.log") && !positions.contains("\(directory)/9.log"))
    let many = (0..<300).map { SavedPosition(path: "/mount/\($0).log", position: set.logs[0].tailer.position) }
    var next = try makeSet(positions: many, "*.log")
    _ = next.refresh(at: time(1))
    #expect(next.positions.count == 301)
  }

  @Test("logs that are followed count as logs that are gone, so that each restart remembers more of them")
  func goneLogsDoNotRatchet() throws {
    try write("keep.log", "1\n")
    let position = try #require(makeSet("*.log").positions.first).position
    func gone(_ count: Int) -> [SavedPosition] {
      (0..<count).map { SavedPosition(path: "/mount/\($0).log", position: position) }
    }
    for number in 0..<150 { try write("\(number).log", text("\(number)")) }
    var set = try makeSet("*.log")
    _ = drain(set)
    // All of them are there after the restart, so that there is nothing to remember besides.
    var next = try makeSet(positions: gone(20) + set.positions, "*.log")
    #expect(next.positions.count == 171)
    for number in 0..<150 { try FileManager.default.removeItem(atPath: "\(directory)/\(number).log") }
    _ = drain(next)
    _ = next.refresh(at: time(1))
    #expect(next.refresh(at: time(10)).count == 150)
    // As many as were there at once may come back together.
    #expect(next.positions.count == 152)
    #expect(next.positions.first?.path == "/mount/19.log")
    // However many restarts it took.
    set = try makeSet(positions: gone(5_000), "*.log")
    #expect(set.positions.count == 1_001)
    #expect(set.positions.first?.path == "/mount/4000.log")
  }
}
