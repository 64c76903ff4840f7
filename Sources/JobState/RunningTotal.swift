internal import Metrics

/// Follows one of the job's running totals.
package struct RunningTotal: Equatable {
  /// Everything counted so far, over all runs; never falls.
  package private(set) var counted: Int64 = 0
  /// The part of it that no line accounted for, because the lines were lost; falls where a late line fills it.
  package private(set) var gap: Int64 = 0
  /// The part of it that lines accounted for; never falls.
  var accounted: Int64 { counted - gap }

  /// The newest total of the present run.
  private(set) var runTotal: Int64 = 0
  /// Counted since that total from lines that state none; the next total may or may not contain it.
  private var unconfirmed: Int64 = 0
  /// The totals that lines may state which were lost at the newest jump of the present run, or only come late; from the
  /// total before it to what the line led from. Nil before the first jump.
  private var lostTotals: ClosedRange<Int64>?
  /// The part of the gap that lines may still fill which come late.
  private(set) var fillable: Int64 = 0

  /// Goes over to another run of the job.
  ///
  /// - Parameter total: Where its totals stand.
  mutating func startRun(at total: Int64) {
    runTotal = total
    unconfirmed = 0
    settleGap()
  }

  /// Gives up waiting for late lines.
  mutating func settleGap() {
    lostTotals = nil
    fillable = 0
  }

  /// Remembers which totals the missing lines of a jump may state; to be called before the line is counted.
  ///
  /// - Parameter report: The count of the line that skips ahead, in this total or another one.
  mutating func recordLostRange(before report: ReportedCount) {
    let first = lostTotals?.lowerBound ?? runTotal
    lostTotals = first...max(first, (report.total ?? runTotal) - report.claimed)
  }

  /// Whether a line's total is one that a line of the newest jump may state, which was lost or comes late.
  ///
  /// - Parameter report: The line's count.
  /// - Returns: True where it is, or the line states none.
  func canBeFilled(by report: ReportedCount) -> Bool {
    guard let total = report.total else { return true }
    guard let lostTotals, fillable >= report.claimed else { return false }
    return lostTotals.lowerBound <= total - report.claimed && total <= lostTotals.upperBound
  }

  /// Takes what a late line accounts for out of the gap; counts what the line claims where it states no total.
  ///
  /// - Parameter report: The line's count.
  /// - Returns: What it added to the count.
  mutating func fillGap(with report: ReportedCount) -> Int64 {
    guard report.total != nil else { return count(report) }
    gap -= report.claimed
    fillable -= report.claimed
    return 0
  }

  /// Whether a line's total is just what a total before it and the line's own work make, or the line states none.
  ///
  /// - Parameters:
  ///   - report: The line's count.
  ///   - total: The total before it.
  /// - Returns: True where it is.
  static func continues(_ report: ReportedCount, from total: Int64) -> Bool {
    report.total.map { $0 - total == report.claimed } ?? true
  }

  /// Whether a line's total is so much larger than the newest one that lines are missing between them.
  ///
  /// - Parameter report: The line's count.
  /// - Returns: True where it is.
  func skipsAhead(to report: ReportedCount) -> Bool { delta(to: report) > report.claimed }

  /// Whether a line's total is less than the run's total and the line's own work together.
  ///
  /// - Parameter report: The line's count.
  /// - Returns: True where it is; false where the line states none.
  func lagsBehind(_ report: ReportedCount) -> Bool { report.total != nil && delta(to: report) < report.claimed }

  /// How far a line's total is from the newest one before it.
  ///
  /// - Parameter report: The line's count.
  /// - Returns: The difference; below 0 where the total has fallen, 0 where the line states none.
  @inline(__always)
  func delta(to report: ReportedCount) -> Int64 {
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
    let lost = beyondClaim - alreadyCounted
    counted = saturatingSum(counted, growth)
    gap = saturatingSum(gap, lost)
    fillable = saturatingSum(fillable, lost)
    unconfirmed = 0
    return growth
  }
}

// MARK: In a snapshot

extension RunningTotal {
  /// What a new process needs to go on from here; each is at least 0.
  package struct State {
    /// Everything counted so far, over all runs.
    package var counted: Int64 = 0
    /// The part of it that no line accounted for.
    package var gap: Int64 = 0
    /// The newest total of the present run.
    package var runTotal: Int64 = 0
    /// Counted since that total from lines that state none.
    package var unconfirmed: Int64 = 0
    /// The totals that lines may state which were lost at the newest jump; nil before the first.
    package var lostTotals: ClosedRange<Int64>?
    /// The part of the gap that late lines may still fill.
    package var fillable: Int64 = 0

    /// Makes that of the time before the first line.
    package init() {}
  }

  var state: State {
    var state = State()
    state.counted = counted
    state.gap = gap
    state.runTotal = runTotal
    state.unconfirmed = unconfirmed
    state.lostTotals = lostTotals
    state.fillable = fillable
    return state
  }

  init(_ state: State) {
    counted = state.counted
    gap = state.gap
    runTotal = state.runTotal
    unconfirmed = state.unconfirmed
    lostTotals = state.lostTotals
    fillable = min(state.fillable, gap)
  }
}
