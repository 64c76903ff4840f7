internal import JSON

/// Counts a job's work by following its running totals, so that a lost line loses no count and a repeated one adds none.
///
/// Growth is counted; growth that no line accounts for is a gap; standing still in spite of claimed work is a
/// repetition, or the first work of a new run where the line says so; falling is a new run or a late line.
package struct RunTracker: Equatable {
  /// What became of a line.
  enum Outcome: Equatable {
    /// It was counted; with it came so many failures, its own among them. It may be the first line of a run.
    case counted(failures: Int64, startsRun: Bool)
    /// It repeats a line that was counted already.
    case duplicate
    /// It is older than what was counted already.
    case stale
  }

  /// The records.
  package private(set) var records = RunningTotal()
  /// The completed files.
  package private(set) var files = RunningTotal()
  /// The failed files.
  package private(set) var failures = RunningTotal()

  /// The parts of the counts that lines accounted for.
  struct Counts {
    let records: Int64
    let files: Int64
    let failures: Int64
  }

  /// What lines accounted for so far.
  var accounted: Counts {
    Counts(records: records.accounted, files: files.accounted, failures: failures.accounted)
  }

  /// When the present run began, as its first line says.
  package private(set) var runStartedNanoseconds: Int64?
  private var startedLineNanoseconds: Int64?
  private var newestNanoseconds: Int64?
  /// When the newest line was whose totals told of missing ones.
  private var jumpNanoseconds: Int64?

  /// Counts one line.
  ///
  /// - Parameter report: What the line says.
  /// - Returns: What became of it.
  mutating func apply(_ report: LineReport) -> Outcome {
    if report.startsRun { return startRun(report) }
    let deltas = deltas(to: report)
    var startsRun = false
    // As mostly: the line's totals are those before it and its own work.
    let isExact =
      (deltas.records ^ report.records.claimed) | (deltas.files ^ report.files.claimed)
      | (deltas.failures ^ report.failures.claimed) == 0
    if !isExact {
      switch relation(of: report) {
      case .next: break
      case .firstOfRun:
        startsRun = true
        startRun(recordsAt: 0, filesAt: 0, failuresAt: 0)
        runStartedNanoseconds = report.nanoseconds ?? report.readNanoseconds
        newestNanoseconds = report.nanoseconds
      case .repeated: return .duplicate
      case .late: return .stale
      }
      recordSkip(to: report)
    }
    runStartedNanoseconds = runStartedNanoseconds ?? report.nanoseconds ?? report.readNanoseconds
    if let nanoseconds = report.nanoseconds { newestNanoseconds = max(newestNanoseconds ?? nanoseconds, nanoseconds) }
    _ = records.count(report.records)
    _ = files.count(report.files)
    return .counted(failures: failures.count(report.failures), startsRun: startsRun)
  }

  @inline(__always)
  private func deltas(to report: LineReport) -> (records: Int64, files: Int64, failures: Int64) {
    (records.delta(to: report.records), files.delta(to: report.files), failures.delta(to: report.failures))
  }

  /// What a line is to the present run.
  private enum Relation {
    case next
    case firstOfRun
    case repeated
    case late
  }

  /// Finds out what a line is to the present run whose totals are not just those before it and its own work.
  private func relation(of report: LineReport) -> Relation {
    let deltas = deltas(to: report)
    if deltas.records | deltas.files | deltas.failures < 0 {
      guard report.isNewer(than: newestNanoseconds, orEqual: false) else { return .late }
      // Of two that write at the same time one may write its line a moment late; no job starts anew in the midst of lines
      // that it lost.
      let mayBeLate =
        records.mayBeLate(report.records) && files.mayBeLate(report.files) && failures.mayBeLate(report.failures)
      return mayBeLate && report.isMoreThanASecondAfter(jumpNanoseconds) == false ? .late : .firstOfRun
    }
    let lagsBehind =
      records.lagsBehind(report.records) || files.lagsBehind(report.files) || failures.lagsBehind(report.failures)
    if lagsBehind, report.saysItIsFirst, report.isMoreThanASecondAfter(newestNanoseconds) == true {
      return .firstOfRun
    }
    if deltas.records | deltas.files | deltas.failures == 0, report.claimsWhatTotalsShow { return .repeated }
    // A line that is only older may be of this run, when the clock was set back since it began; then it adds just what
    // it claims. One with totals that no line of this run leads to is from before it.
    return skipsAhead(to: report) && !report.isNewer(than: runStartedNanoseconds, orEqual: true) ? .late : .next
  }

  private func skipsAhead(to report: LineReport) -> Bool {
    records.skipsAhead(to: report.records) || files.skipsAhead(to: report.files)
      || failures.skipsAhead(to: report.failures)
  }

  private mutating func recordSkip(to report: LineReport) {
    guard skipsAhead(to: report) else { return }
    jumpNanoseconds = report.nanoseconds
    records.recordLostRange(before: report.records)
    files.recordLostRange(before: report.files)
    failures.recordLostRange(before: report.failures)
  }

  private mutating func startRun(_ report: LineReport) -> Outcome {
    // Compared with the run's start, not with the newest line: where a clock was set back in between, a job that
    // starts anew has an older time than its last line. In one second a job may well end and start, but not start twice.
    guard
      report.isNewer(than: startedLineNanoseconds, orEqual: false),
      report.isNewer(than: runStartedNanoseconds, orEqual: true)
    else { return .stale }
    startedLineNanoseconds = report.nanoseconds
    runStartedNanoseconds = report.nanoseconds ?? report.readNanoseconds
    newestNanoseconds = report.nanoseconds
    startRun(
      recordsAt: report.records.total ?? 0,
      filesAt: report.files.total ?? 0,
      failuresAt: report.failures.total ?? 0
    )
    return .counted(failures: 0, startsRun: true)
  }

  private mutating func startRun(recordsAt: Int64, filesAt: Int64, failuresAt: Int64) {
    records.startRun(at: recordsAt)
    files.startRun(at: filesAt)
    failures.startRun(at: failuresAt)
  }
}

// MARK: In a snapshot

extension RunTracker {
  var json: JSONValue {
    .object([
      ("records", records.json), ("files", files.json), ("failures", failures.json),
      ("run_started", .nanoseconds(runStartedNanoseconds)), ("started_line", .nanoseconds(startedLineNanoseconds)),
      ("newest", .nanoseconds(newestNanoseconds)), ("jump", .nanoseconds(jumpNanoseconds)),
    ])
  }

  init?(json: JSONValue?) {
    guard let json, let records = RunningTotal(json: json["records"]), let files = RunningTotal(json: json["files"]),
      let failures = RunningTotal(json: json["failures"])
    else { return nil }
    self.records = records
    self.files = files
    self.failures = failures
    runStartedNanoseconds = json["run_started"]?.integerValue
    startedLineNanoseconds = json["started_line"]?.integerValue
    newestNanoseconds = json["newest"]?.integerValue
    jumpNanoseconds = json["jump"]?.integerValue
  }
}
