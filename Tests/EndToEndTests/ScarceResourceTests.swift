import Foundation
import Glibc
import TestSupport
import Testing

extension EndToEnd.Proofs {
  /// The exporter's process has no descriptor left, or no inotify watch.
  @Suite("scarce resources")
  struct ScarceResources {
    @Test("the descriptors run out while the log is rotated twice at once: nothing is lost", arguments: 0...3)
    func descriptors(left: Int) async throws {
      try await Sandbox.run { sandbox in
        var job = WrittenJob()
        try sandbox.append(job.completed())
        let exporter = try await sandbox.startExporter(["--log.poll-interval", "20ms"])
        _ = try await exporter.scrape(waitingFor: "the first line") { $0["etl_files_total"] == 1 }
        var clients: [HTTPClient] = []
        for _ in 0..<20 { clients.append(try HTTPClient(port: exporter.port)) }
        for client in clients {
          try client.request("/-/healthy")
          #expect(try await client.answer().status == 200)
        }
        // The connection of the scrape may not be closed yet.
        var open = 0
        try await waitUntil("the connections are all there is", lookingEvery: 0.1) {
          defer { open = exporter.process.openDescriptors }
          return exporter.process.openDescriptors == open
        }
        // Set now and not at the start: the server gives some back when it has taken the last one.
        let limit = open + left
        try sandbox.runTool(["prlimit", "--pid", "\(exporter.process.identifier)", "--nofile=\(limit)"])
        // Both renames come between two looks.
        try await exporter.process.pause()
        for number in [2, 1] {
          try sandbox.append(job.completed() + job.failed("connection_timeout"))
          try sandbox.rename("etl.log", to: "etl.log.\(number)")
        }
        try sandbox.append(job.completed())
        exporter.process.resume()
        // A connection that is there needs no descriptor: so many answers are so many turns with none left.
        for _ in 0..<20 {
          try clients[0].request("/-/healthy")
          #expect(try await clients[0].answer().status == 200)
          try await Task.sleep(for: .milliseconds(20))
        }
        let heldConnections = clients.count
        clients.removeAll()
        // A connection that came before these are gone would be the one too many that is given up.
        try await waitUntil("the connections are closed") {
          exporter.process.openDescriptors <= open - heldConnections / 2
        }
        let metrics = try await exporter.scrape(waitingFor: "all lines") {
          $0["etl_files_total"] == Double(job.files) && $0["etl_exporter_log_lag_bytes"] == 0
        }
        #expect(metrics.counts == [job.records, job.files, job.failures])
        #expect(metrics.gaps == [0, 0, 0])
        #expect(metrics.events == job.files + job.failures)
        for result in ["malformed", "duplicate", "stale"] { #expect(metrics.lines(result) == 0) }
        EndToEnd.Proofs.report(
          "\(left) descriptors left of \(limit), \(heldConnections) connections: 2 rotations, counts \(metrics.counts), "
            + "gaps \(metrics.gaps), read errors \(metrics["etl_exporter_log_read_errors_total"] ?? -1)"
        )
      }
    }

    @Test(
      "only so many inotify watches can be had: the timer finds everything, and it is said once",
      .enabled(if: Machine.canMakeNamespaces, "no user namespace can be made here"),
      arguments: 0...3
    )
    func watches(limit: Int) async throws {
      try await Sandbox.run { sandbox in
        let setLimit = "echo \(limit) > /proc/sys/user/max_inotify_watches && exec \"$@\""
        let exporter = try await sandbox.startExporter(
          ["--log.poll-interval", "20ms"],
          preparation: "set -- unshare --user --map-root-user /bin/sh -c '\(setLimit)' sh \"$@\" &&"
        )
        _ = try await exporter.scrape()
        var job = WrittenJob()
        let rotations = 5
        for number in 1...rotations {
          for _ in 0..<3 {
            try sandbox.append(job.completed())
            _ = try await exporter.scrape(waitingFor: "\(job.files) files") {
              $0["etl_files_total"] == Double(job.files)
            }
          }
          try sandbox.rename("etl.log", to: "etl.log.\(number)")
          // Late, into the renamed file.
          try sandbox.append(job.completed(), to: "etl.log.\(number)")
          try sandbox.append(job.completed())
        }
        let metrics = try await exporter.scrape(waitingFor: "\(job.files) files") {
          $0["etl_files_total"] == Double(job.files)
        }
        expectAllCounted(of: job, by: metrics)
        let warnings = exporter.process.errorLines.filter { $0.contains("by the timer alone") }
        // The directory, the log, and the new one beside the old: with three watches nothing is missing.
        #expect(warnings.count == (limit < 3 ? 1 : 0), "\(exporter.process.errors)")
        EndToEnd.Proofs.report(
          "\(limit) inotify watches: \(rotations) rotations, counts \(metrics.counts), \(warnings.count) warnings"
        )
      }
    }
  }
}
