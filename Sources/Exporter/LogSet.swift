internal import CommandLineOptions
internal import EventLoop
internal import LinuxIO
internal import Tailing

/// A log that is followed.
struct FollowedLog {
  let tailer: LogTailer
  let path: String
  /// The pipeline of lines that name none.
  let pipeline: [UInt8]?
  /// The place among the configured sources; those of one pattern share it.
  let sourcePlace: Int
  /// What must have been read until the log counts as caught up; nil before the first look at it.
  var caughtUpAtBytes: Int64?
  var hasCaughtUp = false
  /// What the own log last said of it.
  var notedCondition: TailCondition?
  /// Wakes the loop for a FIFO or standard input.
  var streamEvent: (descriptor: CInt, event: DescriptorEvent)?
  /// Since when its path names nothing; nil while it names a file.
  private var missingSince: MonotonicTime?

  init(tailer: LogTailer, path: String, pipeline: [UInt8]?, sourcePlace: Int) {
    self.tailer = tailer
    self.path = path
    self.pipeline = pipeline
    self.sourcePlace = sourcePlace
  }

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

/// The logs that are followed: those that were named, and those that match a pattern as they come and go.
struct LogSet {
  /// In the order in which they were found; those of one pattern by their times.
  var logs: [FollowedLog] = []
  let watcher: TailWatcher

  /// A configured source that is a pattern.
  private struct PatternSource {
    let pattern: LogPattern
    let place: Int
    let pipeline: [UInt8]?
  }

  private var patterns: [PatternSource] = []
  private let options: TailOptions
  private let buffer = TailBuffer()
  private let readsSiblings: Bool
  /// Logs that were let go, the newest last.
  private var goneLogs: [Snapshot.Log] = []
  /// Of more the snapshot would not keep the positions.
  private static let maximumGoneLogs = 100

  /// Finds out what the sources name; reads nothing.
  ///
  /// - Parameters:
  ///   - sources: The logs and patterns.
  ///   - options: How each is tailed.
  ///   - positions: Where to resume.
  ///   - readsSiblings: Whether a log that has no position begins with its rotated siblings.
  ///   - watcher: The process's watcher.
  /// - Throws: `StartError` when a path cannot be followed.
  init(
    _ sources: [LogSource],
    options: TailOptions,
    positions: [Snapshot.Log],
    readsSiblings: Bool = false,
    watcher: TailWatcher
  ) throws(StartError) {
    self.options = options
    self.watcher = watcher
    self.readsSiblings = readsSiblings
    goneLogs = positions
    for (place, source) in sources.enumerated() {
      let pipeline = source.name.map { Array($0.utf8) }
      if let pattern = LogPattern(source.path) {
        patterns.append(PatternSource(pattern: pattern, place: place, pipeline: pipeline))
        continue
      }
      do throws(TailStartError) {
        try follow(source.path, pipeline: pipeline, sourcePlace: place)
      } catch {
        throw StartError("\(error)")
      }
    }
    _ = refresh()
  }

  /// How each pattern stands that no file matches.
  var unmatchedPatterns: [String] {
    patterns.filter { pattern in !logs.contains { $0.sourcePlace == pattern.place } }.map(\.pattern.pattern)
  }

  /// Whether there are patterns, whose matches may change.
  var hasPatterns: Bool { !patterns.isEmpty }

  /// How far each log was read: those that are followed, and those that were.
  var positions: [Snapshot.Log] {
    goneLogs + logs.map { Snapshot.Log(path: $0.path, position: $0.tailer.position) }
  }

  /// Looks which files match the patterns now.
  ///
  /// - Parameter now: The present.
  /// - Returns: The logs that are gone for good and were let go.
  mutating func refresh(at now: MonotonicTime = .now) -> [FollowedLog] {
    var gone: [FollowedLog] = []
    for source in patterns {
      let paths = source.pattern.matches(besides: Set(positions.map(\.path)))
      for index in logs.indices where logs[index].sourcePlace == source.place {
        logs[index].noteMissing(!paths.contains(logs[index].path), at: now)
      }
      logs.removeAll { log in
        guard log.sourcePlace == source.place, log.isGone(at: now, after: options.rotateWaitSeconds) else {
          return false
        }
        gone.append(log)
        return true
      }
      for path in paths where !isFollowed(path) {
        // What is no file any more, or not yet, is looked at again the next time.
        try? follow(path, pipeline: source.pipeline, sourcePlace: source.place)
      }
    }
    // Where it comes back it goes on, instead of counting what was counted.
    goneLogs += gone.map { Snapshot.Log(path: $0.path, position: $0.tailer.position) }
    goneLogs.removeFirst(max(0, goneLogs.count - Self.maximumGoneLogs))
    return gone
  }

  private mutating func follow(
    _ path: String,
    pipeline: [UInt8]?,
    sourcePlace: Int
  ) throws(TailStartError) {
    let place = goneLogs.firstIndex { $0.path == path }
    let tailer = try LogTailer(
      path: path,
      options: options,
      resumingAt: place.map { goneLogs[$0].position } ?? (readsSiblings ? .beforeSiblings(of: path) : nil),
      watcher: watcher,
      buffer: buffer
    )
    if let place { goneLogs.remove(at: place) }
    logs.append(FollowedLog(tailer: tailer, path: path, pipeline: pipeline, sourcePlace: sourcePlace))
  }

  /// Whether a path is one that is followed, or another name of a file that is.
  private func isFollowed(_ path: String) -> Bool {
    if logs.contains(where: { $0.path == path }) { return true }
    guard let status = try? FileStatus(of: path) else { return false }
    return logs.contains { log in
      log.tailer.holds(status) || (try? FileStatus(of: log.path))?.isSameFile(as: status) == true
    }
  }
}
