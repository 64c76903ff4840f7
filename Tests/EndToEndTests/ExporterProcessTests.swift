import Foundation
import Glibc
import TestSupport
import Testing

extension EndToEnd {
  @Suite("exporter process")
  struct ExporterProcess {
    @Test("it has one thread, no Foundation, and only the descriptors that it needs")
    func frugality() async throws {
      try await Sandbox.run { sandbox in
        let simulator = try sandbox.startSimulator()
        let exporter = try await sandbox.startExporter()
        _ = try await exporter.scrape(waitingFor: "files") { $0["etl_files_total"] ?? 0 > 10 }
        for process in [exporter.process, simulator] {
          #expect(textLines(process.kernelText("status")).contains("Threads:\t1"))
          let maps = process.kernelText("maps")
          #expect(maps.contains(URL(fileURLWithPath: process.command[0]).lastPathComponent))
          #expect(!maps.contains("libFoundation"))
          #expect(process.openDescriptors < 25)
        }
        let metrics = try await exporter.scrape()
        #expect(metrics["process_threads"] == 1)
      }
    }

    @Test("--once prints what a scrape would show, and tells by its exit code whether the log was whole")
    func once() async throws {
      try await Sandbox.run { sandbox in
        let options = ["--history", "1h", "--exit", "--rotate-bytes", "32KiB"]
        #expect(try sandbox.startSimulator(options).waitForEnd() == .exited(0))
        #expect(sandbox.logNames().count > 1)
        let facts = try sandbox.logFacts()
        let now = Date().timeIntervalSince1970
        let arguments = ["--once", "--log-file", sandbox.path("etl.log")]
        let whole = try sandbox.run(.exporter, arguments)
        #expect(whole.end == .exited(0))
        let metrics = try ScrapedMetrics(parsing: whole.process.output, askedBetween: now...now)
        #expect(metrics["etl_records_total"] == Double(facts.records))
        #expect(metrics["etl_files_total"] == Double(facts.files))
        #expect(metrics.errorsByType == facts.failuresByType)
        expectNothingLost(metrics)

        try sandbox.append("a stack trace\n{not JSON\n")
        let bad = try sandbox.run(.exporter, arguments)
        #expect(bad.end == .exited(3))
        let place = "in \(sandbox.path("etl.log")): it is not valid JSON from its first { on: {not JSON"
        #expect(bad.process.errors == "etl-exporter: 1 malformed line (\(place))\n")
        #expect(bad.process.output.contains("etl_exporter_log_lines_total{result=\"malformed\"} 1"))
        #expect(try sandbox.run(.exporter, ["--once", "--log-file", sandbox.path("nothing.log")]).end == .exited(1))

        try sandbox.rename("etl.log", to: "etl.log-rotated")
        let missing = try sandbox.run(.exporter, arguments)
        #expect(missing.end == .exited(3))
        #expect(missing.process.output.contains("\netl_files_total \(facts.files)\n"))
        let said = missing.process.errorLines.first
        #expect(said?.hasPrefix("etl-exporter: \(sandbox.path("etl.log")) does not exist; ") == true)
      }
    }

    @Test("--once into a file on a full disk: exit code 1, not metrics that are half there with exit code 0")
    func onceFullDisk() async throws {
      try await Sandbox.run { sandbox in
        try sandbox.append("{}\n")
        let full = unsafe open("/dev/full", O_WRONLY | O_CLOEXEC)
        try #require(full >= 0)
        defer { close(full) }
        let arguments = ["--once", "--log-file", sandbox.path("etl.log")]
        let process = try sandbox.start(.exporter, arguments, outputDescriptor: full)
        #expect(try process.waitForEnd() == .exited(1))
        #expect(process.errors == "etl-exporter: cannot write to the standard output: No space left on device\n")
      }
    }

    @Test("nobody reads its own log, and the pipe is full: it goes on serving")
    func fullErrorPipe() async throws {
      try await Sandbox.run { sandbox in
        try #require(unsafe mkfifo(sandbox.path("pipe"), 0o600) == 0)
        let pipe = unsafe open(sandbox.path("pipe"), O_RDWR | O_NONBLOCK | O_CLOEXEC)
        try #require(pipe >= 0)
        defer { close(pipe) }
        while unsafe write(pipe, [UInt8](repeating: 120, count: 4_096), 4_096) > 0 {}
        // It cannot say which port the kernel chose.
        let port = try TakenPort.free()
        let process = try sandbox.start(
          .exporter,
          ["--web.listen-address", "127.0.0.1:\(port)", "--log-file", sandbox.path("etl.log")],
          preparation: "exec 2>pipe &&"
        )
        let exporter = RunningExporter(process: process, port: port)
        try await waitUntil("it listens") { (try? HTTPClient(port: port)) != nil }
        try sandbox.append("{}\n")
        _ = try await exporter.scrape(waitingFor: "the line") { $0.lines("other") == 1 }
        #expect(try process.stop() == .exited(0))
      }
    }

    @Test("a backlog: no metrics and not ready, but alive, until all of it is read; then all of it counts at once")
    func backlog() async throws {
      try await Sandbox.run { sandbox in
        let options = ["--history", "8h", "--records-per-second", "500", "--failure-interval", "1s", "--exit"]
        #expect(try sandbox.startSimulator(options).waitForEnd(within: 60) == .exited(0))
        #expect(sandbox.size(of: "etl.log") > 20_000_000)
        let files = try totalFiles(in: sandbox)
        // An optimised build reads this in milliseconds: it may take more than one start to be there in time.
        for _ in 1...20 {
          let exporter = try await sandbox.startExporter(lookingEvery: 0.0001)
          var earlyAnswers = 0
          var metrics = try await exporter.scrapeIfReady()
          while metrics == nil {
            #expect(try await exporter.get("/-/healthy").status == 200)
            let answer = try await exporter.get("/-/ready")
            if answer.status == 503 {
              earlyAnswers += 1
              #expect(answer.fields["retry-after"] == "1")
            }
            metrics = try await exporter.scrapeIfReady()
          }
          // The very first metrics that it shows.
          try #require(metrics?["etl_files_total"] == Double(files))
          try #require(metrics?["etl_exporter_log_lag_bytes"] == 0)
          #expect(try await exporter.get("/-/ready").status == 200)
          #expect(try exporter.process.stop() == .exited(0))
          if earlyAnswers > 0 { return }
        }
        Issue.record("the exporter was never seen at work on its backlog")
      }
    }

    /// What the last line says: reading all of them here would take longer than what is tested.
    private func totalFiles(in sandbox: Sandbox) throws -> Int {
      guard let file = FileHandle(forReadingAtPath: sandbox.path("etl.log")) else { throw TestFailure("no log") }
      try file.seek(toOffset: UInt64(sandbox.size(of: "etl.log") - 1_000))
      let text = String(decoding: try file.readToEnd() ?? Data(), as: UTF8.self)
      let line = textLines(text).last ?? ""
      let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
      guard let files = object?["total_files"] as? Int, files > 0 else { throw TestFailure("no total in: \(line)") }
      return files
    }
  }
}
