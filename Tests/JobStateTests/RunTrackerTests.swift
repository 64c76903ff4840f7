import ETLLog
import Testing

@testable import JobState

/// What times are counted in: more than a second, within which a line may just be late.
private let unitNanoseconds: Int64 = 2_000_000_000

/// A line that says a file was completed.
private func completed(
  _ time: Int64,
  records: Int64 = 100,
  totals: (records: Int64, files: Int64, failures: Int64)? = nil
) -> LineReport {
  LineReport(
    records: ReportedCount(total: totals?.records, claimed: records),
    files: ReportedCount(total: totals?.files, claimed: 1),
    failures: ReportedCount(total: totals?.failures),
    nanoseconds: time * unitNanoseconds,
    readNanoseconds: 1_000 * unitNanoseconds
  )
}

/// A line that says a file failed.
private func failed(_ time: Int64, totals: (records: Int64, files: Int64, failures: Int64)? = nil) -> LineReport {
  LineReport(
    records: ReportedCount(total: totals?.records),
    files: ReportedCount(total: totals?.files),
    failures: ReportedCount(total: totals?.failures, claimed: 1),
    nanoseconds: time * unitNanoseconds,
    readNanoseconds: 1_000 * unitNanoseconds
  )
}

/// A line that claims nothing.
private func other(
  _ time: Int64,
  startsRun: Bool = false,
  totals: (records: Int64, files: Int64, failures: Int64)? = nil
) -> LineReport {
  LineReport(
    records: ReportedCount(total: totals?.records),
    files: ReportedCount(total: totals?.files),
    failures: ReportedCount(total: totals?.failures),
    startsRun: startsRun,
    nanoseconds: time * unitNanoseconds,
    readNanoseconds: 1_000 * unitNanoseconds
  )
}

/// What was counted, and the part of it that no line accounted for.
private struct Sums: Equatable, CustomStringConvertible {
  var counted: [Int64]
  var gaps: [Int64]

  init(_ records: Int64, _ files: Int64, _ failures: Int64, gaps: [Int64] = [0, 0, 0]) {
    counted = [records, files, failures]
    self.gaps = gaps
  }

  init(_ follower: RunTracker) {
    counted = [follower.records.counted, follower.files.counted, follower.failures.counted]
    gaps = [follower.records.gap, follower.files.gap, follower.failures.gap]
  }

  var description: String { "\(counted) gaps \(gaps)" }
}

@Suite("Counting by totals")
struct TotalsFollowerTests {
  /// Feeds lines and says what came out: the outcomes by their first letter (counted, duplicate, stale) and the sums.
  private func follow(_ reports: [LineReport]) -> (outcomes: String, sums: Sums) {
    var follower = RunTracker()
    var outcomes = ""
    for report in reports {
      switch follower.apply(report).result {
      case .event: outcomes += "c"
      case .duplicate: outcomes += "d"
      case .stale: outcomes += "s"
      case let result: Issue.record("a line became \(result)")
      }
    }
    return (outcomes, Sums(follower))
  }

  @Test("every line is there: the counters are the totals and there is no gap")
  func noLoss() {
    let result = follow([
      other(1, startsRun: true, totals: (0, 0, 0)),
      completed(2, totals: (100, 1, 0)),
      failed(3, totals: (100, 1, 1)),
      completed(4, records: 50, totals: (150, 2, 1)),
    ])
    #expect(result.outcomes == "cccc")
    #expect(result.sums == Sums(150, 2, 1))
  }

  @Test("lines are lost: the counters are still the totals, and the gap says how much no line told of")
  func lostLines() {
    let result = follow([
      completed(1, totals: (100, 1, 0)),
      completed(5, records: 30, totals: (400, 4, 2)),
    ])
    #expect(result.outcomes == "cc")
    #expect(result.sums == Sums(400, 4, 2, gaps: [270, 2, 2]))
  }

  @Test("the log begins in the middle of a run: what came before is counted and a gap")
  func beginsInTheMiddle() {
    let result = follow([completed(1, records: 250, totals: (1250, 5, 1))])
    #expect(result.sums == Sums(1250, 5, 1, gaps: [1000, 4, 1]))
  }

  @Test("a line that claims nothing tells of lost lines by its totals alone")
  func gapSeenByOtherLine() {
    let result = follow([completed(1, totals: (100, 1, 0)), other(2, totals: (300, 3, 1))])
    #expect(result.sums == Sums(300, 3, 1, gaps: [200, 2, 1]))
  }

  @Test("a line comes twice: it is counted once")
  func repeated() {
    let line = completed(2, totals: (100, 1, 0))
    let failure = failed(3, totals: (100, 1, 1))
    let result = follow([line, line, failure, failure])
    #expect(result.outcomes == "cdcd")
    #expect(result.sums == Sums(100, 1, 1))
  }

  @Test("a line that claims nothing and whose totals stand still is no repetition")
  func standingStillWithoutClaim() {
    let result = follow([completed(1, totals: (100, 1, 0)), other(2, totals: (100, 1, 0))])
    #expect(result.outcomes == "cc")
  }

  @Test("a file without records is no repetition")
  func emptyFile() {
    let result = follow([
      completed(1, records: 10, totals: (10, 1, 0)), completed(2, records: 0, totals: (10, 2, 0)),
    ])
    #expect(result.outcomes == "cc")
    #expect(result.sums == Sums(10, 2, 0))
  }

  @Test("a block of lines is repeated after a copy: older ones are stale, the newest one a duplicate")
  func repeatedBlock() {
    let block = [completed(1, totals: (100, 1, 0)), completed(2, totals: (200, 2, 0)), failed(3, totals: (200, 2, 1))]
    let result = follow(block + block)
    #expect(result.outcomes == "cccssd")
    #expect(result.sums == Sums(200, 2, 1))
  }

  @Test("the job restarts and says so: its new totals are added to the old ones")
  func restartWithStartedLine() {
    let result = follow([
      completed(1, totals: (100, 1, 0)),
      other(2, startsRun: true, totals: (0, 0, 0)),
      completed(3, totals: (100, 1, 0)),
    ])
    #expect(result.outcomes == "ccc")
    #expect(result.sums == Sums(200, 2, 0))
  }

  @Test("the job restarts and its started line is lost: a newer line with smaller totals begins the new run")
  func restartWithoutStartedLine() {
    let result = follow([completed(1, totals: (500, 5, 0)), completed(2, totals: (100, 1, 0))])
    #expect(result.outcomes == "cc")
    #expect(result.sums == Sums(600, 6, 0, gaps: [400, 4, 0]))
  }

  @Test("the job restarts in the very second of its last line: the started line still begins a new run")
  func restartInTheSameSecond() {
    let result = follow([
      completed(7, totals: (500, 5, 0)), other(7, startsRun: true, totals: (0, 0, 0)),
      completed(7, totals: (100, 1, 0)),
    ])
    #expect(result.outcomes == "ccc")
    #expect(result.sums == Sums(600, 6, 0, gaps: [400, 4, 0]))
  }

  @Test("the job restarts after the clock was set back: the started line begins a new run though it is older")
  func restartAfterClockWasSetBack() {
    let result = follow([
      other(100, startsRun: true),
      completed(900, totals: (100, 1, 0)),
      other(800, startsRun: true),
      completed(850, totals: (100, 1, 0)),
    ])
    #expect(result.outcomes == "cccc")
    #expect(result.sums == Sums(200, 2, 0))
  }

  @Test("a started line comes twice: the run does not begin anew")
  func repeatedStartedLine() {
    let started = other(1, startsRun: true, totals: (0, 0, 0))
    let result = follow([started, completed(2, totals: (100, 1, 0)), started, completed(3, totals: (200, 2, 0))])
    #expect(result.outcomes == "cccc")
    #expect(result.sums == Sums(200, 2, 0))
  }

  @Test("a started line comes late, after a line of its own run: the run does not begin anew")
  func lateStartedLine() {
    let result = follow([
      completed(5, totals: (500, 5, 0)), completed(20, totals: (100, 1, 0)), other(19, startsRun: true),
      completed(21, totals: (200, 2, 0)),
    ])
    #expect(result.outcomes == "cccc")
    #expect(result.sums == Sums(700, 7, 0, gaps: [400, 4, 0]))
  }

  @Test("a line is late by less than a second: it fills the gap, once")
  func lateLine() {
    let first = completed(1, totals: (100, 1, 0))
    var late = completed(3, totals: (200, 2, 0))
    late.nanoseconds = 3 * unitNanoseconds - 2_000_000
    let result = follow([first, completed(3, totals: (300, 3, 0)), late, late, completed(4, totals: (400, 4, 0))])
    #expect(result.outcomes == "cccsc")
    #expect(result.sums == Sums(400, 4, 0))
  }

  @Test("a line is late by more than a second: it changes nothing")
  func veryLateLine() {
    let result = follow([completed(3, totals: (300, 3, 0)), completed(2, totals: (200, 2, 0))])
    #expect(result.outcomes == "cs")
    #expect(result.sums == Sums(300, 3, 0, gaps: [200, 2, 0]))
  }

  @Test("one total falls while another grows: still a new run, or a late line, never both")
  func oneTotalFalls() {
    let newer = follow([completed(1, totals: (100, 5, 3)), completed(2, totals: (900, 1, 0))])
    #expect(newer.sums == Sums(1000, 6, 3, gaps: [800, 4, 3]))
    let older = follow([completed(2, totals: (100, 5, 3)), completed(1, totals: (900, 1, 0))])
    #expect(older.outcomes == "cs")
    #expect(older.sums == Sums(100, 5, 3, gaps: [0, 4, 3]))
  }

  @Test("no totals at all: each line counts what it says")
  func noTotals() {
    let result = follow([completed(1), completed(1), failed(2), other(3)])
    #expect(result.outcomes == "cccc")
    #expect(result.sums == Sums(200, 2, 1))
  }

  @Test("a line without totals that the next totals contain is not counted twice")
  func unconfirmedIsContained() {
    let result = follow([completed(1, totals: (100, 1, 0)), completed(2), completed(3, totals: (300, 3, 0))])
    #expect(result.sums == Sums(300, 3, 0))
  }

  @Test("a line without totals that the next totals do not contain stays counted")
  func unconfirmedIsNotContained() {
    let result = follow([completed(1, totals: (100, 1, 0)), completed(2), completed(3, totals: (200, 2, 0))])
    #expect(result.sums == Sums(300, 3, 0))
  }

  @Test("only some totals are stated: each is followed by itself")
  func someTotals() {
    let line = { (time: Int64, files: Int64) in
      LineReport(
        records: ReportedCount(claimed: 10),
        files: ReportedCount(total: files, claimed: 1),
        nanoseconds: time * unitNanoseconds,
        readNanoseconds: 1_000 * unitNanoseconds
      )
    }
    let result = follow([line(1, 1), line(2, 2), line(2, 2), line(3, 4)])
    #expect(result.outcomes == "ccdc")
    #expect(result.sums == Sums(30, 4, 0, gaps: [0, 1, 0]))
  }

  @Test("totals grow by less than the lines claim: the totals are right")
  func totalsGrowByLess() {
    let result = follow([completed(1, records: 100, totals: (60, 1, 0))])
    #expect(result.sums == Sums(60, 1, 0))
  }

  @Test("a started line with totals of its own: only what comes on top is counted")
  func startedWithTotals() {
    let result = follow([
      other(1, startsRun: true, totals: (1000, 10, 2)), completed(2, records: 100, totals: (1100, 11, 2)),
    ])
    #expect(result.sums == Sums(100, 1, 0))
  }

  @Test("absurd totals reach the largest number and stay there")
  func saturation() {
    let result = follow([
      completed(1, records: .max, totals: (.max, .max, .max)),
      other(2, startsRun: true),
      completed(3, records: .max, totals: (.max, .max, .max)),
      completed(4, records: .max),
    ])
    #expect(result.sums.counted == [.max, .max, .max])
  }

  @Test("lines that say no time are never late: each run of such a log is counted")
  func runsWithoutTimes() {
    var follower = RunTracker()
    for files in [100, 50, 30] as [Int64] {
      for count in 1...files {
        let report = LineReport(files: ReportedCount(total: count, claimed: 1), nanoseconds: nil, readNanoseconds: 7)
        #expect(follower.apply(report).result != .stale)
      }
    }
    #expect(follower.files.counted == 180)
  }

  @Test("times ahead of this machine's clock are in order among themselves: each run is counted")
  func runsAheadOfTheClock() {
    var follower = RunTracker()
    var time: Int64 = 10_000
    for files in [100, 50, 30] as [Int64] {
      for count in 1...files {
        time += 1
        let report = LineReport(
          files: ReportedCount(total: count, claimed: 1),
          nanoseconds: time,
          readNanoseconds: 1_000
        )
        #expect(follower.apply(report).result != .stale)
      }
    }
    #expect(follower.files.counted == 180)
  }

  @Test("a clock was ahead and is set right: a new run is not taken for a late line")
  func clockSetRight() {
    let result = follow([
      other(5_000_000, startsRun: true), completed(5_000_001, totals: (500, 5, 0)),
      completed(900, totals: (100, 1, 0)), other(950, startsRun: true), completed(960, totals: (100, 1, 0)),
    ])
    #expect(result.outcomes == "ccccc")
    #expect(result.sums == Sums(700, 7, 0, gaps: [400, 4, 0]))
  }

  @Test("a line of the run before comes again: its larger totals are no growth of this run")
  func lineOfEarlierRun() {
    let old = completed(2, records: 100, totals: (10_000, 100, 0))
    let result = follow([
      other(1, startsRun: true), old, other(3, startsRun: true), completed(4, totals: (100, 1, 0)), old,
      completed(5, totals: (200, 2, 0)),
    ])
    #expect(result.outcomes == "ccccsc")
    #expect(result.sums == Sums(10_200, 102, 0, gaps: [9_900, 99, 0]))
  }

  @Test("the clock is set back in the middle of a run: its lines are still counted")
  func clockSetBackInARun() {
    let result = follow([
      other(900, startsRun: true), completed(910, totals: (100, 1, 0)), completed(500, totals: (200, 2, 0)),
      failed(510, totals: (200, 2, 1)), other(520, totals: (200, 2, 1)),
    ])
    #expect(result.outcomes == "ccccc")
    #expect(result.sums == Sums(200, 2, 1))
  }

  @Test("totals never make a counter fall, whatever comes")
  func neverFalls() {
    var seed: UInt64 = 42
    func random(_ below: Int64) -> Int64 {
      seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int64(seed >> 33) % below
    }
    var follower = RunTracker()
    var last = Sums(follower)
    for _ in 0..<20_000 {
      let totals = random(3) == 0 ? nil : (records: random(50), files: random(5), failures: random(3))
      let report =
        switch random(4) {
        case 0: completed(random(100), records: random(30), totals: totals)
        case 1: failed(random(100), totals: totals)
        case 2: other(random(100), totals: totals)
        default: other(random(100), startsRun: true, totals: totals)
        }
      _ = follower.apply(report)
      let now = Sums(follower)
      for index in 0..<3 {
        #expect(now.counted[index] >= last.counted[index])
        #expect(now.gaps[index] >= 0 && now.gaps[index] <= now.counted[index])
      }
      last = now
    }
  }
}
