import Foundation
import LinuxIO
import Testing

@testable import Tailing

/// Counts what it is handed.
private struct CountingSink: LineSink {
  var bytes = 0

  mutating func receive(_ lines: RawSpan) {
    bytes += lines.byteCount
  }

  mutating func skipOversizedLine() {}
}

@Suite("Logs that come and go")
struct TailRegistryTests {
  let directory: String

  init() throws {
    directory = FileManager.default.temporaryDirectory.path + "/logset-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
  }

  func cleanUp() {
    try? FileManager.default.removeItem(atPath: directory)
  }

  func write(_ name: String, _ text: String) throws {
    try text.write(toFile: "\(directory)/\(name)", atomically: false, encoding: .utf8)
  }

  func makeSet(
    positions: [SavedPosition] = [],
    rotateWait: Double = 5,
    _ sources: String...
  ) throws -> TailRegistry {
    var options = TailOptions()
    options.rotateWaitSeconds = rotateWait
    return try TailRegistry(
      sources.map { "\(directory)/\($0)" },
      options: options,
      positions: positions,
      watcher: TailWatcher(usesInotify: false)
    )
  }

  func names(_ set: TailRegistry) -> [String] {
    set.logs.map { String($0.path.dropFirst(directory.count + 1)) }
  }

  func drain(_ set: TailRegistry) -> Int {
    var sink = CountingSink()
    for log in set.logs { _ = log.tailer.readAvailable(budget: 1 << 20, into: &sink) }
    return sink.bytes
  }

  /// Seconds after some moment; the set takes its times from the test.
  func time(_ seconds: Int64) -> MonotonicTime {
    MonotonicTime(nanoseconds: seconds * 1_000_000_000)
  }

  @Test("a new match is picked up, one that vanished is let go once late lines cannot come any more")
  func comeAndGo() throws {
    defer { cleanUp() }
    try write("a.log", "1\n")
    var set = try makeSet("*.log")
    #expect(names(set) == ["a.log"])
    #expect(drain(set) == 2)
    try write("b.log", "22\n")
    #expect(set.refresh(at: time(1)).isEmpty)
    #expect(names(set) == ["a.log", "b.log"])
    try FileManager.default.removeItem(atPath: "\(directory)/a.log")
    #expect(drain(set) == 3)
    #expect(set.refresh(at: time(2)).isEmpty)
    #expect(set.refresh(at: time(6)).isEmpty)
    #expect(set.refresh(at: time(7)).map(\.path) == ["\(directory)/a.log"])
    #expect(names(set) == ["b.log"])
  }

  @Test("a log that comes back is not read again from its start")
  func comesBack() throws {
    defer { cleanUp() }
    let text = String(repeating: "a line of some length\n", count: 100)
    try write("a.log", text)
    var set = try makeSet("*.log")
    #expect(drain(set) == text.utf8.count)
    try FileManager.default.moveItem(atPath: "\(directory)/a.log", toPath: "\(directory)/elsewhere")
    _ = drain(set)
    _ = set.refresh(at: time(1))
    #expect(set.refresh(at: time(602)).count == 1)
    #expect(set.positions.count == 1)
    try FileManager.default.moveItem(atPath: "\(directory)/elsewhere", toPath: "\(directory)/a.log")
    _ = set.refresh(at: time(603))
    #expect(names(set) == ["a.log"])
    #expect(drain(set) == 0)
  }

  @Test("a log is named and matched as well: it is followed once")
  func namedAndMatched() throws {
    defer { cleanUp() }
    try write("a.log", "1\n")
    try write("b.log", "2\n")
    let set = try makeSet("a.log", "*.log")
    #expect(names(set) == ["a.log", "b.log"])
  }

  @Test("a match that was rotated is left to the tailer of the log, also while there is no new one")
  func rotatedMatch() throws {
    defer { cleanUp() }
    try write("a.log", "1\n")
    var set = try makeSet("a.log*")
    _ = drain(set)
    try FileManager.default.moveItem(atPath: "\(directory)/a.log", toPath: "\(directory)/a.log.1")
    for second in 1...20 {
      _ = set.refresh(at: time(Int64(second)))
      #expect(drain(set) == 0)
    }
    #expect(names(set).filter { $0 == "a.log.1" }.isEmpty)
  }

  @Test("a pattern that nothing matches is told from logs that are there")
  func unmatched() throws {
    defer { cleanUp() }
    try write("a.log", "1\n")
    let set = try makeSet("*.log", "*.txt")
    #expect(set.unmatchedPatterns == ["\(directory)/*.txt"])
  }

  func append(_ name: String, _ text: String) throws {
    let handle = try #require(FileHandle(forWritingAtPath: "\(directory)/\(name)"))
    try handle.seekToEnd()
    try handle.write(contentsOf: Data(text.utf8))
    try handle.close()
  }

  func rename(_ name: String, _ newName: String) throws {
    try FileManager.default.moveItem(atPath: "\(directory)/\(name)", toPath: "\(directory)/\(newName)")
  }

  /// A text long enough to be known again by its content, different for each seed.
  func text(_ seed: String, lines: Int = 10) -> String {
    (0..<lines).map { "line \($0) of what \(seed) has to say\n" }.joined()
  }

  @Test("a log is renamed to what the pattern matches as well, and read to its end: it is not read again")
  func renamedIntoPattern() throws {
    defer { cleanUp() }
    try write("etl.log", text("one"))
    var set = try makeSet(rotateWait: 0, "etl*.log")
    var bytes = drain(set)
    try rename("etl.log", "etl-20261123.log")
    try write("etl.log", text("two"))
    for second in 1...20 {
      _ = set.refresh(at: time(Int64(second)))
      bytes += drain(set)
    }
    #expect(bytes == text("one").utf8.count + text("two").utf8.count)
    #expect(names(set) == ["etl.log"])
    // A process that comes after this one knows it, too.
    let next = try makeSet(positions: set.positions, rotateWait: 0, "etl*.log")
    #expect(names(next) == ["etl.log"])
    #expect(drain(next) == 0)
  }

  @Test("a log is renamed to what the pattern matches while nobody reads: it is read on from where it was left")
  func renamedWhileDown() throws {
    defer { cleanUp() }
    try write("etl.log", text("one"))
    let first = try makeSet(rotateWait: 0, "etl*.log")
    var bytes = drain(first)
    try append("etl.log", "one line more\n")
    try rename("etl.log", "etl-20261123.log")
    try write("etl.log", text("two"))
    let second = try makeSet(positions: first.positions, rotateWait: 0, "etl*.log")
    for _ in 0..<3 { bytes += drain(second) }
    #expect(bytes == text("one").utf8.count + "one line more\n".utf8.count + text("two").utf8.count)
  }

  @Test("a copy of what was read appears where the pattern matches: it is not read, until it is something else")
  func copied() throws {
    defer { cleanUp() }
    try write("etl.log", text("one"))
    var set = try makeSet("etl*.log")
    #expect(drain(set) == text("one").utf8.count)
    try write("etl-copy.log", text("one"))
    _ = set.refresh(at: time(1))
    #expect(names(set) == ["etl.log"])
    try write("etl-copy.log", text("two"))
    _ = set.refresh(at: time(2))
    #expect(names(set) == ["etl.log", "etl-copy.log"])
  }

  @Test("the same file under another spelling of its path goes on where it was left, its siblings too")
  func otherSpelling() throws {
    defer { cleanUp() }
    try write("a.log", text("one"))
    let first = try makeSet("a.log")
    #expect(drain(first) == text("one").utf8.count)
    // Twice, so that one of them is known only by being a sibling that was not there before.
    try rename("a.log", "a.log.2")
    try write("a.log.1", text("two"))
    try write("a.log", text("three"))
    let relative = URL(fileURLWithPath: FileManager.default.currentDirectoryPath).pathComponents.dropFirst()
      .map { _ in "../" }.joined()
    for spelling in [
      "\(directory)/../\((directory as NSString).lastPathComponent)//./a.log",
      relative + directory.dropFirst() + "/a.log",
    ] {
      let set = try TailRegistry(
        [spelling],
        options: TailOptions(),
        positions: first.positions,
        watcher: TailWatcher(usesInotify: false)
      )
      #expect(set.positions.map(\.path) == ["\(directory)/a.log"])
      #expect(set.logs.map(\.path) == [spelling])
      #expect(set.abandonedLogs == [])
      for _ in 0..<3 { _ = drain(set) }
      let position = try #require(set.logs.first).tailer.position
      // The oldest is held for late lines, the others are to be read after it.
      #expect(position.files.count == 3)
      #expect(set.logs.first?.tailer.statistics.lostPositions == 0)
    }
  }

  @Test("two names of one file are refused, since each line would count twice")
  func twoNames() throws {
    defer { cleanUp() }
    try write("a.log", "1\n")
    try FileManager.default.createSymbolicLink(atPath: "\(directory)/b.log", withDestinationPath: "a.log")
    #expect(
      throws: TailStartError.sameFile("\(directory)/a.log", "\(directory)/b.log")
    ) {
      try makeSet("a.log", "b.log")
    }
  }

  @Test("positions of logs that nothing names any more are told from those that a pattern may match again")
  func abandoned() throws {
    defer { cleanUp() }
    try write("a.log", "1\n")
    let position = TailPosition(files: [], modifiedNanoseconds: 0, knownSiblings: [], siblingPaths: [])
    let positions = ["a.log", "b.log", "c.txt"].map { SavedPosition(path: "\(directory)/\($0)", position: position) }
    #expect(try makeSet(positions: positions, "*.log").abandonedLogs == ["\(directory)/c.txt"])
    #expect(try makeSet(positions: positions, "a.log").abandonedLogs.count == 2)
  }

  @Test("what does not change is not looked at again, what changes is found")
  func rescans() throws {
    defer { cleanUp() }
    try write("a.log", "1\n")
    var set = try makeSet("*.log")
    try write("b.log", "1\n")
    _ = set.refresh(at: time(1))
    #expect(names(set) == ["a.log", "b.log"])
  }
}
