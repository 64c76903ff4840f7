internal import ETLLog
internal import JobState
internal import Metrics

/// What the exporter says of its own reading.
extension MetricCatalogue {
  static var ownLogReading: [Family] { lines + files }

  private static var lines: [Family] {
    [
      Family("etl_exporter_log_lines_total", .counter, "Lines read from the logs, by what became of them.") {
        state,
        samples in
        for (result, labels) in lineResults { samples.add(state.lineCounts[result], labels: labels) }
      },
      Family(
        "etl_exporter_unusable_values_total",
        .counter,
        "Values in the logs that their field cannot have, by field; the rest of such a line counts."
      ) { state, samples in
        for (field, labels) in valueFields { samples.add(state.valueCounts.unusable[field], labels: labels) }
      },
      Family(
        "etl_exporter_replaced_texts_total",
        .counter,
        "Texts in the logs with characters that cannot be shown, which were replaced, by field."
      ) { state, samples in
        for (field, labels) in valueFields where field.isShown {
          samples.add(state.valueCounts.replaced[field], labels: labels)
        }
      },
      Family(
        "etl_exporter_event_delay_seconds",
        .gauge,
        "Time from the newest event to its being read; negative where the job's clock is ahead."
      ) { state, samples in
        samples.add(state.eventDelaySeconds)
      },
    ]
  }

  private static var files: [Family] {
    [
      Family("etl_exporter_log_bytes_total", .counter, "Bytes read from the logs.") { state, samples in
        samples.add(state.readCounters.readBytes)
      },
      Family("etl_exporter_log_lag_bytes", .gauge, "Bytes that are in the logs and not read yet.") { state, samples in
        samples.add(state.readCounters.lagBytes)
      },
      Family(
        "etl_exporter_log_rotations_total",
        .counter,
        "Times that a log was replaced or cut off, by how it happened."
      ) { state, samples in
        for series in RotationCounts.series {
          samples.add(state.readCounters.rotations[series.kind], labels: series.labels)
        }
      },
    ]
  }

  static var logFaults: [Family] {
    [
      Family("etl_exporter_log_read_errors_total", .counter, "Times that a log could not be looked at or read.") {
        state,
        samples in
        samples.add(state.readCounters.readErrors)
      },
      total("etl_exporter_log_abandoned_files_total", "Files of the logs that could not be read and were given up.") {
        $0.readCounters.abandonedFiles
      },
      total("etl_exporter_log_lost_positions_total", "Files that were not found any more after a restart.") {
        $0.readCounters.lostPositions
      },
      total(
        "etl_exporter_log_truncations_without_copy_total",
        "Times that a log was cut to nothing and no copy was found of what it had held."
      ) { $0.readCounters.truncationsWithoutCopy },
      Family(
        "etl_exporter_label_overflow_total",
        .counter,
        "Events whose label's value was put under other, because there were too many values or it was too long."
      ) { state, samples in
        samples.add(state.pipelineOverflow, labels: pipelineOverflowLabels)
        let errorTypeOverflow = state.pipelines.indices.reduce(0) {
          saturatingSum($0, state.pipelines[$1].errorTypeOverflow)
        }
        samples.add(errorTypeOverflow, labels: errorTypeOverflowLabels)
      },
    ]
  }

  static var logGaps: [Family] {
    [
      integers(
        "etl_exporter_log_gap_records_total",
        .counter,
        "Records that only the job's running totals told of, because their lines were lost; part of etl_records_total."
      ) { $0.gaps($1).records },
      integers(
        "etl_exporter_log_gap_files_total",
        .counter,
        "Files that only the job's running totals told of, because their lines were lost; part of etl_files_total."
      ) { $0.gaps($1).files },
      integers(
        "etl_exporter_log_gap_failures_total",
        .counter,
        "Failures that only the job's running totals told of, because their lines were lost; part of etl_failures_total."
      ) { $0.gaps($1).failures },
      integers(
        "etl_exporter_conflicting_totals_total",
        .counter,
        "Lines whose running totals go back and forth, as where several writers with totals of their own share a log."
      ) { $0.pipelines[$1].totals.conflictingLines },
    ]
  }

  private static let valueFields = LogField.read.map { ($0, LabelSet.none.adding("field", $0.name)) }
  private static let pipelineOverflowLabels = LabelSet.none.adding("label", "pipeline")
  private static let errorTypeOverflowLabels = LabelSet.none.adding("label", "error_type")
  private static let lineResults = LineResult.allCases.map { result in
    (result, LabelSet.none.adding("result", result.rawValue))
  }
}
