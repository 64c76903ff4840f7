internal import ETLLog
internal import Metrics

/// The pipelines, and which of them an event belongs to.
package struct PipelineTable {
  /// Any more pipelines share `other`.
  static let maximumPipelines = 100

  /// The one pipeline of a log that names none, without labels; then the pipelines that a log named, and those whose
  /// log was given a name. In one array, so that a scrape can be shown them without another one.
  private var states = [PipelineState(name: nil)]
  private var names = LabelValueTable(capacity: maximumPipelines)
  private var namesEveryLog: Bool
  /// After how much silence a run that has not said that it ends counts as aborted, in nanoseconds.
  package var silenceNanoseconds: Int64 = 120_000_000_000

  /// Makes the pipelines that are there before the first line.
  ///
  /// - Parameter logNames: Each log's own name; nil for a log that has none.
  package init(logNames: [String?]) {
    namesEveryLog = !logNames.contains(nil)
    for case .some(let name) in logNames { _ = index(of: Array(name.utf8).span) }
  }

  /// How many events had a pipeline that was put under the overflow.
  package var pipelineOverflow: Int64 { names.overflowCount }

  /// Whether a pipeline or a type of error was put under the overflow.
  package var hasOverflow: Bool { names.overflowCount > 0 || all.contains { $0.errorTypeOverflow > 0 } }

  /// Every pipeline that has series now.
  ///
  /// The one without a name is there from the start, so that its counters are seen at 0, and goes only where lines
  /// with names have come and none without.
  package var all: ArraySlice<PipelineState> {
    let hidesUnnamed = !states[0].hasJobEvents && (namesEveryLog || states.count > 1)
    return hidesUnnamed ? states[1...] : states[...]
  }

  /// Takes one event in.
  ///
  /// - Parameters:
  ///   - event: The event.
  ///   - texts: Its texts.
  ///   - logName: The name of the log that it came from.
  ///   - readNanoseconds: When its line was read, in nanoseconds since 1970.
  /// - Returns: What became of it.
  mutating func apply(
    _ event: LogEvent,
    _ texts: borrowing LogTexts,
    logName: [UInt8]?,
    readNanoseconds: Int64
  ) -> LineResult {
    // To Prometheus a label without a value is no label.
    var index: Int?
    texts.withBytes(of: .pipeline) { if !$0.isEmpty { index = self.index(of: $0) } }
    if index == nil, let logName { index = self.index(of: logName.span) }
    let limit = silenceNanoseconds
    guard let index else {
      return states[0].apply(event, texts, readNanoseconds: readNanoseconds, silenceNanoseconds: limit)
    }
    guard names.overflowCount > 0, names.names[index - 1] == LabelValueTable.overflowName else {
      return states[index].apply(event, texts, readNanoseconds: readNanoseconds, silenceNanoseconds: limit)
    }
    // The running totals of several jobs have nothing to do with each other: each line counts what it says itself.
    return states[index].apply(
      event.withoutTotals,
      texts,
      readNanoseconds: readNanoseconds,
      silenceNanoseconds: limit
    )
  }

  /// Lets runs of which nothing more comes count as aborted.
  mutating func noteSilence(at nanoseconds: Int64) {
    for index in states.indices { states[index].noteSilence(at: nanoseconds, silenceNanoseconds: silenceNanoseconds) }
  }

  /// Gives up waiting for late lines that would fill gaps.
  mutating func settleGaps() {
    for index in states.indices { states[index].settleGaps() }
  }

  /// Finds the pipeline of a name among the states, and makes one where there is none yet.
  private mutating func index(of name: Span<UInt8>) -> Int {
    let index = names.index(of: name)
    for name in names.names[(states.count - 1)...] {
      states.append(PipelineState(name: String(decoding: name, as: UTF8.self)))
    }
    return index + 1
  }
}

extension LogEvent {
  /// The same event without the job's running totals.
  fileprivate var withoutTotals: LogEvent {
    var event = self
    event.totalRecords = nil
    event.totalFiles = nil
    event.totalFailures = nil
    return event
  }
}

// MARK: In a snapshot

extension PipelineTable {
  /// What a new process needs to go on from here.
  package struct State {
    /// How many events had a pipeline that was put under the overflow; at least 0.
    package var overflowCount: Int64 = 0
    /// Each pipeline; those with a name in the order in which they came.
    package var pipelines: [PipelineState.State] = []

    /// Makes that of the time before the first line.
    package init() {}
  }

  /// The state of all pipelines as of now.
  package var state: State {
    var state = State()
    state.overflowCount = names.overflowCount
    state.pipelines = states.map(\.state)
    return state
  }

  /// Takes the place of the pipelines that are there before the first line.
  ///
  /// - Parameters:
  ///   - logNames: Each log's own name; nil for a log that has none.
  ///   - state: What an earlier process left.
  package init(logNames: [String?], state: State) {
    self.init(logNames: [])
    for state in state.pipelines {
      let pipeline = PipelineState(state)
      if let name = pipeline.name {
        states[index(of: Array(name.utf8).span)] = pipeline
      } else {
        states[0] = pipeline
      }
    }
    names.overflowCount = state.overflowCount
    // After those of the snapshot, so that each of these gets its place back.
    namesEveryLog = !logNames.contains(nil)
    for case .some(let name) in logNames { _ = index(of: Array(name.utf8).span) }
  }
}
