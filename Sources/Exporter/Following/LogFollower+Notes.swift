internal import ETLLog
internal import JobState
internal import LinuxIO
internal import Tailing

/// What the own log has said of the logs already.
struct FollowerReports {
  /// What earlier processes read.
  let earlierBytes: Int64
  var hasReportedCaughtUp = false
  var hasReportedWatchFailure = false
  var hasReportedOverflow = false
  var hasReportedConflict = false
  /// Pipelines of which it was said that their totals go back and forth.
  var contradictoryPipelines: Set<String?> = []
  /// Patterns of which it was said that no file matches.
  var unmatchedPatterns: Set<String> = []
  /// Patterns of which it was said that too many files match.
  var overfullPatterns: Set<String> = []
  /// When a line that could not be counted was last shown.
  var rejectedLineTime: MonotonicTime?
  /// When a value that could not be used was last shown.
  var unusableValueTime: MonotonicTime?

  /// No more than one line that could not be counted, and one value that could not be used, is shown in this time.
  static let rejectedLineSeconds = 10.0
  /// Names that one line lists at most.
  static let maximumNames = 10
}

extension LogFollower {
  /// Says where the counting goes on.
  ///
  /// - Parameter snapshot: What an earlier process left.
  func note(_ snapshot: Snapshot) {
    let age = snapshot.writtenNanoseconds.map { Double(WallTime.now.nanoseconds - $0) / 1e9 } ?? 0
    logger.write(
      .info,
      "resumed from snapshot",
      ["age_seconds": (max(0, age) * 10).rounded() / 10, "logs": snapshot.logs.count]
    )
    let abandoned = registry.abandonedLogs
    guard !abandoned.isEmpty else { return }
    let names = abandoned.prefix(FollowerReports.maximumNames).joined(separator: ", ")
    let more = abandoned.count > FollowerReports.maximumNames ? ", …" : ""
    logger.write(
      .warn,
      "the snapshot holds logs that are not followed any more; what was counted of them stays",
      ["logs": abandoned.count, "paths": names + more]
    )
  }

  /// Says that the logs were read to where they ended at the start, unless one of them cannot be read.
  func reportCaughtUp() {
    guard !registry.logs.contains(where: \.tailer.isFailing) else { return }
    notes.hasReportedCaughtUp = true
    logger.write(.info, "caught up", ["read_bytes": totals.readBytes - notes.earlierBytes])
  }

  /// Says what is not a matter of one moment: once for each tick, however much happened since the last one.
  func reportOnTick() {
    reportGlobs()
    reportRejectedLines(at: .now)
    reportUnusableValues(at: .now)
    // What could not be read at first was not read by then.
    if hasCaughtUp, !notes.hasReportedCaughtUp, registry.logs.allSatisfy(\.tailer.isAtEnd) { reportCaughtUp() }
    if !notes.hasReportedWatchFailure, let failure = registry.watcher.failure {
      notes.hasReportedWatchFailure = true
      logger.write(.warn, "changes of the log are found by the timer alone", ["reason": "\(failure)"])
    }
    if !notes.hasReportedOverflow, processor.aggregator.pipelines.hasOverflow {
      notes.hasReportedOverflow = true
      logger.write(.warn, "too many or too long pipelines or error types; the rest share the name other")
    }
    if !notes.hasReportedConflict, let mixed = processor.aggregator.conflictingLogs {
      notes.hasReportedConflict = true
      logger.write(
        .warn,
        "the totals of several logs are mixed up in one pipeline; give each log a name: --log-file NAME=PATH",
        ["path": mixed.path, "other_path": mixed.otherPath]
      )
    }
    reportContradictions()
  }

  private func reportContradictions() {
    for pipeline in processor.aggregator.pipelines.all where pipeline.totals.conflictingLines > 0 {
      guard notes.contradictoryPipelines.insert(pipeline.name).inserted else { continue }
      logger.write(
        .warn,
        "running totals go back and forth, so that the counts are wrong; \(ConflictAdvice.text)",
        ["pipeline": pipeline.name ?? "", "lines": pipeline.totals.conflictingLines]
      )
    }
  }

  private func reportGlobs() {
    guard registry.hasPatterns else { return }
    let unmatched = Set(registry.unmatchedPatterns)
    for pattern in unmatched.subtracting(notes.unmatchedPatterns) {
      logger.write(
        .warn,
        "waiting for the log",
        ["path": pattern, "reason": "no file matches \(pattern)"],
        about: pattern
      )
    }
    notes.unmatchedPatterns = unmatched
    for (pattern, count) in registry.overfullPatterns where notes.overfullPatterns.insert(pattern).inserted {
      logger.write(
        .warn,
        "too many files match; the rest are not followed",
        ["path": pattern, "limit": LogGlob.maximumMatches, "left_out": count]
      )
    }
  }

  /// Shows a line that could not be counted, now and then.
  func reportRejectedLines(at now: MonotonicTime) {
    if let time = notes.rejectedLineTime, now.seconds(since: time) < FollowerReports.rejectedLineSeconds { return }
    guard let lines = processor.takeRejectedLines() else { return }
    notes.rejectedLineTime = now
    logger.write(
      .warn,
      "a line was not counted",
      [
        "path": lines.path, "reason": lines.reason.rawValue, "fault": lines.fault ?? "", "line": lines.quotedBeginning,
        "others": lines.count - 1,
      ]
    )
  }

  /// Shows a value that could not be used, now and then.
  func reportUnusableValues(at now: MonotonicTime) {
    if let time = notes.unusableValueTime, now.seconds(since: time) < FollowerReports.rejectedLineSeconds { return }
    guard let values = processor.takeUnusableValues() else { return }
    notes.unusableValueTime = now
    logger.write(
      .warn,
      "a value could not be used",
      [
        "path": values.path, "field": values.fieldName, "value": values.quotedBeginning, "fault": values.fault,
        "others": values.count - 1,
      ]
    )
  }
}

extension LogTailer {
  /// Whether something of the log cannot be read now.
  fileprivate var isFailing: Bool {
    if case .failing = state { return true }
    return false
  }
}
