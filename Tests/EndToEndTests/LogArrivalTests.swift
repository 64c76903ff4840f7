import Foundation
import TestSupport
import Testing

extension EndToEnd {
  /// When lines are seen, and when what is there is a line.
  @Suite("lines arrive")
  struct LogArrival {
    @Test("the exporter is there before the log and its directory")
    func exporterFirst() async throws {
      try await Sandbox.run { sandbox in
        let exporter = try await sandbox.startExporter(log: "logs/job/etl.log")
        try await waitUntil("ready") { try await exporter.get("/-/ready").status == 200 }
        var health = try await exporter.health()
        #expect(health.httpStatus == 200)
        #expect(health.status == "degraded")
        #expect(health.exporter == "waiting")
        #expect(health.job == "down")
        #expect(health.reasons.contains { $0.contains("logs/job/etl.log") })
        #expect(exporter.process.errorLines.filter { $0.contains("level=warn") }.count == 1)

        try sandbox.makeDirectory("logs/job")
        let arguments = ["--log-file", sandbox.path("logs/job/etl.log"), "--records-per-second", "50000"]
        let simulator = try sandbox.start(.simulator, arguments)
        _ = try await exporter.scrape(waitingFor: "files") { $0["etl_files_total"] ?? 0 > 0 }
        health = try await exporter.health()
        #expect(health.status == "healthy")
        #expect(health.exporter == "ok")
        #expect(health.job == "running")
        #expect(health.reasons.isEmpty)

        #expect(try simulator.stop() == .exited(0))
        try await waitUntil("the job is down") { try await exporter.health().job == "down" }
        #expect(try await exporter.health().reasons.contains { $0.hasPrefix("stopped") })
      }
    }

    @Test("the timer is an hour away: the kernel tells of new lines, a new file and a new directory")
    func kernelTells() async throws {
      try await Sandbox.run { sandbox in
        let exporter = try await sandbox.startExporter(log: "logs/etl.log", ["--log.poll-interval", "1h"])
        _ = try await exporter.scrape()
        var job = WrittenJob()
        try sandbox.makeDirectory("logs")
        for _ in 0..<5 {
          try sandbox.append(job.completed(), to: "logs/etl.log")
          _ = try await exporter.scrape(waitingFor: "\(job.files) files") {
            $0["etl_files_total"] == Double(job.files)
          }
        }
      }
    }

    @Test("inotify is switched off: the timer alone carries on")
    func timerAlone() async throws {
      try await Sandbox.run { sandbox in
        let exporter = try await sandbox.startExporter(["--log.poll-interval", "50ms", "--log.inotify", "off"])
        try await expectToFollow(exporter, in: sandbox)
        #expect(exporter.process.errorLines.filter { $0.contains("inotify") }.isEmpty)
      }
    }

    @Test(
      "the kernel refuses inotify: the timer alone carries on, which is said once",
      .enabled(if: LogArrival.canForbidInotify)
    )
    func inotifyRefused() async throws {
      try await Sandbox.run { sandbox in
        let forbid = "echo 0 > /proc/sys/user/max_inotify_instances && exec \"$@\""
        let exporter = try await sandbox.startExporter(
          ["--log.poll-interval", "50ms"],
          preparation: "set -- unshare --user --map-root-user /bin/sh -c '\(forbid)' sh \"$@\" &&"
        )
        try await expectToFollow(exporter, in: sandbox)
        #expect(exporter.process.errorLines.filter { $0.contains("inotify") }.count == 1)
      }
    }

    /// Grows and renames the log under an exporter that hears of nothing.
    private func expectToFollow(_ exporter: RunningExporter, in sandbox: Sandbox) async throws {
      _ = try await exporter.scrape()
      #expect(!exporter.process.hasInotify)
      var job = WrittenJob()
      for _ in 0..<3 {
        try sandbox.append(job.completed())
        _ = try await exporter.scrape(waitingFor: "\(job.files) files") {
          $0["etl_files_total"] == Double(job.files)
        }
      }
      try sandbox.rename("etl.log", to: "etl.log.1")
      try sandbox.append(job.completed())
      let metrics = try await exporter.scrape(waitingFor: "the new file") { $0["etl_files_total"] == 4 }
      expectNothingLost(metrics)
    }

    /// A user namespace of one's own can be denied inotify, where the kernel allows to make one.
    private static let canForbidInotify: Bool = {
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/bin/sh")
      process.arguments = [
        "-c", "unshare --user --map-root-user /bin/sh -c 'echo 0 > /proc/sys/user/max_inotify_instances' 2>/dev/null",
      ]
      guard (try? process.run()) != nil else { return false }
      process.waitUntilExit()
      return process.terminationStatus == 0
    }()

    @Test("half a line is no event until its newline is there, in whatever pieces it comes")
    func halfLine() async throws {
      try await Sandbox.run { sandbox in
        let exporter = try await sandbox.startExporter()
        var job = WrittenJob()
        let line = job.completed()
        let pieces = [line.prefix(1), line.dropFirst().prefix(100), line.dropFirst(101).dropLast()]
        var size = 0
        for piece in pieces {
          try sandbox.append(String(piece))
          size += piece.utf8.count
          // The whole line but its newline is a valid event, and must not be one yet.
          try await Task.sleep(for: .milliseconds(150))
          let metrics = try await exporter.scrape()
          #expect(metrics["etl_files_total"] == 0)
          #expect(metrics.lines("malformed") == 0)
        }
        try sandbox.append("\n" + job.completed().dropLast())
        var metrics = try await exporter.scrape(waitingFor: "the first line") { $0["etl_files_total"] == 1 }
        try sandbox.append("\n")
        metrics = try await exporter.scrape(waitingFor: "the second line") { $0["etl_files_total"] == 2 }
        expectNothingLost(metrics)
      }
    }

    @Test("lines end with CR LF")
    func carriageReturns() async throws {
      try await Sandbox.run { sandbox in
        var job = WrittenJob()
        for _ in 0..<3 { try sandbox.append(job.completed().dropLast() + "\r\n") }
        let exporter = try await sandbox.startExporter()
        let metrics = try await exporter.scrape()
        #expect(metrics["etl_files_total"] == 3)
        expectNothingLost(metrics)
      }
    }

    @Test("the log of another program: text before the object, another name of the error type")
    func foreignLine() async throws {
      try await Sandbox.run { sandbox in
        try sandbox.append(
          #"2025-01-18T04:00:00 INFO {"timestamp": "2025-01-18T04:00:00.123456Z", "#
            + #""message": "file_processing_failed", "total_records": 0, "total_files": 0, "total_failures": 1, "#
            + #""file_id": "file_000001_FAILED", "failure_reason": "disk_space_insufficient", "retry_after": 97}"#
            + "\n"
        )
        let metrics = try await sandbox.startExporter().scrape()
        #expect(metrics["etl_failures_total"] == 1)
        #expect(metrics.errorsByType == ["disk_space_insufficient": 1])
        #expect(abs((metrics["etl_last_failure_timestamp_seconds"] ?? 0) - 1_737_172_800.123456) < 1e-6)
        // Nearly two years ago: the job is not at work.
        #expect(metrics["etl_health_status"] == 0)
        expectNothingLost(metrics)
      }
    }
  }
}

extension RunningProgram {
  /// Whether it holds an inotify queue.
  fileprivate var hasInotify: Bool {
    let folder = "/proc/\(identifier)/fd"
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.contains {
      (try? FileManager.default.destinationOfSymbolicLink(atPath: "\(folder)/\($0)"))?.contains("inotify") == true
    }
  }
}
