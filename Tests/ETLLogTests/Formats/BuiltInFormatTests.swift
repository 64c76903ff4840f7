import ETLLog
import Foundation
import JSON
import Testing

/// Each built-in format with a sample and its numbers.
@Suite("Built-in formats")
struct BuiltInFormatTests {
  private func format(_ name: String) throws -> FormatDeclaration {
    try #require(try ConfigurationReader(services: configurationServices).builtIn(name))
  }

  private static let libraries: [(name: String, errorType: String)] = [
    ("structlog", "ValueError"), ("loguru", "ValueError"), ("python-json-logger", "ValueError"), ("ecs", "ValueError"),
    ("pino", "ValidationError"), ("bunyan", "ValidationError"), ("winston", "ValidationError"),
    ("zap", "ValidationError"), ("zerolog", "ValidationError"), ("slog", "ValidationError"),
    ("serilog", "Acme.ValidationError"), ("dotnet", "Acme.ValidationError"), ("nlog", "Acme.ValidationError"),
    ("zlogger", "Acme.ValidationError"), ("log4j2", "com.example.ValidationError"),
  ]
  /// Seconds from the first line of each library's sample to the others.
  private static let seconds = [0, 1, 13.5, 14, 15.25, 16, 17, 18.125]

  @Test("the words of our own format are not read where a library logs them", arguments: libraries)
  func ownWords(name: String, errorType: String) throws {
    let (tally, _) = tally(try format(name), try Fixtures.bytes("../built-in/\(name).jsonl"))
    #expect(tally.lines == ["event": 7, "other": 1])
    #expect(tally.files == 2 && tally.records == 1_330 && tally.failures == 1)
    #expect(tally.timed == 2 && tally.seconds == 14)
    #expect(tally.runs == 1 && tally.ended == 1 && tally.crashed == 0)
    #expect(tally.errors == [errorType: 1])
    #expect(tally.pipelines == ["orders"])
    #expect(tally.unusable.isEmpty)
    let start: Int64 = 1_793_584_800_000_000_000
    // The nanoseconds that this layout has apart cannot be added.
    let unit: Int64 = name == "log4j2" ? 1_000_000_000 : 1
    let expected = Self.seconds.map { (start + Int64($0 * 1e9)) / unit * unit }
    #expect(tally.moments == expected)
  }

  @Test("the sample of a tool gives other numbers")
  func toolSamples() throws {
    for (name, sample) in [
      ("dbt", "dbt"), ("meltano", "meltano"), ("singer", "singer-sdk"), ("airflow", "airflow3"), ("dagster", "dagster"),
      ("spark", "spark4"),
    ] {
      let expected = try #require(SampleTests.expectations[sample])
      let (tally, _) = tally(try format(name), try Fixtures.bytes("\(sample).jsonl"))
      #expect(tally.files == expected.files && tally.records == expected.records, "\(name)")
      #expect(tally.failures == expected.failures && tally.runs == expected.runs, "\(name)")
      #expect(tally.lines == expected.lines.filter { $0.value > 0 }, "\(name)")
    }
    let (airbyte, _) = tally(try format("airbyte"), try Fixtures.bytes("../built-in/airbyte.jsonl"))
    #expect(airbyte.files == 2 && airbyte.records == 1_667 && airbyte.failures == 1)
    // From the first line of each stream to its last.
    #expect(airbyte.timed == 2 && airbyte.seconds == 15.25)
    #expect(airbyte.runs == 1 && airbyte.ended == 1)
    #expect(airbyte.metrics[#"airbyte_errors_total{failure_type="system_error"}"#] == [1])
    #expect(airbyte.metrics[#"airbyte_errors_total{failure_type="config_error"}"#] == [0])
  }

  @Test("our own format means something else in its own language")
  func own() throws {
    let (tally, _) = tally(try format("etl"), try Fixtures.bytes("../built-in/etl.jsonl"))
    #expect(tally.lines == ["event": 6, "other": 1])
    #expect(tally.files == 2 && tally.records == 1_330 && tally.failures == 1 && tally.errors == ["timeout": 1])
    #expect(tally.totals.map { $0.records } == [0, 0, 1_250, 1_250, 1_330, 1_330, 1_330])
  }

  @Test("a name is not there, or a format that nobody can name")
  func names() throws {
    #expect(BuiltInFormats.names.first == BuiltInFormats.defaultName)
    #expect(Set(BuiltInFormats.names).count == 23)
    for name in BuiltInFormats.names { #expect(try format(name).name == name) }
    #expect(try ConfigurationReader(services: configurationServices).builtIn("dbtt") == nil)
  }

  @Test("what is built in cannot be gone on from")
  func bases() throws {
    let yaml = """
      formats:
        mine:
          base: pino
          time: when
          events:
            - {event: file_completed, when: {msg: loaded}, records: rows}
          metrics:
            - {name: mine_lines_total, type: counter, help: Lines.}
      """
    let format = try #require(try configuration(yaml).formats.first)
    let base = try self.format("pino")
    #expect(format.name == "mine" && format.time != base.time && format.file == base.file)
    #expect(format.events.count == base.events.count + 1 && format.metrics.count == 1)
    #expect(
      format.events.map(\.name).filter { $0.hasPrefix("file_completed") } == ["file_completed", "file_completed_2"]
    )
    let lines =
      #"{"msg":"loaded","rows":5}"# + "\n" + #"{"msg":"file_processing_completed","records_processed":7}"# + "\n"
    let (tally, _) = tally(format, Array(lines.utf8))
    #expect(tally.files == 2 && tally.records == 12)
    #expect(tally.metrics["mine_lines_total{}"] == [2])
  }

  @Test("a rule of a base that one's own makes unreachable stays, or takes its lines")
  func replacedRules() throws {
    let yaml = "formats: {mine: {base: pino, events: [{event: other, when: {msg: etl_started}}, {event: run_stopped}]}}"
    let format = try #require(try configuration(yaml).formats.first)
    #expect(format.events.map(\.kind) == [.other, .runStopped])
  }
}
