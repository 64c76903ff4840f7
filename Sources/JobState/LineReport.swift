internal import ETLLog
internal import UnixTime

/// One of a line's three counts: the job's running total as the line states it, and the work the line itself reports.
struct ReportedCount: Equatable {
  /// The job's running total; nil where the line does not state it.
  var total: Int64?
  /// What this line alone adds: one file, its records, or one failure.
  var claimed: Int64 = 0

  /// Whether the total is no more than what the line claims; so it is where the line does not state it.
  var equalsClaim: Bool { total ?? claimed == claimed }
}

/// What one log line says about work done, reduced to what counting needs.
struct LineReport: Equatable {
  var records = ReportedCount()
  var files = ReportedCount()
  var failures = ReportedCount()
  /// Whether the line says that a new run of the job begins.
  var startsRun = false
  /// When it happened, since 1970, as the line says; nil where it does not.
  var nanoseconds: Int64?
  /// When the line was read, since 1970.
  var readNanoseconds: Int64
}

extension LineReport {
  /// Whether the line claims work that one of its totals would show.
  var claimsWhatTotalsShow: Bool {
    (records.claimed > 0 && records.total != nil) || (files.claimed > 0 && files.total != nil)
      || (failures.claimed > 0 && failures.total != nil)
  }

  /// Whether by its own words the line is the first work of a run: its totals are all just what it claims itself.
  var saysItIsFirst: Bool {
    claimsWhatTotalsShow && records.equalsClaim && files.equalsClaim && failures.equalsClaim
  }

  /// Whether the line claims any work.
  @inline(__always)
  var claimsWork: Bool { records.claimed | files.claimed | failures.claimed != 0 }

  /// Whether the line states any of the job's running totals.
  var statesTotals: Bool { records.total != nil || files.total != nil || failures.total != nil }

  /// Whether the line states totals, all of which are 0: so they are before a run's first work.
  var saysNothingIsDone: Bool {
    statesTotals && (records.total ?? 0) | (files.total ?? 0) | (failures.total ?? 0) == 0
  }

  /// Whether the line was written before some moment, as far as it says.
  ///
  /// - Parameter moment: The moment, since 1970; nil for none.
  /// - Returns: False where one of both is unknown.
  func isBefore(_ moment: Int64?) -> Bool {
    guard let nanoseconds, let moment else { return false }
    return nanoseconds < moment
  }

  /// How the line's time lies to that of another line.
  ///
  /// - Parameter moment: When the other line was written, since 1970; nil where it does not say.
  /// - Returns: The age.
  func age(against moment: Int64?) -> LineAge {
    guard let nanoseconds, let moment else { return .unknown }
    // The log may state any year, so that the difference may not fit.
    let (difference, overflow) = nanoseconds.subtractingReportingOverflow(moment)
    if !overflow, difference.magnitude <= UInt64(clockToleranceSeconds * 1e9) {
      return difference > 0 ? .justAfter : difference < 0 ? .justBefore : .same
    }
    return nanoseconds > moment ? .after : .before
  }
}

/// How the time that one line states lies to that of another one.
enum LineAge {
  /// By more than what two writers' lines may be apart.
  case before
  /// By no more than that.
  case justBefore
  case same
  /// By no more than what two writers' lines may be apart.
  case justAfter
  /// By more than that.
  case after
  /// One of them states none.
  case unknown
}

/// By how much the clocks of two machines, or the lines of two writers, may be apart without a meaning.
let clockToleranceSeconds = 1.0

extension LineResult {
  /// Whether the line was counted.
  var isCounted: Bool {
    switch self {
    case .event, .other: true
    case .malformed, .oversized, .duplicate, .stale, .text: false
    }
  }
}

extension LogMessage {
  /// Whether it is one of the messages that a job writes.
  var isKnown: Bool {
    // Not `==`: across modules that is a call.
    if case .other = self { false } else { true }
  }

  /// Whether it is the first or the last message of a run.
  var limitsRun: Bool {
    switch self {
    case .jobStarted, .jobStopped, .jobCrashed: true
    case .fileStarted, .fileCompleted, .fileFailed, .other: false
    }
  }
}

extension LogEvent {
  /// Whether it is an event that a job writes, or tells of one's totals.
  var isOfJob: Bool {
    message.isKnown || totalRecords != nil || totalFiles != nil || totalFailures != nil
  }
}

extension LineReport {
  /// Takes from an event what counting needs.
  ///
  /// - Parameters:
  ///   - event: The event.
  ///   - readNanoseconds: When its line was read, since 1970.
  init(_ event: LogEvent, readNanoseconds: Int64) {
    self.init(nanoseconds: event.timestampNanoseconds, readNanoseconds: readNanoseconds)
    records.total = event.totalRecords
    files.total = event.totalFiles
    failures.total = event.totalFailures
    switch event.message {
    case .jobStarted:
      startsRun = true
    case .fileCompleted:
      files.claimed = 1
      records.claimed = event.recordsProcessed ?? 0
    case .fileFailed:
      failures.claimed = 1
    default: break
    }
  }
}
