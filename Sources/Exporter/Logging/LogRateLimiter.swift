internal import LinuxIO

/// Decides which of the lines about one subject are written: the first few at once, then one for each interval, which
/// is the newest and says how many it stands for. So something that keeps changing shows, and does not fill a disk.
struct LogRateLimiter<Line> {
  /// A line to write, and how many before it were not.
  struct Written {
    let line: Line
    let suppressed: Int
  }

  private struct Subject {
    var start: MonotonicTime
    var writtenLines: Int
    var suppressedLine: Line?
    var suppressedLines = 0
  }

  private let linesAtOnce: Int
  private let intervalSeconds: Double
  /// Those of which there was a line in their last interval.
  private var subjects: [String: Subject] = [:]

  /// Makes one that has seen no line.
  ///
  /// - Parameters:
  ///   - linesAtOnce: So many lines about a subject are written in its first interval.
  ///   - intervalSeconds: How long an interval is.
  init(linesAtOnce: Int, intervalSeconds: Double) {
    self.linesAtOnce = linesAtOnce
    self.intervalSeconds = intervalSeconds
  }

  /// Takes a line; after `flush` of the same moment.
  ///
  /// - Parameters:
  ///   - line: The line.
  ///   - subject: What it is about.
  ///   - now: The present.
  /// - Returns: Whether it is to be written now; otherwise it is kept until its interval is over or a newer one comes.
  mutating func allow(_ line: Line, about subject: String, at now: MonotonicTime) -> Bool {
    var state = subjects[subject] ?? Subject(start: now, writtenLines: 0)
    defer { subjects[subject] = state }
    guard state.writtenLines >= linesAtOnce else {
      state.writtenLines += 1
      return true
    }
    state.suppressedLine = line
    state.suppressedLines += 1
    return false
  }

  /// Takes what was held back and is to be written now.
  ///
  /// - Parameter now: The present; nil takes all that is held back.
  /// - Returns: The newest line about each subject whose interval is over.
  mutating func flush(at now: MonotonicTime?) -> [Written] {
    var written: [Written] = []
    for (name, subject) in subjects {
      if let now, now.seconds(since: subject.start) < intervalSeconds { continue }
      subjects[name] = nil
      guard let line = subject.suppressedLine else { continue }
      written.append(Written(line: line, suppressed: subject.suppressedLines - 1))
      // What has not come to rest gets one line for each interval from now on.
      if let now { subjects[name] = Subject(start: now, writtenLines: linesAtOnce) }
    }
    return written
  }
}
