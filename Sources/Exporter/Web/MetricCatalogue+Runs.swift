internal import JobState
internal import Metrics

/// The metrics of the job's runs, about the newest one that has ended.
extension MetricCatalogue {
  static var jobRuns: [Family] {
    [
      Family(
        "etl_runs_total",
        .counter,
        "Runs of the job that have ended, by how; a job that says neither when it starts nor when it ends has none."
      ) { state, samples in
        for index in state.pipelines.indices where state.pipelines[index].runs.areKnown {
          for (result, labels) in state.pipelines[index].runLabels {
            samples.add(state.pipelines[index].runs[result], labels: labels)
          }
        }
      },
      decimals("etl_last_run_start_timestamp_seconds", .gauge, "When the newest ended run began, in Unix time.") {
        timestamp($0.pipelines[$1].runs.last?.startNanoseconds)
      },
      decimals("etl_last_run_end_timestamp_seconds", .gauge, "When the newest run ended, in Unix time.") {
        timestamp($0.pipelines[$1].runs.last?.endNanoseconds)
      },
      decimals("etl_last_run_duration_seconds", .gauge, "How long the newest ended run took.") {
        $0.pipelines[$1].runs.last?.durationSeconds
      },
      integers("etl_last_run_records", .gauge, "Records that the newest ended run processed.") {
        $0.pipelines[$1].runs.last?.records
      },
      integers("etl_last_run_files", .gauge, "Files that the newest ended run completed.") {
        $0.pipelines[$1].runs.last?.files
      },
      integers("etl_last_run_failures", .gauge, "Files that failed in the newest ended run.") {
        $0.pipelines[$1].runs.last?.failures
      },
      integers("etl_last_run_success", .gauge, "1 where the newest ended run stopped without a failed file, else 0.") {
        $0.pipelines[$1].runs.last.map { $0.result == .success ? 1 : 0 }
      },
      decimals(
        "etl_last_successful_run_timestamp_seconds",
        .gauge,
        "When the newest run ended that stopped without a failed file, in Unix time."
      ) { timestamp($0.pipelines[$1].runs.lastSuccessNanoseconds) },
    ]
  }
}
