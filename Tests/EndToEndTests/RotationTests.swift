import Foundation
import Glibc
import Testing

extension EndToEnd {
  /// The log is rotated under a job at work: in the end the counters are what all of its files say together.
  @Suite("rotation")
  struct Rotation {
    @Test("renamed three times while the job works, and reopened by SIGHUP: no line is lost")
    func renamed() async throws {
      try await Sandbox.run { sandbox in
        let simulator = try sandbox.startSimulator()
        let exporter = try await sandbox.startExporter()
        for number in 1...3 {
          try await waitForGrowth(of: "etl.log", in: sandbox)
          try sandbox.rename("etl.log", to: "etl.log.\(number)")
          // The job goes on in the file that it has open, as any job does.
          try await waitForGrowth(of: "etl.log.\(number)", in: sandbox)
          simulator.send(SIGHUP)
          try await waitUntil("a new file") { sandbox.exists("etl.log") }
        }
        try await waitForGrowth(of: "etl.log", in: sandbox)
        #expect(try simulator.stop() == .exited(0))
        let metrics = try await expectAllCounted(by: exporter, in: sandbox)
        #expect(1...3 ~= metrics["etl_exporter_log_rotations_total{kind=\"rename\"}"] ?? 0)
      }
    }

    @Test("copied and truncated while the job works: the copy is not counted again, and what follows is")
    func truncated() async throws {
      try await Sandbox.run { sandbox in
        let simulator = try sandbox.startSimulator()
        let exporter = try await sandbox.startExporter()
        for number in 1...3 {
          try await waitForGrowth(of: "etl.log", in: sandbox)
          // What a job writes between the copy and the cut is lost to everybody: it writes nothing then.
          try await simulator.pause()
          try sandbox.copy("etl.log", to: "etl.log.\(number)")
          try sandbox.truncate("etl.log")
          simulator.resume()
          try await waitUntil("the job goes on") { sandbox.size(of: "etl.log") > 0 }
        }
        #expect(try simulator.stop() == .exited(0))
        let metrics = try await expectAllCounted(by: exporter, in: sandbox)
        // Two that come between two of its looks may well be one to it.
        #expect(1...3 ~= metrics["etl_exporter_log_rotations_total{kind=\"truncate\"}"] ?? 0)
      }
    }

    @Test("copied and truncated behind the exporter's back, and grown past where it was: the rest comes from the copy")
    func truncatedUnseen() async throws {
      try await Sandbox.run { sandbox in
        let simulator = try sandbox.startSimulator()
        let exporter = try await sandbox.startExporter()
        try await waitForGrowth(of: "etl.log", in: sandbox)
        _ = try await exporter.scrape(waitingFor: "files") { $0["etl_files_total"] ?? 0 > 0 }
        try await exporter.process.pause()
        let sizeBefore = sandbox.size(of: "etl.log")
        try await waitForGrowth(of: "etl.log", in: sandbox)
        try await simulator.pause()
        try sandbox.copy("etl.log", to: "etl.log.1")
        try sandbox.truncate("etl.log")
        simulator.resume()
        try await waitUntil("the log is longer than before") { sandbox.size(of: "etl.log") > sizeBefore * 2 }
        exporter.process.resume()
        #expect(try simulator.stop() == .exited(0))
        try await expectAllCounted(by: exporter, in: sandbox)
      }
    }

    @Test("the job rotates its log itself, many times a second")
    func byTheJob() async throws {
      try await Sandbox.run { sandbox in
        let options = [
          "--records-per-second", "500000", "--failure-interval", "50ms", "--rotate-bytes", "64KiB", "--rotate-keep",
          "1000",
        ]
        let simulator = try sandbox.startSimulator(options)
        let exporter = try await sandbox.startExporter()
        try await waitUntil("20 rotations") { sandbox.logNames().count > 20 }
        #expect(try simulator.stop() == .exited(0))
        let metrics = try await expectAllCounted(by: exporter, in: sandbox)
        #expect(metrics["etl_exporter_log_rotations_total{kind=\"rename\"}"] ?? 0 > 5)
      }
    }

    private func waitForGrowth(of name: String, in sandbox: Sandbox) async throws {
      let size = sandbox.size(of: name)
      try await waitUntil("\(name) grows") { sandbox.size(of: name) > size + 10_000 }
    }
  }
}

/// Waits until the exporter has counted what the log's files say together, and sees that it has missed no line.
@discardableResult
func expectAllCounted(
  by exporter: RunningExporter,
  in sandbox: Sandbox,
  location: SourceLocation = #_sourceLocation
) async throws -> ScrapedMetrics {
  let facts = try sandbox.logFacts()
  let metrics = try await exporter.scrape(waitingFor: "\(facts.lines) lines", location: location) {
    $0.lines("event") ?? 0 >= Double(facts.lines)
  }
  #expect(metrics.lines("event") == Double(facts.lines), sourceLocation: location)
  #expect(metrics["etl_records_total"] == Double(facts.records), sourceLocation: location)
  #expect(metrics["etl_files_total"] == Double(facts.files), sourceLocation: location)
  #expect(metrics["etl_failures_total"] == Double(facts.failures), sourceLocation: location)
  #expect(metrics.errorsByType == facts.failuresByType, sourceLocation: location)
  expectNothingLost(metrics, location: location)
  return metrics
}
