internal import ETLLog

/// One of a line's three counts: the job's running total as the line states it, and the work the line itself reports.
struct ReportedCount: Equatable {
  /// The job's running total; nil where the line does not state it.
  var total: Int64?
  /// What this line alone adds: one file, its records, or one failure.
  var claimed: Int64 = 0
}

/// What one log line says about work done, reduced to what counting needs.
struct WorkReport: Equatable {
  var records = ReportedCount()
  var files = ReportedCount()
  var failures = ReportedCount()
  /// Whether the line says that a new run of the job begins.
  var startsRun = false
  /// When it happened; the time of reading where the line does not say.
  var nanoseconds: Int64
}

/// Follows one of the job's running totals.
struct CountFollower: Equatable {
  /// Everything counted so far, over all runs; never falls.
  private(set) var counted: Int64 = 0
  /// The part of it that no line accounted for, because the lines were lost; never falls.
  private(set) var gap: Int64 = 0

  /// The newest total of the present run.
  private var runTotal: Int64 = 0
  /// Counted since that total from lines that state none; the next total may or may not contain it.
  private var unconfirmed: Int64 = 0

  mutating func startRun(at total: Int64) {
    runTotal = total
    unconfirmed = 0
  }

  func falls(to report: ReportedCount) -> Bool {
    guard let total = report.total else { return false }
    return total < runTotal
  }

  func standsStill(at report: ReportedCount) -> Bool {
    guard let total = report.total else { return true }
    return total == runTotal
  }

  /// Counts what a line reports, given that its total has not fallen.
  ///
  /// - Parameter report: The line's count.
  /// - Returns: What it added.
  mutating func count(_ report: ReportedCount) -> Int64 {
    guard let total = report.total else {
      unconfirmed = saturatingSum(unconfirmed, report.claimed)
      counted = saturatingSum(counted, report.claimed)
      return report.claimed
    }
    let difference = total - runTotal
    let beyondClaim = max(0, difference - report.claimed)
    let alreadyCounted = min(beyondClaim, unconfirmed)
    let growth = difference - alreadyCounted
    counted = saturatingSum(counted, growth)
    gap = saturatingSum(gap, beyondClaim - alreadyCounted)
    runTotal = total
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
    /// It was counted; with it came so many failures, its own among them.
    case counted(failures: Int64)
    /// It repeats a line that was counted already.
    case duplicate
    /// It is older than what was counted already.
    case stale
  }

  private(set) var records = CountFollower()
  private(set) var files = CountFollower()
  private(set) var failures = CountFollower()

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
    if records.falls(to: report.records) || files.falls(to: report.files) || failures.falls(to: report.failures) {
      if let newestNanoseconds, report.nanoseconds <= newestNanoseconds { return .stale }
      startRun(recordsAt: 0, filesAt: 0, failuresAt: 0)
      runStartedNanoseconds = report.nanoseconds
    } else if repeats(report) {
      return .duplicate
    }
    runStartedNanoseconds = runStartedNanoseconds ?? report.nanoseconds
    newestNanoseconds = max(newestNanoseconds ?? report.nanoseconds, report.nanoseconds)
    _ = records.count(report.records)
    _ = files.count(report.files)
    return .counted(failures: failures.count(report.failures))
  }

  private mutating func startRun(_ report: WorkReport) -> Outcome {
    // Compared with the run's start, not with the newest line: where a clock was set back in between, a job that
    // starts anew has an older time than its last line. In one second a job may well end and start, but not start twice.
    if let startedLineNanoseconds, report.nanoseconds <= startedLineNanoseconds { return .stale }
    if let runStartedNanoseconds, report.nanoseconds < runStartedNanoseconds { return .stale }
    startedLineNanoseconds = report.nanoseconds
    runStartedNanoseconds = report.nanoseconds
    newestNanoseconds = report.nanoseconds
    startRun(
      recordsAt: report.records.total ?? 0,
      filesAt: report.files.total ?? 0,
      failuresAt: report.failures.total ?? 0
    )
    return .counted(failures: 0)
  }

  private mutating func startRun(recordsAt: Int64, filesAt: Int64, failuresAt: Int64) {
    records.startRun(at: recordsAt)
    files.startRun(at: filesAt)
    failures.startRun(at: failuresAt)
  }

  /// Whether a line claims work while none of its totals, one of which would show that work, has moved.
  private func repeats(_ report: WorkReport) -> Bool {
    let claimsWhatTotalsShow =
      (report.records.claimed > 0 && report.records.total != nil)
      || (report.files.claimed > 0 && report.files.total != nil)
      || (report.failures.claimed > 0 && report.failures.total != nil)
    return claimsWhatTotalsShow && records.standsStill(at: report.records) && files.standsStill(at: report.files)
      && failures.standsStill(at: report.failures)
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
