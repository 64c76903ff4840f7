import Foundation
import Testing

extension EndToEnd {
  /// Lines as other people's jobs, loggers and terminals make them: the same numbers while they are written and by `--once`.
  @Suite("foreign lines")
  struct ForeignLines {
    struct Example: Sendable {
      let name: String
      /// The lines; the exporter that is running is given them one by one.
      let lines: [String]
      /// Samples by their series.
      let expected: [String: Double]
      /// How `--once` ends.
      var exitStatus: Int32 = 0
    }

    private static let completed = #""message": "file_processing_completed", "records_processed": 10"#
    /// 2025-01-18T04:00:00Z.
    private static let moment = 1_737_172_800.0
    private static let lastEvent = "etl_last_event_timestamp_seconds"

    private static func time(_ name: String, _ value: String, _ moment: Double = moment) -> Example {
      Example(
        name: name,
        lines: [#"{"timestamp": \#(value), \#(completed)}"#],
        expected: ["etl_files_total": 1, "etl_records_total": 10, lastEvent: moment, malformed: 0]
      )
    }

    private static let malformed = #"etl_exporter_log_lines_total{result="malformed"}"#

    private static func unusable(_ field: String) -> String { "etl_exporter_unusable_values_total{field=\"\(field)\"}" }

    static let times = [
      time("an offset without a colon", #""2025-01-18T05:00:00+0100""#),
      time("an offset of hours", #""2025-01-18T06:00:00+02""#),
      time("an offset behind a space", #""2025-01-18 05:00:00 +01:00""#),
      time("an escaped plus", #""2025-01-18T05:00:00\u002B01:00""#),
      time("a comma", #""2025-01-18 04:00:00,125""#, moment + 0.125),
      time("date -Ins", #""2025-01-18T05:00:00,125000000+01:00""#, moment + 0.125),
      time("second 60", #""2025-01-18T03:59:60Z""#),
      time("seconds", "1737172800"), time("seconds with a fraction", "1737172800.125", moment + 0.125),
      time("milliseconds", "1737172800125", moment + 0.125),
      time("microseconds", "1737172800125000", moment + 0.125),
      time("nanoseconds", "1737172800125000000", moment + 0.125),
    ]

    static let lines = [
      Example(
        name: "a clock that was never set",
        lines: [#"{"timestamp": "0001-01-01T00:00:00Z", \#(completed)}"#, #"{"timestamp": 0, \#(completed)}"#],
        expected: ["etl_files_total": 2, "etl_records_total": 20, malformed: 0, unusable("timestamp"): 2],
        exitStatus: 3
      ),
      Example(
        name: "NaN and the infinities",
        lines: [
          #"{"timestamp": NaN, \#(completed), "current_rate": Infinity, "rows": {"mean": [NaN, -Infinity]}}"#
        ],
        expected: ["etl_files_total": 1, "etl_records_total": 10, malformed: 0, unusable("timestamp"): 0]
      ),
      Example(
        name: "values of the wrong kind",
        lines: [#"{\#(completed), "total_records": 1e400, "file_id": 7, "processing_time": "1"}"#],
        expected: [
          "etl_files_total": 1, "etl_records_total": 10, malformed: 0, unusable("total_records"): 1,
          unusable("file_id"): 1, unusable("processing_time"): 1, unusable("message"): 0,
        ],
        exitStatus: 3
      ),
      Example(
        name: "a number that is too large beside a time of five seconds",
        lines: [#"{"timestamp":5,"score":1e400}"#],
        expected: [#"etl_exporter_log_lines_total{result="other"}"#: 1, malformed: 0, unusable("timestamp"): 0]
      ),
      Example(
        name: "half a surrogate pair",
        lines: [#"{\#(completed), "file_id":"caf\udce9.csv", "pipeline": "caf\udce9"}"#],
        expected: [
          "etl_files_total{pipeline=\"caf\u{FFFD}\"}": 1, "etl_records_total{pipeline=\"caf\u{FFFD}\"}": 10,
          malformed: 0,
        ]
      ),
      Example(
        name: "a NUL in a name",
        lines: [
          #"{\#(completed), "file_id":"a\u0000b", "processing_time": 1}"#,
          #"{"message": "file_processing_failed", "error_type": "a\u0000b\u001b"}"#,
        ],
        expected: [
          "etl_files_total": 1, "etl_errors_by_type_total{error_type=\"a\u{FFFD}b\u{FFFD}\"}": 1,
          #"etl_exporter_replaced_texts_total{field="file_id"}"#: 1,
          #"etl_exporter_replaced_texts_total{field="error_type"}"#: 1,
        ]
      ),
      Example(
        name: "an empty error type beside a reason",
        lines: [#"{"message": "file_processing_failed", "error_type": "", "failure_reason": "x"}"#],
        expected: [
          "etl_failures_total": 1, #"etl_errors_by_type_total{error_type="x"}"#: 1,
        ]
      ),
      Example(
        name: "text with a brace, colours, and two objects in a line",
        lines: [
          "[{job=x}] {\(completed)}", "\u{1B}[32m{\(completed)}\u{1B}[0m", "{\(completed)}{\(completed)}",
        ],
        expected: ["etl_files_total": 4, "etl_records_total": 40, malformed: 0]
      ),
      Example(
        name: "the half line of a killed job, and the first line of the next one",
        lines: [#"{"timestamp": "2025-01-18T04:00:00Z", "message": "file_proc{\#(completed)}"#],
        expected: ["etl_files_total": 1, "etl_records_total": 10, malformed: 1],
        exitStatus: 3
      ),
      Example(
        name: "a stack trace",
        lines: [
          "{\(completed)}", "Traceback (most recent call last):", "  File \"etl.py\", line 3, in <module>",
          "ValueError: x", "{\(completed)}",
        ],
        expected: [
          "etl_files_total": 2, "etl_records_total": 20, malformed: 0,
          #"etl_exporter_log_lines_total{result="text"}"#: 3,
        ]
      ),
    ]

    @Test("a line counts otherwise than it should, or otherwise by --once", arguments: (times + lines).indices)
    func counts(index: Int) async throws {
      let example = (Self.times + Self.lines)[index]
      try await Sandbox.run { sandbox in
        let exporter = try await sandbox.startExporter()
        for line in example.lines { try sandbox.append(line + "\n") }
        let bytes = Double(example.lines.map { $0.utf8.count + 1 }.reduce(0, +))
        let live = try await exporter.scrape(waitingFor: "the last line") {
          $0["etl_exporter_log_bytes_total"] == bytes
        }
        let once = try sandbox.run(.exporter, ["--once", "--log-file", sandbox.path("etl.log")])
        #expect(once.end == .exited(example.exitStatus), "\(example.name): \(once.process.errors)")
        let printed = try ScrapedMetrics(parsing: once.process.output, askedBetween: live.askedBetween)
        for (series, value) in example.expected {
          #expect(live[series] == value, "\(example.name): \(series)")
          #expect(printed[series] == value, "\(example.name) by --once: \(series)")
        }
      }
    }

    @Test("a time without an offset is read in another zone than the option names")
    func zone() async throws {
      try await Sandbox.run { sandbox in
        try sandbox.append(#"{"timestamp": "2025-01-18 05:00:00,125", \#(Self.completed)}"# + "\n")
        for (zone, seconds) in [("+01:00", 0.0), ("Z", 3_600), ("-0330", 4.5 * 3_600)] {
          let once = try sandbox.run(
            .exporter,
            ["--once", "--log-file.zone=\(zone)", "--log-file", sandbox.path("etl.log")]
          )
          let expected = "\n\(Self.lastEvent) \(Int(Self.moment + seconds)).125\n"
          #expect(once.process.output.contains(expected), "\(zone): \(once.process.errors)")
        }
        let wrong = try sandbox.run(.exporter, ["--once", "--log-file.zone", "Berlin"])
        #expect(wrong.end == .exited(2))
        #expect(wrong.process.errors.contains("use one such as +01:00, -03:30 or Z"))
      }
    }
  }
}
