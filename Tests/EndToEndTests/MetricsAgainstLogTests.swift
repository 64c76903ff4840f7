import Foundation
import Testing

extension EndToEnd {
  /// The exporter's numbers against the log itself, read by other means.
  @Suite("metrics against the log")
  struct MetricsAgainstLog {
    private static let types = [
      "etl_records_total": "counter", "etl_files_total": "counter", "etl_failures_total": "counter",
      "etl_errors_by_type_total": "counter", "etl_current_rate_records_per_second": "gauge",
      "etl_avg_processing_time_seconds": "gauge", "etl_seconds_since_last_success": "gauge",
      "etl_seconds_since_last_failure": "gauge", "etl_health_status": "gauge", "etl_uptime_seconds": "gauge",
    ]

    @Test("an hour of past work that has ended: every metric says what the log does", arguments: 1...3)
    func endedJob(seed: Int) async throws {
      try await Sandbox.run { sandbox in
        let options = ["--history", "1h", "--exit", "--seed", "\(seed)"]
        let simulator = try sandbox.startSimulator(options)
        #expect(try simulator.waitForEnd() == .exited(0))
        let facts = try sandbox.logFacts()
        #expect(facts.lastMessage == "etl_simulator_stopped")
        #expect(facts.processingTimes.count > 100)
        let exporter = try await sandbox.startExporter()
        let metrics = try await exporter.scrape()
        expectAgreement(metrics, facts)
        #expect(metrics["etl_current_rate_records_per_second"] == 0)
        #expect(metrics["etl_health_status"] == 0)
        #expect(metrics["etl_uptime_seconds"] == 0)
      }
    }

    @Test("a job at work: every metric is there after its first file and first failure, and says what the log does")
    func liveJob() async throws {
      try await Sandbox.run { sandbox in
        let options = ["--records-per-second", "1000", "--failure-interval", "2s"]
        let simulator = try sandbox.startSimulator(options)
        let exporter = try await sandbox.startExporter()
        _ = try await exporter.scrape(waitingFor: "a file and a failure") {
          $0["etl_seconds_since_last_success"] != nil && $0["etl_seconds_since_last_failure"] != nil
        }
        try await simulator.pause()
        let facts = try sandbox.logFacts()
        let metrics = try await exporter.scrape(waitingFor: "all lines") {
          $0["etl_exporter_log_bytes_total"] == Double(sandbox.size(of: "etl.log"))
        }
        expectAgreement(metrics, facts)
        #expect(metrics["etl_current_rate_records_per_second"] == facts.newestRate)
        #expect(metrics["etl_health_status"] == 1)
        expectAge(metrics, "etl_uptime_seconds", of: facts.runStarted)
        simulator.resume()
        #expect(try simulator.stop(within: 1) == .exited(0))
        _ = try await exporter.scrape(waitingFor: "the end of the job") { metrics in
          ["etl_health_status", "etl_uptime_seconds", "etl_current_rate_records_per_second"].allSatisfy {
            metrics[$0] == 0
          }
        }
      }
    }

    @Test("nothing has happened yet: counters are 0, what does not exist has no sample, and all are declared")
    func nothingYet() async throws {
      try await Sandbox.run { sandbox in
        let metrics = try await sandbox.startExporter().scrape()
        for (name, type) in Self.types { #expect(metrics.types[name] == type) }
        for name in ["etl_records_total", "etl_files_total", "etl_failures_total", "etl_health_status"] {
          #expect(metrics[name] == 0)
        }
        for type in [
          "connection_timeout", "corrupt_file_format", "disk_space_insufficient", "database_lock_timeout",
          "invalid_data_schema",
        ] {
          #expect(metrics.errors(type) == 0)
        }
        for name in [
          "etl_current_rate_records_per_second", "etl_avg_processing_time_seconds", "etl_seconds_since_last_success",
          "etl_seconds_since_last_failure",
        ] {
          #expect(metrics[name] == nil)
        }
      }
    }

    /// Compares all that does not depend on whether the job still runs.
    private func expectAgreement(_ metrics: ScrapedMetrics, _ facts: LogFacts) {
      for (name, type) in Self.types { #expect(metrics.types[name] == type) }
      #expect(metrics["etl_records_total"] == Double(facts.records))
      #expect(metrics["etl_files_total"] == Double(facts.files))
      #expect(metrics["etl_failures_total"] == Double(facts.failures))
      #expect(facts.failures > 0)
      #expect(metrics.errorsByType == facts.failuresByType)
      #expect(metrics.errorsByType.values.reduce(0, +) == facts.failures)
      expectEqual(metrics["etl_avg_processing_time_seconds"], facts.meanOfLast100ProcessingTimes)
      expectEqual(metrics["etl_last_success_timestamp_seconds"], facts.lastSuccess)
      expectEqual(metrics["etl_last_failure_timestamp_seconds"], facts.lastFailure)
      expectEqual(metrics["etl_last_event_timestamp_seconds"], facts.lastEvent)
      expectAge(metrics, "etl_seconds_since_last_success", of: facts.lastSuccess)
      expectAge(metrics, "etl_seconds_since_last_failure", of: facts.lastFailure)
      expectNothingLost(metrics)
      #expect(metrics.lines("event") == Double(facts.lines))
    }

    private func expectEqual(_ value: Double?, _ expected: Double?) {
      guard let value, let expected else {
        Issue.record("\(String(describing: value)) is not \(String(describing: expected))")
        return
      }
      #expect(abs(value - expected) < 1e-6)
    }

    private func expectAge(_ metrics: ScrapedMetrics, _ series: String, of moment: Double?) {
      guard let age = metrics[series], let moment else {
        Issue.record("no \(series)")
        return
      }
      let asked = metrics.askedBetween
      #expect(asked.lowerBound - moment - 0.001...asked.upperBound - moment + 0.001 ~= age)
    }
  }
}

/// Nothing but events was in the log, and none of it was missed, doubled or late.
func expectNothingLost(_ metrics: ScrapedMetrics, location: SourceLocation = #_sourceLocation) {
  for count in ["records", "files", "failures"] {
    #expect(metrics["etl_exporter_log_gap_\(count)_total"] == 0, sourceLocation: location)
  }
  for result in ["malformed", "oversized", "duplicate", "stale", "other"] {
    #expect(metrics.lines(result) == 0, "\(result)", sourceLocation: location)
  }
  #expect(metrics["etl_exporter_log_lag_bytes"] == 0, sourceLocation: location)
  #expect(metrics["etl_exporter_log_read_errors_total"] == 0, sourceLocation: location)
}
