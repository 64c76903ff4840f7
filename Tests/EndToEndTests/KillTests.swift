import Foundation
import Glibc
import TestSupport
import Testing

extension EndToEnd.Proofs {
  /// The exporter is killed again and again, at any moments, while the job works and rotates its log.
  @Suite("kill -9")
  struct Kills {
    static let kills = EndToEnd.Proofs.isLong ? 1_000 : 100

    @Test("killed a hundred times at any moments: nothing lost, nothing counted twice, and no counter ever falls")
    func killed() async throws {
      let seed = EndToEnd.Proofs.makeSeed()
      var random = SeededGenerator(seed: seed)
      try await Sandbox.run { sandbox in
        let simulator = try sandbox.startSimulator([
          "--records-per-second", "20000", "--min-records", "1", "--max-records", "5", "--failure-interval", "20ms",
          "--rotate-bytes", "1MiB", "--rotate-keep", "1000",
        ])
        var counters = ShownCounters()
        var killedBeforeReady = 0
        var leftovers = 0
        for number in 1...Self.kills {
          if number.isMultiple(of: 4), try leaveHalfWrittenSnapshot(in: sandbox, &random) { leftovers += 1 }
          let scrapes = counters.scrapes
          try await runAndKill(after: .random(in: 0...0.3, using: &random), in: sandbox, &counters, "seed \(seed)")
          if counters.scrapes == scrapes { killedBeforeReady += 1 }
        }
        let exporter = try await startExporter(in: sandbox)
        #expect(try simulator.stop(within: 5) == .exited(0))
        let tally = try sandbox.tally()
        let metrics = try await exporter.scrape(waitingFor: "\(tally.lines) lines, seed \(seed)") {
          $0.lines("event") ?? 0 >= Double(tally.lines)
        }
        counters.check(metrics, "seed \(seed)")
        #expect(metrics.lines("event") == Double(tally.lines), "seed \(seed)")
        #expect(metrics.counts == tally.totals, "seed \(seed)")
        #expect([metrics.filesSeen, metrics.failuresSeen] == Array(tally.totals.dropFirst()), "seed \(seed)")
        expectNothingLost(metrics)
        let sizes = sandbox.logNames().map(sandbox.size).reduce(0, +)
        #expect(metrics["etl_exporter_log_bytes_total"] == Double(sizes), "seed \(seed)")
        EndToEnd.Proofs.report(
          "kill -9: \(Self.kills) kills, \(killedBeforeReady) of them before /metrics was ready, \(leftovers) half-written "
            + "snapshots left, \(sandbox.logNames().count - 1) rotations seen as \(metrics.rotations), \(counters.scrapes) scrapes, "
            + "\(tally.lines) lines, totals \(metrics.counts), gaps \(metrics.gaps), seed \(seed)"
        )
      }
    }

    @Test("killed when more files have come since the last snapshot than are held open: no counter falls")
    func killedLongAfterSnapshot() async throws {
      try await Sandbox.run { sandbox in
        var job = WrittenJob()
        try sandbox.append(job.completed())
        let options = Self.optionsOfRareSnapshots(in: sandbox)
        // Its snapshot is that of its end.
        let first = try await sandbox.startExporter(options)
        _ = try await first.scrape(waitingFor: "the first line") { $0["etl_files_total"] == 1 }
        #expect(try first.process.stop() == .exited(0))

        var counters = ShownCounters()
        let second = try await sandbox.startExporter(options)
        let rotations = 50
        for number in 1...rotations {
          try sandbox.rename("etl.log", to: "etl.log.\(number)")
          for _ in 0..<10 { try sandbox.append(job.completed()) }
          counters.check(
            try await second.scrape(waitingFor: "\(job.files) files") { $0["etl_files_total"] == Double(job.files) }
          )
        }
        try second.process.crash()
        let third = try await sandbox.startExporter(options)
        counters.check(try await third.scrape())
        let metrics = try await third.scrape(waitingFor: "\(job.files) files") {
          $0["etl_files_total"] == Double(job.files) && $0["etl_exporter_log_lag_bytes"] == 0
        }
        expectNothingLost(metrics)
        #expect(metrics.lines("event") == Double(job.files))
        EndToEnd.Proofs.report(
          "kill -9 long after the last snapshot: \(rotations) rotations, \(job.files) lines, \(counters.scrapes) scrapes"
        )
      }
    }

    @Test(
      "killed long before the first snapshot is due, and rotated while down: no counter falls",
      arguments: [true, false]
    )
    func killedBeforeFirstSnapshot(isLogThereAtStart: Bool) async throws {
      try await Sandbox.run { sandbox in
        var job = WrittenJob()
        if isLogThereAtStart { try sandbox.append(job.completed()) }
        let options = Self.optionsOfRareSnapshots(in: sandbox)
        var counters = ShownCounters()
        let first = try await sandbox.startExporter(options)
        _ = try await first.scrape()
        for _ in 0..<10 { try sandbox.append(job.completed()) }
        counters.check(
          try await first.scrape(waitingFor: "\(job.files) files") { $0["etl_files_total"] == Double(job.files) }
        )
        try first.process.crash()

        try sandbox.append(job.completed())
        try sandbox.rename("etl.log", to: "etl.log.1")
        try sandbox.append(job.completed())
        let second = try await sandbox.startExporter(options)
        let metrics = try await second.scrape(waitingFor: "\(job.files) files") {
          $0["etl_files_total"] == Double(job.files)
        }
        counters.check(metrics)
        expectNothingLost(metrics)
        #expect(metrics.lines("event") == Double(job.files))
      }
    }

    /// Runs an exporter for a time that has no regard to what it does, and scrapes it as often as it answers.
    private func runAndKill(
      after seconds: Double,
      in sandbox: Sandbox,
      _ counters: inout ShownCounters,
      _ note: String
    ) async throws {
      let process = try sandbox.start(.exporter, Self.options(in: sandbox))
      let identifier = process.identifier
      // It is waited for only below, so until then the number is no other process's.
      let killer = Task.detached {
        try await Task.sleep(for: .seconds(seconds))
        kill(identifier, SIGKILL)
      }
      var port: UInt16?
      let deadline = Date(timeIntervalSinceNow: seconds)
      while Date() < deadline {
        port = port ?? process.listeningPort
        // A scrape that the kill cuts off is one that was not seen.
        if let port, let metrics = try? await RunningExporter(process: process, port: port).scrapeIfReady() {
          counters.check(metrics, note)
        } else {
          try await Task.sleep(for: .milliseconds(2))
        }
      }
      try await killer.value
      #expect(try process.waitForEnd(within: 5) == .killed(signal: SIGKILL), "\(process.errors)")
    }

    /// What a kill between the write of the new file and its renaming leaves.
    private func leaveHalfWrittenSnapshot(in sandbox: Sandbox, _ random: inout SeededGenerator) throws -> Bool {
      guard let snapshot = FileManager.default.contents(atPath: sandbox.path("state/etl-exporter.snapshot")) else {
        return false
      }
      try? sandbox.remove("state/etl-exporter.snapshot.new")
      let half = snapshot.prefix(Int.random(in: 0...snapshot.count, using: &random))
      try sandbox.append(Array(half), to: "state/etl-exporter.snapshot.new")
      return true
    }

    private func startExporter(in sandbox: Sandbox) async throws -> RunningExporter {
      try await sandbox.startExporter(["--storage.path", sandbox.path("state"), "--storage.interval", "10ms"])
    }

    private static func optionsOfRareSnapshots(in sandbox: Sandbox) -> [String] {
      ["--storage.path", sandbox.path("state"), "--storage.interval", "1h", "--log.poll-interval", "20ms"]
    }

    private static func options(in sandbox: Sandbox) -> [String] {
      [
        "--web.listen-address", "127.0.0.1:0", "--log-file", sandbox.path("etl.log"), "--log.rotate-wait", "50ms",
        "--storage.path", sandbox.path("state"), "--storage.interval", "10ms",
      ]
    }
  }
}
