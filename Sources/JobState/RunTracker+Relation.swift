/// The rules that decide what a line is to the present run; the numbers are those of the table in `Sources/README.md`.
extension RunTracker {
  /// What a line is to the present run.
  enum Relation: Equatable {
    case next
    case firstOfRun
    case continuesEarlierRun(Int)
    case fillsGap
    case repeated
    case late
  }

  /// Two writers' lines that change places stand at most so many files apart, where no time says it.
  private static let lateFiles: Int64 = 16
  /// A line that only states totals and is late is at most so many files back, where no time says it.
  private static let lateFilesOfTotals: Int64 = 8

  /// Finds out what a line is to the present run whose totals are not just those before it and its own work.
  func relation(of report: LineReport) -> Relation {
    let deltas = deltas(to: report)
    if deltas.records | deltas.files | deltas.failures < 0 { return relation(ofFallen: report) }
    let standsStill = deltas.records | deltas.files | deltas.failures == 0 && report.claimsWhatTotalsShow
    // Rules 10, 16 and 17.
    if standsStill, canFillGap(report) { return .fillsGap }
    if lagsBehind(report), report.saysItIsFirst, mayBeginRun(report.age(against: lastWorkNanoseconds)) {
      return .firstOfRun
    }
    if standsStill { return .repeated }
    // Rules 18 and 19.
    guard skipsAhead(to: report) else { return .next }
    if let index = earlierRun(continuedBy: report) { return .continuesEarlierRun(index) }
    return isFromBeforeRun(report) ? .late : .next
  }

  private func relation(ofFallen report: LineReport) -> Relation {
    // Rules 10 and 11.
    if canFillGap(report) { return .fillsGap }
    if let index = earlierRun(continuedBy: report) { return .continuesEarlierRun(index) }
    let age = report.age(against: lastNanoseconds)
    guard report.claimsWhatTotalsShow else {
      // Rules 12 and 13: a line that only states totals leaves no gap where it comes late.
      if report.saysNothingIsDone {
        return age == .justBefore || (start == .stated && !mayBeginRun(age)) ? .late : .firstOfRun
      }
      switch age {
      case .after: return .firstOfRun
      case .unknown: return filesBack(to: report) > Self.lateFilesOfTotals ? .firstOfRun : .late
      case .before, .justBefore, .same, .justAfter: return .late
      }
    }
    // Rules 14 and 15.
    if report.saysItIsFirst { return isRepeatedStart(report, age) ? .late : .firstOfRun }
    switch age {
    case .justAfter, .after, .unknown: return .firstOfRun
    case .before, .justBefore, .same: return .late
    }
  }

  /// Whether a line that says it is the first one of a run is only that of the present run once more.
  private func isRepeatedStart(_ report: LineReport, _ age: LineAge) -> Bool {
    if openStart != nil { return false }
    return report.age(against: runStartedNanoseconds) == .same || start == .stated && !mayBeginRun(age)
  }

  /// Whether the job has said that a run starts or ended, and done nothing since.
  private var isRunExpected: Bool { openStart != nil || endedWork == countedWork }

  /// Whether a line that lies so to the line before it may begin a run, so that it neither is late nor repeats that line.
  private func mayBeginRun(_ age: LineAge) -> Bool {
    switch age {
    case .before, .after: true
    // A job that says when a run starts would have said so.
    case .unknown: start != .stated || isRunExpected
    case .justBefore, .justAfter: isRunExpected
    case .same: openStart != nil
    }
  }

  func skipsAhead(to report: LineReport) -> Bool {
    records.skipsAhead(to: report.records) || files.skipsAhead(to: report.files)
      || failures.skipsAhead(to: report.failures)
  }

  private func lagsBehind(_ report: LineReport) -> Bool {
    records.lagsBehind(report.records) || files.lagsBehind(report.files) || failures.lagsBehind(report.failures)
  }

  /// Whether a line may be one of those that were missing at the newest jump.
  private func canFillGap(_ report: LineReport) -> Bool {
    report.claimsWhatTotalsShow && isAtJump(report) && records.canBeFilled(by: report.records)
      && files.canBeFilled(by: report.files) && failures.canBeFilled(by: report.failures)
  }

  /// Whether a line was written so near to the newest jump that it and a missing line may have changed places.
  func isAtJump(_ report: LineReport) -> Bool {
    switch report.age(against: jump.nanoseconds) {
    case .justBefore, .same, .justAfter: true
    case .before, .after: false
    case .unknown: report.nanoseconds == nil && jump.nanoseconds == nil && countedWork - jump.work <= Self.lateFiles
    }
  }

  /// Whether a line was written before the present run began, though its clock was not set back since.
  private func isFromBeforeRun(_ report: LineReport) -> Bool {
    guard let runStartedNanoseconds, let lastNanoseconds, lastNanoseconds >= runStartedNanoseconds else { return false }
    return report.isBefore(runStartedNanoseconds)
  }

  /// The earlier run that a line goes on with; nil where there is none, or a line of it would be nothing but chance.
  private func earlierRun(continuedBy report: LineReport) -> Int? {
    guard report.claimsWhatTotalsShow || !report.saysNothingIsDone, start == .guessed || isFromBeforeRun(report)
    else { return nil }
    return earlierRuns.lastIndex { continues(report, from: $0) }
  }

  func continues(_ report: LineReport, from totals: RunTotals) -> Bool {
    RunningTotal.continues(report.records, from: totals.records)
      && RunningTotal.continues(report.files, from: totals.files)
      && RunningTotal.continues(report.failures, from: totals.failures)
  }

  /// Whether a line's totals go on from where they stood before a started line, as those of a job that counts over all its
  /// runs; one that comes before a late line may leave out a few files.
  func goesOnOverStart(_ report: LineReport) -> Bool {
    if continues(report, from: runTotals) { return true }
    let deltas = deltas(to: report)
    let lostFiles = deltas.files - report.files.claimed + deltas.failures - report.failures.claimed
    return !lagsBehind(report) && !report.saysItIsFirst && (1...Self.lateFiles).contains(lostFiles)
  }

  /// How many files fewer a line's totals tell of than the run's.
  private func filesBack(to report: LineReport) -> Int64 {
    -(files.delta(to: report.files) + failures.delta(to: report.failures))
  }
}
