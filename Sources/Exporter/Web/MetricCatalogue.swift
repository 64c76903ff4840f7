internal import ETLLog
internal import JobState
internal import LinuxIO
internal import Metrics
internal import UnixTime

/// All metrics, in the order in which they are shown: each is declared here and nowhere else.
enum MetricCatalogue {
  typealias Family = MetricFamily<ScrapeSource>

  static var exposition: Exposition<ScrapeSource> {
    Exposition(job + jobTimes + jobFiles + ownLogReading + ownSnapshots + ownServer + ownProcess)
  }

  private static var job: [Family] {
    [
      integers("etl_records_total", .counter, "Records that the job has processed.") {
        $0.pipelines[$1].totals.records.counted
      },
      integers("etl_files_total", .counter, "Files that the job has processed successfully.") {
        $0.pipelines[$1].totals.files.counted
      },
      Family("etl_failures_total", .counter, "Files that the job has failed to process.") { source, samples in
        for index in source.pipelines.indices {
          samples.add(
            source.pipelines[index].totals.failures.counted,
            labels: source.pipelines[index].labels,
            exemplar: source.pipelines[index].failureExemplar
          )
        }
      },
      Family(
        "etl_errors_by_type_total",
        .counter,
        "Files that the job has failed to process, by the type of error; the types add up to etl_failures_total."
      ) { source, samples in
        for index in source.pipelines.indices {
          for error in source.pipelines[index].errors { samples.add(error.count, labels: error.labels) }
        }
      },
      decimals(
        "etl_current_rate_records_per_second",
        .gauge,
        "Records per second of the newest completed file; 0 while the job is down."
      ) { source, index in
        source.pipelines[index].newestFileRate.map { source.isAlive(index) ? $0 : 0 }
      },
      decimals(
        "etl_avg_processing_time_seconds",
        .gauge,
        "Mean processing time of the last \(PipelineState.recentFiles) completed files."
      ) { $0.pipelines[$1].processingSeconds.mean },
      decimals("etl_seconds_since_last_success", .gauge, "Time since the job last completed a file.") {
        $0.seconds(since: $0.pipelines[$1].status.lastSuccessNanoseconds)
      },
      decimals("etl_seconds_since_last_failure", .gauge, "Time since the job last failed on a file.") {
        $0.seconds(since: $0.pipelines[$1].status.lastFailureNanoseconds)
      },
      integers(
        "etl_health_status",
        .gauge,
        "1 while the job's newest event is young enough and was not its end, else 0."
      ) { $0.isAlive($1) ? 1 : 0 },
      decimals("etl_uptime_seconds", .gauge, "Time since the job's present run began; 0 while the job is down.") {
        source,
        index in
        source.isAlive(index) ? source.seconds(since: source.pipelines[index].totals.runStartedNanoseconds) : 0
      },
    ]
  }

  private static var jobTimes: [Family] {
    [
      decimals("etl_start_time_seconds", .gauge, "When the job's present run began, in Unix time.") {
        timestamp($0.pipelines[$1].totals.runStartedNanoseconds)
      },
      decimals("etl_last_success_timestamp_seconds", .gauge, "When the job last completed a file, in Unix time.") {
        timestamp($0.pipelines[$1].status.lastSuccessNanoseconds)
      },
      decimals("etl_last_failure_timestamp_seconds", .gauge, "When the job last failed on a file, in Unix time.") {
        timestamp($0.pipelines[$1].status.lastFailureNanoseconds)
      },
      decimals("etl_last_event_timestamp_seconds", .gauge, "When the job's newest event happened, in Unix time.") {
        timestamp($0.pipelines[$1].status.lastEventNanoseconds)
      },
    ]
  }

  private static var jobFiles: [Family] {
    [
      Family("etl_file_processing_seconds", .histogram, "Processing times of completed files.") { source, samples in
        for index in source.pipelines.indices {
          samples.add(source.pipelines[index].processingTimes, labels: source.pipelines[index].processingTimeLabels)
        }
      },
      Family("etl_file_records", .histogram, "Records of completed files.") { source, samples in
        for index in source.pipelines.indices {
          samples.add(source.pipelines[index].fileRecords, labels: source.pipelines[index].fileRecordsLabels)
        }

      },
      decimals("etl_file_in_progress_seconds", .gauge, "Time since the file was started that the job is working on.") {
        $0.seconds(since: $0.pipelines[$1].status.fileStartedNanoseconds)
      },
    ]
  }

  private static var ownLogReading: [Family] {
    [
      Family("etl_exporter_log_lines_total", .counter, "Lines read from the logs, by what became of them.") {
        source,
        samples in
        for (result, labels) in lineResults { samples.add(source.lineCounts[result], labels: labels) }
      },
      Family(
        "etl_exporter_event_delay_seconds",
        .gauge,
        "Time from the newest event to its being read; negative where the job's clock is ahead."
      ) { source, samples in
        samples.add(source.eventDelaySeconds)
      },
      Family("etl_exporter_log_bytes_total", .counter, "Bytes read from the logs.") { source, samples in
        samples.add(source.logs.readBytes)
      },
      Family("etl_exporter_log_lag_bytes", .gauge, "Bytes that are in the logs and not read yet.") { source, samples in
        samples.add(source.logs.lagBytes)
      },
      Family(
        "etl_exporter_log_rotations_total",
        .counter,
        "Times that a log was replaced or cut off, by how it happened."
      ) { source, samples in
        for series in RotationCounts.series { samples.add(source.logs.rotations[series.kind], labels: series.labels) }
      },
      Family("etl_exporter_log_read_errors_total", .counter, "Times that a log could not be looked at or read.") {
        source,
        samples in
        samples.add(source.logs.readErrors)
      },
      total("etl_exporter_log_abandoned_files_total", "Files of the logs that could not be read and were given up.") {
        $0.logs.abandonedFiles
      },
      total("etl_exporter_log_lost_positions_total", "Files that were not found any more after a restart.") {
        $0.logs.lostPositions
      },
      total("etl_exporter_log_missed_files_total", "Files of the logs that were packed before they could be read.") {
        $0.logs.missedFiles
      },
      total("etl_exporter_log_skipped_files_total", "Files beside the logs that are none of theirs by what is in them.")
      {
        $0.logs.skippedFiles
      },
      total(
        "etl_exporter_log_truncations_without_copy_total",
        "Times that a log was cut to nothing and no copy was found of what it had held."
      ) { $0.logs.truncationsWithoutCopy },
      Family(
        "etl_exporter_label_overflow_total",
        .counter,
        "Events whose label's value was put under other, because there were too many values or it was too long."
      ) { source, samples in
        samples.add(source.pipelineOverflow, labels: pipelineOverflowLabels)
        let errorTypeOverflow = source.pipelines.indices.reduce(0) {
          saturatingSum($0, source.pipelines[$1].errorTypeOverflow)
        }
        samples.add(errorTypeOverflow, labels: errorTypeOverflowLabels)
      },
      integers(
        "etl_exporter_log_gap_records_total",
        .counter,
        "Records that only the job's running totals told of, because their lines were lost; part of etl_records_total."
      ) { $0.pipelines[$1].totals.records.gap },
      integers(
        "etl_exporter_log_gap_files_total",
        .counter,
        "Files that only the job's running totals told of, because their lines were lost; part of etl_files_total."
      ) { $0.pipelines[$1].totals.files.gap },
      integers(
        "etl_exporter_log_gap_failures_total",
        .counter,
        "Failures that only the job's running totals told of, because their lines were lost; part of etl_failures_total."
      ) { $0.pipelines[$1].totals.failures.gap },
    ]
  }

  private static var ownSnapshots: [Family] {
    [
      Family("etl_exporter_snapshot_writes_total", .counter, "Snapshots written.") { $1.add($0.snapshots?.writes) },
      Family("etl_exporter_snapshot_errors_total", .counter, "Snapshots that could not be written.") {
        $1.add($0.snapshots?.errors)
      },
      Family("etl_exporter_snapshot_timestamp_seconds", .gauge, "When the newest snapshot was written, in Unix time.") {
        $1.add(timestamp($0.snapshots?.writtenNanoseconds))
      },
      Family("etl_exporter_snapshot_bytes", .gauge, "Size of the newest snapshot.") { $1.add($0.snapshots?.bytes) },
    ]
  }

  private static var ownServer: [Family] {
    [
      Family("etl_exporter_http_requests_total", .counter, "Requests answered, by path and status code.") {
        source,
        samples in
        for series in source.requests?.answers ?? [] { samples.add(series.count, labels: series.labels) }
      },
      Family("etl_exporter_http_connections", .gauge, "Open connections.") {
        $1.add($0.requests?.openConnections)
      },
      Family("etl_exporter_http_limits_total", .counter, "Times that a limit on clients took effect, by limit.") {
        source,
        samples in
        guard let statistics = source.requests?.statistics else { return }
        for limit in RequestCounts.limits { samples.add(Int64(limit.count(statistics)), labels: limit.labels) }
      },
    ]
  }

  private static var ownProcess: [Family] {
    [
      Family("etl_exporter_build_info", .gauge, "1, with the exporter's version and what it was built with.") {
        source,
        samples in
        samples.add(1 as Int64, labels: source.buildLabels)
      },
      Family("process_cpu_seconds_total", .counter, "User and system CPU time of this process, in seconds.") {
        $1.add($0.process?.processorSeconds)
      },
      Family("process_open_fds", .gauge, "Open file descriptors.") { $1.add($0.process?.openDescriptors) },
      Family("process_max_fds", .gauge, "Limit of open file descriptors.") { $1.add($0.process?.maximumDescriptors) },
      Family("process_virtual_memory_bytes", .gauge, "Address space in use.") {
        $1.add($0.process?.virtualMemoryBytes)
      },
      Family("process_resident_memory_bytes", .gauge, "Memory in use.") { $1.add($0.process?.residentMemoryBytes) },
      Family("process_threads", .gauge, "Threads of this process.") { $1.add($0.process?.threads) },
      Family("process_start_time_seconds", .gauge, "When this process started, in Unix time.") {
        $1.add(exactSeconds($0.processStart.nanoseconds))
      },
    ]
  }

  private static let pipelineOverflowLabels = LabelSet.none.adding("label", "pipeline")
  private static let errorTypeOverflowLabels = LabelSet.none.adding("label", "error_type")
  private static let lineResults = LineResult.allCases.map { result in
    (result, LabelSet.none.adding("result", result.rawValue))
  }

  // Pipelines are named by their index: handed over they would be copied, which costs more than their samples do.

  /// A metric with one whole value for each pipeline.
  private static func integers(
    _ name: String,
    _ type: MetricType,
    _ help: String,
    value: @escaping (borrowing ScrapeSource, _ index: Int) -> Int64?
  ) -> Family {
    Family(name, type, help) { source, samples in
      for index in source.pipelines.indices {
        samples.add(value(source, index), labels: source.pipelines[index].labels)
      }
    }
  }

  /// A counter without labels.
  private static func total(
    _ name: String,
    _ help: String,
    value: @escaping (borrowing ScrapeSource) -> Int64
  ) -> Family {
    Family(name, .counter, help) { source, samples in samples.add(value(source)) }
  }

  /// A metric with one value for each pipeline that may have a fraction.
  private static func decimals(
    _ name: String,
    _ type: MetricType,
    _ help: String,
    value: @escaping (borrowing ScrapeSource, _ index: Int) -> Double?
  ) -> Family {
    Family(name, type, help) { source, samples in
      for index in source.pipelines.indices {
        samples.add(value(source, index), labels: source.pipelines[index].labels)
      }
    }
  }

  private static func timestamp(_ nanoseconds: Int64?) -> Double? {
    nanoseconds.map(exactSeconds)
  }
}
