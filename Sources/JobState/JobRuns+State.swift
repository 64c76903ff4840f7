extension JobRuns {
  /// What a new process needs to go on from here; times in nanoseconds since 1970.
  package struct State {
    /// Whether the job says when its runs start or end.
    package var areKnown = false
    /// How many runs ended as each `RunResult`, in the order of its cases.
    package var ended: [Int64] = []
    /// The newest run that has ended: its start and end, records, files and failures; empty for none.
    package var last: [Int64] = []
    /// The raw value of its result.
    package var lastResult: String?
    /// When the newest run ended that was a success.
    package var lastSuccessNanoseconds: Int64?
    /// The open run: its start, and the records, files and failures that had been counted before it; empty for none.
    package var open: [Int64] = []
    /// Whether a started line began it.
    package var hasStartedLine = false
    /// Whether it counts as aborted already.
    package var isSilent = false
    /// Runs that were counted as aborted too early.
    package var prematurelyAborted: Int64 = 0

    /// Makes that of the time before the first line.
    package init() {}
  }

  var state: State {
    var state = State()
    state.areKnown = areKnown
    state.ended = ended
    if let last {
      state.last = [last.startNanoseconds, last.endNanoseconds, last.records, last.files, last.failures]
      state.lastResult = last.result.rawValue
    }
    state.lastSuccessNanoseconds = lastSuccessNanoseconds
    if let open {
      state.open = [open.startNanoseconds, open.before.records, open.before.files, open.before.failures]
      state.hasStartedLine = open.hasStartedLine
    }
    state.isSilent = isSilent
    state.prematurelyAborted = prematurelyAborted
    return state
  }

  /// Goes on from what an earlier process left; what is damaged of it counts as missing.
  init(_ state: State) {
    self.init()
    areKnown = state.areKnown
    if state.ended.count == ended.count { ended = state.ended }
    if state.last.count == 5, let result = state.lastResult.flatMap(RunResult.init) {
      last = EndedRun(
        startNanoseconds: state.last[0],
        endNanoseconds: max(state.last[0], state.last[1]),
        records: state.last[2],
        files: state.last[3],
        failures: state.last[4],
        result: result
      )
    }
    lastSuccessNanoseconds = state.lastSuccessNanoseconds
    if state.open.count == 4 {
      open = OpenRun(
        startNanoseconds: state.open[0],
        before: Counts(records: state.open[1], files: state.open[2], failures: state.open[3]),
        hasStartedLine: state.hasStartedLine
      )
    }
    isSilent = state.isSilent && open != nil
    prematurelyAborted = state.prematurelyAborted
  }
}
