import Foundation
import Glibc
import Testing

extension EndToEnd.Proofs {
  /// Debian's logrotate rotates the log of a simulator that writes as fast as it can.
  @Suite("logrotate", .enabled(if: Machine.hasLogrotate, "logrotate is not installed: apt-get install logrotate"))
  struct Logrotate {
    /// How logrotate is told to rotate.
    struct Mode: CustomTestStringConvertible, Sendable {
      var directives: [String]
      /// Whether the job is told to reopen its log.
      var reopens = true
      /// Whether a file may be packed before the job has let go of it, so that its last lines are on no disk.
      var losesLateLines = false
      /// Whether the next rotation comes at once, half of the time.
      var isHurried = false

      var testDescription: String { directives.joined(separator: ", ") }
    }

    static let modes = [
      Mode(directives: ["create 0644"], isHurried: true),
      Mode(directives: ["nocreate"], isHurried: true),
      Mode(directives: ["create", "compress", "delaycompress"]),
      Mode(directives: ["create", "compress"], losesLateLines: true),
    ]
    static let rotations = EndToEnd.Proofs.isLong ? 100 : 12

    @Test("renamed by logrotate: no line is lost, none counted twice", arguments: modes)
    func renamed(mode: Mode) async throws {
      try await Sandbox.run { sandbox in
        let simulator = try startSimulator(in: sandbox)
        let exporter = try await sandbox.startExporter()
        try await rotate(mode, of: simulator, seenBy: exporter, in: sandbox)
        #expect(try simulator.stop(within: 5) == .exited(0))
        let tally = try sandbox.tally()
        let metrics = try await exporter.scrape(waitingFor: "totals \(tally.totals)") {
          $0.counts == tally.totals && $0["etl_exporter_log_lag_bytes"] == 0
        }
        expectNothingLost(metrics)
        #expect(sandbox.logNames().count == Self.rotations + 1)
        #expect([metrics.filesSeen, metrics.failuresSeen] == Array(tally.totals.dropFirst()))
        #expect(mode.losesLateLines ? metrics.events >= tally.lines : metrics.events == tally.lines)
        EndToEnd.Proofs.report(
          "logrotate \(mode.testDescription): \(Self.rotations) rotations, seen as \(metrics.rotations), "
            + "\(metrics.events) lines, totals \(metrics.counts), gaps \(metrics.gaps)"
        )
      }
    }

    @Test(
      "copied and truncated by logrotate: what is destroyed in between is a gap, and nothing else is",
      arguments: [["copytruncate"], ["copytruncate", "compress", "delaycompress"]]
    )
    func truncated(directives: [String]) async throws {
      try await Sandbox.run { sandbox in
        let simulator = try startSimulator(in: sandbox)
        let exporter = try await sandbox.startExporter()
        try await rotate(Mode(directives: directives, reopens: false), of: simulator, seenBy: exporter, in: sandbox)
        #expect(try simulator.stop(within: 5) == .exited(0))
        let tally = try sandbox.tally()
        // What was seen and what was not are together what there was, once no late line is waited for any more.
        let metrics = try await exporter.scrape(waitingFor: "totals \(tally.totals), seen or lost") {
          $0.counts == tally.totals && $0["etl_exporter_log_lag_bytes"] == 0
            && $0.filesSeen + $0.gaps[1] == tally.totals[1] && $0.failuresSeen + $0.gaps[2] == tally.totals[2]
        }
        // Whatever is in one of the files was seen, and some that is in none.
        let destroyed = zip(tally.totals, tally.work).map(-)
        for (gap, destroyed) in zip(metrics.gaps, destroyed) { #expect(gap <= destroyed) }
        #expect(metrics.lines("duplicate") == 0)
        #expect(metrics.lines("stale") == 0)
        // Half a line may have been copied and its rest cut off, both of which are then no events.
        #expect(metrics.lines("malformed") ?? .infinity <= Double(2 * Self.rotations))
        EndToEnd.Proofs.report(
          "logrotate \(directives): \(Self.rotations) rotations, seen as \(metrics.rotations), "
            + "\(metrics.events) lines of which \(tally.lines) are in the files, "
            + "totals \(metrics.counts), gaps \(metrics.gaps), destroyed \(destroyed), "
            + "malformed \(metrics.lines("malformed") ?? -1)"
        )
      }
    }

    private func startSimulator(in sandbox: Sandbox) throws -> RunningProgram {
      try sandbox.startSimulator([
        "--records-per-second", "200000", "--min-records", "1", "--max-records", "20", "--failure-interval", "10ms",
      ])
    }

    private func rotate(
      _ mode: Mode,
      of simulator: RunningProgram,
      seenBy exporter: RunningExporter,
      in sandbox: Sandbox
    ) async throws {
      let reopen = mode.reopens ? ["postrotate", "kill -HUP \(simulator.identifier)", "endscript"] : []
      let directives = ["rotate 1000", "missingok"] + mode.directives + reopen
      try sandbox.append("\(sandbox.path("etl.log")) {\n\(directives.joined(separator: "\n"))\n}\n", to: "rotate.conf")
      for number in 1...Self.rotations {
        try await waitUntil("there is a log to rotate") { sandbox.exists("etl.log") }
        if !mode.isHurried || number.isMultiple(of: 2) {
          try await waitUntil("etl.log has grown") { sandbox.size(of: "etl.log") > 20_000 }
        }
        let before = mode.isHurried ? 0 : try await exporter.scrape().rotations.values.reduce(0, +)
        try sandbox.runTool([
          "logrotate", "--force", "--state", sandbox.path("rotate.state"), sandbox.path("rotate.conf"),
        ])
        guard !mode.isHurried else { continue }
        // A file that is packed before anybody has opened it is lost: here each one was opened. A truncation is not
        // counted where nothing was seen of the log since the last one; but two seconds are two looks at least.
        try? await waitUntil("rotation \(number)", within: 2) {
          try await exporter.scrape().rotations.values.reduce(0, +) > before
        }
      }
    }
  }
}
