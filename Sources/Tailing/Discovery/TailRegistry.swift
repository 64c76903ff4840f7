package import LinuxIO

/// The logs that are followed: those that were named, and those that match a pattern as they come and go.
package struct TailRegistry {
  /// In the order in which they were found; those of one pattern by their times.
  package private(set) var logs: [TailTarget] = []
  /// What wakes the tailers.
  package let watcher: TailWatcher
  /// What happens to the logs.
  package let events: TailEventQueue
  /// Where relative paths begin; asked once, so that a removed directory changes no key.
  private let workingDirectory = currentDirectory()

  private var patterns: [GlobSource] = []
  private let options: TailOptions
  private let buffer = TailBuffer()
  private let shared = SharedReads()
  /// Wakes when a name comes or goes that a pattern may match.
  private let globWatches: WatchSet
  /// When the patterns were looked at last, also by an earlier process; nil before the first time.
  private var lastRefresh: WallTime?
  private let readsSiblings: Bool
  private var dropped: DroppedLogs
  private var savedFiles: SavedFiles
  /// Which log has read a file that matches a pattern: the log's key by the file's.
  private var readers: [String: String] = [:]
  private var nextNumber = 0
  /// Whether nothing was read yet.
  private var isFirstScan = true

  /// Finds out what the sources name; reads nothing.
  ///
  /// - Parameters:
  ///   - sources: Paths of logs and patterns; `-` for standard input.
  ///   - options: How each is tailed.
  ///   - positions: Where to resume.
  ///   - readsSiblings: Whether a log that has no position begins with its rotated siblings.
  ///   - watcher: The process's watcher.
  ///   - events: Where events go.
  ///   - time: When the positions were saved; nil where there are none.
  /// - Throws: `TailStartError` when a path cannot be followed, or two paths are one file.
  package init(
    _ sources: [String],
    options: TailOptions,
    positions: [SavedPosition],
    readsSiblings: Bool = false,
    watcher: TailWatcher,
    events: TailEventQueue = TailEventQueue(includesDecisions: false),
    resumingFrom time: WallTime? = nil
  ) throws(TailStartError) {
    self.options = options
    self.watcher = watcher
    self.readsSiblings = readsSiblings
    self.events = events
    lastRefresh = time
    globWatches = watcher.makeSet()
    let workingDirectory = workingDirectory
    dropped = DroppedLogs(
      positions.map {
        SavedPosition(path: Path.normalized($0.path, from: workingDirectory), position: $0.position)
      }
    )
    savedFiles = SavedFiles(positions)
    for (index, path) in sources.enumerated() {
      if let pattern = LogGlob(path) {
        patterns.append(GlobSource(pattern: pattern, index: index, workingDirectory: workingDirectory))
      } else {
        try follow(path, sourceIndex: index)
      }
    }
    try refuseSameFiles()
    _ = refresh()
    isFirstScan = false
    dropped.endStart()
  }

  /// Two names of one file would have each of its lines counted twice.
  private func refuseSameFiles() throws(TailStartError) {
    var paths: [FileNumber: String] = [:]
    for log in logs {
      guard let number = try? FileStatus(of: log.path).number else { continue }
      if let other = paths.updateValue(log.path, forKey: number) { throw .sameFile(other, log.path) }
    }
  }

  private func normalized(_ path: String) -> String { Path.normalized(path, from: workingDirectory) }

  // MARK: What there is

  /// The patterns that no file matches.
  package var unmatchedPatterns: [String] {
    patterns.filter { pattern in !logs.contains { $0.sourceIndex == pattern.index && !$0.isLingering } }
      .map(\.pattern.pattern)
  }

  /// The patterns that too many files match, with the number of those that are left out.
  package var overfullPatterns: [(pattern: String, leftOutCount: Int)] {
    patterns.compactMap { source in
      guard let count = source.matches?.leftOutCount, count > 0 else { return nil }
      return (source.pattern.pattern, count)
    }
  }

  /// Whether there are patterns, whose matches may change.
  package var hasPatterns: Bool { !patterns.isEmpty }

  /// How far each log was read, by its key: those that were followed, the longest gone first, and those that are.
  package var positions: [SavedPosition] { dropped.positions + logs.map(saved) }

  /// How many of the positions are of logs that are not followed now.
  package var droppedCount: Int { dropped.positions.count }

  /// Logs whose positions are kept though nothing names them any more.
  package var abandonedLogs: [String] {
    dropped.positions.map(\.path).filter { path in !patterns.contains { $0.keyPattern?.covers(path) == true } }
  }

  // MARK: Coming and going

  /// Looks which files match the patterns now.
  ///
  /// - Parameter now: The present.
  /// - Returns: The logs that are gone for good and were let go.
  package mutating func refresh(at now: MonotonicTime = .now) -> [TailTarget] {
    var gone: [TailTarget] = []
    let time = WallTime.now
    globWatches.isAwake = false
    dropped.keep(atLeast: logs.count)
    for index in patterns.indices {
      let isNew = !patterns[index].isCurrent(at: now)
      if isNew {
        let followed = followedPaths(as: patterns[index])
        patterns[index].scan(besides: followed, at: now)
      }
      let source = patterns[index]
      for log in logs.indices where logs[log].sourceIndex == source.index {
        let isMissing = !source.paths.contains(logs[log].path)
        logs[log].noteMissing(isMissing, at: now, lateAfter: options.rotateWaitSeconds)
      }
      gone += stopTailing(of: source, at: now)
      if isNew { followMatches(of: source) }
    }
    lastRefresh = time
    watchPatterns()
    for log in gone { log.tailer.noteStopped() }
    dropped.append(gone.map(saved))
    return gone
  }

  /// Whether a name came or went that a pattern may match, so that `refresh` is worth it now.
  package var hasNewNames: Bool { globWatches.isAwake }

  private func watchPatterns() {
    guard hasPatterns else { return }
    let components = Set(patterns.flatMap(\.pattern.components))
    globWatches.isWanted = { name in components.contains { name == $0 || LinuxIO.matches(name, pattern: $0) } }
    _ = globWatches.watch(directories: patterns.flatMap { $0.matches?.directoryPaths ?? [] })
  }

  /// Lets logs of a pattern go of which no more is to be expected.
  private mutating func stopTailing(of source: GlobSource, at now: MonotonicTime) -> [TailTarget] {
    // Each holds a descriptor; the first ones have mostly been there the longest.
    var surplus = logs.count(where: \.isLingering) - options.maximumOpenFiles
    var gone: [TailTarget] = []
    logs.removeAll { log in
      guard log.sourceIndex == source.index, log.isLingering else { return false }
      log.finishIfIdle(at: now, isHurried: surplus > 0)
      guard log.isGone(at: now, isHurried: surplus > 0) else {
        // The rest of a deleted file is read first; the next ones are not hurried for its sake.
        if surplus > 0, !log.tailer.holdsNamedFile { surplus -= 1 }
        return false
      }
      surplus -= 1
      gone.append(log)
      return true
    }
    return gone
  }

  /// The logs that are or were followed, spelled as a pattern spells its matches.
  private func followedPaths(as source: GlobSource) -> Set<String> {
    Set(logs.map(\.path)).union(dropped.positions.compactMap { source.spelling(ofKey: $0.path) })
  }

  private mutating func followMatches(of source: GlobSource) {
    let matches = source.matches?.paths ?? []
    var followed = Set(logs.map(\.key))
    let unfollowed = matches.filter { !followed.contains(normalized($0)) }
    guard !unfollowed.isEmpty else { return }
    let earlierCount = logs.count
    var files = Set(logs.compactMap { try? FileStatus(of: $0.path).number })
    // Those that go on come first: they know which of the others they have read under other names.
    let goneKeys = Set(dropped.positions.map(\.path))
    let goingOn = unfollowed.filter { goneKeys.contains(normalized($0)) }
    let others = unfollowed.filter { !goneKeys.contains(normalized($0)) }
    for path in goingOn + others {
      let key = normalized(path)
      guard !followed.contains(key), let number = try? FileStatus(of: path).number, !files.contains(number) else {
        continue
      }
      // Before the first reading a tailer takes for its own what lost the name that it goes by, and will not find it.
      let goesOn = isFirstScan && savedFiles.contains(number) && !isFoundByItsLog(path, number)
      guard goesOn || !isRead(path, key: key) else { continue }
      // What is no file any more is looked at again the next time.
      guard (try? follow(path, sourceIndex: source.index)) != nil else { continue }
      followed.insert(key)
      files.insert(number)
    }
    let order = Dictionary(uniqueKeysWithValues: matches.enumerated().map { ($1, $0) })
    logs[earlierCount...].sort { order[$0.path] ?? 0 < order[$1.path] ?? 0 }
  }

  /// Whether a file that an earlier process was reading will be found by the log that it was read for.
  private func isFoundByItsLog(_ path: String, _ number: FileNumber) -> Bool {
    logs.contains { $0.tailer.willFind(path, number) }
  }

  /// Whether a file is one that some log has read under another name, or a copy of one.
  private mutating func isRead(_ path: String, key: String) -> Bool {
    // The one that had read it at the last look most probably still has.
    if let reader = readers[key], logs.contains(where: { $0.key == reader && $0.tailer.hasRead(path) }) { return true }
    if dropped.hasRead(path, besides: key) { return true }
    let reader = logs.first { log in
      (log.isResumed || log.tailer.statistics.bytesRead > 0) && log.tailer.hasRead(path)
    }
    if readers.count > 2 * LogGlob.maximumMatches { readers = [:] }
    readers[key] = reader?.key
    return reader != nil
  }

  private mutating func follow(_ path: String, sourceIndex: Int) throws(TailStartError) {
    let key = normalized(path)
    let index = dropped.index(of: key)
    let position =
      index.map { spelled(dropped.positions[$0].position, for: path) } ?? savedFiles.takePosition(of: path)
      ?? (readsSiblings ? .beforeSiblings(of: path) : positionOfNewcomer(path, sourceIndex: sourceIndex))
    let tailer = try LogTailer(
      path: path,
      options: options,
      resumingAt: position,
      watcher: watcher,
      buffer: buffer,
      recorder: TailRecorder(log: path, target: nextNumber, queue: events),
      shared: shared
    )
    if let index { dropped.remove(at: index) }
    logs.append(
      TailTarget(
        tailer: tailer,
        path: path,
        key: key,
        sourceIndex: sourceIndex,
        number: nextNumber,
        isResumed: index != nil
      )
    )
    nextNumber += 1
  }

  // MARK: Positions

  /// Files' times are by a clock that may be this much behind.
  private static let clockTickNanoseconds: Int64 = 100_000_000

  /// Where to begin with a log of a pattern that came since the patterns were last looked at: what it was renamed to
  /// before anybody saw it belongs to it.
  private func positionOfNewcomer(_ path: String, sourceIndex: Int) -> TailPosition? {
    guard let lastRefresh, patterns.contains(where: { $0.index == sourceIndex }) else { return nil }
    var position = TailPosition.beforeSiblings(of: path)
    position.modifiedNanoseconds = lastRefresh.nanoseconds - Self.clockTickNanoseconds
    return position
  }

  private func saved(_ log: TailTarget) -> SavedPosition {
    SavedPosition(path: log.key, position: neutral(log.tailer.position))
  }

  /// A position that does not depend on how this process spells paths.
  private func neutral(_ position: TailPosition) -> TailPosition {
    var position = position
    var seen: Set<String> = []
    position.siblingPaths = position.siblingPaths.map(normalized).filter { seen.insert($0).inserted }
    return position
  }

  /// A position with its paths as the tailer of a path will spell them.
  private func spelled(_ position: TailPosition, for path: String) -> TailPosition {
    var position = position
    let siblingPaths = Set(position.siblingPaths.map(normalized))
    position.siblingPaths += TailPosition.beforeSiblings(of: path).siblingPaths.filter {
      siblingPaths.contains(normalized($0))
    }
    return position
  }
}
