import Foundation
import TestSupport
import Testing

extension EndToEnd {
  /// Whatever is in the log, only the counters that say so change, and the next good line counts.
  @Suite("hostile logs")
  struct HostileLog {
    @Test("a line over the limit is counted as oversized, and the next one is read", arguments: [257, 65_536, 3 << 20])
    func oversized(lineBytes: Int) async throws {
      try await Sandbox.run { sandbox in
        let exporter = try await sandbox.startExporter(["--log.max-line-bytes", "256"])
        var job = WrittenJob()
        try sandbox.append(job.completed())
        try sandbox.append(String(repeating: "x", count: lineBytes))
        _ = try await exporter.scrape(waitingFor: "the first line") { $0["etl_files_total"] == 1 }
        try sandbox.append("\n" + job.completed())
        let metrics = try await exporter.scrape(waitingFor: "the line after it") { $0["etl_files_total"] == 2 }
        #expect(metrics.lines("oversized") == 1)
        #expect(metrics.lines("malformed") == 0)
        #expect(metrics.lines("event") == 2)
      }
    }

    @Test("a line at the limit is read")
    func longestLine() async throws {
      try await Sandbox.run { sandbox in
        var job = WrittenJob()
        let head = job.completed().dropLast(2) + ", \"note\": \""
        let line = head + String(repeating: "x", count: 65_536 - head.utf8.count - 2) + "\"}"
        try #require(line.utf8.count == 65_536)
        try sandbox.append(line + "\n")
        let metrics = try await sandbox.startExporter().scrape()
        #expect(metrics["etl_files_total"] == 1)
        expectNothingLost(metrics)
      }
    }

    /// Lines that are no events, each with what it counts as.
    private static let badLines: [(name: String, line: [UInt8], result: String)] = [
      ("not JSON", Array("Traceback (most recent call last):".utf8), "text"),
      ("half an object", Array(#"{"message": "file_processing_completed", "total_files": 9"#.utf8), "malformed"),
      ("something behind an object", Array(#"{"total_files": 9} x"#.utf8), "malformed"),
      ("a total of the wrong type", Array(#"{"message": "x", "total_files": "9"}"#.utf8), "other"),
      ("a negative total", Array(#"{"message": "x", "total_files": -9}"#.utf8), "other"),
      ("a total that no integer holds", Array(#"{"message": "x", "total_files": 9e99}"#.utf8), "other"),
      ("a lone surrogate", Array(#"{"message": "\ud800"}"#.utf8), "other"),
      ("deep nesting", Array((String(repeating: "[", count: 60_000)).utf8), "text"),
      ("deep nesting in an object", Array((#"{"a":"# + String(repeating: "[", count: 60_000)).utf8), "malformed"),
      ("a NUL byte in a string", Array("{\"message\": \"a\u{0}b\"}".utf8), "malformed"),
      ("invalid UTF-8", Array(#"{"message": ""#.utf8) + [0xC0, 0xAF] + Array(#""}"#.utf8), "malformed"),
      ("an empty line", [], "other"),
      ("blanks", Array(" \t ".utf8), "other"),
      ("another message", Array(#"{"message": "reindexing", "index": "orders"}"#.utf8), "other"),
    ]

    @Test("a line that is no event changes nothing but its counter", arguments: badLines.indices)
    func badLine(index: Int) async throws {
      let (name, line, result) = Self.badLines[index]
      try await Sandbox.run { sandbox in
        var job = WrittenJob()
        try sandbox.append(job.completed())
        try sandbox.append(line + [0x0A])
        try sandbox.append(job.completed(records: 7))
        let metrics = try await sandbox.startExporter().scrape()
        #expect(metrics["etl_files_total"] == 2, "\(name)")
        #expect(metrics["etl_records_total"] == 257)
        for counted in ["malformed", "other", "oversized", "duplicate", "stale", "text"] {
          #expect(metrics.lines(counted) == (counted == result ? 1 : 0), "\(name): \(counted)")
        }
        #expect(metrics["etl_exporter_log_gap_files_total"] == 0)
      }
    }

    @Test("NUL bytes before a line, as a writer leaves them in a truncated log, do not hide it")
    func hole() async throws {
      try await Sandbox.run { sandbox in
        var job = WrittenJob()
        try sandbox.append([UInt8](repeating: 0, count: 100_000) + Array(job.completed().utf8))
        try sandbox.append(job.completed())
        let metrics = try await sandbox.startExporter().scrape()
        #expect(metrics["etl_files_total"] == 2)
        expectNothingLost(metrics)
      }
    }

    @Test("random bytes: each line is counted, none changes a number, and the next good line counts")
    func randomBytes() async throws {
      let seed = ProcessInfo.processInfo.environment["ETL_TEST_SEED"].flatMap(UInt64.init) ?? .random(in: 0...999_999)
      var random = SeededGenerator(seed: seed)
      let bytes = (0..<200_000).map { _ in UInt8.random(in: 0...255, using: &random) }
      try await Sandbox.run { sandbox in
        let exporter = try await sandbox.startExporter()
        var job = WrittenJob()
        try sandbox.append(job.completed())
        for start in stride(from: 0, to: bytes.count, by: 1_000) {
          try sandbox.append(Array(bytes[start..<min(start + 1_000, bytes.count)]))
        }
        try sandbox.append("\n" + job.completed())
        let metrics = try await exporter.scrape(waitingFor: "the last line, seed \(seed)") {
          $0["etl_files_total"] == 2
        }
        // Lines of random bytes are longer than a few; those that are empty or blank are no faults.
        let newlines = bytes.filter { $0 == 0x0A }.count + 1
        let counts = ["malformed", "other", "oversized", "text"].compactMap { metrics.lines($0) }
        #expect(counts.reduce(0, +) == Double(newlines), "seed \(seed)")
        // Whether there is a brace in them is chance.
        let noEvents = (metrics.lines("malformed") ?? 0) + (metrics.lines("text") ?? 0)
        #expect(noEvents > Double(newlines) * 0.9, "seed \(seed)")
        #expect(metrics.lines("event") == 2, "seed \(seed)")
        #expect(metrics["etl_records_total"] == 500, "seed \(seed)")
        #expect(exporter.process.poll() == nil)
      }
    }
  }
}
