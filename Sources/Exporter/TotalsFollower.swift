internal import ETLLog

/// Follows one of the job's running totals.
struct CountFollower: Equatable {
  /// Everything counted so far, over all runs; never falls.
  private(set) var counted: Int64 = 0
  /// The part of it that no line accounted for, because the lines were lost; never falls.
  private(set) var gap: Int64 = 0
  /// The part of it that lines accounted for.
  fileprivate var accounted: Int64 { counted - gap }

  /// The newest total of the present run.
  private var runTotal: Int64 = 0
  /// Counted since that total from lines that state none; the next total may or may not contain it.
  private var unconfirmed: Int64 = 0

  mutating func startRun(at total: Int64) {
    runTotal = total
    unconfirmed = 0
  }

  /// How far a line's total is from the newest one before it.
  ///
  /// - Parameter report: The line's count.
  /// - Returns: The step; below 0 where the total has fallen, 0 where the line states none.
  @inline(__always)
  func step(to report: ReportedCount) -> Int64 {
    // Neither is below 0, so that the difference fits.
    report.total.map { $0 - runTotal } ?? 0
  }

  /// Counts what a line reports, given that its total has not fallen.
  ///
  /// - Parameter report: The line's count.
  /// - Returns: What it added.
  @inline(__always)
  mutating func count(_ report: ReportedCount) -> Int64 {
    guard let total = report.total else {
      guard report.claimed > 0 else { return 0 }
      unconfirmed = saturatingSum(unconfirmed, report.claimed)
      counted = saturatingSum(counted, report.claimed)
      return report.claimed
    }
    let difference = total - runTotal
    runTotal = total
    // As mostly: the line accounts for all of it, and none of it was counted before.
    if difference == report.claimed, unconfirmed == 0 {
      counted = saturatingSum(counted, difference)
      return difference
    }
    let beyondClaim = max(0, difference - report.claimed)
    let alreadyCounted = min(beyondClaim, unconfirmed)
    let growth = difference - alreadyCounted
    counted = saturatingSum(counted, growth)
    gap = saturatingSum(gap, beyondClaim - alreadyCounted)
    unconfirmed = 0
    return growth
  }
}

/// Counts a job's work by following its running totals, so that a lost line loses no count and a repeated one adds none.
///
/// Growth is counted; growth that no line accounts for is a gap; standing still in spite of claimed work is a
/// repetition; falling is a new run or a late line.
struct TotalsFollower: Equatable {
  /// What became of a line.
  enum Outcome: Equatable {
    /// It was counted; with it came so many failures, its own among them. It may be the first line of a run.
    case counted(failures: Int64, startsRun: Bool)
    /// It repeats a line that was counted already.
    case duplicate
    /// It is older than what was counted already.
    case stale
  }

  private(set) var records = CountFollower()
  private(set) var files = CountFollower()
  private(set) var failures = CountFollower()

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
  private(set) var runStartedNanoseconds: Int64?
  private var startedLineNanoseconds: Int64?
  private var newestNanoseconds: Int64?

  /// Counts one line.
  ///
  /// - Parameter report: What the line says.
  /// - Returns: What became of it.
  mutating func apply(_ report: WorkReport) -> Outcome {
    if report.startsRun { return startRun(report) }
    let steps = (
      records: records.step(to: report.records), files: files.step(to: report.files),
      failures: failures.step(to: report.failures)
    )
    let falls = steps.records | steps.files | steps.failures < 0
    if falls {
      guard report.isNewer(than: newestNanoseconds, orEqual: false) else { return .stale }
      startRun(recordsAt: 0, filesAt: 0, failuresAt: 0)
      runStartedNanoseconds = report.nanoseconds ?? report.readNanoseconds
      newestNanoseconds = report.nanoseconds
    } else if steps.records | steps.files | steps.failures == 0, report.claimsWhatTotalsShow {
      return .duplicate
    } else if !report.isNewer(than: runStartedNanoseconds, orEqual: true) {
      // A line that is only older may be of this run, when the clock was set back since it began; then it adds just what
      // it claims. One with totals that no line of this run leads to is from before it.
      guard
        steps.records <= report.records.claimed, steps.files <= report.files.claimed,
        steps.failures <= report.failures.claimed
      else { return .stale }
    }
    runStartedNanoseconds = runStartedNanoseconds ?? report.nanoseconds ?? report.readNanoseconds
    if let nanoseconds = report.nanoseconds { newestNanoseconds = max(newestNanoseconds ?? nanoseconds, nanoseconds) }
    _ = records.count(report.records)
    _ = files.count(report.files)
    return .counted(failures: failures.count(report.failures), startsRun: falls)
  }

  private mutating func startRun(_ report: WorkReport) -> Outcome {
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

extension CountFollower {
  var json: JSONValue {
    .object([
      ("counted", .integer(counted)), ("gap", .integer(gap)), ("run_total", .integer(runTotal)),
      ("unconfirmed", .integer(unconfirmed)),
    ])
  }

  init?(json: JSONValue?) {
    guard let counted = json?["counted"]?.count, let gap = json?["gap"]?.count,
      let runTotal = json?["run_total"]?.count, let unconfirmed = json?["unconfirmed"]?.count
    else { return nil }
    self.counted = counted
    self.gap = gap
    self.runTotal = runTotal
    self.unconfirmed = unconfirmed
  }
}

extension TotalsFollower {
  var json: JSONValue {
    .object([
      ("records", records.json), ("files", files.json), ("failures", failures.json),
      ("run_started", .nanoseconds(runStartedNanoseconds)), ("started_line", .nanoseconds(startedLineNanoseconds)),
      ("newest", .nanoseconds(newestNanoseconds)),
    ])
  }

  init?(json: JSONValue?) {
    guard let json, let records = CountFollower(json: json["records"]), let files = CountFollower(json: json["files"]),
      let failures = CountFollower(json: json["failures"])
    else { return nil }
    self.records = records
    self.files = files
    self.failures = failures
    runStartedNanoseconds = json["run_started"]?.integerValue
    startedLineNanoseconds = json["started_line"]?.integerValue
    newestNanoseconds = json["newest"]?.integerValue
  }
}

/// The time between two moments.
///
/// - Parameters:
///   - earlier: The one, in nanoseconds since 1970; any number, since a log may state any year.
///   - later: The other.
/// - Returns: Seconds, to the microsecond; 0 where the earlier one is the later.
func seconds(from earlier: Int64, to later: Int64) -> Double {
  let (difference, overflow) = later.subtractingReportingOverflow(earlier)
  if overflow { return later > earlier ? exactSeconds(.max) : 0 }
  return exactSeconds(max(0, difference))
}

/// Nanoseconds as seconds.
///
/// - Parameter nanoseconds: A time or a moment.
/// - Returns: Seconds, cut to the microsecond: so many digits a `Double` holds, and then shows no others.
func exactSeconds(_ nanoseconds: Int64) -> Double {
  Double(nanoseconds / 1_000) / 1e6
}

/// Adds two numbers that are not negative; stops at the largest one, because absurd totals in a log must not end the
/// process.
///
/// - Parameters:
///   - left: One number.
///   - right: The other.
/// - Returns: The sum.
func saturatingSum(_ left: Int64, _ right: Int64) -> Int64 {
  let (sum, overflow) = left.addingReportingOverflow(right)
  return overflow ? .max : sum
}
