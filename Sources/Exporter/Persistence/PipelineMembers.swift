internal import ETLLog
internal import JobState
internal import Metrics

// What a snapshot holds of the pipelines.

extension PipelineTable.State: SnapshotObject {
  mutating func declare(_ members: inout SnapshotMembers) {
    members.required("overflow", &overflowCount, .count)
    members.objects("states", &pipelines)
  }
}

extension PipelineState.State: SnapshotObject {
  mutating func declare(_ members: inout SnapshotMembers) {
    members.optional("pipeline", &name, .orNull(.string))
    members.object("totals", &totals)
    members.object("runs", &runs, mayBeMissing: true)
    members.objects("errors", &errors)
    members.required("error_type_overflow", &errorTypeOverflow, .count)
    members.optional("last_failure_type", &lastFailureType, .orNull(.string))
    members.optional("newest_file_rate", &newestFileRate, .orNull(.decimal))
    members.part("processing_seconds", &processingSeconds, .recentMean(capacity: PipelineState.recentFiles))
    members.part("processing_times", &processingTimes, .histogram(bounds: processingTimes.bounds))
    members.part("file_records", &fileRecords, .histogram(bounds: fileRecords.bounds))
    members.optional("has_job_events", &hasJobEvents, .boolean)
    members.part("history", &history, .history, mayBeMissing: true)
    status.declare(&members)
  }
}

extension PipelineState.ErrorCount: SnapshotObject {
  mutating func declare(_ members: inout SnapshotMembers) {
    members.required("type", &type, .string)
    members.required("count", &count, .count)
  }
}

extension RunTracker.State: SnapshotObject {
  mutating func declare(_ members: inout SnapshotMembers) {
    members.object("records", &records)
    members.object("files", &files)
    members.object("failures", &failures)
    members.optional("run_started", &runStartedNanoseconds, .orNull(.integer))
    members.optional("newest", &newestNanoseconds, .orNull(.integer))
    members.optional("last_work", &lastWorkNanoseconds, .orNull(.integer))
    members.optional("jump", &jumpNanoseconds, .orNull(.integer))
    members.optional("jump_read", &jumpReadNanoseconds, .integer)
    members.optional("jump_work", &jumpWork, .integer)
    members.optional("start", &start, .orNull(.string))
    members.optional("open_start", &openStart, .list(.count))
    members.optional("ended_work", &endedWork, .orNull(.count))
    members.optional("earlier_runs", &earlierRuns, .list(.list(.count)))
    members.optional("conflicting_lines", &conflictingLines, .count)
    members.optional("conflict_streak", &conflictStreak, .count)
    members.optional("conflict_work", &conflictWork, .count)
  }
}

extension JobRuns.State: SnapshotObject {
  mutating func declare(_ members: inout SnapshotMembers) {
    members.optional("known", &areKnown, .boolean)
    members.optional("ended", &ended, .list(.count))
    members.optional("last", &last, .list(.integer))
    members.optional("last_result", &lastResult, .orNull(.string))
    members.optional("last_success", &lastSuccessNanoseconds, .orNull(.integer))
    members.optional("open", &open, .list(.integer))
    members.optional("started_line", &hasStartedLine, .boolean)
    members.optional("silent", &isSilent, .boolean)
    members.optional("prematurely_aborted", &prematurelyAborted, .count)
  }
}

extension RunningTotal.State: SnapshotObject {
  mutating func declare(_ members: inout SnapshotMembers) {
    members.required("counted", &counted, .count)
    members.required("gap", &gap, .count)
    members.required("run_total", &runTotal, .count)
    members.required("unconfirmed", &unconfirmed, .count)
    members.optional("lost_totals", &lostTotals, .rangeOrEmpty)
    members.optional("fillable", &fillable, .count)
  }
}

extension JobStatus.State: SnapshotObject {
  /// Its members are the pipeline's own.
  mutating func declare(_ members: inout SnapshotMembers) {
    members.optional("last_event", &lastEventNanoseconds, .orNull(.integer))
    members.optional("last_event_guessed", &isLastEventGuessed, .boolean)
    members.optional("last_success", &lastSuccessNanoseconds, .orNull(.integer))
    members.optional("last_failure", &lastFailureNanoseconds, .orNull(.integer))
    members.optional("file_started", &fileStartedNanoseconds, .orNull(.integer))
    members.optional("ending", &ending, .message)
  }
}

/// A histogram without its examples, which are not kept.
private struct HistogramMembers: SnapshotObject {
  /// Older snapshots have none.
  var bounds: [Double]?
  var counts: [Int64] = []
  /// Older snapshots have null for an infinite one.
  var sum: Double?

  mutating func declare(_ members: inout SnapshotMembers) {
    members.required("bounds", &bounds, .orNull(.list(.decimal)), mayBeMissing: true)
    members.required("counts", &counts, .list(.integer))
    members.required("sum", &sum, .orNull(.decimal))
  }
}

extension SnapshotForm<Histogram> {
  /// A histogram that has these bounds and no others.
  fileprivate static func histogram(bounds: [Double]) -> Self {
    Self(
      write: { histogram in
        SnapshotMembers.json(
          of: HistogramMembers(bounds: histogram.bounds, counts: histogram.counts, sum: histogram.sum)
        )
      },
      read: { json in
        var resetParts: [String] = []
        let read: HistogramMembers? = SnapshotMembers.read(json, resetParts: &resetParts)
        guard let read, read.bounds ?? bounds == bounds else { return nil }
        return Histogram(bounds: bounds, counts: read.counts, sum: read.sum ?? .greatestFiniteMagnitude)
      }
    )
  }
}

extension SnapshotForm<RecentMean> {
  /// The values, the oldest first.
  fileprivate static func recentMean(capacity: Int) -> Self {
    let values = SnapshotForm<[Double]>.list(.decimal)
    return Self(
      write: { values.write($0.values) },
      read: { json in values.read(json).flatMap { RecentMean(capacity: capacity, values: $0) } }
    )
  }
}

extension SnapshotForm<ClosedRange<Int64>?> {
  /// An array of both ends; an empty one for nil.
  fileprivate static var rangeOrEmpty: Self {
    let ends = SnapshotForm<[Int64]>.list(.count)
    return Self(
      write: { range in ends.write(range.map { [$0.lowerBound, $0.upperBound] } ?? []) },
      read: { json in
        guard let ends = ends.read(json), ends.count == 2, ends[0] <= ends[1] else { return nil }
        return ends[0]...ends[1]
      }
    )
  }
}

extension SnapshotForm<LogMessage?> {
  /// The first of its spellings; null for nil, and for a message that has none.
  fileprivate static var message: Self {
    let spelling = SnapshotForm<String?>.orNull(.string)
    return Self(
      write: { spelling.write($0?.spellings.first) },
      read: { json in
        spelling.read(json).map { text in
          LogMessage.allCases.first { message in text.map(message.spellings.contains) ?? false }
        }
      }
    )
  }
}
