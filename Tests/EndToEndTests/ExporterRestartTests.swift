import Foundation
import Glibc
import TestSupport
import Testing

extension EndToEnd {
  /// With a snapshot, an exporter that is ended and started again ends with the numbers of one that never was.
  @Suite("exporter restart")
  struct ExporterRestart {
    @Test("killed at any moments, while the job works and rotates its log: the numbers are right and never fall")
    func killed() async throws {
      let seed = ProcessInfo.processInfo.environment["ETL_TEST_SEED"].flatMap(UInt64.init) ?? .random(in: 0...999_999)
      var random = SeededGenerator(seed: seed)
      try await Sandbox.run { sandbox in
        let simulator = try sandbox.startSimulator([
          "--records-per-second", "100000", "--failure-interval", "50ms", "--rotate-bytes", "64KiB", "--rotate-keep",
          "1000",
        ])
        var last: ScrapedMetrics?
        for _ in 0..<8 {
          let exporter = try await startExporter(in: sandbox)
          let metrics = try await exporter.scrape()
          expectNoFall(from: last, to: metrics, seed: seed)
          try await Task.sleep(for: .milliseconds(Int.random(in: 0...150, using: &random)))
          // What has been shown by now must not be taken back by the next one.
          last = try await exporter.scrape()
          try exporter.process.crash()
          try await Task.sleep(for: .milliseconds(Int.random(in: 0...150, using: &random)))
        }
        #expect(try simulator.stop() == .exited(0))
        let exporter = try await startExporter(in: sandbox)
        let metrics = try await expectAllCounted(by: exporter, in: sandbox)
        expectNoFall(from: last, to: metrics, seed: seed)
      }
    }

    @Test("ended, while the log is renamed and grows on: it goes on where it was, and counts all")
    func ended() async throws {
      try await Sandbox.run { sandbox in
        let simulator = try sandbox.startSimulator()
        let first = try await startExporter(in: sandbox)
        _ = try await first.scrape(waitingFor: "files") { $0["etl_files_total"] ?? 0 > 20 }
        #expect(try first.process.stop() == .exited(0))
        try sandbox.rename("etl.log", to: "etl.log.1")
        simulator.send(SIGHUP)
        try await waitUntil("the new file grows") { sandbox.size(of: "etl.log") > 10_000 }
        #expect(try simulator.stop() == .exited(0))
        let second = try await startExporter(in: sandbox)
        try await expectAllCounted(by: second, in: sandbox)
        // Of what the first had counted, nothing was read again.
        let metrics = try await second.scrape()
        let sizes = sandbox.logNames().map(sandbox.size).reduce(0, +)
        #expect(metrics["etl_exporter_log_bytes_total"] == Double(sizes))
      }
    }

    @Test("a snapshot that cannot be read is set aside, said, and the log read from its start")
    func damagedSnapshot() async throws {
      try await Sandbox.run { sandbox in
        #expect(try sandbox.startSimulator(["--history", "1h", "--exit"]).waitForEnd() == .exited(0))
        let first = try await startExporter(in: sandbox)
        try await expectAllCounted(by: first, in: sandbox)
        #expect(try first.process.stop() == .exited(0))
        try #require(sandbox.exists("state/etl-exporter.snapshot"))
        try sandbox.append("x", to: "state/etl-exporter.snapshot")
        let second = try await startExporter(in: sandbox)
        try await expectAllCounted(by: second, in: sandbox)
        #expect(sandbox.exists("state/etl-exporter.snapshot.corrupt"))
        #expect(second.process.errorLines.filter { $0.contains("level=error") && $0.contains("snapshot") }.count == 1)
      }
    }

    @Test("the log's path is spelled otherwise after a restart: nothing is counted twice")
    func otherSpelling() async throws {
      try await Sandbox.run { sandbox in
        try sandbox.makeDirectory("logs")
        try sandbox.makeDirectory("state")
        var job = WrittenJob()
        try sandbox.append(job.completed(), to: "logs/etl.log")
        for spelling in ["logs/etl.log", "./logs//../logs/etl.log", sandbox.path("logs/etl.log")] {
          let process = try sandbox.start(
            .exporter,
            [
              "--web.listen-address", "127.0.0.1:0", "--log-file", spelling, "--storage.path", "state",
              "--storage.interval", "20ms",
            ]
          )
          try await waitUntil("it has read all") { process.errors.contains("msg=\"caught up\"") }
          #expect(try process.stop() == .exited(0))
        }
        let exporter = try await sandbox.startExporter(log: "logs/etl.log", ["--storage.path", "state"])
        let metrics = try await exporter.scrape()
        #expect(metrics["etl_files_total"] == 1)
        #expect(metrics.lines("event") == 1)
        #expect(metrics.lines("duplicate") == 0)
      }
    }

    @Test("the snapshot is larger than files may be: the exporter goes on, and counts the error")
    func fileSizeLimit() async throws {
      try await Sandbox.run { sandbox in
        var job = WrittenJob()
        try sandbox.append(job.completed())
        try sandbox.makeDirectory("state")
        // Two blocks of 512 bytes: enough for the first lines of its own log.
        let exporter = try await sandbox.startExporter(
          ["--storage.path", sandbox.path("state"), "--storage.interval", "20ms"],
          preparation: "ulimit -f 2 &&"
        )
        let metrics = try await exporter.scrape(waitingFor: "the error") {
          $0["etl_exporter_snapshot_errors_total"] ?? 0 > 1
        }
        #expect(metrics["etl_exporter_snapshot_writes_total"] == 0)
        #expect(exporter.process.poll() == nil)
      }
    }

    private func startExporter(in sandbox: Sandbox) async throws -> RunningExporter {
      try sandbox.makeDirectory("state")
      return try await sandbox.startExporter(["--storage.path", sandbox.path("state"), "--storage.interval", "20ms"])
    }

    /// What the exporter counts of itself begins anew; what it counts of the job does not.
    private func expectNoFall(from last: ScrapedMetrics?, to next: ScrapedMetrics, seed: UInt64) {
      for (series, value) in last?.counters ?? [:] where !series.hasPrefix("etl_exporter_") && series.hasPrefix("etl_")
      {
        #expect(next[series] ?? -1 >= value, "\(series) fell from \(value), seed \(seed)")
      }
    }
  }
}
