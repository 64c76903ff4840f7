internal import CommandLineOptions
internal import ETLLog
internal import LinuxIO

/// How one log is doing, for people: what a scrape's numbers cannot say.
struct LogCondition {
  let path: String
  let lagBytes: Int64
  /// Why nothing comes from it now; nil while it is followed.
  var waitingFor: String?
  /// What fails; nil while nothing does.
  var failure: String?
}

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

  let source: ScrapeSource
  let logs: [LogCondition]
  let hasCaughtUp: Bool

  /// False only where the exporter itself cannot do its work: a log cannot be read.
  var exporterWorks: Bool { logs.allSatisfy { $0.failure == nil } }

  private var jobReasons: [String] { source.pipelines.flatMap(jobReasons) }

  var status: Status {
    if !hasCaughtUp { return .starting }
    return exporterReasons.isEmpty && jobReasons.isEmpty ? .healthy : .degraded
  }

  var json: JSONValue {
    .object([
      ("status", .string(status.rawValue)),
      ("exporter", exporter),
      ("job", job),
      ("pipelines", .array(source.pipelines.map(pipeline))),
    ])
  }

  // MARK: The exporter

  private var exporterReasons: [String] {
    logs.compactMap { log in
      log.failure ?? log.waitingFor.map { "\(log.path): \($0)" }
    }
  }

  private var exporter: JSONValue {
    let status = !exporterWorks ? "failing" : !hasCaughtUp ? "catching up" : exporterReasons.isEmpty ? "ok" : "waiting"
    return .object([
      ("status", .string(status)),
      ("reasons", .array(exporterReasons.map(JSONValue.string))),
      ("version", .string(productVersion)),
      ("uptime_seconds", .decimal(seconds(since: source.processStart.nanoseconds))),
      ("lag_bytes", .integer(source.logs.lagBytes)),
      ("logs", .array(logs.map { .object([("path", .string($0.path)), ("lag_bytes", .integer($0.lagBytes))]) })),
    ])
  }

  // MARK: The job

  private var job: JSONValue {
    let reasons = jobReasons
    return .object([
      ("status", .string(reasons.isEmpty ? "running" : "down")),
      ("reasons", .array(reasons.map(JSONValue.string))),
    ])
  }

  private func jobReasons(_ pipeline: PipelineState) -> [String] {
    guard !isAlive(pipeline) else { return [] }
    let name = pipeline.name.map { "pipeline \($0): " } ?? ""
    guard let last = pipeline.lastEventNanoseconds else { return ["\(name)no event yet"] }
    let age = Duration.seconds(Int64(seconds(since: last))).prometheusText
    switch pipeline.ending {
    case .jobStopped: return ["\(name)stopped \(age) ago"]
    case .jobCrashed: return ["\(name)crashed \(age) ago"]
    default: break
    }
    let failedLast = pipeline.lastFailureNanoseconds ?? .min > pipeline.lastSuccessNanoseconds ?? .min
    let failure = failedLast ? pipeline.lastFailureType.map { "; the last file failed: \($0)" } ?? "" : ""
    return ["\(name)no event for \(age)\(failure)"]
  }

  private func pipeline(_ pipeline: PipelineState) -> JSONValue {
    .object([
      ("pipeline", pipeline.name.map(JSONValue.string) ?? .null),
      ("status", .string(isAlive(pipeline) ? "running" : "down")),
      ("uptime_seconds", .decimal(isAlive(pipeline) ? seconds(since: pipeline.totals.runStartedNanoseconds ?? 0) : 0)),
      ("total_records", .integer(pipeline.totals.records.counted)),
      ("total_files", .integer(pipeline.totals.files.counted)),
      ("total_failures", .integer(pipeline.totals.failures.counted)),
      ("last_event", timestamp(pipeline.lastEventNanoseconds)),
      ("last_success", timestamp(pipeline.lastSuccessNanoseconds)),
      ("last_failure", timestamp(pipeline.lastFailureNanoseconds)),
      ("last_failure_type", pipeline.lastFailureType.map(JSONValue.string) ?? .null),
    ])
  }

  private func isAlive(_ pipeline: PipelineState) -> Bool {
    pipeline.isAlive(at: source.now.nanoseconds, staleAfterSeconds: source.staleAfterSeconds)
  }

  private func seconds(since nanoseconds: Int64) -> Double {
    // Milliseconds are enough for people.
    (Exporter.seconds(from: nanoseconds, to: source.now.nanoseconds) * 1e3).rounded() / 1e3
  }

  private func timestamp(_ nanoseconds: Int64?) -> JSONValue {
    guard let nanoseconds else { return .null }
    var text: [UInt8] = []
    Timestamp.append(nanoseconds, to: &text)
    return .string(String(decoding: text, as: UTF8.self))
  }
}
