import TestSupport
import UnixTime

/// A job with whatever habits jobs have, the log that it writes, and what it truly did.
struct RandomJob {
  enum TotalsStyle: CaseIterable {
    case ofRun, ofLife, none
  }

  enum TimeStyle: CaseIterable {
    case milliseconds, seconds, none
  }

  enum StartedStyle: CaseIterable {
    case withTotals, withoutTotals, none
  }

  /// What the clock does between two runs.
  enum Pause: CaseIterable {
    case long, short, setBack, hourTwice
  }

  struct Counts: Equatable {
    var records: Int64 = 0
    var files: Int64 = 0
    var failures: Int64 = 0
  }

  /// One line, before two of them change places.
  private struct Line {
    let text: String
    /// Whether it and the one before it may change places: they are a moment apart.
    let isClose: Bool
  }

  let totals: TotalsStyle
  let times: TimeStyle
  let started: StartedStyle
  /// Whether two threads' lines change places now and then.
  let swaps: Bool
  /// Whether each line is written twice, as by a handler that was installed twice.
  let isDoubled: Bool
  /// The lines, in the order of the log.
  private(set) var lines: [String] = []
  /// When each of them was written, since 1970.
  private(set) var writtenNanoseconds: [Int64] = []
  /// What the job did, over all runs.
  private(set) var truth = Counts()

  private var run = Counts()
  private var clock: Int64 = 1_737_172_800_000_000_000
  private var written: [(line: Line, nanoseconds: Int64)] = []
  private var random: RandomSource
  private static let millisecond: Int64 = 1_000_000

  /// Makes a job and lets it run to its end.
  ///
  /// - Parameter random: Where its habits and its work come from.
  init(_ random: inout RandomSource) {
    totals = random.element(TotalsStyle.allCases)
    times = random.element(TimeStyle.allCases)
    // Runs that do not say that they begin can be told from a repetition by their time alone, or by having none.
    started = random.element(StartedStyle.allCases)
    let canBeDoubled = totals != .none && (times != .none || started != .none)
    isDoubled = canBeDoubled && random.below(5) == 0
    // Of lines that say nothing of their order nobody can tell which one is late.
    swaps = totals != .none && started != .none && !(isDoubled && times == .none) && random.below(3) == 0
    self.random = random
    let usualRecords = self.random.below(2) == 0 ? Int64(100) : nil
    for _ in 0...self.random.below(6) {
      runOnce(usualRecords: usualRecords)
      pause()
    }
    finish()
    random = self.random
  }

  /// What the job's habits are, for somebody to find a fault by.
  var note: String { "totals \(totals), times \(times), started \(started), swaps \(swaps), doubled \(isDoubled)" }

  private mutating func pause() {
    // Whole seconds that come again may be those of a line that is written twice.
    let canGoBack = started != .none || times != .seconds
    switch random.element(canGoBack ? Pause.allCases : [.long, .short]) {
    case .long: clock += Int64(random.below(86_400_000) + 2_500) * Self.millisecond
    // Without a started line it would be a repetition.
    case .short: clock += Int64(random.below(400) + (started == .none ? 2_500 : 0)) * Self.millisecond
    case .setBack: clock -= (started == .none ? 100_000 : 5_000) * Self.millisecond
    case .hourTwice: clock -= 3_600_000 * Self.millisecond
    }
  }

  private mutating func runOnce(usualRecords: Int64?) {
    if totals != .ofLife { run = Counts() }
    let isFast = random.below(2) == 0
    switch started {
    case .withTotals: write("etl_started", isClose: false)
    case .withoutTotals: write("etl_started", isClose: false, statesTotals: false)
    case .none: break
    }
    for _ in 0..<(random.below(6) + (started == .none ? 1 : 0)) {
      let step = isFast ? random.below(3) + 1 : random.below(60_000) + 1
      if random.below(3) == 0 { write("file_processing_started", isClose: isFast) }
      clock += Int64(step) * Self.millisecond
      work(usualRecords: usualRecords, isClose: isFast)
      if random.below(4) == 0 {
        write("heartbeat", isClose: false, statesTotals: random.below(2) == 0)
      }
    }
    switch random.below(3) {
    case 0: write("etl_stopped", isClose: false)
    case 1: write("etl_crashed", isClose: false, statesTotals: false)
    default: break
    }
  }

  private mutating func work(usualRecords: Int64?, isClose: Bool) {
    if random.below(5) == 0 {
      run.failures += 1
      truth.failures += 1
      return write("file_processing_failed", isClose: isClose, members: ", \"error_type\": \"disk_space_insufficient\"")
    }
    let records = usualRecords ?? Int64(random.below(500))
    run.records += records
    truth.records += records
    run.files += 1
    truth.files += 1
    write("file_processing_completed", isClose: isClose, members: ", \"records_processed\": \(records)")
  }

  private mutating func write(_ message: String, isClose: Bool, statesTotals: Bool = true, members: String = "") {
    var text = "{\"message\": \"\(message)\"\(members)"
    if times != .none {
      var timestamp: [UInt8] = []
      let unit = times == .seconds ? 1_000_000_000 : Self.millisecond
      Timestamp.append(clock / unit * unit, to: &timestamp)
      text += ", \"timestamp\": \"\(String(decoding: timestamp, as: UTF8.self))\""
    }
    if statesTotals, totals != .none {
      text += ", \"total_records\": \(run.records), \"total_files\": \(run.files), \"total_failures\": \(run.failures)"
    }
    written.append((Line(text: text + "}", isClose: isClose), clock))
  }

  private mutating func finish() {
    var index = 1
    while swaps, index < written.count {
      if written[index].line.isClose, written[index - 1].line.isClose, random.below(3) == 0 {
        written.swapAt(index - 1, index)
        index += 3
      }
      index += 1
    }
    for (line, nanoseconds) in written {
      for _ in 0..<(isDoubled ? 2 : 1) {
        lines.append(line.text)
        writtenNanoseconds.append(nanoseconds)
      }
    }
  }
}
