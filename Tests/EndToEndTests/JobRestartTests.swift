import Foundation
import Glibc
import Testing

extension EndToEnd {
  @Suite("job restart")
  struct JobRestart {
    @Test("the job is killed and started again, twice: the counters go on and never fall")
    func killed() async throws {
      try await Sandbox.run { sandbox in
        let exporter = try await sandbox.startExporter()
        var last: ScrapedMetrics?
        func work(until condition: (ScrapedMetrics) -> Bool) async throws {
          last = try await exporter.scrape(waitingFor: "further files") { metrics in
            expectNoFall(from: last, to: metrics)
            last = metrics
            return condition(metrics)
          }
        }
        for _ in 1...2 {
          let files = last?["etl_files_total"] ?? 0
          let simulator = try sandbox.startSimulator()
          try await work { $0["etl_files_total"] ?? 0 > files + 20 && $0["etl_failures_total"] ?? 0 > 0 }
          try simulator.crash()
        }
        let simulator = try sandbox.startSimulator(["--files", "10", "--records-per-second", "50000"])
        #expect(try simulator.waitForEnd() == .exited(0))
        let facts = try sandbox.logFacts()
        try await work { $0["etl_files_total"] == Double(facts.files) }
        let metrics = try await expectAllCounted(by: exporter, in: sandbox)
        expectNoFall(from: last, to: metrics)
      }
    }

    private func expectNoFall(from last: ScrapedMetrics?, to next: ScrapedMetrics) {
      for (series, value) in last?.counters ?? [:] {
        #expect(next[series] ?? -1 >= value, "\(series) fell from \(value)")
      }
    }
  }
}
