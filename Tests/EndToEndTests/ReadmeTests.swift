import Foundation
import Testing

extension EndToEnd {
  /// What a reader copies first.
  @Suite("examples in the README")
  struct ReadmeExamples {
    @Test("the job in Python writes a log that is counted wrong")
    func python() async throws {
      try await Sandbox.run { sandbox in
        let example = try block("python")
        let load =
          "def load(name):\n    if name == \"orders-2.csv\":\n        raise ValueError(name)\n    return 1250\n\n"
        try sandbox.append(load + example, to: "job.py")
        _ = try sandbox.runTool(["python3", "job.py"])
        let metrics = try await expectAllCounted(in: sandbox)
        #expect(metrics.counts == [1250, 1, 1])
        #expect(metrics["etl_errors_by_type_total{error_type=\"ValueError\"}"] == 1)
      }
    }

    @Test("the job in a shell writes a log that is counted wrong")
    func shell() async throws {
      try await Sandbox.run { sandbox in
        try sandbox.append(block("sh"), to: "job.sh")
        _ = try sandbox.runTool(["sh", "-eu", "job.sh"])
        let metrics = try await expectAllCounted(in: sandbox)
        #expect(metrics.counts == [1250, 1, 1])
        #expect(metrics["etl_avg_processing_time_seconds"] == 12.5)
        #expect(metrics["etl_errors_by_type_total{error_type=\"corrupt_file_format\"}"] == 1)
      }
    }

    /// The first block of a language in the section about the reader's own job.
    private func block(_ language: String) throws -> String {
      let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "../../README.md")
      let text = try String(contentsOf: root, encoding: .utf8)
      let section = try #require(text.components(separatedBy: "\n## Your own job\n").last)
      let block = try #require(section.components(separatedBy: "```\(language)\n").dropFirst().first)
      return try #require(block.components(separatedBy: "```").first)
    }

    private func expectAllCounted(in sandbox: Sandbox) async throws -> ScrapedMetrics {
      let exporter = try await sandbox.startExporter()
      let metrics = try await exporter.scrape(waitingFor: "the end of the log") {
        ($0["etl_failures_total"] ?? 0) > 0 && $0["etl_exporter_log_lag_bytes"] == 0
      }
      #expect(metrics.lines("malformed") == 0)
      #expect(metrics["etl_health_status"] == 0, "the job has stopped")
      return metrics
    }
  }
}
