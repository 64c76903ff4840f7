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

  /// Whether the line comes more than a second after some moment, by the same rules as `isNewer`.
  ///
  /// - Parameter moment: The moment, since 1970; nil for none.
  /// - Returns: Nil where the line says no time, or there is no moment.
  func isMoreThanASecondAfter(_ moment: Int64?) -> Bool? {
    guard let nanoseconds, let moment else { return nil }
    // The log may state any year, so that the difference may not fit.
    let (difference, overflow) = nanoseconds.subtractingReportingOverflow(moment)
    if isSetRight(since: moment) || overflow { return isNewer(than: moment, orEqual: false) }
    return difference > 1_000_000_000
  }

  /// Whether the line comes after some moment. One that says no time does, since it comes after it in the log.
  ///
  /// So does one of the present or the past where the moment is still to come: then a clock was ahead, and was set right.
  ///
  /// - Parameters:
  ///   - moment: The moment, since 1970; nil for none.
  ///   - orEqual: Whether the moment itself is late enough.
  /// - Returns: True where it does.
  func isNewer(than moment: Int64?, orEqual: Bool) -> Bool {
    guard let nanoseconds, let moment else { return true }
    if isSetRight(since: moment) { return true }
    return orEqual ? nanoseconds >= moment : nanoseconds > moment
  }

  private func isSetRight(since moment: Int64) -> Bool {
    guard moment > readNanoseconds, let nanoseconds else { return false }
    // Two writers' lines may change places; that is no clock that was set.
    return nanoseconds <= readNanoseconds && seconds(from: nanoseconds, to: moment) > clockToleranceSeconds
  }
}

/// By how much the clocks of two machines, or the lines of two writers, may be apart without a meaning.
let clockToleranceSeconds = 1.0

extension LineResult {
  /// Whether the line was counted.
  var isCounted: Bool {
    switch self {
    case .event, .other: true
    case .malformed, .oversized, .duplicate, .stale, .text, .partial: false
    }
  }
}

extension LogMessage {
  /// Whether it is one of the messages that a job writes.
  var isKnown: Bool {
    // Not `==`: across modules that is a call.
    if case .other = self { false } else { true }
  }

  /// Whether it is the last message of a run.
  var isEnding: Bool {
    switch self {
    case .jobStopped, .jobCrashed: true
    case .jobStarted, .fileStarted, .fileCompleted, .fileFailed, .recordsProcessed, .other: false
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
    case .recordsProcessed:
      records.claimed = event.recordsProcessed ?? 0
    case .fileFailed:
      failures.claimed = 1
    default: break
    }
  }
}
