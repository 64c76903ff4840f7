import Foundation
import Testing

extension EndToEnd.Proofs {
  /// The exporter's memory does not grow with what it reads.
  @Suite("memory")
  struct Memory {
    @Test("a million lines and 200 rotations: the memory is that of the beginning")
    func lines() async throws {
      let (rotations, linesPerFile) = EndToEnd.Proofs.isLong ? (1_000, 10_000) : (200, 5_000)
      try await Sandbox.run { sandbox in
        let exporter = try await sandbox.startExporter([
          "--storage.path", sandbox.path("state"), "--storage.interval", "100ms",
        ])
        _ = try await exporter.scrape()
        var early: MemoryUse?
        var usual: [Int] = []
        for number in 1...rotations {
          if sandbox.exists("etl.log") {
            for old in [3, 2, 1] where sandbox.exists("etl.log.\(old)") {
              try sandbox.rename("etl.log.\(old)", to: "etl.log.\(old + 1)")
            }
            try sandbox.rename("etl.log", to: "etl.log.1")
          }
          try sandbox.appendFiles((number - 1) * linesPerFile + 1...number * linesPerFile)
          // A job does not rotate a log away three times before anybody has read it.
          _ = try await exporter.scrape(waitingFor: "the lines before the last") {
            $0["etl_files_total"] ?? 0 >= Double((number - 2) * linesPerFile)
          }
          if number == rotations / 10 { early = try MemoryUse(of: exporter.process) }
          if number.isMultiple(of: rotations / 10) { usual.append(try MemoryUse(of: exporter.process).resident) }
        }
        let all = Double(rotations * linesPerFile)
        let metrics = try await exporter.scrape(waitingFor: "\(all) lines") { $0["etl_files_total"] == all }
        #expect(metrics.lines("event") == all)
        expectNothingLost(metrics)
        let late = try MemoryUse(of: exporter.process)
        let first = try #require(early)
        EndToEnd.Proofs.report(
          "memory: \(metrics.events) lines, \(metrics.rotations) rotations; RSS \(first.resident) KiB after a tenth, "
            + "\(late.resident) KiB at the end, highest \(first.highest) and \(late.highest) KiB; on the way \(usual)"
        )
        #expect(late.highest - first.highest <= 1_024)
      }
    }

    @Test("100 MB without a newline: no more memory than a line may take")
    func endlessLine() async throws {
      try await Sandbox.run { sandbox in
        let exporter = try await sandbox.startExporter()
        var job = WrittenJob()
        // As many bytes as the reader takes at a time were read before.
        for _ in 0..<2_000 { try sandbox.append(job.completed()) }
        _ = try await exporter.scrape(waitingFor: "the lines before") { $0["etl_files_total"] == Double(job.files) }
        let before = try MemoryUse(of: exporter.process)
        let block = [UInt8](repeating: UInt8(ascii: "x"), count: 1 << 20)
        for _ in 0..<100 { try sandbox.append(block) }
        let size = Double(sandbox.size(of: "etl.log"))
        _ = try await exporter.scrape(waitingFor: "the long line") { $0["etl_exporter_log_bytes_total"] == size }
        let after = try MemoryUse(of: exporter.process)
        try sandbox.append("\n" + job.completed())
        let metrics = try await exporter.scrape(waitingFor: "the line after") {
          $0["etl_files_total"] == Double(job.files)
        }
        #expect(metrics.lines("oversized") == 1)
        #expect(metrics.lines("malformed") == 0)
        #expect(metrics.gaps == [0, 0, 0])
        EndToEnd.Proofs.report(
          "memory: a line of 100 MiB, RSS \(before.resident) KiB before and \(after.resident) KiB after, highest "
            + "\(before.highest) and \(after.highest) KiB"
        )
        #expect(after.highest - before.highest <= 1_024)
      }
    }
  }
}

/// What the kernel says of a process's memory, in KiB.
struct MemoryUse {
  let resident: Int
  let highest: Int

  init(of process: RunningProgram) throws {
    let status = process.kernelText("status")
    func number(_ name: String) throws -> Int {
      let line = textLines(status).first { $0.hasPrefix("\(name):") }
      guard let number = line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap({ Int($0) }) else {
        throw TestFailure("no \(name) in the process's status")
      }
      return number
    }
    resident = try number("VmRSS")
    highest = try number("VmHWM")
  }
}

extension Sandbox {
  /// Appends the lines of loaded files, by their numbers; awk is quicker at it than a debug build.
  fileprivate func appendFiles(_ numbers: ClosedRange<Int>) throws {
    let line =
      #"{\"timestamp\": \"2026-01-18T04:00:00.123Z\", \"message\": \"file_processing_completed\", "#
      + #"\"total_records\": %d, \"total_files\": %d, \"total_failures\": 0, \"file_id\": \"file_%d\", "#
      + #"\"records_processed\": 7, \"processing_time\": 0.7}\n"#
    let script =
      "BEGIN { for (i = \(numbers.lowerBound); i <= \(numbers.upperBound); i++) printf \"\(line)\", 7 * i, i, i }"
    try runTool(["sh", "-c", "awk '\(script)' >> etl.log"])
  }
}
