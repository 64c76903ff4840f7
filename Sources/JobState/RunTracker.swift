internal import ETLLog

/// Counts a job's work by following its running totals, so that a lost line loses no count and a repeated one adds none.
///
/// What a line is to the lines before it is decided by the table of `Sources/README.md`, rules 5 to 19: by how the totals
/// move, by what the line claims, and by its time.
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
  package internal(set) var records = RunningTotal()
  /// The completed files.
  package internal(set) var files = RunningTotal()
  /// The failed files.
  package internal(set) var failures = RunningTotal()
  /// When the present run began, as its first line says.
  package internal(set) var runStartedNanoseconds: Int64?
  /// Lines whose totals contradict those around them; above 0 once they are so many that several writers follow totals
  /// of their own.
  package var conflictingLines: Int64 { conflicts.lines }

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

  /// What was counted so far, over all runs.
  var counted: JobRuns.Counts {
    JobRuns.Counts(records: records.counted, files: files.counted, failures: failures.counted)
  }

  /// The parts of what was counted that no line accounts for. For some time after lines were missing they may still
  /// come late: that is no gap yet.
  ///
  /// - Parameter nanoseconds: The present, since 1970.
  /// - Returns: The records, files and failures.
  package func gaps(at nanoseconds: Int64) -> (records: Int64, files: Int64, failures: Int64) {
    let age = nanoseconds.subtractingReportingOverflow(jump.readNanoseconds).partialValue
    let isOpen = (0..<Self.lateLineNanoseconds).contains(age)
    return (
      records.gap - (isOpen ? records.fillable : 0), files.gap - (isOpen ? files.fillable : 0),
      failures.gap - (isOpen ? failures.fillable : 0)
    )
  }

  /// For so long a line is waited for that comes late.
  private static let lateLineNanoseconds: Int64 = 2_000_000_000

  /// When the newest counted line was written that says when.
  var lastNanoseconds: Int64?
  /// When the newest line that claims work was written; nil where it does not say.
  var lastWorkNanoseconds: Int64?
  /// The newest line whose totals told of missing ones.
  var jump = Jump()
  /// A started line that leaves open where the run's totals begin; nil once another line has told.
  var openStart: OpenStart?
  /// How it is known that the present run is another one than those before it.
  var start = RunStart.guessed
  /// How many files had been counted when the job said that its run ends; nil while none has. What it says then stands only
  /// until more is counted.
  var endedWork: Int64?
  /// Where the totals of earlier runs stand, the newest last; at most `maximumEarlierRuns`.
  var earlierRuns: [RunTotals] = []
  var conflicts = ConflictingLines()

  /// As many writers with totals of their own can be told apart.
  static let maximumEarlierRuns = 8

  /// Where the three totals of a run stand.
  struct RunTotals: Equatable {
    var records: Int64 = 0
    var files: Int64 = 0
    var failures: Int64 = 0
  }

  /// Where lines were missing.
  struct Jump: Equatable {
    /// When the line behind them was written; nil where it does not say.
    var nanoseconds: Int64?
    /// When it was written, or else read; not later than it was read.
    var readNanoseconds: Int64 = .min
    /// How many files had been counted with it.
    var work: Int64 = 0
  }

  /// How it is known that a run is another one than those before it.
  enum RunStart: String {
    /// A started line says so.
    case stated
    /// Its first line is so much newer that it is no late one.
    case later
    /// Only its totals say so: it may be another writer's.
    case guessed
  }

  /// What a started line leaves open.
  struct OpenStart: Equatable {
    /// Where the totals stood before it.
    var before: RunTotals
    /// Where it says that they begin.
    var stated: RunTotals
  }

  /// Where the totals of the present run stand.
  var runTotals: RunTotals {
    RunTotals(records: records.runTotal, files: files.runTotal, failures: failures.runTotal)
  }

  /// How many files were counted, failed ones among them.
  var countedWork: Int64 { files.counted &+ failures.counted }

  /// Counts one line.
  ///
  /// - Parameter report: What the line says.
  /// - Returns: What became of it.
  mutating func apply(_ report: LineReport) -> Effect {
    if report.startsRun { return startRun(report) }
    var startsRun = false
    // As mostly: the line's totals are those before it and its own work.
    if !isExact(report) {
      settleOpenStart(report)
      switch relation(of: report) {
      case .next: break
      case .firstOfRun:
        beginRun(report)
        startsRun = true
      case .continuesEarlierRun(let index): returnToRun(at: index, report)
      case .fillsGap: return fillGap(report)
      case .repeated:
        noteRepetition(report)
        return Effect(result: .duplicate)
      case .late: return Effect(result: .stale)
      }
      recordSkip(to: report)
    }
    runStartedNanoseconds = runStartedNanoseconds ?? report.nanoseconds ?? report.readNanoseconds
    if let nanoseconds = report.nanoseconds { lastNanoseconds = nanoseconds }
    if report.claimsWork { lastWorkNanoseconds = report.nanoseconds }
    _ = records.count(report.records)
    _ = files.count(report.files)
    return Effect(result: .event, failures: failures.count(report.failures), startsRun: startsRun)
  }

  @inline(__always)
  private func isExact(_ report: LineReport) -> Bool {
    let deltas = deltas(to: report)
    return (deltas.records ^ report.records.claimed) | (deltas.files ^ report.files.claimed)
      | (deltas.failures ^ report.failures.claimed) == 0
  }

  @inline(__always)
  func deltas(to report: LineReport) -> (records: Int64, files: Int64, failures: Int64) {
    (records.delta(to: report.records), files.delta(to: report.files), failures.delta(to: report.failures))
  }

  /// Notes that the newest line says that the run ends.
  mutating func noteEnd() { endedWork = countedWork }

  private mutating func startRun(_ report: LineReport) -> Effect {
    let stated = RunTotals(
      records: report.records.total ?? 0,
      files: report.files.total ?? 0,
      failures: report.failures.total ?? 0
    )
    let isOlder =
      switch report.age(against: lastNanoseconds) {
      case .before, .justBefore, .same: true
      case .justAfter, .after, .unknown: false
      }
    // Where the totals stand there already, nothing is open.
    if report.statesTotals && !isOlder || stated == runTotals {
      startRun(at: stated, .stated)
    } else {
      // It may be late, or come twice, or its job may count over all its runs.
      openStart = OpenStart(before: runTotals, stated: stated)
    }
    runStartedNanoseconds = report.nanoseconds ?? report.readNanoseconds
    if let nanoseconds = report.nanoseconds { lastNanoseconds = nanoseconds }
    return Effect(result: .event, startsRun: true)
  }

  /// Lets the first line that states totals say where those of a run begin whose started line did not.
  private mutating func settleOpenStart(_ report: LineReport) {
    guard let openStart, report.statesTotals, openStart.before == runTotals, !goesOnOverStart(report) else { return }
    startRun(at: openStart.stated, .stated)
  }

  private mutating func beginRun(_ report: LineReport) {
    if !report.saysItIsFirst, !report.saysNothingIsDone { conflicts.note(at: countedWork) }
    let isLater = report.age(against: lastNanoseconds) == .after
    startRun(at: RunTotals(), isLater ? .later : .guessed)
    runStartedNanoseconds = report.nanoseconds ?? report.readNanoseconds
  }

  private mutating func startRun(at totals: RunTotals, _ start: RunStart) {
    if runTotals != RunTotals(), runTotals != earlierRuns.last {
      if earlierRuns.count == Self.maximumEarlierRuns { earlierRuns.removeFirst() }
      earlierRuns.append(runTotals)
    }
    openStart = nil
    self.start = start
    setRunTotals(totals)
  }

  private mutating func returnToRun(at index: Int, _ report: LineReport) {
    let present = runTotals
    // A line that only came behind the first one of the next run tells of no other writer.
    if !report.isBefore(runStartedNanoseconds) { conflicts.note(at: countedWork) }
    setRunTotals(earlierRuns.remove(at: index))
    earlierRuns.append(present)
    start = .guessed
  }

  private mutating func setRunTotals(_ totals: RunTotals) {
    records.startRun(at: totals.records)
    files.startRun(at: totals.files)
    failures.startRun(at: totals.failures)
  }

  private mutating func fillGap(_ report: LineReport) -> Effect {
    lastWorkNanoseconds = report.nanoseconds
    if let nanoseconds = report.nanoseconds, !report.isBefore(lastNanoseconds) { lastNanoseconds = nanoseconds }
    _ = records.fillGap(with: report.records)
    _ = files.fillGap(with: report.files)
    return Effect(result: .event, failures: failures.fillGap(with: report.failures))
  }

  private mutating func recordSkip(to report: LineReport) {
    guard skipsAhead(to: report) else { return }
    // Where late lines of a jump just before are still to come, both are one.
    if !isAtJump(report) { settleGap() }
    records.recordLostRange(before: report.records)
    files.recordLostRange(before: report.files)
    failures.recordLostRange(before: report.failures)
    jump = Jump(
      nanoseconds: report.nanoseconds,
      readNanoseconds: min(report.nanoseconds ?? report.readNanoseconds, report.readNanoseconds),
      // Before the log's first line is no late one, but a part of the log that is gone.
      work: runStartedNanoseconds == nil ? .min / 2 : countedWork
    )
  }

  private mutating func noteRepetition(_ report: LineReport) {
    // A line that is written twice says the same time twice; another writer's says its own.
    guard let nanoseconds = report.nanoseconds, let lastWorkNanoseconds,
      nanoseconds.subtractingReportingOverflow(lastWorkNanoseconds).partialValue.magnitude
        > ConflictingLines.repetitionNanoseconds
    else { return }
    conflicts.note(at: countedWork)
  }

  /// Gives up waiting for late lines: what is a gap now stays one.
  mutating func settleGap() {
    records.settleGap()
    files.settleGap()
    failures.settleGap()
  }
}
