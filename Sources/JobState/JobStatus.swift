package import ETLLog
internal import UnixTime

/// How a job is now, by its newest events.
package struct JobStatus {
  /// The newest events' times, in nanoseconds since 1970; nil before the first of each.
  package private(set) var lastEventNanoseconds: Int64?
  /// When the newest file was completed.
  package private(set) var lastSuccessNanoseconds: Int64?
  /// When the newest file failed.
  package private(set) var lastFailureNanoseconds: Int64?
  /// Since when the newest file is being worked on; nil while none is.
  package private(set) var fileStartedNanoseconds: Int64?
  /// How the job ended; nil while it has not.
  package private(set) var ending: LogMessage?

  /// Whether the newest event's time is only when its line was read, because the line says none, or one still to come.
  private var isLastEventGuessed = false

  /// Makes one of a job of which nothing is known yet.
  init() {}

  /// Takes one event in.
  ///
  /// - Parameters:
  ///   - event: The event.
  ///   - nanoseconds: When it happened, since 1970; not later than it was read.
  ///   - readNanoseconds: When it was read.
  ///   - startsRun: Whether it is the first one of a run.
  /// - Returns: Whether no file was completed after it.
  mutating func apply(_ event: LogEvent, at nanoseconds: Int64, readNanoseconds: Int64, startsRun: Bool) -> Bool {
    if let last = lastEventNanoseconds, nanoseconds < last {
      let isNewest = nanoseconds >= lastSuccessNanoseconds ?? nanoseconds
      // After a clock was set back a new run is older than the last one's lines, and still what counts. So is a line
      // after one whose time is still to come, from a clock that was ahead, or was guessed.
      guard startsRun || last > readNanoseconds || isLastEventGuessed else {
        noteLate(event.message, at: nanoseconds)
        return isNewest
      }
      // They stand before it in the log, so that they happened before it, whatever they say.
      lastSuccessNanoseconds = lastSuccessNanoseconds.map { min($0, nanoseconds) }
      lastFailureNanoseconds = lastFailureNanoseconds.map { min($0, nanoseconds) }
    }
    lastEventNanoseconds = nanoseconds
    // Two machines' clocks are never quite the same.
    isLastEventGuessed =
      event.timestampNanoseconds.map { seconds(from: nanoseconds, to: $0) > clockToleranceSeconds } ?? true
    switch event.message {
    case .fileCompleted: lastSuccessNanoseconds = nanoseconds
    case .fileFailed: lastFailureNanoseconds = nanoseconds
    default: break
    }
    fileStartedNanoseconds = fileStart(event.message, at: nanoseconds)
    switch event.message {
    case .jobStopped, .jobCrashed: end(event.message)
    case .jobStarted, .fileStarted, .fileCompleted, .fileFailed: ending = nil
    // A pool that is closed behind the job's end is no work.
    case .other: if startsRun { ending = nil }
    }
    return true
  }

  private mutating func noteLate(_ message: LogMessage, at nanoseconds: Int64) {
    switch message {
    case .fileCompleted: lastSuccessNanoseconds = max(nanoseconds, lastSuccessNanoseconds ?? nanoseconds)
    case .fileFailed: lastFailureNanoseconds = max(nanoseconds, lastFailureNanoseconds ?? nanoseconds)
    case .jobStopped, .jobCrashed:
      // Two threads' lines may change places.
      if let last = lastEventNanoseconds, seconds(from: nanoseconds, to: last) < clockToleranceSeconds { end(message) }
    default: break
    }
  }

  private mutating func end(_ message: LogMessage) {
    fileStartedNanoseconds = nil
    // A job that says both, one of them on its way out, crashed.
    if case .jobCrashed = ending { return }
    ending = message
  }

  /// Since when a file is being worked on, after a message.
  private func fileStart(_ message: LogMessage, at nanoseconds: Int64) -> Int64? {
    switch message {
    case .fileStarted: nanoseconds
    case .other: fileStartedNanoseconds
    case .fileCompleted, .fileFailed, .jobStarted, .jobStopped, .jobCrashed: nil
    }
  }

  /// Whether the job is at work: its newest event is young enough, and was not its end. One that is far in the future is
  /// from a clock that was set back since, and says nothing of the present.
  ///
  /// - Parameters:
  ///   - nanoseconds: The present, since 1970.
  ///   - staleAfterSeconds: How old the newest event may be.
  /// - Returns: True while it is at work.
  package func isAlive(at nanoseconds: Int64, staleAfterSeconds: Double) -> Bool {
    guard let lastEventNanoseconds, ending == nil else { return false }
    return seconds(from: lastEventNanoseconds, to: nanoseconds) < staleAfterSeconds
      && seconds(from: nanoseconds, to: lastEventNanoseconds) < staleAfterSeconds
  }
}

// MARK: In a snapshot

extension JobStatus {
  /// What a new process needs to go on from here.
  package struct State {
    /// The time of the newest event, since 1970; nil before the first.
    package var lastEventNanoseconds: Int64?
    /// Whether that time is only when its line was read.
    package var isLastEventGuessed = false
    /// When the newest file was completed; nil before the first.
    package var lastSuccessNanoseconds: Int64?
    /// When the newest file failed; nil before the first.
    package var lastFailureNanoseconds: Int64?
    /// Since when the newest file is being worked on; nil while none is.
    package var fileStartedNanoseconds: Int64?
    /// How the job ended; nil while it has not.
    package var ending: LogMessage?

    /// Makes that of the time before the first line.
    package init() {}
  }

  var state: State {
    var state = State()
    state.lastEventNanoseconds = lastEventNanoseconds
    state.isLastEventGuessed = isLastEventGuessed
    state.lastSuccessNanoseconds = lastSuccessNanoseconds
    state.lastFailureNanoseconds = lastFailureNanoseconds
    state.fileStartedNanoseconds = fileStartedNanoseconds
    state.ending = ending
    return state
  }

  init(_ state: State) {
    lastEventNanoseconds = state.lastEventNanoseconds
    isLastEventGuessed = state.isLastEventGuessed
    lastSuccessNanoseconds = state.lastSuccessNanoseconds
    lastFailureNanoseconds = state.lastFailureNanoseconds
    fileStartedNanoseconds = state.fileStartedNanoseconds
    ending = state.ending
  }
}
