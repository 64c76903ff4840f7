import Foundation
import LinuxIO
import Tailing
import Testing

@testable import Exporter

/// Counts what it is handed.
private struct CountingSink: LineSink {
  var bytes = 0

  mutating func receive(_ lines: RawSpan) {
    bytes += lines.byteCount
  }

  mutating func skipOversizedLine() {}
}

@Suite("Logs that come and go")
struct LogSetTests {
  private let directory: String

  init() throws {
    directory = FileManager.default.temporaryDirectory.path + "/logset-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
  }

  private func cleanUp() {
    try? FileManager.default.removeItem(atPath: directory)
  }

  private func write(_ name: String, _ text: String) throws {
    try text.write(toFile: "\(directory)/\(name)", atomically: false, encoding: .utf8)
  }

  private func makeSet(positions: [Snapshot.Log] = [], _ sources: String...) throws -> LogSet {
    try LogSet(
      sources.map { LogSource(name: nil, path: "\(directory)/\($0)") },
      options: TailOptions(),
      positions: positions,
      watcher: TailWatcher(usesInotify: false)
    )
  }

  private func names(_ set: LogSet) -> [String] {
    set.logs.map { String($0.path.dropFirst(directory.count + 1)) }
  }

  private func drain(_ set: LogSet) -> Int {
    var sink = CountingSink()
    for log in set.logs { _ = log.tailer.drain(budget: 1 << 20, into: &sink) }
    return sink.bytes
  }

  /// Seconds after some moment; the set takes its times from the test.
  private func time(_ seconds: Int64) -> MonotonicTime {
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

  @Test("a log that vanished with lines unread is kept until they are read")
  func keepsUnread() throws {
    defer { cleanUp() }
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
    #expect(set.refresh(at: time(10)).count == 1)
    #expect(set.positions.count == 1)
    try FileManager.default.moveItem(atPath: "\(directory)/elsewhere", toPath: "\(directory)/a.log")
    _ = set.refresh(at: time(11))
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
}
