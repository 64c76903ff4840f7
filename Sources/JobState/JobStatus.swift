package import ETLLog
internal import JSON
internal import UnixTime

/// How a job is now, by its newest events.
package struct JobStatus {
  /// The newest events' times, in nanoseconds since 1970; nil before the first of each.
  package private(set) var lastEventNanoseconds: Int64?
  /// When the newest file was completed.
  package private(set) var lastSuccessNanoseconds: Int64?
  /// When the newest file failed.
  package private(set) var lastFailureNanoseconds: Int64?
  /// Since when the file is being worked on that was started first; nil while none is.
  package var fileStartedNanoseconds: Int64? { openFiles.oldestNanoseconds }
  /// How the job ended; nil while it has not.
  package private(set) var ending: LogMessage?

  /// Whether the newest event's time is only when its line was read, because the line says none, or one still to come.
  private var isLastEventGuessed = false
  private var openFiles = OpenFiles()

  /// Makes one of a job of which nothing is known yet.
  init() {}

  /// Takes one event in.
  ///
  /// - Parameters:
  ///   - event: The event.
  ///   - nanoseconds: When it happened, since 1970; not later than it was read.
  ///   - readNanoseconds: When it was read.
  ///   - startsRun: Whether it is the first one of a run.
  /// - Returns: Whether it is the newest event.
  mutating func apply(_ event: LogEvent, at nanoseconds: Int64, readNanoseconds: Int64, startsRun: Bool) -> Bool {
    if let last = lastEventNanoseconds, nanoseconds < last {
      // After a clock was set back a new run is older than the last one's lines, and still what counts. So is a line
      // after one whose time is still to come, from a clock that was ahead, or was guessed.
      guard startsRun || last > readNanoseconds || isLastEventGuessed else {
        noteLate(event.message, at: nanoseconds)
        return false
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
    ending = event.message.isEnding ? event.message : nil
    return true
  }

  private mutating func noteLate(_ message: LogMessage, at nanoseconds: Int64) {
    switch message {
    case .fileCompleted: lastSuccessNanoseconds = max(nanoseconds, lastSuccessNanoseconds ?? nanoseconds)
    case .fileFailed: lastFailureNanoseconds = max(nanoseconds, lastFailureNanoseconds ?? nanoseconds)
    default: break
    }
  }

  /// Takes note of a file that was started or is done, whether or not its line is the newest.
  ///
  /// - Parameters:
  ///   - message: What happened.
  ///   - nameHash: What the file is known by.
  ///   - nanoseconds: When, since 1970.
  ///   - startsRun: Whether it is the first event of a run.
  /// - Returns: When the file was started that is done; nil where none is, or that was not seen.
  mutating func trackFile(_ message: LogMessage, _ nameHash: UInt64, at nanoseconds: Int64, startsRun: Bool) -> Int64? {
    if startsRun { openFiles.removeAll() }
    switch message {
    case .fileStarted: openFiles.start(nameHash, at: nanoseconds)
    case .fileCompleted, .fileFailed: return openFiles.finish(nameHash)
    case .jobStarted, .jobStopped, .jobCrashed: openFiles.removeAll()
    case .recordsProcessed, .other: break
    }
    return nil
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
  /// The members of the pipeline's object that say it.
  var jsonMembers: [(String, JSONValue)] {
    [
      ("last_event", .nanoseconds(lastEventNanoseconds)),
      ("last_event_guessed", .boolean(isLastEventGuessed)),
      ("last_success", .nanoseconds(lastSuccessNanoseconds)),
      ("last_failure", .nanoseconds(lastFailureNanoseconds)),
      ("file_started", .nanoseconds(fileStartedNanoseconds)),
      ("open_files", openFiles.json),
      ("ending", ending.flatMap { $0.spellings.first }.map(JSONValue.string) ?? .null),
    ]
  }

  /// Reads what `jsonMembers` gave.
  ///
  /// - Parameter json: The pipeline's object.
  init(json: JSONValue) {
    lastEventNanoseconds = json["last_event"]?.integerValue
    isLastEventGuessed = json["last_event_guessed"]?.booleanValue ?? false
    lastSuccessNanoseconds = json["last_success"]?.integerValue
    lastFailureNanoseconds = json["last_failure"]?.integerValue
    openFiles = OpenFiles(json: json["open_files"], startedNanoseconds: json["file_started"]?.integerValue)
    let ending = json["ending"]?.stringValue
    self.ending = LogMessage.allCases.first { message in ending.map(message.spellings.contains) ?? false }
  }
}
