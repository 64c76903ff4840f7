import Foundation
import Glibc
import Testing

extension EndToEnd.Proofs {
  /// The log is rotated while no exporter runs; the next one goes on where the last one was ended.
  @Suite("rotated while down")
  struct RotatedWhileDown {
    /// What happens to the log, and to the job, while the exporter is down.
    struct Change: CustomTestStringConvertible, Sendable {
      var testDescription: String
      /// Lines of completed files that are destroyed before anybody can read them.
      var destroyedFiles = 0
      /// As what it is counted, where anything is left to tell it by.
      var rotations: [String: Int] = [:]
      var make: @Sendable (Sandbox, inout WrittenJob) throws -> Void
    }

    static let changes = [
      Change(testDescription: "nothing") { _, _ in },
      Change(testDescription: "it grows") { try $0.append($1.completed()) },
      Change(testDescription: "renamed once", rotations: ["rename": 1]) { sandbox, job in
        try sandbox.append(job.completed())
        try sandbox.rename("etl.log", to: "etl.log.1")
        try sandbox.append(job.completed())
      },
      Change(testDescription: "renamed three times", rotations: ["rename": 3]) { sandbox, job in
        for _ in 0..<3 {
          try sandbox.append(job.completed() + job.failed("database_lock_timeout"))
          for number in [2, 1] where sandbox.exists("etl.log.\(number)") {
            try sandbox.rename("etl.log.\(number)", to: "etl.log.\(number + 1)")
          }
          try sandbox.rename("etl.log", to: "etl.log.1")
        }
        try sandbox.append(job.completed())
      },
      Change(testDescription: "renamed, and nothing new yet") { sandbox, job in
        try sandbox.append(job.completed())
        try sandbox.rename("etl.log", to: "etl.log.1")
      },
      Change(testDescription: "copied and truncated", rotations: ["truncate": 1]) { sandbox, job in
        try sandbox.append(job.completed())
        try sandbox.copy("etl.log", to: "etl.log.1")
        try sandbox.truncate("etl.log")
        try sandbox.append(job.completed())
      },
      Change(testDescription: "copied and truncated, and grown past where it was", rotations: ["truncate": 1]) {
        sandbox,
        job in
        try sandbox.append(job.completed())
        try sandbox.copy("etl.log", to: "etl.log.1")
        try sandbox.truncate("etl.log")
        for _ in 0..<20 { try sandbox.append(job.completed()) }
      },
      Change(testDescription: "copied and truncated twice") { sandbox, job in
        for number in [2, 1] {
          try sandbox.append(job.completed())
          try sandbox.copy("etl.log", to: "etl.log.\(number)")
          try sandbox.truncate("etl.log")
        }
        try sandbox.append(job.completed())
      },
      Change(testDescription: "renamed and packed", destroyedFiles: 2) { sandbox, job in
        try sandbox.append(job.completed() + job.completed())
        try sandbox.rename("etl.log", to: "etl.log.1")
        try sandbox.runTool(["gzip", "etl.log.1"])
        try sandbox.append(job.completed())
      },
      Change(testDescription: "deleted and made anew", destroyedFiles: 2) { sandbox, job in
        try sandbox.append(job.completed() + job.completed())
        try sandbox.remove("etl.log")
        try sandbox.append(job.completed())
      },
      Change(testDescription: "truncated without a copy", destroyedFiles: 2) { sandbox, job in
        try sandbox.append(job.completed() + job.completed())
        try sandbox.truncate("etl.log")
        try sandbox.append(job.completed())
      },
    ]

    @Test("the first answer has all that was written, and a gap only for what was destroyed", arguments: changes)
    func change(_ change: Change) async throws {
      for signal in [SIGTERM, SIGKILL] {
        try await Sandbox.run { sandbox in
          var job = WrittenJob()
          for _ in 0..<5 { try sandbox.append(job.completed() + job.failed("connection_timeout")) }
          var counters = ShownCounters()
          let first = try await startExporter(in: sandbox)
          counters.check(try await first.scrape(waitingFor: "5 files") { $0["etl_files_total"] == 5 })
          try await waitUntil("a snapshot of all that was read") {
            sandbox.snapshotReadBytes == sandbox.size(of: "etl.log")
          }
          try first.process.stop(signal)
          try change.make(sandbox, &job)

          let second = try await startExporter(in: sandbox)
          counters.check(try await second.scrape(), change.testDescription)
          let gaps = [250 * change.destroyedFiles, change.destroyedFiles, 0]
          // Late lines are waited for before what is missing counts as lost.
          let metrics = try await second.scrape(waitingFor: "gaps \(gaps)") { $0.gaps == gaps }
          counters.check(metrics, change.testDescription)
          #expect(metrics.counts == [job.records, job.files, job.failures])
          #expect(metrics.events == job.files + job.failures - change.destroyedFiles)
          for result in ["duplicate", "stale", "malformed"] { #expect(metrics.lines(result) == 0) }

          try sandbox.append(job.completed())
          let last = try await second.scrape(waitingFor: "the next line") { $0["etl_files_total"] == Double(job.files) }
          #expect(last.gaps == metrics.gaps)
          if !change.rotations.isEmpty { #expect(last.rotations == change.rotations) }
          EndToEnd.Proofs.report(
            "rotated while down: \(change.testDescription), after signal \(signal): counts \(last.counts), "
              + "gaps \(last.gaps), rotations \(last.rotations)"
          )
        }
      }
    }

    @Test(
      "renamed while down, and the job writes on in the renamed file: its late lines are read",
      arguments: [SIGTERM, SIGKILL]
    )
    func lateLines(signal: CInt) async throws {
      try await Sandbox.run { sandbox in
        var job = WrittenJob()
        try sandbox.append(job.completed())
        let options = [
          "--storage.path", sandbox.path("state"), "--storage.interval", "10ms", "--log.poll-interval", "20ms",
        ]
        let first = try await sandbox.startExporter(options, rotateWait: "2s")
        _ = try await first.scrape(waitingFor: "the first line") { $0["etl_files_total"] == 1 }
        try await waitUntil("a snapshot of it") { sandbox.snapshotReadBytes == sandbox.size(of: "etl.log") }
        try first.process.stop(signal)
        try sandbox.rename("etl.log", to: "etl.log.1")
        let late = job.completed() + job.completed()
        try sandbox.append(job.completed())

        let second = try await sandbox.startExporter(options, rotateWait: "2s")
        try await waitUntil("a look at the renamed file") { second.process.errors.contains("following the log") }
        try sandbox.append(late, to: "etl.log.1")
        let metrics = try await second.scrape(waitingFor: "all lines") { $0["etl_files_total"] == Double(job.files) }
        expectAllCounted(of: job, by: metrics)
      }
    }

    private func startExporter(in sandbox: Sandbox) async throws -> RunningExporter {
      try await sandbox.startExporter(["--storage.path", sandbox.path("state"), "--storage.interval", "10ms"])
    }
  }
}

extension Sandbox {
  /// How far the logs were read at the snapshot in the folder `state`; nil where there is none.
  var snapshotReadBytes: Int? {
    guard
      let contents = FileManager.default.contents(atPath: path("state/etl-exporter.snapshot")),
      let snapshot = try? JSONSerialization.jsonObject(with: contents) as? [String: Any],
      let totals = snapshot["totals"] as? [String: Any]
    else { return nil }
    return totals["read_bytes"] as? Int
  }
}
