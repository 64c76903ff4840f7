import ETLLog
import Foundation
import Metrics
import TestSupport
import Testing

@testable import Exporter
@testable import JobState

@Suite("Snapshot with a defect in a part")
struct SnapshotDefectTests {
  private static func fixture() -> Fixture {
    var fixture = Fixture()
    fixture.read(Fixture.completed(1, totals: (250, 1, 0)), Fixture.completed(2, totals: (500, 2, 0), pipeline: "p"))
    return fixture
  }

  private static func replacing(_ text: String, with other: String) throws -> [UInt8] {
    let document = String(decoding: fixture().snapshot.document(writtenAt: 0), as: UTF8.self)
    try #require(document.contains(text))
    let changed = Array(document.replacing(text, with: other).utf8)
    return Snapshot.withChecksum(changed.dropLast(Snapshot.checksumBytes))
  }

  @Test("times that no sum can hold make every later snapshot unreadable")
  func hugeTimes() throws {
    var old = Fixture()
    for files in 1...2 { old.read(Fixture.completed(1, totals: (250 * files, files, 0)).withTime("1e308")) }
    let sum = "etl_file_processing_seconds_sum 1.7976931348623157e+308"
    #expect(old.samples("etl_file_processing_seconds_sum") == [sum])
    let snapshot = try Snapshot(document: old.snapshot.document(writtenAt: 0), logNames: [nil])
    #expect(snapshot.resetParts == [])
    let new = Fixture(resuming: snapshot)
    #expect(new.samples("etl_file") == old.samples("etl_file"))
  }

  @Test("a sum that an older version wrote as null makes the snapshot unreadable")
  func nullSum() throws {
    let document = try Self.replacing("\"sum\": 25.3", with: "\"sum\": null")
    let snapshot = try Snapshot(document: document, logNames: [nil])
    #expect(snapshot.resetParts == [])
    #expect(snapshot.pipelines.all.map(\.processingTimes.sum) == [.greatestFiniteMagnitude, .greatestFiniteMagnitude])
  }

  @Test("a time next to nothing makes an infinite rate, which a snapshot does not hold", arguments: ["1e-320", "0"])
  func tinyTime(time: String) throws {
    var old = Fixture()
    let line = Fixture.completed(1, totals: (250, 1, 0)).withTime(time)
    old.read(line.replacing("\"current_rate\"", with: "\"a_rate\""))
    #expect(old.samples("etl_current_rate") == [])
    old.read(Fixture.completed(2, totals: (500, 2, 0)))
    old.read(line.replacing("\"current_rate\"", with: "\"a_rate\"").replacing("1, \"total_f", with: "3, \"total_f"))
    #expect(old.samples("etl_current_rate") == ["etl_current_rate_records_per_second 9.88"])
  }

  @Test(
    "a part that this version cannot read takes totals and positions with it",
    arguments: [
      ("\"bounds\": [0.1, ", "\"bounds\": [0.2, ", "processing_times"),
      ("\"bounds\": [1.0, ", "\"bounds\": [0.5, 1.0, ", "file_records"),
      ("\"processing_times\": {", "\"processing_times\": {\"counts\": [1], \"a\": {", "processing_times"),
      ("\"processing_seconds\": [", "\"processing_seconds\": [\"x\", ", "processing_seconds"),
      ("\"history\": \"", "\"history\": \"x ", "history"),
      ("\"history\": \"", "\"history\": 1, \"a\": \"", "history"),
    ]
  )
  func sidePart(text: String, other: String, part: String) throws {
    let closing = other.hasSuffix("\"a\": {") ? "}, \"file_records\"" : ", \"file_records\""
    var document = String(decoding: try Self.replacing(text, with: other), as: UTF8.self)
    document = document.replacing(", \"file_records\"", with: closing)
    let bytes = Snapshot.withChecksum(Array(document.utf8).dropLast(Snapshot.checksumBytes))
    let snapshot = try Snapshot(document: bytes, logNames: [nil])
    #expect(snapshot.resetParts == [part])
    let old = Self.fixture()
    let new = Fixture(resuming: snapshot)
    for name in ["etl_files_total", "etl_records_total", "etl_last_success", "etl_errors"] {
      #expect(new.samples(name) == old.samples(name))
    }
    for pipeline in new.processor.aggregator.pipelines.all {
      #expect((pipeline.processingTimes.counts.reduce(0, +) == 0) == (part == "processing_times"))
      #expect((pipeline.fileRecords.counts.reduce(0, +) == 0) == (part == "file_records"))
      #expect((pipeline.processingSeconds.mean == nil) == (part == "processing_seconds"))
      #expect((pipeline.history == History()) == (part == "history"))
    }
  }

  @Test(
    "a member that older snapshots do not have is missed",
    arguments: [
      "written", "rotations", "rename", "lost_totals", "bounds", "history", "last_event_guessed",
      "newest_file_rate", "jump", "ending",
    ]
  )
  func olderSnapshot(key: String) throws {
    let document = try Self.replacing("\"\(key)\":", with: "\"unknown\":")
    let snapshot = try Snapshot(document: document, logNames: [nil])
    #expect(snapshot.resetParts == [])
    let old = Self.fixture()
    let new = Fixture(resuming: snapshot)
    for name in ["etl_files_total", "etl_records_total", "etl_last_success", "etl_file_records", "etl_errors"] {
      #expect(new.samples(name) == old.samples(name))
    }
  }

  @Test(
    "a member without which nothing can be counted on is missing, and the rest is taken for whole",
    arguments: ["lines", "stale", "read_bytes", "pipelines", "overflow", "states", "totals", "counted", "type", "logs"]
  )
  func missingMember(key: String) throws {
    let document = try Self.replacing("\"\(key)\":", with: "\"unknown\":")
    #expect(throws: Snapshot.Defect.damaged) { try Snapshot(document: document, logNames: [nil]) }
  }

  @Test("nobody is told that a part starts anew, or is told for each pipeline")
  func isSaidOnce() throws {
    let temporaryFolder = try TemporaryFolder()
    defer { temporaryFolder.remove() }
    let directory = temporaryFolder.path
    var output: [UInt8] = []
    let log = Logger(level: .warn, format: .logfmt) { output += $0 }
    let store = try SnapshotStore(directory: directory, logger: log)
    let path = "\(directory)/etl-exporter.snapshot"
    try Data(Self.replacing("\"history\": \"", with: "\"history\": \"x ")).write(to: URL(filePath: path))
    let snapshot = try store.load(logNames: [nil])
    #expect(snapshot != nil)
    let lines = String(decoding: output, as: UTF8.self).split(separator: "\n")
    #expect(lines.count == 1 && lines.allSatisfy { $0.contains("level=warn") && $0.contains("parts=history") })
    try Data(Self.fixture().snapshot.document(writtenAt: 0)).write(to: URL(filePath: path))
    let whole = try store.load(logNames: [nil])
    #expect(whole != nil && String(decoding: output, as: UTF8.self).split(separator: "\n") == lines)
  }
}

extension String {
  fileprivate func withTime(_ time: String) -> String {
    replacing("\"processing_time\": 25.3", with: "\"processing_time\": \(time)")
  }
}
