internal import EventLoop
internal import LinuxIO
internal import Tailing

/// A log that is followed.
struct FollowedLog {
  let tailer: LogTailer
  /// The path as it was given.
  let path: String
  /// What the log is known by, however its path is spelled; see `LogPathKeys`.
  let key: String
  /// The pipeline of lines that name none.
  let pipeline: [UInt8]?
  /// The place among the configured sources; those of one pattern share it.
  let sourcePlace: Int
  /// Differs from that of every other log of this process.
  let number: Int
  /// Whether it goes on from a position of an earlier process.
  let isResumed: Bool

  /// What must have been read until the log counts as caught up; nil before the first look at it.
  var caughtUpAtBytes: Int64?
  var hasCaughtUp = false
  /// What the own log last said of it.
  var notedCondition: TailCondition?
  /// Since when it has been waited for; nil while it is not.
  var waitingSince: MonotonicTime?
  /// How often it had been rotated when the own log last said so.
  var notedRotations: [RotationKind: Int64] = [:]
  /// Wakes the loop for a FIFO or standard input.
  var streamEvent: (descriptor: CInt, event: DescriptorEvent)?
  /// Since when its path names nothing; nil while it names a file.
  private var missingSince: MonotonicTime?

  init(
    tailer: LogTailer,
    path: String,
    key: String,
    pipeline: [UInt8]?,
    sourcePlace: Int,
    number: Int,
    isResumed: Bool
  ) {
    self.tailer = tailer
    self.path = path
    self.key = key
    self.pipeline = pipeline
    self.sourcePlace = sourcePlace
    self.number = number
    self.isResumed = isResumed
  }

  /// Where its lines come from.
  var origin: LogOrigin { LogOrigin(number: number, source: sourcePlace, path: path) }

  /// Notes whether the path names something.
  ///
  /// - Parameters:
  ///   - isMissing: Whether it names nothing.
  ///   - now: The present.
  mutating func noteMissing(_ isMissing: Bool, at now: MonotonicTime) {
    missingSince = isMissing ? missingSince ?? now : nil
  }

  /// Whether it has been missing for so long that no late line comes, and everything of it was read.
  ///
  /// - Parameters:
  ///   - now: The present.
  ///   - seconds: How long late lines may take.
  /// - Returns: True where it can be let go.
  func isGone(at now: MonotonicTime, after seconds: Double) -> Bool {
    guard let missingSince, case .waiting = tailer.condition else { return false }
    return tailer.lagBytes == 0 && now.seconds(since: missingSince) >= seconds
  }
}
