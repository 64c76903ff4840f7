internal import LinuxIO

/// A log that is followed.
package struct TailTarget {
  /// What follows it.
  package let tailer: LogTailer
  /// The path as it was given.
  package let path: String
  /// What the log is known by, however its path is spelled; see `Path.normalized`.
  package let key: String
  /// The index among the configured sources; those of one pattern share it.
  package let sourceIndex: Int
  /// Differs from that of every other log of this process.
  package let number: Int
  /// Whether it goes on from a position of an earlier process.
  let isResumed: Bool

  /// Whether its path has named nothing, and nothing was read of it, for so long that late lines hardly come any more.
  package private(set) var isLingering = false
  /// Since when its path has named nothing and nothing was read of it; nil while the path names a file.
  private var idleSince: MonotonicTime?
  /// How much had been written by then.
  private var idleBytes: Int64 = 0

  /// How long somebody is waited for who writes to a file that was renamed, or ends a line of one that was deleted.
  private static let longestIdleSeconds = 600.0

  init(tailer: LogTailer, path: String, key: String, sourceIndex: Int, number: Int, isResumed: Bool) {
    self.tailer = tailer
    self.path = path
    self.key = key
    self.sourceIndex = sourceIndex
    self.number = number
    self.isResumed = isResumed
  }

  /// Whether its path names nothing.
  package var isMissing: Bool { idleSince != nil }

  /// Notes whether the path names something.
  ///
  /// - Parameters:
  ///   - isMissing: Whether it names nothing.
  ///   - now: The present.
  ///   - seconds: How long late lines may take.
  mutating func noteMissing(_ isMissing: Bool, at now: MonotonicTime, lateAfter seconds: Double) {
    let bytes = tailer.statistics.bytesRead + tailer.lagBytes
    if !isMissing {
      idleSince = nil
    } else if idleSince == nil || bytes != idleBytes {
      idleSince = now
    }
    idleBytes = bytes
    guard case .waiting = tailer.state else {
      isLingering = false
      return
    }
    isLingering = idleSeconds(at: now).map { $0 >= seconds } ?? false
  }

  /// Lets what is left of a deleted file be taken for a line once nobody seems to end it.
  ///
  /// - Parameters:
  ///   - now: The present.
  ///   - isHurried: Whether it is not to be waited for any longer.
  func finishIfIdle(at now: MonotonicTime, isHurried: Bool) {
    if isLingering, !tailer.holdsNamedFile, isHurried || hasBeenIdleLongest(at: now) { tailer.expectNoMore() }
  }

  /// Whether no more lines are expected of it, and everything of it was read.
  ///
  /// - Parameters:
  ///   - now: The present.
  ///   - isHurried: Whether lines in a file that was renamed are not to be waited for any longer.
  /// - Returns: True where it can be let go.
  func isGone(at now: MonotonicTime, isHurried: Bool) -> Bool {
    guard isLingering else { return false }
    guard tailer.holdsNamedFile else { return tailer.lagBytes == 0 }
    // Half a line stays unread: the file can come back, and whoever wrote it can end it.
    return tailer.isAtEnd && (isHurried || hasBeenIdleLongest(at: now))
  }

  private func idleSeconds(at now: MonotonicTime) -> Double? { idleSince.map { now.seconds(since: $0) } }

  private func hasBeenIdleLongest(at now: MonotonicTime) -> Bool {
    idleSeconds(at: now).map { $0 >= Self.longestIdleSeconds } ?? false
  }
}
