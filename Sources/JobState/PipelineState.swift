internal import ETLLog
internal import JSON
package import Metrics
internal import UnixTime

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
  /// The work done.
  package private(set) var totals = RunTracker()
  /// Failures by type, with the labels of each type's series.
  package private(set) var errors: [(labels: LabelSet, count: Int64)] = []
  /// How the job is now.
  package private(set) var status = JobStatus()
  /// Records per second of the newest completed file.
  package private(set) var newestFileRate: Double?
  /// Seconds per file of the newest completed files.
  package private(set) var processingSeconds = RecentMean(capacity: recentFiles)
  /// Seconds per completed file.
  package private(set) var processingTimes = Histogram(bounds: processingSecondsBounds)
  /// The labels of `processingTimes`.
  package let processingTimeLabels: HistogramLabels
  /// Records per completed file; one that loaded suspiciously few shows.
  package private(set) var fileRecords = Histogram(bounds: fileRecordsBounds)
  /// The labels of `fileRecords`.
  package let fileRecordsLabels: HistogramLabels
  /// The newest failed file.
  package private(set) var failureExemplar: Exemplar?
  /// Whether an event of a job has come, and not only lines that might be anything's.
  package private(set) var hasJobEvents = false
  /// The last hour.
  package private(set) var history = History()

  private var lastErrorTypeIndex: Int?
  private var errorTypes = LabelValueTable(
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
  ///   - isTimedSinceStart: Whether a file took the time since its start.
  /// - Returns: What became of it.
  mutating func apply(
    _ event: LogEvent,
    _ texts: borrowing LogTexts,
    readNanoseconds: Int64,
    isTimedSinceStart: Bool = false
  ) -> RunTracker.Outcome {
    var event = event
    // A time yet to come is a clock that is ahead: for how things are now it is now.
    let nanoseconds = min(event.timestampNanoseconds ?? readNanoseconds, readNanoseconds)
    let before = totals.accounted
    let outcome = totals.apply(LineReport(event, readNanoseconds: readNanoseconds))
    guard case .counted(let failures, let startsRun) = outcome else { return outcome }
    if event.isOfJob { hasJobEvents = true }
    let startedNanoseconds = trackFile(event, texts, at: nanoseconds, startsRun: startsRun)
    if isTimedSinceStart, let startedNanoseconds, startedNanoseconds <= nanoseconds {
      event.processingTimeSeconds = seconds(from: startedNanoseconds, to: nanoseconds)
    }
    history.record(
      History.Work(event, since: before, until: totals.accounted),
      at: nanoseconds,
      readNanoseconds: readNanoseconds
    )
    countErrors(failures, event, texts)
    // Without a word on when, what or how much it says nothing of the job's health.
    guard event.isOfJob || event.timestampNanoseconds != nil else { return outcome }
    let isNewest = status.apply(event, at: nanoseconds, readNanoseconds: readNanoseconds, startsRun: startsRun)
    switch event.message {
    case .fileCompleted:
      noteCompletedFile(event, texts, at: nanoseconds, isNewest: isNewest)
    case .fileFailed:
      texts.withBytes(of: .fileID) {
        failureExemplar.note(Self.exemplarLabel, $0, value: 1, nanoseconds: nanoseconds)
      }
    default: break
    }
    return outcome
  }

  private mutating func trackFile(
    _ event: LogEvent,
    _ texts: borrowing LogTexts,
    at nanoseconds: Int64,
    startsRun: Bool
  ) -> Int64? {
    switch event.message {
    // Most lines of no job's are of no file's either.
    case .recordsProcessed, .other: if !startsRun { return nil }
    default: break
    }
    return status.trackFile(event.message, OpenFiles.nameHash(texts), at: nanoseconds, startsRun: startsRun)
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
      texts.withBytes(of: .fileID) {
        processingTimes.remember(Self.exemplarLabel, $0, value: seconds, nanoseconds: nanoseconds, at: index)
      }
    }
    guard isNewest else { return }
    var rate = event.currentRate
    if rate == nil, let records = event.recordsProcessed, let seconds = event.processingTimeSeconds {
      rate = Double(records) / seconds
    }
    // A time of 0, or next to it, makes no number of it.
    if let rate, rate.isFinite { newestFileRate = rate }
  }

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

  private mutating func addErrors(_ count: Int64, at index: Int) {
    addNewErrorTypes()
    errors[index].count = saturatingSum(errors[index].count, count)
  }

  private mutating func addNewErrorTypes() {
    for name in errorTypes.names[errors.count...] {
      errors.append((labels.adding("error_type", String(decoding: name, as: UTF8.self)), 0))
    }
  }
}

extension PipelineState {
  /// How many failures had a type that was put under the overflow.
  package var errorTypeOverflow: Int64 { errorTypes.overflowCount }

  /// Failures by type.
  package var errorCounts: [(type: String, count: Int64)] {
    zip(errorTypes.names, errors).map { (String(decoding: $0, as: UTF8.self), $1.count) }
  }

  /// Why the newest failed file failed; nil before the first.
  package var lastFailureType: String? {
    lastErrorTypeIndex.map { String(decoding: errorTypes.names[$0], as: UTF8.self) }
  }
}

// MARK: In a snapshot

extension PipelineState {
  var json: JSONValue {
    .object(
      [
        ("pipeline", name.map(JSONValue.string) ?? .null),
        ("totals", totals.json),
        ("errors", .array(errorCounts.map { .object([("type", .string($0.type)), ("count", .integer($0.count))]) })),
        ("error_type_overflow", .integer(errorTypes.overflowCount)),
        ("last_failure_type", lastFailureType.map(JSONValue.string) ?? .null),
        ("newest_file_rate", newestFileRate.map(JSONValue.decimal) ?? .null),
        ("processing_seconds", processingSeconds.json),
        ("processing_times", processingTimes.json),
        ("file_records", fileRecords.json),
        ("has_job_events", .boolean(hasJobEvents)),
        ("history", .string(history.text)),
      ] + status.jsonMembers
    )
  }

  /// Takes the place of a pipeline of which nothing is known yet.
  ///
  /// - Parameters:
  ///   - json: What `json` gave.
  ///   - resetParts: Where the names of those parts are added that cannot be read and start anew: for them alone nobody
  ///     should lose the totals.
  init?(json: JSONValue, resetParts: inout [String]) {
    guard let totals = RunTracker(json: json["totals"]), let errors = json["errors"]?.arrayValue,
      let overflow = json["error_type_overflow"]?.count
    else { return nil }
    self.init(name: json["pipeline"]?.stringValue)
    self.totals = totals
    func restore<Part>(_ part: inout Part, _ name: String, _ make: (JSONValue?) -> Part?) {
      if let made = make(json[name]) {
        part = made
      } else if !resetParts.contains(name) {
        resetParts.append(name)
      }
    }
    restore(&processingSeconds, "processing_seconds") { RecentMean(capacity: Self.recentFiles, json: $0) }
    restore(&processingTimes, "processing_times") { Histogram(bounds: Self.processingSecondsBounds, json: $0) }
    restore(&fileRecords, "file_records") { Histogram(bounds: Self.fileRecordsBounds, json: $0) }
    restore(&history, "history") { json in
      // Older snapshots have none.
      json.map { $0.stringValue.flatMap(History.init(text:)) } ?? History()
    }
    for error in errors {
      guard let type = error["type"]?.stringValue, let count = error["count"]?.count else { return nil }
      addErrors(count, at: errorTypes.index(of: Array(type.utf8).span))
    }
    status = JobStatus(json: json)
    if let type = json["last_failure_type"]?.stringValue {
      lastErrorTypeIndex = errorTypes.index(of: Array(type.utf8).span)
      addNewErrorTypes()
    }
    errorTypes.overflowCount = overflow
    hasJobEvents = json["has_job_events"]?.booleanValue ?? false
    newestFileRate = json["newest_file_rate"]?.decimalValue
  }
}

extension Histogram {
  /// The bounds, the counts and the sum; examples are not kept.
  var json: JSONValue {
    .object([
      ("bounds", .array(bounds.map(JSONValue.decimal))), ("counts", .array(counts.map(JSONValue.integer))),
      ("sum", .decimal(sum)),
    ])
  }

  init?(bounds: [Double], json: JSONValue?) {
    guard let json, let counts = json["counts"]?.elements(\.integerValue) else { return nil }
    // Older snapshots have no bounds, and null for an infinite sum.
    if let written = json["bounds"] { guard written.elements(\.decimalValue) == bounds else { return nil } }
    var sum = json["sum"]?.decimalValue
    if case .null = json["sum"] { sum = .greatestFiniteMagnitude }
    guard let sum else { return nil }
    self.init(bounds: bounds, counts: counts, sum: sum)
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
