internal import ETLLog
internal import JobState
internal import LinuxIO
internal import Metrics
internal import UnixTime

/// All metrics, in the order in which they are shown: each is declared here and nowhere else.
enum MetricCatalogue {
  typealias Family = MetricFamily<ExporterState>

  static var exposition: Exposition<ExporterState> {
    Exposition(
      job + jobTimes + jobRuns + jobFiles + ownLogReading + logFaults + logGaps + ownSnapshots + ownServer + ownProcess
    )
  }

  private static var job: [Family] {
    [
      integers("etl_records_total", .counter, "Records that the job has processed.") {
        $0.pipelines[$1].totals.records.counted
      },
      integers("etl_files_total", .counter, "Files that the job has processed successfully.") {
        $0.pipelines[$1].totals.files.counted
      },
      Family("etl_failures_total", .counter, "Files that the job has failed to process.") { state, samples in
        for index in state.pipelines.indices {
          samples.add(
            state.pipelines[index].totals.failures.counted,
            labels: state.pipelines[index].labels,
            exemplar: state.pipelines[index].failureExemplar
          )
        }
      },
      Family(
        "etl_errors_by_type_total",
        .counter,
        "Files that the job has failed to process, by the type of error; the types add up to etl_failures_total."
      ) { state, samples in
        for index in state.pipelines.indices {
          for error in state.pipelines[index].errors { samples.add(error.count, labels: error.labels) }
        }
      },
      decimals(
        "etl_current_rate_records_per_second",
        .gauge,
        "Records per second of the newest completed file; 0 while the job is down."
      ) { state, index in
        state.pipelines[index].newestFileRate.map { state.isAlive(index) ? $0 : 0 }
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
        state,
        index in
        state.isAlive(index) ? state.seconds(since: state.pipelines[index].totals.runStartedNanoseconds) : 0
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
      Family("etl_file_processing_seconds", .histogram, "Processing times of completed files.") { state, samples in
        for index in state.pipelines.indices {
          samples.add(state.pipelines[index].processingTimes, labels: state.pipelines[index].processingTimeLabels)
        }
      },
      Family("etl_file_records", .histogram, "Records of completed files.") { state, samples in
        for index in state.pipelines.indices {
          samples.add(state.pipelines[index].fileRecords, labels: state.pipelines[index].fileRecordsLabels)
        }

      },
      decimals("etl_file_in_progress_seconds", .gauge, "Time since the file was started that the job is working on.") {
        $0.seconds(since: $0.pipelines[$1].status.fileStartedNanoseconds)
      },
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
        state,
        samples in
        for series in state.requests?.answers ?? [] { samples.add(series.count, labels: series.labels) }
      },
      Family("etl_exporter_http_connections", .gauge, "Open connections.") {
        $1.add($0.requests?.openConnections)
      },
      Family("etl_exporter_http_limits_total", .counter, "Times that a limit on clients took effect, by limit.") {
        state,
        samples in
        guard let statistics = state.requests?.statistics else { return }
        for limit in RequestCounts.limits { samples.add(Int64(limit.count(statistics)), labels: limit.labels) }
      },
    ]
  }

  private static var ownProcess: [Family] {
    [
      Family("etl_exporter_build_info", .gauge, "1, with the exporter's version and what it was built with.") {
        state,
        samples in
        samples.add(1 as Int64, labels: state.buildLabels)
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

  // Pipelines are named by their index: handed over they would be copied, which costs more than their samples do.

  /// A metric with one whole value for each pipeline.
  static func integers(
    _ name: String,
    _ type: MetricType,
    _ help: String,
    value: @escaping (borrowing ExporterState, _ index: Int) -> Int64?
  ) -> Family {
    Family(name, type, help) { state, samples in
      for index in state.pipelines.indices {
        samples.add(value(state, index), labels: state.pipelines[index].labels)
      }
    }
  }

  /// A counter without labels.
  static func total(
    _ name: String,
    _ help: String,
    value: @escaping (borrowing ExporterState) -> Int64
  ) -> Family {
    Family(name, .counter, help) { state, samples in samples.add(value(state)) }
  }

  /// A metric with one value for each pipeline that may have a fraction.
  static func decimals(
    _ name: String,
    _ type: MetricType,
    _ help: String,
    value: @escaping (borrowing ExporterState, _ index: Int) -> Double?
  ) -> Family {
    Family(name, type, help) { state, samples in
      for index in state.pipelines.indices {
        samples.add(value(state, index), labels: state.pipelines[index].labels)
      }
    }
  }

  static func timestamp(_ nanoseconds: Int64?) -> Double? {
    nanoseconds.map(exactSeconds)
  }
}
