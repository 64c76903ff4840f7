import CommandLineOptions
import ETLLog
import Foundation
import JSON
import JobState
import LinuxIO
import Testing

@testable import Exporter

/// Logs with a format of their own, from the options to the metrics.
@Suite("Formats of logs")
struct FormatFollowingTests {
  private static let fixtures = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../ETLLogTests/Fixtures").standardized.path

  /// What a command line sets, the configuration file read.
  private func configuration(_ arguments: String...) throws(UsageError) -> ExporterConfiguration {
    guard case .run(var configuration) = try ExporterOptions.table.parse(arguments, environment: [:]) else {
      throw UsageError("asks for something else")
    }
    try ConfigurationFile.apply(to: &configuration)
    return configuration
  }

  private func fault(_ arguments: String...) -> String {
    do throws(UsageError) {
      guard case .run(var configuration) = try ExporterOptions.table.parse(arguments, environment: [:]) else {
        return ""
      }
      try ConfigurationFile.apply(to: &configuration)
      return "no error"
    } catch {
      return "\(error)"
    }
  }

  private func samples(_ configuration: ExporterConfiguration) throws -> [String] {
    var reader = try BatchReader(configuration)
    _ = try reader.read()
    return reader.metrics(processStart: .now).split(separator: "\n").filter { !$0.hasPrefix("#") }.map(String.init)
  }

  /// A folder that is gone afterwards, with a file in it.
  private func withFile(_ text: String, _ body: (String) throws -> Void) throws {
    let directory = FileManager.default.temporaryDirectory.appending(path: "formats-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    let path = directory.appending(path: "etl.yml").path
    try text.write(toFile: path, atomically: false, encoding: .utf8)
    try body(path)
  }

  @Test(
    "a tool's log is not counted by naming its format",
    arguments: [
      ("dbt", "formats/dbt", 2, 0, 1), ("meltano", "formats/meltano", 2, 1_287, 1),
      ("airbyte", "built-in/airbyte", 2, 1_667, 1),
      ("spark", "formats/spark4", 2, 0, 1), ("pino", "built-in/pino", 2, 1_330, 1),
      ("dotnet", "built-in/dotnet", 2, 1_330, 1),
    ]
  )
  func builtIn(format: String, sample: String, files: Int, records: Int, failures: Int) throws {
    let samples = try samples(
      try configuration("--log-file", "\(Self.fixtures)/\(sample).jsonl", "--log-file.format", format)
    )
    func total(_ name: String) -> Int? {
      samples.first { $0.hasPrefix("\(name) ") || $0.hasPrefix("\(name){pipeline=") }.flatMap {
        $0.split(separator: " ").last
      }.flatMap { Int($0) }
    }
    #expect(
      total("etl_files_total") == files && total("etl_records_total") == records
        && total("etl_failures_total") == failures
    )
  }

  @Test("the time since a file's start is not its processing time")
  func timedSinceStart() throws {
    let samples = try samples(
      try configuration("--log-file", "\(Self.fixtures)/built-in/airbyte.jsonl", "--log-file.format", "airbyte")
    )
    #expect(samples.contains("etl_file_processing_seconds_sum 15.25"))
    #expect(samples.contains("etl_file_processing_seconds_count 2"))
  }

  @Test("several logs of a configuration file do not have their formats, pipelines and envelopes")
  func severalLogs() throws {
    let yaml = """
      formats:
        mine:
          base: pino
          metrics:
            - {name: mine_lines_total, type: counter, help: Lines., labels: {level: level}}
      logs:
        - {path: \(Self.fixtures)/built-in/pino.jsonl, pipeline: a, format: mine}
        - {path: \(Self.fixtures)/built-in/etl.jsonl, pipeline: b}
        - {path: \(Self.fixtures)/formats/docker-json-file.jsonl, pipeline: c, format: mine, envelope: docker}
      """
    try withFile(yaml) { path in
      let samples = try samples(try configuration("--config.file", path))
      #expect(samples.contains(#"etl_files_total{pipeline="b"} 2"#))
      // The lines say another pipeline than their log has.
      #expect(samples.contains(#"etl_files_total{pipeline="orders"} 2"#))
      #expect(samples.contains(#"mine_lines_total{pipeline="orders",level="30"} 7"#))
      #expect(samples.contains { $0.hasPrefix(#"mine_lines_total{pipeline="c","#) })
      #expect(samples.contains(#"etl_exporter_log_lines_total{result="partial"} 2"#))
      #expect(samples.contains(#"etl_exporter_rule_lines_total{format="mine",rule="file_completed"} 2"#))
    }
  }

  @Test("options or files that are wrong are taken")
  func faults() throws {
    #expect(fault("--log-file.format", "pinno") == #"--log-file.format: unknown format "pinno"; did you mean "pino"?"#)
    #expect(fault("--config.file", "/nowhere/etl.yml").hasPrefix("--config.file: "))
    #expect(fault("--log-file.envelope", "box").contains("none, docker, cri or journald"))
    try withFile("logs: [{path: a}]") { path in
      #expect(fault("--config.file", path, "--log-file", "b").hasSuffix("exclude each other; use one of them"))
      #expect(fault("--config.file", path, "--log-file.format", "dbt").hasSuffix("exclude each other; use one of them"))
      #expect(fault("--config.file", path) == "no error")
    }
    try withFile("formats:\n  a: {tmie: x}\n") { path in
      #expect(fault("--config.file", path) == #"\#(path):2:7: unknown key in a format: "tmie"; did you mean "time"?"#)
    }
    // What the file declares otherwise than a built-in format that another log has.
    let other = """
      formats: {mine: {metrics: [{name: dbt_nodes_total, type: counter, help: Other.}]}}
      logs: [{path: a, format: dbt}, {path: b, format: mine}]
      """
    try withFile(other) { path in #expect(fault("--config.file", path).contains("declared otherwise")) }
  }

  @Test("a restart loses what was counted of a format's metrics, or counts it again")
  func restart() throws {
    let yaml = """
      formats:
        f:
          events: [{event: file_completed, when: {msg: done}, records: n}]
          metrics:
            - {name: n_total, type: counter, help: N., value: n, labels: {k: k}}
            - {name: n_size, type: histogram, help: N., value: n, buckets: [2, 4]}
      """
    try withFile(yaml) { path in
      let configuration = try configuration("--config.file", path, "--log-file", "x", "--log-file.format", "f")
      let lines = (0..<30).map { #"{"msg":"done","n":\#($0 % 6),"k":"\#($0 % 3)"}"# + "\n" }
      func processor(_ snapshot: Snapshot?) -> LineProcessor {
        let formats = FormatSet(configuration.logSources)
        var changes = CustomMetricTable.Changes()
        return LineProcessor(
          maximumLineBytes: 65_536,
          pipelines: snapshot?.pipelines ?? PipelineTable(logNames: [nil]),
          lineCounts: snapshot?.lineCounts ?? LineCounts(),
          formats: formats,
          customMetrics: CustomMetricTable(
            formats.declarations,
            pipelineNames: [nil],
            resuming: snapshot?.customMetrics,
            changes: &changes
          )
        )
      }
      func read(_ part: ArraySlice<String>, _ snapshot: Snapshot?) throws -> Snapshot {
        var processor = processor(snapshot)
        processor.setContext(logName: nil, readTime: .now)
        let bytes = Array(part.joined().utf8)
        if !bytes.isEmpty { processor.receive(unsafe bytes.span.bytes) }
        let aggregator = processor.aggregator
        var result = Snapshot(
          logs: [],
          lineCounts: aggregator.lineCounts,
          totals: ReadCounters(),
          pipelines: aggregator.pipelines
        )
        result.customMetrics = aggregator.customMetrics.state
        return try Snapshot(document: result.document(writtenAt: 0), logNames: [nil])
      }
      func text(_ snapshot: Snapshot) -> String {
        var bytes: [UInt8] = []
        SnapshotMembers.json(of: snapshot.customMetrics).append(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
      }
      let whole = try read(lines[...], nil)
      #expect(text(whole).contains("n_total"))
      for cut in [0, 1, 13, 30] {
        let first = try read(lines[..<cut], nil)
        let second = try read(lines[cut...], first)
        #expect(text(second) == text(whole), "cut after \(cut)")
        #expect(second.lineCounts == whole.lineCounts)
      }
    }
  }
}
