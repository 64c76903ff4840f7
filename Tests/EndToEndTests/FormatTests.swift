import Foundation
import Glibc
import Testing

extension EndToEnd.Proofs {
  /// A job with a log of its own kind, and metrics that a configuration file declares.
  @Suite("formats")
  struct Formats {
    private static let configuration = """
      formats:
        loader:
          time: at
          file: path
          events:
            - {event: run_started, when: {msg: start}}
            - {event: file_started, when: {msg: load}}
            - {event: file_completed, when: {msg: loaded}, records: rows, seconds: {path: tookMs, unit: ms}}
            - {event: file_failed, when: {msg: failed}, error_type: err.type}
          metrics:
            - {name: loader_bytes_total, type: counter, help: Bytes., when: {msg: loaded}, value: bytes, labels: {region: region}}
            - {name: loader_seen_total, type: counter, help: Bytes by the job's own total., total: seen}
            - {name: loader_load_seconds, type: histogram, help: Times., when: {msg: loaded}, value: {path: tookMs, unit: ms}, buckets: [1, 5]}
      """

    /// What the job wrote.
    private struct Job {
      var number = 0
      var records = 0
      var files = 0
      var failures = 0
      var bytes = [0, 0, 0]
      var milliseconds = 0

      mutating func lines(_ count: Int) -> String {
        (0..<count).map { _ in line() }.joined()
      }

      private mutating func line() -> String {
        number += 1
        let head =
          #"{"level":30,"at":\#(1_793_584_800_000 + number),"path":"f\#(number % 7).csv","seen":\#(number * 10)"#
        switch number % 5 {
        case 0:
          failures += 1
          return head + #","err":{"type":"E\#(number % 2)"},"msg":"failed"}"# + "\n"
        case 1: return head + #","msg":"load"}"# + "\n"
        case 2: return head + #","detail":{"nested":[1,{"msg":"loaded"}]},"msg":"progress"}"# + "\n"
        default:
          files += 1
          records += number % 90
          bytes[number % 3] += number
          milliseconds += number % 8_000
          return head
            + #","rows":\#(number % 90),"bytes":\#(number),"region":"r\#(number % 3)","tookMs":\#(number % 8_000),"msg":"loaded"}"#
            + "\n"
        }
      }
    }

    @Test("killed at any moments while a job of its own kind works: nothing is lost, and nothing counted twice")
    func killed() async throws {
      let seed = EndToEnd.Proofs.makeSeed()
      var random = SeededGenerator(state: seed)
      try await Sandbox.run { sandbox in
        try sandbox.append(Self.configuration, to: "etl.yml")
        let options = [
          "--storage.path", sandbox.path("storage"), "--storage.interval", "10ms", "--config.file",
          sandbox.path("etl.yml"),
          "--log-file.format", "loader",
        ]
        var job = Job()
        try sandbox.append(job.lines(1))
        for _ in 1...30 {
          let exporter = try sandbox.start(
            .exporter,
            ["--web.listen-address", "127.0.0.1:0", "--log-file", sandbox.path("etl.log"), "--log.rotate-wait", "50ms"]
              + options
          )
          let end = Date(timeIntervalSinceNow: .random(in: 0...0.15, using: &random))
          while Date() < end {
            try sandbox.append(job.lines(.random(in: 1...200, using: &random)))
            try await Task.sleep(for: .milliseconds(1))
          }
          _ = try exporter.stop(SIGKILL)
        }
        let exporter = try await sandbox.startExporter(options)
        let metrics = try await exporter.scrape(waitingFor: "\(job.number) lines, seed \(seed)") {
          ($0.lines("event") ?? 0) + ($0.lines("other") ?? 0) >= Double(job.number)
        }
        #expect((metrics.lines("event") ?? 0) + (metrics.lines("other") ?? 0) == Double(job.number), "seed \(seed)")
        #expect(metrics["etl_files_total"] == Double(job.files), "seed \(seed)")
        #expect(metrics["etl_records_total"] == Double(job.records), "seed \(seed)")
        #expect(metrics["etl_failures_total"] == Double(job.failures), "seed \(seed)")
        for (index, bytes) in job.bytes.enumerated() {
          #expect(metrics["loader_bytes_total{region=\"r\(index)\"}"] == Double(bytes), "seed \(seed)")
        }
        #expect(metrics["loader_seen_total"] == Double(job.number * 10), "seed \(seed)")
        #expect(metrics["loader_load_seconds_count"] == Double(job.files), "seed \(seed)")
        let seconds = metrics["loader_load_seconds_sum"] ?? 0
        #expect(abs(seconds - Double(job.milliseconds) / 1_000) < 1e-6 * seconds, "seed \(seed)")
        EndToEnd.Proofs.report("formats: 30 kills, \(job.number) lines, seed \(seed)")
      }
    }

    @Test("a changed configuration counts what it did not change anew, or its new metrics from the start of the log")
    func changed() async throws {
      try await Sandbox.run { sandbox in
        func write(_ metrics: String) throws {
          let text = "formats: {f: {events: [{event: file_completed, when: {msg: done}}], metrics: [\(metrics)]}}"
          try text.write(toFile: sandbox.path("etl.yml"), atomically: false, encoding: .utf8)
        }
        let options = [
          "--storage.path", sandbox.path("storage"), "--config.file", sandbox.path("etl.yml"), "--log-file.format", "f",
        ]
        let first = "{name: a_total, type: counter, help: A.}"
        try write(first + ", {name: b_total, type: counter, help: B.}")
        try sandbox.append("{\"msg\":\"done\"}\n{\"msg\":\"done\"}\n")
        let before = try await sandbox.startExporter(options)
        _ = try await before.scrape(waitingFor: "both lines") { $0["a_total"] == 2 && $0["b_total"] == 2 }
        #expect(try before.process.stop() == .exited(0))
        try write(first + ", {name: c_total, type: counter, help: C.}")
        try sandbox.append("{\"msg\":\"done\"}\n")
        let after = try await sandbox.startExporter(options)
        let metrics = try await after.scrape(waitingFor: "the third line") { $0["etl_files_total"] == 3 }
        #expect(metrics["a_total"] == 3 && metrics["b_total"] == nil && metrics["c_total"] == 1)
        #expect(after.process.errors.contains("metric=c_total") && after.process.errors.contains("metric=b_total"))
      }
    }
  }
}
