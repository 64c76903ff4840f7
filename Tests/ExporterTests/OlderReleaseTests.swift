import ETLLog
import Foundation
import JSON
import LinuxIO
import Tailing
import TestSupport
import Testing

@testable import Exporter
@testable import JobState

/// What release 0.1.0 left when it was ended: while a log had just been renamed and its new file was not read yet, and in
/// the midst of a line over the limit of another one.
@Suite("The snapshot of an older release")
struct OlderReleaseTests {
  private static let fixtures = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "Fixtures/release-0.1.0")
  /// Where the release followed its logs.
  private static let folder = "/var/log/etl"
  private static let logNames = [nil, "orders"]

  private static func bytes(_ name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: fixtures.appending(path: name)))
  }

  private static func snapshot() throws -> Snapshot {
    try Snapshot(document: bytes("snapshot.json"), logNames: logNames)
  }

  @Test("all that it says is written again as it was, in the same order")
  func sameDocument() throws {
    let snapshot = try Self.snapshot()
    #expect(snapshot.resetParts == [])
    let written = try #require(snapshot.writtenNanoseconds)
    let old = try #require(JSONValue.parse(Self.bytes("snapshot.json").dropLast()))
    let new = try #require(JSONValue.parse(snapshot.document(writtenAt: written).dropLast()))
    #expect(Self.text(Self.reduced(new, to: old)) == Self.text(Self.withoutAbandoned(old)))
  }

  /// Members that nothing is read from any more.
  private static let abandoned: Set = ["started_line"]

  private static func withoutAbandoned(_ value: JSONValue) -> JSONValue {
    switch value {
    case .object(let members):
      .object(members.compactMap { abandoned.contains($0) ? nil : ($0, withoutAbandoned($1)) })
    case .array(let elements): .array(elements.map(withoutAbandoned))
    default: value
    }
  }

  private static func text(_ value: JSONValue) -> String {
    var bytes: [UInt8] = []
    value.append(to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  /// A value without the members that another one does not have, and without the checksum, which covers them.
  private static func reduced(_ value: JSONValue, to old: JSONValue) -> JSONValue {
    switch (value, old) {
    case (.object(let members), .object(let oldMembers)):
      let values = Dictionary(uniqueKeysWithValues: oldMembers)
      return .object(
        members.compactMap { name, value in
          values[name].map { (name, name == "checksum" ? $0 : reduced(value, to: $0)) }
        }
      )
    case (.array(let elements), .array(let oldElements)) where elements.count == oldElements.count:
      return .array(zip(elements, oldElements).map { reduced($0, to: $1) })
    default: return value
    }
  }

  @Test("a new process shows the very numbers that the release showed")
  func sameMetrics() throws {
    let snapshot = try Self.snapshot()
    let shown = try String(decoding: Self.bytes("metrics.txt"), as: UTF8.self)
    // What tells of the moment or of the process, and what the release did not have.
    let others = [
      "etl_seconds_since", "etl_exporter_event_delay", "etl_exporter_log_lag", "etl_exporter_snapshot",
      "etl_exporter_http", "etl_exporter_build_info", "process_", "etl_exporter_log_lines_total{result=\"text\"}",
    ]
    func samples(_ metrics: String) -> [(name: Substring, line: Substring)] {
      metrics.split(separator: "\n").filter { line in !line.hasPrefix("#") && !others.contains { line.hasPrefix($0) } }
        .map { line in (line.prefix { !"{ ".contains($0) }, line) }
    }
    let names = Set(samples(shown).map(\.name))
    var new = Fixture(resuming: snapshot)
    // The job has long been silent.
    new.now = WallTime(nanoseconds: exampleNanoseconds + 1_000_000_000_000)
    let now = samples(new.metrics(logs: snapshot.totals)).filter { names.contains($0.name) }
    #expect(now.map(\.line) == samples(shown).map(\.line))
    #expect(now.count > 250)
  }

  @Test("a new process reads on where the release ended: no line is counted twice or lost")
  func samePosition() throws {
    let temporaryFolder = try TemporaryFolder()
    defer { temporaryFolder.remove() }
    let directory = temporaryFolder.path
    let snapshot = try Self.movedSnapshot(to: directory)
    let bench = try FollowerBench(in: directory, [], resuming: snapshot) { configuration in
      configuration.maximumLineBytes = 1024
      configuration.logSources = [
        LogSource(name: nil, path: "\(directory)/etl.log"), LogSource(name: "orders", path: "\(directory)/orders.log"),
      ]
    }
    // The new file's first line repeats one that came late in the renamed file; the second one says that a file is started.
    try bench.run("the file that was not read yet") { bench.follower.processor.aggregator.lineCounts[.event] == 124 }
    #expect(bench.follower.processor.aggregator.lineCounts[.duplicate] == 2)
    try append(
      "te\": 1, \"total_records\": 1601, \"total_files\": 9, \"total_failures\": 5}\n",
      to: "\(directory)/etl.log"
    )
    let failed = Fixture.failed(9, type: "corrupt_file_format", totals: (30, 3, 2))
    try append("the end\"}\n\(failed)\n", to: "\(directory)/orders.log")
    try bench.run("what the two logs go on with") { bench.follower.processor.aggregator.lineCounts[.event] == 126 }
    let names = bench.follower.processor.aggregator.pipelines.all.map { $0.name ?? "" }
    #expect(names == ["", "orders", "stock", "Lager \"Süd\"", "untimed"])
    #expect(
      bench.follower.processor.aggregator.pipelines.all.map(\.totals.records.counted) == [1601, 30, 38_955, 5, 3]
    )
    #expect(bench.follower.processor.aggregator.pipelines.all.map(\.totals.files.counted) == [9, 3, 105, 1, 1])
    #expect(bench.follower.processor.aggregator.pipelines.all.map(\.totals.failures.counted) == [5, 2, 0, 1, 0])
    #expect(bench.follower.processor.aggregator.lineCounts[.oversized] == 2)
    #expect(bench.follower.processor.aggregator.lineCounts[.malformed] == 1)
  }

  /// The snapshot as if the release had followed copies of the logs in another folder.
  private static func movedSnapshot(to directory: String) throws -> Snapshot {
    var snapshot = try Self.snapshot()
    let names = ["etl.log": "etl-log.txt", "etl.log.1": "etl-log-1.txt", "etl.log.0": "etl-log-0.txt"]
    for (name, fixture) in names.merging(["orders.log": "orders-log.txt"], uniquingKeysWith: { $1 }) {
      try Data(bytes(fixture)).write(to: URL(filePath: "\(directory)/\(name)"))
    }
    func move(_ path: inout String) { path = path.replacing(folder, with: directory) }
    func move(_ file: inout FilePosition, to name: String) throws {
      let status = try FileStatus(of: "\(directory)/\(name)")
      file.identity.device = status.device
      file.identity.inode = status.inode
    }
    for index in snapshot.logs.indices {
      move(&snapshot.logs[index].path)
      for path in snapshot.logs[index].position.siblingPaths.indices {
        move(&snapshot.logs[index].position.siblingPaths[path])
      }
    }
    try move(&snapshot.logs[0].position.files[0], to: "etl.log.1")
    try move(&snapshot.logs[0].position.files[1], to: "etl.log")
    try move(&snapshot.logs[0].position.knownSiblings[0], to: "etl.log.0")
    try move(&snapshot.logs[1].position.files[0], to: "orders.log")
    return snapshot
  }

  private func append(_ text: String, to path: String) throws {
    let file = try #require(FileHandle(forWritingAtPath: path))
    try file.seekToEnd()
    try file.write(contentsOf: Data(text.utf8))
    try file.close()
  }
}
