internal import EventLoop
internal import Tailing

/// What the follower knows of one log besides its tailer.
struct FollowedLog {
  /// What must have been read until the log counts as caught up; nil before the first look at it.
  var caughtUpAtBytes: Int64?
  var hasCaughtUp = false
  /// Whether a file of it was seen.
  var hasFile = false
  /// Wakes the loop for a FIFO or standard input.
  var streamEvent: (descriptor: CInt, event: DescriptorEvent)?

  /// Decides whether what was there at the start has been read; the log may grow as fast as it is read.
  ///
  /// - Parameters:
  ///   - progress: What the last reading came to.
  ///   - tailer: The log's tailer.
  mutating func updateCaughtUp(_ progress: TailProgress, _ tailer: LogTailer) {
    // What the files hold that are not open yet has been shown by the process before, as likely as not.
    guard !hasCaughtUp, !tailer.hasMoreFiles else { return }
    let target = caughtUpAtBytes ?? tailer.statistics.bytesRead + tailer.lagBytes
    caughtUpAtBytes = target
    hasCaughtUp = progress == .caughtUp || tailer.statistics.bytesRead >= target
  }
}
