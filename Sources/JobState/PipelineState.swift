internal import ETLLog
package import Metrics

/// Everything known of one pipeline: what it did, and how it is now.
package struct PipelineState {
  /// Only the newest files say how long files take now.
  package static let recentFiles = 100
  /// Any more types of error share `other`.
  static let maximumErrorTypes = 50
  /// The types that the simulator's log knows; they are there at 0 from the start, because the first failure of a type
  /// would else be invisible to `increase()`.
  static let knownErrorTypes = [
    "connection_timeout", "corrupt_file_format", "disk_space_insufficient", "database_lock_timeout",
    "invalid_data_schema",
  ]

  /// A file takes seconds to minutes; jobs that take hours a file still show that they do.
  static let processingSecondsBounds = [
    0.1, 0.5, 1, 2.5, 5, 10, 20, 30, 45, 60, 90, 120, 300, 600, 1800, 3600,
  ]
  static let fileRecordsBounds = [1.0, 10, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 100_000, 1_000_000]

  private static let exemplarLabel = "file_id"

  /// The pipeline's name; nil for the one pipeline of a log that names none.
  package let name: String?
  /// The labels of the pipeline's series.
  package let labels: LabelSet
  /// How runs may end, with the labels of each one's series.
  package let runLabels: [(result: RunResult, labels: LabelSet)]
  /// The work done.
  package internal(set) var totals = RunTracker()
  /// Failures by type, with the labels of each type's series.
  package internal(set) var errors: [(labels: LabelSet, count: Int64)] = []
  /// How the job is now.
  package internal(set) var status = JobStatus()
  /// The runs of the job.
  package internal(set) var runs = JobRuns()
  /// Records per second of the newest completed file; nil where there is none, or it says nothing of that.
  package internal(set) var newestFileRate: Double?
  /// Seconds per file of the newest completed files.
  package internal(set) var processingSeconds = RecentMean(capacity: recentFiles)
  /// Seconds per completed file.
  package internal(set) var processingTimes = Histogram(bounds: processingSecondsBounds)
  /// The labels of `processingTimes`.
  package let processingTimeLabels: HistogramLabels
  /// Records per completed file; one that loaded suspiciously few shows.
  package internal(set) var fileRecords = Histogram(bounds: fileRecordsBounds)
  /// The labels of `fileRecords`.
  package let fileRecordsLabels: HistogramLabels
  /// The newest failed file.
  package internal(set) var failureExemplar: Exemplar?
  /// Whether an event of a job has come, and not only lines that might be anything's.
  package internal(set) var hasJobEvents = false
  /// The last hour.
  package internal(set) var history = History()

  var lastErrorTypeIndex: Int?
  /// Examples up to then may be known to Prometheus from an earlier process; none may be older than one before it.
  var oldestExemplarNanoseconds = Int64.min
  var errorTypes = LabelValueTable(
    capacity: maximumErrorTypes,
    names: knownErrorTypes,
    reserved: unknownErrorType
  )
  private static let unknownErrorType = Array("unknown".utf8)

  /// Makes a pipeline of which nothing is known yet.
  ///
  /// - Parameter name: Its name; nil gives its series no label.
  init(name: String?) {
    self.name = name
    labels = name.map { .none.adding("pipeline", $0) } ?? .none
    let labels = self.labels
    runLabels = RunResult.allCases.map { ($0, labels.adding("result", $0.rawValue)) }
    processingTimeLabels = HistogramLabels(bounds: Self.processingSecondsBounds, labels: labels)
    fileRecordsLabels = HistogramLabels(bounds: Self.fileRecordsBounds, labels: labels)
    addNewErrorTypes()
  }

  /// Takes one event in.
  ///
  /// - Parameters:
  ///   - event: The event.
  ///   - texts: Its texts.
  ///   - readNanoseconds: When its line was read, in nanoseconds since 1970.
  ///   - silenceNanoseconds: After how much silence a run counts as aborted.
  /// - Returns: What became of it.
  mutating func apply(
    _ event: LogEvent,
    _ texts: borrowing LogTexts,
    readNanoseconds: Int64,
    silenceNanoseconds: Int64
  ) -> LineResult {
    // A time yet to come is a clock that is ahead: for how things are now it is now.
    let nanoseconds = min(event.timestampNanoseconds ?? readNanoseconds, readNanoseconds)
    let before = totals.accounted
    let countedBefore = totals.counted
    let previousNanoseconds = totals.lastNanoseconds
    let effect = totals.apply(LineReport(event, readNanoseconds: readNanoseconds))
    guard effect.result.isCounted else { return effect.result }
    let result: LineResult = event.message.isKnown ? .event : .other
    if event.isOfJob { hasJobEvents = true }
    history.record(
      History.Work(event, since: before, until: totals.accounted),
      at: nanoseconds,
      readNanoseconds: readNanoseconds
    )
    countErrors(effect.failures, event, texts)
    // Without a word on when, what or how much it says nothing of the job's health.
    guard event.isOfJob || event.timestampNanoseconds != nil else { return result }
    noteRun(
      event,
      effect,
      countedBefore,
      previousNanoseconds: previousNanoseconds,
      readNanoseconds: readNanoseconds,
      limit: silenceNanoseconds
    )
    let isNewest = status.apply(event, at: nanoseconds, readNanoseconds: readNanoseconds, startsRun: effect.startsRun)
    switch event.message {
    case .fileCompleted:
      noteCompletedFile(event, texts, at: nanoseconds, isNewest: isNewest)
    case .fileFailed where nanoseconds > oldestExemplarNanoseconds:
      texts.withBytes(of: .fileID) {
        failureExemplar.note(Self.exemplarLabel, $0, value: 1, nanoseconds: nanoseconds)
      }
    default: break
    }
    return result
  }

  private mutating func noteCompletedFile(
    _ event: LogEvent,
    _ texts: borrowing LogTexts,
    at nanoseconds: Int64,
    isNewest: Bool
  ) {
    if let records = event.recordsProcessed { fileRecords.observe(Double(records)) }
    if let seconds = event.processingTimeSeconds {
      processingSeconds.add(seconds)
      let index = processingTimes.observe(seconds)
      if nanoseconds > oldestExemplarNanoseconds {
        texts.withBytes(of: .fileID) {
          processingTimes.remember(Self.exemplarLabel, $0, value: seconds, nanoseconds: nanoseconds, at: index)
        }
      }
    }
    // A time of 0, or next to it, makes no number of it.
    if isNewest { newestFileRate = Self.rate(of: event) }
  }

  private static func rate(of event: LogEvent) -> Double? {
    var rate = event.currentRate
    if rate == nil, let records = event.recordsProcessed, let seconds = event.processingTimeSeconds {
      rate = Double(records) / seconds
    }
    return rate.flatMap { $0.isFinite ? $0 : nil }
  }

  @inline(__always)
  private mutating func noteRun(
    _ event: LogEvent,
    _ effect: RunTracker.Effect,
    _ before: JobRuns.Counts,
    previousNanoseconds: Int64?,
    readNanoseconds: Int64,
    limit: Int64
  ) {
    var silence: Int64?
    if let nanoseconds = event.timestampNanoseconds, let previousNanoseconds {
      let (difference, overflow) = nanoseconds.subtractingReportingOverflow(previousNanoseconds)
      silence = overflow ? (nanoseconds < 0 ? .min : .max) : difference
    }
    // As mostly: a file's line in the midst of a run.
    guard event.message.limitsRun || effect.startsRun || runs.isConcerned(bySilence: silence, limit: limit)
    else { return }
    let nanoseconds = event.timestampNanoseconds ?? readNanoseconds
    let line = JobRuns.Line(
      nanoseconds: nanoseconds,
      isTimed: event.timestampNanoseconds != nil,
      silenceNanoseconds: silence,
      previousNanoseconds: previousNanoseconds ?? status.lastEventNanoseconds ?? nanoseconds,
      before: before,
      after: totals.counted,
      startsRun: effect.startsRun
    )
    runs.apply(event.message, line, limit: limit)
    switch event.message {
    case .jobStopped, .jobCrashed: totals.noteEnd()
    case .jobStarted, .fileStarted, .fileCompleted, .fileFailed, .other: break
    }
  }

  /// Lets a run count as aborted from which nothing came for too long.
  ///
  /// - Parameters:
  ///   - nanoseconds: The present, since 1970.
  ///   - silenceNanoseconds: How long that is.
  mutating func noteSilence(at nanoseconds: Int64, silenceNanoseconds: Int64) {
    guard let last = status.lastEventNanoseconds, status.ending == nil else { return }
    let (difference, overflow) = nanoseconds.subtractingReportingOverflow(last)
    guard overflow ? nanoseconds > last : difference >= silenceNanoseconds else { return }
    runs.noteSilence(since: last, totals.counted)
  }

  mutating func settleGaps() { totals.settleGap() }

  /// Puts failures under their types: the line's own under the type it names, those of lost lines under `unknown`, so
  /// that the types add up to the failures.
  private mutating func countErrors(_ failures: Int64, _ event: LogEvent, _ texts: borrowing LogTexts) {
    guard failures > 0 else { return }
    var lost = failures
    var type: Int?
    texts.withBytes(of: .errorType) { if !$0.isEmpty { type = errorTypes.index(of: $0) } }
    let isFailedFile = if case .fileFailed = event.message { true } else { false }
    if isFailedFile, let index = type {
      addErrors(1, at: index)
      lastErrorTypeIndex = index
      lost -= 1
    }
    if lost > 0 {
      let index = errorTypes.index(of: Self.unknownErrorType.span)
      addErrors(lost, at: index)
      if isFailedFile, lost == failures { lastErrorTypeIndex = index }
    }
  }

  mutating func addErrors(_ count: Int64, at index: Int) {
    addNewErrorTypes()
    errors[index].count = saturatingSum(errors[index].count, count)
  }

  mutating func addNewErrorTypes() {
    for name in errorTypes.names[errors.count...] {
      errors.append((labels.adding("error_type", String(decoding: name, as: UTF8.self)), 0))
    }
  }
}

extension PipelineState {
  /// How many failures had a type that was put under the overflow.
  package var errorTypeOverflow: Int64 { errorTypes.overflowCount }

  /// How many files failed by one type of error.
  package struct ErrorCount {
    /// The type; none has two counts.
    package var type = ""
    /// How many; at least 0.
    package var count: Int64 = 0

    /// Makes one of no type.
    package init() {}

    init(type: String, count: Int64) {
      self.type = type
      self.count = count
    }
  }

  /// Failures by type.
  package var errorCounts: [ErrorCount] {
    zip(errorTypes.names, errors).map { ErrorCount(type: String(decoding: $0, as: UTF8.self), count: $1.count) }
  }

  /// Why the newest failed file failed; nil before the first.
  package var lastFailureType: String? {
    lastErrorTypeIndex.map { String(decoding: errorTypes.names[$0], as: UTF8.self) }
  }
}

extension History.Work {
  /// What a line has added, without the work whose lines were lost: nobody knows when that was done.
  fileprivate init(_ event: LogEvent, since before: RunTracker.Counts, until after: RunTracker.Counts) {
    records = after.records - before.records
    files = after.files - before.files
    failures = after.failures - before.failures
    if case .fileCompleted = event.message { processingSeconds = event.processingTimeSeconds }
  }
}
