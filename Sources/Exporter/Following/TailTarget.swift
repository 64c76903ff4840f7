internal import EventLoop
internal import JobState
internal import LinuxIO
internal import Tailing

/// A log that is followed.
struct TailTarget {
  let tailer: LogTailer
  /// The path as it was given.
  let path: String
  /// What the log is known by, however its path is spelled; see `LogPathKeys`.
  let key: String
  /// The pipeline of lines that name none.
  let pipeline: [UInt8]?
  /// The index among the configured sources; those of one pattern share it.
  let sourceIndex: Int
  /// Differs from that of every other log of this process.
  let number: Int
  /// Whether it goes on from a position of an earlier process.
  let isResumed: Bool

  /// What must have been read until the log counts as caught up; nil before the first look at it.
  var caughtUpAtBytes: Int64?
  var hasCaughtUp = false
  /// What the own log last said of it.
  var reportedState: TailState?
  /// Since when it has been waited for; nil while it is not.
  var waitingSince: MonotonicTime?
  /// How often it had been rotated when the own log last said so.
  var reportedRotations: [RotationKind: Int64] = [:]
  /// Whether a file of it was seen.
  var hasFile = false
  /// Wakes the loop for a FIFO or standard input.
  var streamEvent: (descriptor: CInt, event: DescriptorEvent)?
  /// Whether its path has named nothing, and nothing was read of it, for so long that late lines hardly come any more.
  private(set) var isLingering = false
  /// Since when its path has named nothing and nothing was read of it; nil while the path names a file.
  private var idleSince: MonotonicTime?
  /// How much had been written by then.
  private var idleBytes: Int64 = 0

  /// How long somebody is waited for who writes to a file that was renamed, or ends a line of one that was deleted.
  private static let longestIdleSeconds = 600.0

  init(
    tailer: LogTailer,
    path: String,
    key: String,
    pipeline: [UInt8]?,
    sourceIndex: Int,
    number: Int,
    isResumed: Bool
  ) {
    self.tailer = tailer
    self.path = path
    self.key = key
    self.pipeline = pipeline
    self.sourceIndex = sourceIndex
    self.number = number
    self.isResumed = isResumed
  }

  /// Where its lines come from.
  var origin: LogOrigin { LogOrigin(number: number, source: sourceIndex, path: path) }

  /// Whether its path names nothing.
  var isMissing: Bool { idleSince != nil }

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
