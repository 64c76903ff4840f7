internal import CommandLineOptions
internal import ETLLog
internal import JSON
internal import JobState
internal import LinuxIO
internal import UnixTime

/// What `/health` says: whether the exporter can do its work, and apart from that whether the job does its own.
struct HealthReport {
  enum Status: String {
    /// Exporter and job are well.
    case healthy
    /// Something is wrong; the reasons say what.
    case degraded
    /// The logs are still being read up to where they ended when the exporter started.
    case starting
  }

  let state: ExporterState
  /// Whether every pipeline is reported, as the status page asks for, and every reason why one is down.
  var isWhole = false

  /// More pipelines, or reasons, would only fill whatever looks at the answer; the counts tell of the rest.
  static let usualPipelines = 10

  /// False only where the exporter itself cannot do its work: a log cannot be read.
  var exporterWorks: Bool { state.logs.allSatisfy { $0.failure == nil } }

  private var downPipelines: Int { state.pipelines.count { !isAlive($0) } }

  var status: Status {
    if !state.hasCaughtUp { return .starting }
    return exporterReasons.isEmpty && downPipelines == 0 ? .healthy : .degraded
  }

  var json: JSONValue {
    .object([
      ("status", .string(status.rawValue)),
      ("exporter", exporter),
      ("job", job),
      ("pipelines", .array(reportedPipelines.map(pipeline))),
    ])
  }

  /// The pipelines that are told of one by one: where they are many, those that are down come first.
  private var reportedPipelines: [PipelineState] {
    guard !isWhole, state.pipelines.count > Self.usualPipelines else { return Array(state.pipelines) }
    let down = state.pipelines.lazy.filter { !isAlive($0) }
    let alive = state.pipelines.lazy.filter { isAlive($0) }
    return Array(
      (Array(down.prefix(Self.usualPipelines)) + alive.prefix(Self.usualPipelines)).prefix(Self.usualPipelines)
    )
  }

  // MARK: The exporter

  private var exporterReasons: [String] {
    state.logs.compactMap { $0.failure ?? $0.waitingFor } + contradictions
  }

  /// Pipelines whose counts are wrong, because several writers share a log.
  private var contradictions: [String] {
    state.pipelines.filter { $0.totals.conflictingLines > 0 }.prefix(Self.usualPipelines).map {
      "running totals\($0.name.map { " of pipeline \($0)" } ?? "") go back and forth, so that the counts are wrong"
    }
  }

  private var exporter: JSONValue {
    let status =
      !exporterWorks ? "failing" : !state.hasCaughtUp ? "catching up" : exporterReasons.isEmpty ? "ok" : "waiting"
    return .object([
      ("status", .string(status)),
      ("reasons", .array(exporterReasons.map(JSONValue.string))),
      ("version", .string(productVersion)),
      ("uptime_seconds", .decimal(seconds(since: state.processStart.nanoseconds))),
      ("lag_bytes", .integer(state.readCounters.lagBytes)),
      ("read_bytes", .integer(state.readCounters.readBytes)),
      ("read_errors", .integer(state.readCounters.readErrors)),
      ("event_delay_seconds", decimal(state.eventDelaySeconds)),
      ("lines", .object(LineResult.allCases.map { ($0.rawValue, .integer(state.lineCounts[$0])) })),
      ("rotations", .object(rotations)),
      ("snapshot", state.snapshots.map(snapshot) ?? .null),
      ("logs", .array(state.logs.map { .object([("path", .string($0.path)), ("lag_bytes", .integer($0.lagBytes))]) })),
    ])
  }

  private var rotations: [(String, JSONValue)] {
    RotationCounts.series.map { ($0.name, .integer(state.readCounters.rotations[$0.kind])) }
  }

  private func snapshot(_ statistics: SnapshotStore.Statistics) -> JSONValue {
    .object([
      ("written", timestamp(statistics.writtenNanoseconds)),
      ("age_seconds", age(statistics.writtenNanoseconds)),
      ("bytes", .integer(statistics.bytes)),
      ("writes", .integer(statistics.writes)),
      ("errors", .integer(statistics.errors)),
    ])
  }

  // MARK: The job

  private var job: JSONValue {
    let down = downPipelines
    return .object([
      ("status", .string(down == 0 ? "running" : "down")),
      ("reasons", .array(reportedPipelines.flatMap(jobReasons).map(JSONValue.string))),
      ("pipelines_running", .integer(Int64(state.pipelines.count - down))),
      ("pipelines_down", .integer(Int64(down))),
    ])
  }

  private func jobReasons(_ pipeline: PipelineState) -> [String] {
    guard let reason = reason(pipeline) else { return [] }
    return [pipeline.name.map { "pipeline \($0): \(reason)" } ?? reason]
  }

  /// Why a pipeline is down; nil while it is not.
  private func reason(_ pipeline: PipelineState) -> String? {
    guard !isAlive(pipeline) else { return nil }
    guard let last = pipeline.status.lastEventNanoseconds else { return "no event yet" }
    let age = text(from: last, to: state.now.nanoseconds)
    if let end = ending(pipeline) { return "\(end) \(age) ago" }
    if last > state.now.nanoseconds {
      return "the newest event is \(text(from: state.now.nanoseconds, to: last)) ahead of this machine's clock"
    }
    let failedLast =
      pipeline.status.lastFailureNanoseconds ?? .min > pipeline.status.lastSuccessNanoseconds ?? .min
    let failure = failedLast ? pipeline.lastFailureType.map { "; the last file failed: \($0)" } ?? "" : ""
    return "no event for \(age)\(failure)"
  }

  private func ending(_ pipeline: PipelineState) -> String? {
    switch pipeline.status.ending {
    case .jobStopped: "stopped"
    case .jobCrashed: "crashed"
    default: nil
    }
  }

  private func pipeline(_ pipeline: PipelineState) -> JSONValue {
    let gaps = pipeline.totals.gaps(at: state.now.nanoseconds)
    return .object([
      ("pipeline", string(pipeline.name)),
      ("status", .string(isAlive(pipeline) ? "running" : "down")),
      ("reason", string(reason(pipeline))),
      ("ended", string(ending(pipeline))),
      ("uptime_seconds", .decimal(isAlive(pipeline) ? seconds(since: pipeline.totals.runStartedNanoseconds ?? 0) : 0)),
      ("total_records", .integer(pipeline.totals.records.counted)),
      ("total_files", .integer(pipeline.totals.files.counted)),
      ("total_failures", .integer(pipeline.totals.failures.counted)),
      ("gap_records", .integer(gaps.records)),
      ("gap_files", .integer(gaps.files)),
      ("gap_failures", .integer(gaps.failures)),
      ("conflicting_lines", .integer(pipeline.totals.conflictingLines)),
      ("errors_by_type", .object(pipeline.errorCounts.map { ($0.type, .integer($0.count)) })),
      ("records_per_second", decimal(pipeline.newestFileRate.map { isAlive(pipeline) ? $0 : 0 })),
      ("mean_processing_seconds", decimal(pipeline.processingSeconds.mean)),
      ("file_in_progress_seconds", age(pipeline.status.fileStartedNanoseconds)),
      ("last_event", timestamp(pipeline.status.lastEventNanoseconds)),
      ("seconds_since_last_event", age(pipeline.status.lastEventNanoseconds)),
      ("last_success", timestamp(pipeline.status.lastSuccessNanoseconds)),
      ("seconds_since_last_success", age(pipeline.status.lastSuccessNanoseconds)),
      ("last_failure", timestamp(pipeline.status.lastFailureNanoseconds)),
      ("seconds_since_last_failure", age(pipeline.status.lastFailureNanoseconds)),
      ("last_failure_type", string(pipeline.lastFailureType)),
      ("runs", runs(pipeline.runs)),
      ("last_run", pipeline.runs.last.map(run) ?? .null),
      ("last_successful_run", timestamp(pipeline.runs.lastSuccessNanoseconds)),
      ("seconds_since_last_successful_run", age(pipeline.runs.lastSuccessNanoseconds)),
    ])
  }

  /// How many runs ended in each way; null for a job that says neither when it starts nor when it ends.
  private func runs(_ runs: JobRuns) -> JSONValue {
    runs.areKnown ? .object(RunResult.allCases.map { ($0.rawValue, .integer(runs[$0])) }) : .null
  }

  private func run(_ run: JobRuns.EndedRun) -> JSONValue {
    .object([
      ("result", .string(run.result.rawValue)),
      ("start", timestamp(run.startNanoseconds)),
      ("end", timestamp(run.endNanoseconds)),
      ("seconds_since_end", age(run.endNanoseconds)),
      ("duration_seconds", .decimal(run.durationSeconds)),
      ("records", .integer(run.records)),
      ("files", .integer(run.files)),
      ("failures", .integer(run.failures)),
    ])
  }

  private func isAlive(_ pipeline: PipelineState) -> Bool {
    pipeline.status.isAlive(at: state.now.nanoseconds, staleAfterSeconds: state.staleAfterSeconds)
  }

  /// The time between two moments in words.
  private func text(from earlier: Int64, to later: Int64) -> String {
    Duration.seconds(Int64(UnixTime.seconds(from: earlier, to: later))).textForPeople
  }

  private func seconds(since nanoseconds: Int64) -> Double {
    // Milliseconds are enough for people.
    (UnixTime.seconds(from: nanoseconds, to: state.now.nanoseconds) * 1e3).rounded() / 1e3
  }

  private func age(_ nanoseconds: Int64?) -> JSONValue {
    nanoseconds.map { .decimal(seconds(since: $0)) } ?? .null
  }

  private func string(_ text: String?) -> JSONValue { text.map(JSONValue.string) ?? .null }

  private func decimal(_ value: Double?) -> JSONValue { value.map(JSONValue.decimal) ?? .null }

  private func timestamp(_ nanoseconds: Int64?) -> JSONValue {
    guard let nanoseconds else { return .null }
    var text: [UInt8] = []
    Timestamp.append(nanoseconds, to: &text)
    return .string(String(decoding: text, as: UTF8.self))
  }
}
