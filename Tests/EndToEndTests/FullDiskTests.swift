import Foundation
import Glibc
import TestSupport
import Testing

extension EndToEnd.Proofs {
  /// A disk of a megabyte that fills up: the exporter's own, and the job's.
  @Suite("full disk", .enabled(if: Machine.canMount, "no tmpfs can be mounted here: needs root and CAP_SYS_ADMIN"))
  struct FullDisk {
    static let diskBytes = 1 << 20

    @Test("the storage is full: the exporter works on, says so once, and writes again when there is room")
    func storage() async throws {
      try await Sandbox.run { sandbox in
        try await sandbox.withSmallDisk("state", bytes: Self.diskBytes) {
          let options = ["--storage.path", sandbox.path("state"), "--storage.interval", "10ms"]
          let first = try await sandbox.startExporter(options)
          var job = WrittenJob()
          let fills = 3
          for fill in 1...fills {
            try sandbox.append(job.completed())
            try await waitUntil("a snapshot") { sandbox.snapshotReadBytes == sandbox.size(of: "etl.log") }
            try sandbox.fillDisk(with: "state/filler")
            let before = try await first.scrape()["etl_exporter_snapshot_errors_total"] ?? .infinity
            var metrics = try await first.scrape(waitingFor: "failed snapshots") {
              // The job goes on, and each of its lines is something to be kept.
              try? sandbox.append(job.completed())
              return $0["etl_exporter_snapshot_errors_total"] ?? 0 >= before + 3
            }
            // What stood there before the disk was full still does.
            #expect(sandbox.snapshotReadBytes ?? 0 > 0)
            #expect(try await first.get("/-/ready").status == 200)
            #expect(first.process.errorLines.filter { $0.contains("the snapshot cannot be written") }.count == fill)
            try sandbox.remove("state/filler")
            let written = metrics["etl_exporter_snapshot_writes_total"] ?? .infinity
            metrics = try await first.scrape(waitingFor: "a snapshot again") {
              $0["etl_exporter_snapshot_writes_total"] ?? 0 > written && $0["etl_files_total"] == Double(job.files)
            }
            expectAllCounted(of: job, by: metrics)
            #expect(first.process.errorLines.filter { $0.contains("the snapshot is written again") }.count == fill)
          }
          try sandbox.fillDisk(with: "state/filler")
          try sandbox.append(job.completed())
          _ = try await first.scrape(waitingFor: "the last line") { $0["etl_files_total"] == Double(job.files) }
          try first.process.crash()
          let second = try await sandbox.startExporter(options)
          let metrics = try await second.scrape()
          expectAllCounted(of: job, by: metrics)
          EndToEnd.Proofs.report(
            "full storage: filled \(fills + 1) times, killed and started on the full disk, counts \(metrics.counts)"
          )
        }
      }
    }

    @Test("the storage is full before the exporter's first start: it starts, and keeps its state once there is room")
    func firstStart() async throws {
      try await Sandbox.run { sandbox in
        try await sandbox.withSmallDisk("state", bytes: Self.diskBytes) {
          try sandbox.fillDisk(with: "state/filler")
          var job = WrittenJob()
          try sandbox.append(job.completed())
          let exporter = try await sandbox.startExporter(
            ["--storage.path", sandbox.path("state"), "--storage.interval", "10ms"]
          )
          _ = try await exporter.scrape(waitingFor: "the line") { $0["etl_files_total"] == 1 }
          try sandbox.remove("state/filler")
          try sandbox.append(job.completed())
          try await waitUntil("a snapshot") { sandbox.snapshotReadBytes == sandbox.size(of: "etl.log") }
        }
      }
    }

    @Test("the log's disk is full: the lines that the job could not write are a gap, and nothing else is")
    func log() async throws {
      try await Sandbox.run { sandbox in
        try await sandbox.withSmallDisk("logs", bytes: Self.diskBytes) {
          try sandbox.fillDisk(with: "logs/filler")
          unsafe truncate(sandbox.path("logs/filler"), off_t(Self.diskBytes / 2))
          let arguments = [
            "--log-file", sandbox.path("logs/etl.log"), "--quiet", "--records-per-second", "10000", "--min-records",
            "1",
            "--max-records", "5", "--failure-interval", "20ms",
          ]
          let simulator = try sandbox.start(.simulator, arguments)
          let exporter = try await sandbox.startExporter(log: "logs/etl.log")
          try await waitUntil("the disk is full") { simulator.errors.contains("No space left on device") }
          // While nothing can be written, the job works on.
          try await Task.sleep(for: .milliseconds(300))
          #expect(simulator.poll() == nil)
          #expect(try await exporter.get("/-/ready").status == 200)
          try sandbox.remove("logs/filler")
          try await waitUntil("it can be written to again") { simulator.errors.contains("can be written to again") }
          #expect(try simulator.stop(within: 5) == .exited(0))

          let tally = try sandbox.tally(["logs/etl.log"])
          let gaps = zip(tally.totals, tally.work).map(-)
          // Late lines are waited for before what is missing counts as lost.
          let metrics = try await exporter.scrape(waitingFor: "totals \(tally.totals), gaps \(gaps)") {
            $0.counts == tally.totals && $0["etl_exporter_log_lag_bytes"] == 0 && $0.gaps == gaps
          }
          #expect(metrics.gaps[1] > 0)
          #expect(metrics.events == tally.lines)
          for result in ["malformed", "duplicate", "stale", "oversized"] { #expect(metrics.lines(result) == 0) }
          #expect(tally.brokenLines == 0)
          EndToEnd.Proofs.report(
            "full log: totals \(metrics.counts), gaps \(metrics.gaps) as dropped, \(tally.lines) lines written"
          )
        }
      }
    }
  }
}
