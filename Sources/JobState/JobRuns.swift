internal import ETLLog
internal import UnixTime

/// How a run of the job ended; the raw value is the label's value.
package enum RunResult: String, CaseIterable {
  /// It said that it stopped, and no file failed.
  case success
  /// It said that it stopped, and files failed.
  case partial
  /// It said that it crashed.
  case crashed
  /// The next run began, or nothing more came for too long, and it had not said that it ends.
  case aborted
}

/// The runs of a job that says when it starts or ends: how many ended in what way, and what the newest of them did.
///
/// A job that says neither has none of all this: where its runs begin is then only a guess of the counting.
package struct JobRuns: Equatable {
  /// A run that has ended.
  package struct EndedRun: Equatable {
    /// When its first line was written, in nanoseconds since 1970.
    package var startNanoseconds: Int64
    /// When its last line was written; not before the first one.
    package var endNanoseconds: Int64
    /// Records that it processed.
    package var records: Int64
    /// Files that it completed.
    package var files: Int64
    /// Files that failed.
    package var failures: Int64
    /// How it ended.
    package var result: RunResult

    /// From its first line to its last one, in seconds; at least 0.
    package var durationSeconds: Double { seconds(from: startNanoseconds, to: endNanoseconds) }
  }

  /// What had been counted at some moment, over all runs.
  struct Counts: Equatable {
    var records: Int64
    var files: Int64
    var failures: Int64
  }

  /// A line, as the runs see it.
  struct Line {
    /// When it was written, or else read, since 1970.
    let nanoseconds: Int64
    /// Whether it says when it was written.
    let isTimed: Bool
    /// For how long nothing had come before it, in nanoseconds, as the lines say; nil where they do not.
    let silenceNanoseconds: Int64?
    /// When the line before it was written, or else read.
    let previousNanoseconds: Int64
    /// What had been counted before it, and with it.
    let before: Counts
    let after: Counts
    /// Whether the counting takes it for the first one of a run.
    let startsRun: Bool
  }

  struct OpenRun: Equatable {
    var startNanoseconds: Int64
    var before: Counts
    var hasStartedLine: Bool
  }

  /// The newest run that has ended; nil before the first.
  package internal(set) var last: EndedRun?
  /// When the newest run ended that was a success, in nanoseconds since 1970; nil before the first.
  package internal(set) var lastSuccessNanoseconds: Int64?
  /// Whether the job says when its runs start or end.
  package internal(set) var areKnown = false

  var ended: [Int64] = Array(repeating: 0, count: RunResult.allCases.count)
  var open: OpenRun?
  /// Whether the open run counts as aborted already, because nothing came from it for too long.
  var isSilent = false
  /// Runs that were counted as aborted too early: their lines only came late.
  var prematurelyAborted: Int64 = 0

  /// Makes one of a job of which nothing is known yet.
  init() {}

  /// How many runs ended in some way.
  package subscript(result: RunResult) -> Int64 { ended[Self.index(of: result)] }

  private static func index(of result: RunResult) -> Int {
    switch result {
    case .success: 0
    case .partial: 1
    case .crashed: 2
    case .aborted: 3
    }
  }

  /// Whether an ordinary line, which neither starts nor ends a run, changes anything.
  ///
  /// - Parameters:
  ///   - silenceNanoseconds: For how long nothing had come before it; nil where the lines do not say.
  ///   - limit: After how much silence a run counts as aborted, in nanoseconds.
  /// - Returns: False in the midst of a run.
  @inline(__always)
  func isConcerned(bySilence silenceNanoseconds: Int64?, limit: Int64) -> Bool {
    open == nil || isSilent || silenceNanoseconds ?? 0 >= limit
  }

  /// Takes in a counted line.
  ///
  /// - Parameters:
  ///   - message: What it says.
  ///   - line: How it lies to the lines before it.
  ///   - limit: After how much silence a run counts as aborted, in nanoseconds.
  mutating func apply(_ message: LogMessage, _ line: Line, limit: Int64) {
    let isAborted = settleSilence(before: line, limit: limit)
    switch message {
    case .jobStarted: start(line, isAborted: isAborted)
    case .jobStopped, .jobCrashed: end(message, line)
    case .fileStarted, .fileCompleted, .fileFailed: work(line, isAborted: isAborted)
    case .other: if line.before != line.after { work(line, isAborted: isAborted) }
    }
  }

  /// Counts the open run as aborted, unless it is so already.
  ///
  /// - Parameters:
  ///   - lastEventNanoseconds: When its newest line was written, since 1970.
  ///   - counts: What has been counted with it, over all runs.
  mutating func noteSilence(since lastEventNanoseconds: Int64, _ counts: Counts) {
    guard areKnown, open != nil, !isSilent else { return }
    close(.aborted, at: lastEventNanoseconds, counts)
    isSilent = true
  }

  /// Finds out whether the open run counts as aborted because nothing came from it before a line.
  private mutating func settleSilence(before line: Line, limit: Int64) -> Bool {
    defer { isSilent = false }
    if line.silenceNanoseconds ?? 0 >= limit {
      noteSilence(since: line.previousNanoseconds, line.before)
    } else if isSilent {
      prematurelyAborted += 1
      return false
    }
    return isSilent
  }

  private mutating func start(_ line: Line, isAborted: Bool) {
    if let run = open {
      let isSameTime = run.startNanoseconds == line.nanoseconds || !line.isTimed
      if isSameTime, run.hasStartedLine, run.before == line.before { return }
      // Of two threads the one that says that the run begins may be the later one.
      if !run.hasStartedLine, line.silenceNanoseconds ?? 0 < 0, isSmall(from: run.before, to: line.before) {
        open = OpenRun(startNanoseconds: line.nanoseconds, before: run.before, hasStartedLine: true)
        areKnown = true
        return
      }
      if areKnown, !isAborted { close(.aborted, at: line.previousNanoseconds, line.before) }
    }
    areKnown = true
    open = OpenRun(startNanoseconds: line.nanoseconds, before: line.before, hasStartedLine: true)
  }

  /// Whether the work between two lines is so little that two threads may do it at a time.
  private func isSmall(from before: Counts, to after: Counts) -> Bool {
    after.files - before.files + after.failures - before.failures <= 2
  }

  private mutating func work(_ line: Line, isAborted: Bool) {
    if open != nil {
      guard line.startsRun else { return }
      if areKnown, !isAborted { close(.aborted, at: line.previousNanoseconds, line.before) }
    } else if let last, line.nanoseconds < last.endNanoseconds, line.silenceNanoseconds ?? 0 < 0 {
      // A thread's line that only comes behind the end.
      self.last?.records += line.after.records - line.before.records
      self.last?.files += line.after.files - line.before.files
      self.last?.failures += line.after.failures - line.before.failures
      return
    }
    open = OpenRun(startNanoseconds: line.nanoseconds, before: line.before, hasStartedLine: false)
  }

  private mutating func end(_ message: LogMessage, _ line: Line) {
    let isFirst = !areKnown
    areKnown = true
    // A run that ends twice ended the first time; one of which nothing else is known ends all the same.
    guard open != nil || isFirst else { return }
    let run = open ?? OpenRun(startNanoseconds: line.nanoseconds, before: line.before, hasStartedLine: false)
    open = run
    let hasFailures = line.after.failures > run.before.failures
    let isCrash = if case .jobCrashed = message { true } else { false }
    close(isCrash ? .crashed : hasFailures ? .partial : .success, at: line.nanoseconds, line.after)
    open = nil
  }

  /// Counts the open run as ended.
  private mutating func close(_ result: RunResult, at nanoseconds: Int64, _ counts: Counts) {
    guard let run = open else { return }
    if result == .aborted, prematurelyAborted > 0 {
      prematurelyAborted -= 1
    } else {
      ended[Self.index(of: result)] += 1
    }
    let end = max(nanoseconds, run.startNanoseconds)
    last = EndedRun(
      startNanoseconds: run.startNanoseconds,
      endNanoseconds: end,
      records: counts.records - run.before.records,
      files: counts.files - run.before.files,
      failures: counts.failures - run.before.failures,
      result: result
    )
    if result == .success { lastSuccessNanoseconds = end }
  }
}
