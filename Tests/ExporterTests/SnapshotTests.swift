import ETLLog
import Foundation
import LinuxIO
import Tailing
import TestSupport
import Testing

@testable import Exporter
@testable import JobState

@Suite("Snapshot")
struct SnapshotTests {
  private static func file(_ value: UInt64) -> FilePosition {
    FilePosition(
      identity: FileIdentity(device: value, inode: value, headBytes: 1024, headHash: value),
      offset: 123_456,
      precedingHash: value,
      isInsideOversizedLine: value > 1,
      seenBytes: .max,
      seenHash: value
    )
  }

  private static let position = TailPosition(
    files: [file(.max), file(1)],
    modifiedNanoseconds: exampleNanoseconds,
    knownSiblings: [file(0), file(1 << 63)],
    siblingPaths: ["etl.log", "/a \"b\"/etl.log"]
  )

  /// Something of everything that is kept.
  private static func fixture() -> Fixture {
    var fixture = Fixture(logNames: [nil, "named"])
    fixture.read(
      Fixture.message(0, "etl_started"),
      Fixture.completed(3, totals: (1250, 5, 1)),
      Fixture.failed(4, type: "a \"new\" type", totals: (1250, 5, 2)),
      "{\"message\": \"file_processing_completed\", \"records_processed\": 7}",
      "not JSON"
    )
    fixture.read(Fixture.completed(5, totals: (100, 1, 0), time: 0.1), Fixture.message(6, "etl_crashed"), from: "named")
    for count in 1...120 {
      fixture.read(Fixture.completed(1, totals: (count, count, 0), time: Double(count) / 7, pipeline: "p\(count)"))
    }
    for count in 3...80 { fixture.read(Fixture.failed(7, type: "t\(count)", totals: (1250, 5, count))) }
    return fixture
  }

  private static func snapshot(_ fixture: borrowing Fixture) -> Snapshot {
    var totals = ReadCounters()
    totals.readBytes = 77
    totals.rotations[.truncate] = 9
    return Snapshot(
      logs: [Snapshot.Log(path: "etl.log", position: position)],
      lineCounts: fixture.processor.aggregator.lineCounts,
      totals: totals,
      pipelines: fixture.processor.aggregator.pipelines
    )
  }

  @Test("a snapshot that cannot be written counts as written, or not as an error")
  func failedWrite() throws {
    let temporaryFolder = try TemporaryFolder()
    defer { temporaryFolder.remove() }
    let directory = temporaryFolder.path
    var store = try SnapshotStore(directory: directory, logger: Logger(level: .error, format: .logfmt))
    let snapshot = Self.snapshot(Self.fixture())
    let isWritten = store.save(snapshot)
    var statistics = store.statistics
    #expect(isWritten)
    #expect((statistics.writes, statistics.errors) == (1, 0))
    try FileManager.default.removeItem(atPath: directory)
    for failures in 1...2 {
      let isWritten = store.save(snapshot)
      statistics = store.statistics
      #expect(!isWritten)
      #expect((statistics.writes, statistics.errors) == (1, Int64(failures)))
    }
  }

  @Test("a snapshot is written that is then too large to be read")
  func fullSnapshot() throws {
    let temporaryFolder = try TemporaryFolder()
    defer { temporaryFolder.remove() }
    let directory = temporaryFolder.path
    var said = ""
    let log = Logger(level: .info, format: .logfmt) { said += String(decoding: $0, as: UTF8.self) }
    var snapshot = Self.snapshot(Self.fixture())
    // The time is always as long.
    let bytes = snapshot.document(writtenAt: WallTime.now.nanoseconds).count
    let limit = bytes + 20_000
    var store = try SnapshotStore(directory: directory, logger: log, maximumBytes: limit)
    snapshot.logs = (1...50).map { Snapshot.Log(path: "gone\($0).log", position: Self.position) } + snapshot.logs
    snapshot.droppedCount = 50
    var isWritten = store.save(snapshot)
    #expect(isWritten && !said.contains("level=error"))
    #expect(said.contains("the snapshot is full") && said.contains("left_out="))
    var statistics = store.statistics
    #expect((limit - 2_000...limit).contains(Int(statistics.bytes)), "\(statistics.bytes) of \(limit)")
    var loaded = try store.load(logNames: [nil, "named"])
    #expect(loaded?.logs.count ?? 0 > 2 && loaded?.logs.last?.path == "etl.log")
    #expect(loaded?.logs.dropLast().last?.path == "gone50.log")
    // Those that are followed are not left out: then the last snapshot stands.
    snapshot.droppedCount = 2
    isWritten = store.save(snapshot)
    statistics = store.statistics
    #expect(!isWritten && (statistics.writes, statistics.errors) == (1, 1))
    #expect(said.contains("level=error msg=\"the snapshot is too large;"))
    loaded = try store.load(logNames: [nil, "named"])
    #expect(loaded?.logs.dropLast().last?.path == "gone50.log")
    snapshot.logs.removeFirst(49)
    snapshot.droppedCount = 0
    isWritten = store.save(snapshot)
    loaded = try store.load(logNames: [nil, "named"])
    #expect(isWritten && loaded?.logs.map(\.path) == ["gone50.log", "etl.log"])
  }

  private static func document() -> [UInt8] {
    snapshot(fixture()).document(writtenAt: exampleNanoseconds)
  }

  @Test("a new process shows the very numbers of the old one, and goes on counting from them alike")
  func resumes() throws {
    var old = Self.fixture()
    let snapshot = try Snapshot(document: Self.document(), logNames: [nil, "named"])
    var new = Fixture(resuming: snapshot)
    new.now = old.now
    // Only the delay of the newest event belongs to the process that read it.
    func kept(_ metrics: String) -> [Substring] {
      metrics.split(separator: "\n").filter { !$0.hasPrefix("etl_exporter_event_delay_seconds") }
    }
    #expect(kept(new.metrics(logs: snapshot.totals)) == kept(old.metrics(logs: snapshot.totals)))
    #expect(
      new.processor.aggregator.pipelines.all.map(\.history) == old.processor.aggregator.pipelines.all.map(\.history)
    )
    #expect(new.processor.aggregator.pipelines.all.allSatisfy { $0.history != History() })
    #expect(snapshot.logs == [Snapshot.Log(path: "etl.log", position: Self.position)])
    let lines = [
      Fixture.failed(8, type: "t200", totals: (1250, 5, 81)), Fixture.completed(8, totals: (9999, 9, 81)),
      Fixture.completed(3, totals: (10, 1, 0)), Fixture.message(9, "etl_started"),
      Fixture.completed(9, totals: (5, 1, 0), pipeline: "p500"),
    ]
    for line in lines {
      old.read(line)
      new.read(line)
    }
    #expect(new.metrics() == old.metrics())
  }

  @Test("what was written after reading is what was read")
  func stable() throws {
    let snapshot = try Snapshot(document: Self.document(), logNames: [nil, "named"])
    #expect(snapshot.document(writtenAt: exampleNanoseconds) == Self.document())
  }

  @Test("a log that was given a name since then has its pipeline")
  func newLogName() throws {
    var old = Fixture()
    old.read(Fixture.completed(1, totals: (250, 1, 0), pipeline: "old"))
    let snapshot = try Snapshot(document: Self.snapshot(old).document(writtenAt: 0), logNames: ["new"])
    #expect(
      Fixture(resuming: snapshot).samples("etl_files_total{pipeline=\"new\"}") == [
        "etl_files_total{pipeline=\"new\"} 0"
      ]
    )
  }

  @Test("cut off anywhere: damaged")
  func cutOff() {
    let document = Self.document()
    for length in stride(from: 0, to: document.count, by: 97) {
      #expect(throws: Snapshot.Defect.damaged) { try Snapshot(document: Array(document[..<length]), logNames: [nil]) }
    }
  }

  @Test("one bit is wrong anywhere: damaged")
  func bitFlip() {
    let document = Self.document()
    for place in stride(from: 0, to: document.count, by: 101) {
      var wrong = document
      wrong[place] ^= 4
      #expect(throws: Snapshot.Defect.damaged) { try Snapshot(document: wrong, logNames: [nil]) }
    }
  }

  @Test("written by another version: told from damage")
  func otherFormat() throws {
    let text = String(decoding: Self.document(), as: UTF8.self)
    let other = Snapshot.withChecksum(
      Array(text.replacing("\"format\": 1", with: "\"format\": 2").utf8).dropLast(Snapshot.checksumBytes)
    )
    #expect(throws: Snapshot.Defect.format(2)) { try Snapshot(document: other, logNames: [nil]) }
  }

  @Test(
    "valid JSON with a valid checksum, but not what a snapshot holds: damaged",
    arguments: ["{\"format\": 1", "{\"a\": 1"]
  )
  func otherDocument(text: String) {
    #expect(throws: Snapshot.Defect.damaged) {
      try Snapshot(document: Snapshot.withChecksum(Array(text.utf8)[...]), logNames: [nil])
    }
  }

  @Test("more pipelines than there is room for, and a log was given a name since then: no count is lost")
  func fullTableAndNewName() throws {
    var fixture = Fixture(logNames: ["a"])
    for count in 1...105 { fixture.read(Fixture.completed(1, totals: (1, 1, 0), pipeline: "p\(count)")) }
    let document = Self.snapshot(fixture).document(writtenAt: 0)
    let new = Fixture(resuming: try Snapshot(document: document, logNames: ["b"]))
    #expect(new.samples("etl_files_total") == fixture.samples("etl_files_total"))
  }

  @Test("the newest of the processing times stay when more come")
  func meanGoesOn() throws {
    var old = Fixture()
    for count in 1...130 { old.read(Fixture.completed(1, totals: (count, count, 0), time: Double(count))) }
    var new = Fixture(resuming: try Snapshot(document: Self.snapshot(old).document(writtenAt: 0), logNames: [nil]))
    for count in 131...180 { new.read(Fixture.completed(1, totals: (count, count, 0), time: Double(count))) }
    #expect(new.samples("etl_avg") == ["etl_avg_processing_time_seconds 130.5"])
  }
}
