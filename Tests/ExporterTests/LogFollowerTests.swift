import ETLLog
import Foundation
import Tailing
import TestSupport
import Testing

@testable import Exporter
@testable import JobState

@Suite("Following logs")
struct LogFollowerTests {
  private let folder: TemporaryFolder
  private let directory: String

  init() throws {
    folder = try TemporaryFolder()
    directory = folder.path
  }

  private func write(_ name: String, _ text: String) throws {
    try text.write(toFile: "\(directory)/\(name)", atomically: false, encoding: .utf8)
  }

  private func append(_ name: String, _ text: String) throws {
    let handle = try #require(FileHandle(forWritingAtPath: "\(directory)/\(name)"))
    try handle.seekToEnd()
    try handle.write(contentsOf: Data(text.utf8))
  }

  private func rename(_ name: String, _ newName: String) throws {
    try FileManager.default.moveItem(atPath: "\(directory)/\(name)", toPath: "\(directory)/\(newName)")
  }

  private func remove(_ name: String) throws {
    try FileManager.default.removeItem(atPath: "\(directory)/\(name)")
  }

  // MARK: What is read, and when

  @Test("a log of a pattern is let go: what was counted of it stays")
  func letGo() throws {
    try write("a.log", "{}\n{}\n")
    try write("b.log", "{}\n")
    let bench = try FollowerBench(in: directory, ["*.log"])
    try bench.run("all is read") { bench.follower.totals.readBytes == 9 }
    try rename("a.log", "a.log.1")
    try write("a.log", "{}\n")
    try bench.run("the rotation") { bench.follower.totals.readBytes == 12 }
    #expect(bench.rotations == 1)
    try remove("a.log")
    try bench.run("the log is let go") { !bench.said("stopped tailing").isEmpty }
    #expect(bench.follower.snapshot.droppedCount == 1)
    #expect(bench.follower.totals.readBytes == 12)
    #expect(bench.rotations >= 1)
  }

  @Test("a log of a pattern was moved away: nobody waits for it, but late lines in it are read")
  func movedAway() throws {
    try write("a.log", "{}\n")
    try write("b.log", "{}\n")
    let bench = try FollowerBench(in: directory, ["*.log"])
    try bench.run("all is read") { bench.follower.totals.readBytes == 6 }
    try rename("a.log", "archived")
    func reasons() -> [String] { bench.follower.logHealth.compactMap(\.waitingFor) }
    try bench.run("that it is not there") { !reasons().isEmpty }
    try bench.run("that nobody waits for it") { reasons().isEmpty }
    try bench.run(seconds: 0.2)
    #expect(bench.said("waiting").isEmpty)
    #expect(bench.follower.logHealth.map(\.path) == ["\(directory)/a.log", "\(directory)/b.log"])
    try append("archived", "{}\n")
    try bench.run("the late line") { bench.follower.totals.readBytes == 9 }
    #expect(bench.said("stopped tailing").isEmpty)
  }

  @Test("a log grows faster than it is read: what was there at the start being read is enough to be caught up")
  func growingFast() throws {
    let block = String(repeating: "{}\n", count: 1 << 19)
    try write("a.log", block + block)
    let bench = try FollowerBench(in: directory, ["a.log"])
    var blocks = 2
    try bench.run("caught up") {
      if bench.follower.hasCaughtUp { return true }
      guard blocks < 20 else { throw TestEnd() }
      // More than one turn of the loop reads.
      try append("a.log", block)
      blocks += 1
      return false
    }
    #expect(bench.follower.totals.lagBytes > 0, "it has read all, so that this shows nothing")
  }

  private struct TestEnd: Error {}

  @Test("files of one pattern are one log in pieces: a long one is read to its end before the next one")
  func orderOfPieces() throws {
    // Longer than a turn of the loop reads.
    let count = 8_000
    func lines(_ range: Range<Int>) -> String {
      range.map { number in
        """
        {"timestamp": "2025-01-18T04:\(String(format: "%02d:%02d", number / 60 % 60, number % 60))Z", \
        "message": "file_processing_completed", "total_records": \(number * 10), "total_files": \(number), \
        "total_failures": 0, "file_id": "\(String(repeating: "x", count: 100))", "records_processed": 10}\n
        """
      }.joined()
    }
    try write("2025-01-01.log", lines(1..<count))
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSinceNow: -60)],
      ofItemAtPath: "\(directory)/2025-01-01.log"
    )
    try write("2025-01-02.log", lines(count..<count + 10))
    let bench = try FollowerBench(in: directory, ["*.log"])
    try bench.run("caught up") { bench.follower.hasCaughtUp && bench.follower.totals.lagBytes == 0 }
    let totals = try #require(bench.follower.processor.aggregator.pipelines.all.first).totals
    #expect(totals.files.counted == Int64(count + 9))
    #expect(totals.files.gap == 0)
    #expect(bench.follower.processor.aggregator.lineCounts[.stale] == 0)
  }

  @Test("something happens to one of many logs: the others are not looked at")
  func wakesOne() throws {
    for number in 0..<50 { try write("\(number).log", "{}\n") }
    let bench = try FollowerBench(in: directory, ["*.log"]) { $0.pollInterval = .seconds(3_600) }
    try bench.run("caught up") { bench.follower.hasCaughtUp }
    try bench.run(seconds: 0.05)
    let drains = bench.follower.drains
    for _ in 0..<5 {
      let bytes = bench.follower.totals.readBytes
      try append("7.log", "{}\n")
      try bench.run("the line") { bench.follower.totals.readBytes == bytes + 3 }
    }
    #expect(bench.follower.drains - drains < 50)
  }

  // MARK: What the own log says

  @Test("a log is rotated as usual: said once, and not as a log that is missing")
  func rotationSaid() throws {
    try write("a.log", "{}\n")
    let bench = try FollowerBench(in: directory, ["a.log"]) { $0.rotateWait = .seconds(30) }
    try bench.run("caught up") { bench.follower.hasCaughtUp }
    try rename("a.log", "a.log.1")
    try bench.run("it waits") { bench.follower.logHealth[0].waitingFor != nil }
    try bench.run(seconds: 0.1)
    try write("a.log", "{}\n")
    try bench.run("the rotation") { !bench.said("rotated").isEmpty }
    try bench.run(seconds: 0.1)
    #expect(
      bench.said("rotated") == [
        #"level=info msg="the log was rotated" path=\#(directory)/a.log kind=rename "#
          + "from=\(directory)/a.log.1 to=\(directory)/a.log"
      ]
    )
    #expect(bench.said("waiting") == [])
    #expect(bench.said("following").count == 1)
  }

  @Test("a log is missing for longer than a rotation takes, or from the start: said once")
  func missing() throws {
    try write("a.log", "{}\n")
    let bench = try FollowerBench(in: directory, ["a.log", "none.log"])
    #expect(bench.said("waiting").count == 1)
    try remove("a.log")
    try bench.run("the warning") { bench.said("waiting").count == 2 }
    try bench.run(seconds: 0.2)
    #expect(bench.said("waiting").count == 2)
    #expect(bench.said("waiting").allSatisfy { $0.hasPrefix("level=warn") })
  }

  @Test("no file matches a pattern: said once each time that it comes to that")
  func unmatchedPattern() throws {
    let bench = try FollowerBench(in: directory, ["*.log"])
    try bench.run(seconds: 0.1)
    let reason = "no file matches \(directory)/*.log"
    #expect(
      bench.said("waiting") == [#"level=warn msg="waiting for the log" path=\#(directory)/*.log reason="\#(reason)""#]
    )
    #expect(bench.follower.logHealth.map(\.waitingFor) == [reason])
    try write("a.log", "{}\n")
    try bench.run("the log") { bench.follower.totals.readBytes == 3 }
    try remove("a.log")
    try bench.run("the second warning") { bench.said("no file matches").count == 2 }
  }

  @Test(
    "two logs without names deliver totals: one warning that names both",
    arguments: [["a.log", "b.log"], ["*.log"]]
  )
  func mixed(sources: [String]) throws {
    try write("a.log", Fixture.completed(1, totals: (250, 1, 0)) + "\n")
    try write("b.log", Fixture.completed(1, totals: (5_000, 9, 0)) + "\n")
    var written = try ["a.log", "b.log"].map { try Data(contentsOf: URL(fileURLWithPath: "\(directory)/\($0)")).count }
      .reduce(0, +)
    let bench = try FollowerBench(in: directory, sources)
    for number in 2..<6 {
      for (name, totals) in [("a.log", (250 * number, number, 0)), ("b.log", (5_000 + number, 9 + number, 0))] {
        let line = Fixture.completed(number, totals: totals) + "\n"
        try append(name, line)
        written += line.utf8.count
        try bench.run("the line is read") { bench.follower.totals.readBytes == Int64(written) }
      }
    }
    try bench.run("the warning") { !bench.said("mixed up").isEmpty }
    try bench.run(seconds: 0.1)
    #expect(bench.said("mixed up").count == 1)
    let warning = try #require(bench.said("mixed up").first)
    #expect(warning.contains("path=\(directory)/") && warning.contains("NAME=PATH"))
  }

  @Test("pieces of one log, or logs with names, or lines with names: no warning")
  func notMixed() throws {
    var feeds = TotalsConflictDetector()
    for number in 0..<100 { feeds.note(LogOrigin(number: number, source: 0, path: "\(number)"), logName: nil) }
    // A late line in the piece before.
    feeds.note(LogOrigin(number: 98, source: 0), logName: nil)
    feeds.note(LogOrigin(number: 99, source: 0), logName: nil)
    #expect(feeds.conflictingLogs == nil)
    for number in 0..<10 {
      feeds.note(LogOrigin(number: 200 + number % 2, source: number % 2), logName: [UInt8(number % 2)])
    }
    #expect(feeds.conflictingLogs == nil)
    feeds.note(LogOrigin(number: 201, source: 1, path: "b"), logName: [0])
    #expect(feeds.conflictingLogs == ConflictingLogs(path: "b", otherPath: ""))

    #expect(conflictingLogs(["x", "y", "x", "y"].map { [$0] }) == nil)
  }

  @Test("a line that names a pipeline, or one without letters, hides that others of its log do not")
  func mixedAmongOthers() {
    #expect(conflictingLogs([["x", nil], ["x", nil]]) != nil)
    #expect(conflictingLogs([[""], [""]]) != nil)
    #expect(conflictingLogs([["x", "x"], [nil]]) == nil)
  }

  /// Reads from two logs by turns, of each turn's lines those with totals of a pipeline.
  private func conflictingLogs(_ turns: [[String?]]) -> ConflictingLogs? {
    var fixture = Fixture()
    for (number, pipelines) in turns.enumerated() {
      fixture.processor.setContext(
        logName: nil,
        origin: LogOrigin(number: number % 2, source: number % 2),
        readTime: fixture.now
      )
      for pipeline in pipelines {
        let bytes = Array("\(Fixture.completed(number, totals: (number, number, 0), pipeline: pipeline))\n".utf8)
        // Every byte is initialized.
        fixture.processor.receive(unsafe bytes.span.bytes)
      }
    }
    return fixture.processor.aggregator.conflictingLogs
  }

  @Test("a log that cannot be read is said to have been caught up with, before it has been")
  func unreadable() throws {
    // Unlike permissions, this stops the superuser as well.
    try FileManager.default.createSymbolicLink(
      atPath: "\(directory)/a.log",
      withDestinationPath: "\(directory)/a.log"
    )
    let bench = try FollowerBench(in: directory, ["a.log"])
    try bench.run("it fails") { !bench.said("cannot be read").isEmpty && bench.follower.hasCaughtUp }
    try bench.run(seconds: 0.1)
    #expect(bench.said("caught up") == [])
    try remove("a.log")
    // Longer than a turn of the loop reads.
    try write("a.log", String(repeating: "{}\n", count: 1 << 20))
    try bench.run("it is read") { !bench.said("caught up").isEmpty }
    try bench.run(seconds: 0.1)
    #expect(bench.said("caught up") == [#"level=info msg="caught up" read_bytes=\#(3 << 20)"#])
  }

  @Test("lines that cannot be counted: one is shown, fit for a terminal, with the number of the others")
  func rejectedLines() throws {
    try write("a.log", "{\"message\": \"\u{1b}[2J\n\n{}\n" + String(repeating: "{x\n", count: 1_000))
    let bench = try FollowerBench(in: directory, ["a.log"])
    try bench.run("caught up") { bench.follower.hasCaughtUp }
    try append("a.log", "{y\n")
    try bench.run("the line after it") { bench.follower.processor.aggregator.lineCounts[.malformed] == 1_002 }
    try bench.run(seconds: 0.1)
    #expect(
      bench.said("not counted") == [
        #"level=warn msg="a line was not counted" path=\#(directory)/a.log reason=malformed "#
          + #"fault="it is not valid JSON from its first { on" line="{\"message\": \"\\u{1b}[2J" others=1000"#
      ]
    )
  }

  @Test("a long line is shown by its first 80 characters, one that was skipped not at all")
  func longRejectedLine() throws {
    let long = "{" + String(repeating: "\u{e9}", count: 400)
    try write("a.log", long + "\n")
    let bench = try FollowerBench(in: directory, ["a.log"])
    try bench.run("caught up") { bench.follower.hasCaughtUp }
    #expect(bench.said("not counted").first?.contains("line=\(long.prefix(80))… others=0") == true)
    try write("b.log", String(repeating: "x", count: 100_000) + "\n")
    let other = try FollowerBench(in: directory, ["b.log"])
    try other.run("caught up") { other.follower.hasCaughtUp }
    #expect(other.said("not counted").first?.hasSuffix(#"reason=oversized fault="" line="" others=0"#) == true)
  }

  @Test("going on from a snapshot: its age, its logs, those that nobody follows, and the bytes of this run alone")
  func resuming() throws {
    try write("a.log", "{}\n{}\n")
    try write("b.log", "{}\n")
    let first = try FollowerBench(in: directory, ["a.log", "b.log"])
    try first.run("caught up") { first.follower.hasCaughtUp }
    #expect(first.said("snapshot") == [])
    let age: Int64 = 90_000_000_000
    let now = Int64(Date().timeIntervalSince1970 * 1e9)
    let document = first.follower.snapshot.document(writtenAt: now - age)
    let snapshot = try Snapshot(document: document, logNames: [nil])
    try append("a.log", "{}\n")
    let second = try FollowerBench(in: directory, ["a.log"], resuming: snapshot)
    try second.run("caught up") { second.follower.hasCaughtUp }
    #expect(second.follower.totals.readBytes == 12)
    let said = second.said("snapshot")
    try #require(said.count == 2)
    #expect(
      said[0].hasPrefix(#"level=info msg="resumed from snapshot" age_seconds=9"#) && said[0].hasSuffix("logs=2")
    )
    #expect(said[1].hasPrefix("level=warn") && said[1].hasSuffix("logs=1 paths=\(directory)/b.log"))
    #expect(second.said("caught up") == [#"level=info msg="caught up" read_bytes=3"#])
  }
}
