extension RunTracker {
  /// What a new process needs to go on from here; times in nanoseconds since 1970.
  package struct State {
    /// The records.
    package var records = RunningTotal.State()
    /// The completed files.
    package var files = RunningTotal.State()
    /// The failed files.
    package var failures = RunningTotal.State()
    /// When the present run began.
    package var runStartedNanoseconds: Int64?
    /// When the newest counted line was written.
    package var newestNanoseconds: Int64?
    /// When the newest line with work was written.
    package var lastWorkNanoseconds: Int64?
    /// When the newest line was written whose totals told of missing ones.
    package var jumpNanoseconds: Int64?
    /// The same, or when it was read.
    package var jumpReadNanoseconds = Int64.min
    /// How many files had been counted with it.
    package var jumpWork: Int64 = 0
    /// The raw value of how it is known that the present run is another one; nil in older snapshots.
    package var start: String?
    /// Three totals before a started line that leaves them open, and three that it states; empty for none.
    package var openStart: [Int64] = []
    /// How many files had been counted when the job said that it ended; nil while it has not.
    package var endedWork: Int64?
    /// The three totals of earlier runs, the newest last.
    package var earlierRuns: [[Int64]] = []
    /// Lines whose totals contradict those around them.
    package var conflictingLines: Int64 = 0
    /// How many came in a row.
    package var conflictStreak: Int64 = 0
    /// How many files had been counted at the newest one.
    package var conflictWork: Int64 = 0

    /// Makes that of the time before the first line.
    package init() {}
  }

  var state: State {
    var state = State()
    state.records = records.state
    state.files = files.state
    state.failures = failures.state
    state.runStartedNanoseconds = runStartedNanoseconds
    state.newestNanoseconds = lastNanoseconds
    state.lastWorkNanoseconds = lastWorkNanoseconds
    state.jumpNanoseconds = jump.nanoseconds
    state.jumpReadNanoseconds = jump.readNanoseconds
    state.jumpWork = jump.work
    state.start = start.rawValue
    state.openStart = openStart.map { $0.before.counts + $0.stated.counts } ?? []
    state.endedWork = endedWork
    state.earlierRuns = earlierRuns.map(\.counts)
    state.conflictingLines = conflicts.lines
    state.conflictStreak = conflicts.streak
    state.conflictWork = conflicts.work
    return state
  }

  /// Goes on from what an earlier process left.
  init(_ state: State) {
    records = RunningTotal(state.records)
    files = RunningTotal(state.files)
    failures = RunningTotal(state.failures)
    runStartedNanoseconds = state.runStartedNanoseconds
    lastNanoseconds = state.newestNanoseconds
    // Older snapshots have neither.
    lastWorkNanoseconds = state.start == nil ? state.newestNanoseconds : state.lastWorkNanoseconds
    start = state.start.flatMap(RunStart.init) ?? .later
    jump = Jump(
      nanoseconds: state.jumpNanoseconds,
      readNanoseconds: state.jumpReadNanoseconds,
      work: state.jumpWork
    )
    if let before = RunTotals(state.openStart.prefix(3)), let stated = RunTotals(state.openStart.dropFirst(3)) {
      openStart = OpenStart(before: before, stated: stated)
    }
    endedWork = state.endedWork
    earlierRuns = state.earlierRuns.suffix(Self.maximumEarlierRuns).compactMap { RunTotals($0[...]) }
    conflicts.lines = state.conflictingLines
    conflicts.streak = state.conflictStreak
    conflicts.work = state.conflictWork
  }
}

extension RunTracker.RunTotals {
  fileprivate var counts: [Int64] { [records, files, failures] }

  fileprivate init?(_ counts: ArraySlice<Int64>) {
    guard counts.count == 3, let first = counts.first, let last = counts.last else { return nil }
    self.init(records: first, files: counts[counts.startIndex + 1], failures: last)
  }
}
