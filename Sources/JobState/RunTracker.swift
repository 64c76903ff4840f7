internal import ETLLog

/// Counts a job's work by following its running totals, so that a lost line loses no count and a repeated one adds none.
///
/// Growth is counted; growth that no line accounts for is a gap; standing still in spite of claimed work is a
/// repetition, or the first work of a new run where the line says so; falling is a new run or a late line.
package struct RunTracker: Equatable {
  /// What a line did.
  struct Effect: Equatable {
    /// `.event` where it was counted; else `.duplicate` or `.stale`.
    let result: LineResult
    /// How many failures came with it, its own among them.
    var failures: Int64 = 0
    /// Whether it is the first line of a run.
    var startsRun = false
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
  mutating func apply(_ report: LineReport) -> Effect {
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
      case .repeated: return Effect(result: .duplicate)
      case .late: return Effect(result: .stale)
      }
      recordSkip(to: report)
    }
    runStartedNanoseconds = runStartedNanoseconds ?? report.nanoseconds ?? report.readNanoseconds
    if let nanoseconds = report.nanoseconds { newestNanoseconds = max(newestNanoseconds ?? nanoseconds, nanoseconds) }
    _ = records.count(report.records)
    _ = files.count(report.files)
    return Effect(result: .event, failures: failures.count(report.failures), startsRun: startsRun)
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

  private mutating func startRun(_ report: LineReport) -> Effect {
    // Compared with the run's start, not with the newest line: where a clock was set back in between, a job that
    // starts anew has an older time than its last line. In one second a job may well end and start, but not start twice.
    guard
      report.isNewer(than: startedLineNanoseconds, orEqual: false),
      report.isNewer(than: runStartedNanoseconds, orEqual: true)
    else { return Effect(result: .stale) }
    startedLineNanoseconds = report.nanoseconds
    runStartedNanoseconds = report.nanoseconds ?? report.readNanoseconds
    newestNanoseconds = report.nanoseconds
    startRun(
      recordsAt: report.records.total ?? 0,
      filesAt: report.files.total ?? 0,
      failuresAt: report.failures.total ?? 0
    )
    return Effect(result: .event, startsRun: true)
  }

  private mutating func startRun(recordsAt: Int64, filesAt: Int64, failuresAt: Int64) {
    records.startRun(at: recordsAt)
    files.startRun(at: filesAt)
    failures.startRun(at: failuresAt)
  }
}

// MARK: In a snapshot

extension RunTracker {
  /// What a new process needs to go on from here.
  package struct State {
    /// The records.
    package var records = RunningTotal.State()
    /// The completed files.
    package var files = RunningTotal.State()
    /// The failed files.
    package var failures = RunningTotal.State()
    /// When the present run began, since 1970.
    package var runStartedNanoseconds: Int64?
    /// When the newest line was that says that a run begins.
    package var startedLineNanoseconds: Int64?
    /// When the newest line of the present run was.
    package var newestNanoseconds: Int64?
    /// When the newest line was whose totals told of missing ones.
    package var jumpNanoseconds: Int64?

    /// Makes that of the time before the first line.
    package init() {}
  }

  var state: State {
    var state = State()
    state.records = records.state
    state.files = files.state
    state.failures = failures.state
    state.runStartedNanoseconds = runStartedNanoseconds
    state.startedLineNanoseconds = startedLineNanoseconds
    state.newestNanoseconds = newestNanoseconds
    state.jumpNanoseconds = jumpNanoseconds
    return state
  }

  init(_ state: State) {
    records = RunningTotal(state.records)
    files = RunningTotal(state.files)
    failures = RunningTotal(state.failures)
    runStartedNanoseconds = state.runStartedNanoseconds
    startedLineNanoseconds = state.startedLineNanoseconds
    newestNanoseconds = state.newestNanoseconds
    jumpNanoseconds = state.jumpNanoseconds
  }
}
