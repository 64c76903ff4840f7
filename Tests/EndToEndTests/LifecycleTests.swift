import Foundation
import Glibc
import TestSupport
import Testing

extension EndToEnd {
  /// What the exporter has to do with those that start it, watch it and end it.
  @Suite("lifecycle")
  struct Lifecycle {
    // MARK: --health-check

    @Test(
      "--health-check asks the exporter that runs with the same options",
      arguments: ["127.0.0.1", "[::1]", "", "[::]"]
    )
    func healthCheck(host: String) async throws {
      try await Sandbox.run { sandbox in
        guard !host.contains(":") || FileManager.default.fileExists(atPath: "/proc/net/if_inet6") else { return }
        let port = try TakenPort().port
        let address = "\(host):\(port)"
        let environment = ["ETL_WEB_LISTEN_ADDRESS": address, "ETL_STORAGE_PATH": sandbox.path("state")]
        let before = try sandbox.run(.exporter, ["--health-check"], environment: environment)
        #expect(before.end == .exited(1))
        #expect(before.process.errorLines.count == 1)
        #expect(before.process.errors.contains("Connection refused"))

        let exporter = try sandbox.start(.exporter, [], environment: environment)
        try await waitUntil("the exporter listens") { exporter.errors.contains("msg=listening") }
        let healthy = try sandbox.run(.exporter, ["--health-check"], environment: environment)
        #expect(healthy.end == .exited(0))
        #expect(healthy.process.errors == "" && healthy.process.output == "")
        #expect(try exporter.stop() == .exited(0))
        #expect(try sandbox.run(.exporter, ["--health-check"], environment: environment).end == .exited(1))
      }
    }

    @Test("--health-check of an exporter that hangs ends in time, and says so")
    func hangingExporter() async throws {
      try await Sandbox.run { sandbox in
        let exporter = try await sandbox.startExporter()
        try await exporter.process.pause()
        let check = try sandbox.run(
          .exporter,
          ["--health-check", "--web.listen-address", "127.0.0.1:\(exporter.port)"]
        )
        #expect(check.end == .exited(1))
        #expect(
          check.process.errors
            == "etl-exporter: not healthy: cannot get an answer from 127.0.0.1:\(exporter.port): Connection timed out\n"
        )
        exporter.process.resume()
      }
    }

    @Test("--health-check is about the exporter alone: a log that cannot be read leaves it healthy, and /health tells")
    func unreadableLog() async throws {
      try await Sandbox.run { sandbox in
        let exporter = try await sandbox.startExporter()
        let arguments = ["--health-check", "--web.listen-address", "127.0.0.1:\(exporter.port)"]
        // Unlike permissions, this stops the superuser as well.
        try sandbox.makeDirectory("etl.log")
        try await waitUntil("the log cannot be read") { try await exporter.health().httpStatus == 503 }
        let check = try sandbox.run(.exporter, arguments)
        #expect(check.end == .exited(0))
        #expect(check.process.errors == "")
      }
    }

    @Test("--health-check of what is no exporter, or cannot be found, says so")
    func noExporter() async throws {
      try await Sandbox.run { sandbox in
        let check = try sandbox.run(.exporter, ["--health-check", "--web.listen-address", "127.0.0.1:0"])
        #expect(check.end == .exited(1))
        #expect(check.process.errorLines.count == 1 && check.process.errors.contains("needs to know the port"))
        #expect(try sandbox.run(.exporter, ["--health-check", "--once"]).end == .exited(2))
      }
    }

    // MARK: Signals

    @Test("a second signal ends the exporter at once, and the last snapshot stands", arguments: [SIGTERM, SIGINT])
    func secondSignal(signal: CInt) async throws {
      try await Sandbox.run { sandbox in
        #expect(try sandbox.startSimulator(["--history", "1h", "--exit"]).waitForEnd() == .exited(0))
        let options = [
          "--storage.path", sandbox.path("state"), "--storage.interval", "50ms", "--web.head-timeout", "1h",
        ]
        let exporter = try await sandbox.startExporter(options)
        let files = try await exporter.scrape()["etl_files_total"]
        try await waitUntil("a snapshot") { sandbox.exists("state/etl-exporter.snapshot") }
        let client = try HTTPClient(port: exporter.port)
        // The answer to the first one says that the half request behind it was read: an idle client would be closed at once.
        try client.send("GET /-/healthy HTTP/1.1\r\nHost: x\r\n\r\nGET /metrics HTTP/1.1\r\nHo")
        #expect(try await client.answer().status == 200)
        exporter.process.send(SIGTERM)
        try await waitUntil("the exporter stops") { exporter.process.errors.contains("msg=stopping") }
        #expect(exporter.process.poll() == nil)
        // Well before the drain would be over.
        #expect(try exporter.process.stop(signal, within: 2) == .exited(128 + signal))

        let next = try await sandbox.startExporter(options)
        let metrics = try await next.scrape()
        #expect(metrics["etl_files_total"] == files)
        #expect(!next.process.errors.contains("the snapshot cannot be used"))
        #expect(try next.process.stop() == .exited(0))
      }
    }

    @Test("SIGTERM with clients that never finish: the snapshot is written, and all is over within 5 s")
    func snapshotAfterDrain() async throws {
      try await Sandbox.run { sandbox in
        let options = ["--storage.path", sandbox.path("state"), "--storage.interval", "1h", "--web.head-timeout", "1h"]
        let exporter = try await sandbox.startExporter(options)
        _ = try await exporter.scrape()
        #expect(try sandbox.startSimulator(["--history", "1h", "--exit"]).waitForEnd() == .exited(0))
        let facts = try sandbox.logFacts()
        _ = try await exporter.scrape(waitingFor: "all files") { $0["etl_files_total"] == Double(facts.files) }
        let client = try HTTPClient(port: exporter.port)
        try client.send("GET /metrics HTTP/1.1\r\nHo")
        // Its own five seconds: the drain takes four.
        #expect(try exporter.process.stop(within: 5) == .exited(0))
        let next = try await sandbox.startExporter(options)
        #expect(try await next.scrape()["etl_exporter_log_bytes_total"] == Double(sandbox.size(of: "etl.log")))
      }
    }

    @Test("SIGHUP looks at the log at once and says what it does not do")
    func hangUp() async throws {
      try await Sandbox.run { sandbox in
        // Without it the log would be found in an hour.
        let exporter = try await sandbox.startExporter(["--log.poll-interval", "1h", "--log.inotify", "off"])
        _ = try await exporter.health()
        var job = WrittenJob()
        try sandbox.append(job.completed())
        exporter.process.send(SIGHUP)
        _ = try await exporter.scrape(waitingFor: "the line") { $0["etl_files_total"] == 1 }
        #expect(exporter.process.errors.contains("options are read at the start only"))
        for _ in 0..<100 {
          exporter.process.send(SIGHUP)
          _ = try await exporter.get("/-/healthy")
        }
        let lines = exporter.process.errorLines.filter { $0.contains("options are read") }
        #expect(lines.count < 10)
        #expect(try exporter.process.stop() == .exited(0))
        let held = exporter.process.errorLines.filter { $0.contains("suppressed_lines=") }
        #expect(held.count == 1)
      }
    }

    // MARK: The service manager

    @Test("a service manager hears of readiness, progress, life and the end", arguments: [false, true])
    func notifications(isAbstract: Bool) async throws {
      try await Sandbox.run { sandbox in
        let name = isAbstract ? "@\(sandbox.path("notify"))" : sandbox.path("notify")
        let listener = try NotificationListener(name)
        #expect(try sandbox.startSimulator(["--history", "1h", "--exit"]).waitForEnd() == .exited(0))
        let environment = ["NOTIFY_SOCKET": name, "WATCHDOG_USEC": "200000"]
        let exporter = try sandbox.start(
          .exporter,
          ["--web.listen-address", "127.0.0.1:0", "--log-file", sandbox.path("etl.log")],
          environment: environment
        )
        try await waitUntil("readiness and life") {
          let lines = listener.lines()
          return lines.contains("STATUS=Following the log") && lines.count { $0 == "WATCHDOG=1" } > 5
        }
        #expect(listener.messages.first?.hasPrefix("READY=1\n") == true)
        #expect(exporter.errors.contains("msg=listening"))
        #expect(try exporter.stop() == .exited(0))
        let lines = listener.lines()
        #expect(lines.count { $0 == "READY=1" } == 1)
        #expect(lines.count { $0 == "STATUS=Following the log" } == 1)
        #expect(lines.suffix(2) == ["STOPPING=1", "STATUS=Stopping"])
      }
    }

    @Test("nobody listens where the service manager should: said once, and nothing else", arguments: ["/nowhere", "x"])
    func noServiceManager(name: String) async throws {
      try await Sandbox.run { sandbox in
        let exporter = try sandbox.start(
          .exporter,
          ["--web.listen-address", "127.0.0.1:0", "--log-file", sandbox.path("etl.log")],
          environment: ["NOTIFY_SOCKET": name, "WATCHDOG_USEC": "20000"]
        )
        try await waitUntil("it is said") { exporter.errors.contains("the service manager cannot be told") }
        // Many keep-alives later.
        try await Task.sleep(for: .milliseconds(300))
        #expect(exporter.errorLines.count { $0.contains("the service manager cannot be told") } == 1)
        #expect(try exporter.stop() == .exited(0))
      }
    }

    // MARK: The own log

    @Test("a log that comes and goes all the time does not fill the exporter's own log")
    func flippingLog() async throws {
      try await Sandbox.run { sandbox in
        let exporter = try await sandbox.startExporter(["--log.poll-interval", "10ms"])
        _ = try await exporter.health()
        var job = WrittenJob()
        for _ in 1...40 {
          try sandbox.append(job.completed())
          try await waitUntil("it is there") {
            try await exporter.health().reasons.allSatisfy { !$0.contains("etl.log") }
          }
          try FileManager.default.removeItem(atPath: sandbox.path("etl.log"))
          try await waitUntil("it has gone") {
            try await !exporter.health().reasons.allSatisfy { !$0.contains("etl.log") }
          }
        }
        // Six that it is there or is not, and six that it was rotated.
        #expect(exporter.process.errorLines.count { $0.contains("path=") } <= 12)
        #expect(try exporter.process.stop() == .exited(0))
        #expect(exporter.process.errorLines.contains { $0.contains("suppressed_lines=") })
      }
    }
  }
}
