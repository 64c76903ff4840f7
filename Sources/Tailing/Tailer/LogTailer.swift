package import LinuxIO

/// Follows one path as one endless stream of lines, whatever happens to the files behind it.
///
/// It waits for nothing: `readAvailable` looks at what is there, reads what it may, and returns. A wake-up of the watcher, or the
/// tick of a timer, is the time to call it again; it does not matter which, or how often.
///
/// The files form a chain, oldest first. Only the first one is read. One that was rotated away stays first, and is read as
/// late lines come, until the next one has lines and the rotate wait has passed; only then are the newer lines delivered,
/// up to that wait late. Delivering them at once would cost no line either, but the order: a late line of a finished run
/// after the first line of a new one looks like a jump of the running totals, and would be counted as that many records.
/// One order also means one offset, and so a position that says all.
package final class LogTailer {
  /// The path that is followed; `-` for standard input.
  package let path: String
  /// What happened since the tailer was made.
  package internal(set) var statistics = TailStatistics()
  /// Why siblings of the log cannot be listed or read, so that files rotated between two looks are missed; nil while all
  /// can.
  package internal(set) var siblingFailure: SystemCallError?
  /// How the log stands, as of the last `readAvailable`.
  package internal(set) var state: TailState

  let options: TailOptions
  /// The files that are read or to be read, oldest first.
  var chain: [OpenLogFile] = []
  var known: ReadFileIndex
  /// What is read when the path names a FIFO or standard input.
  var stream: StreamReader?
  /// Whether standard input, or a FIFO whose writers are not waited for, was read to its end.
  var hasEnded = false
  /// Where to resume, until the log's directory could be looked at.
  var unresolvedPosition: TailPosition?
  /// Whether the siblings were looked at before, so that one not known is new.
  var hasScanned = false
  /// The paths whose siblings were looked at.
  var siblingPaths: [String] = []
  /// Whether there are more files to be read than may be held, whose bytes are not in `lagBytes` yet.
  package internal(set) var hasMoreFiles = false
  /// Whether the last `readAvailable` came to the end of all that is there, where half a line may stand.
  package private(set) var isAtEnd = false
  /// Whether nothing more is to come of files that have no name any more.
  var expectsNoMore = false
  /// Whether the path named nothing at the last look.
  var wasPathMissing = false
  /// Where the path led, without links, when it was last looked at; nil before it named anything.
  var followedPath: String?
  /// Files that appeared beside the log lately.
  var possibleCopies: [OpenLogFile] = []
  /// Siblings that are known, as they were when they were last looked into.
  var knownStatuses: [String: FileStatus] = [:]
  /// The directories as they were when their siblings were listed; none when they may have changed in the same tick.
  var listedDirectories: [FileStatus?] = []
  /// Which file each sibling's name named when they were listed.
  var listing: [String: FileStatus] = [:]
  /// Whether the siblings changed while they were looked at, so that nothing can be decided by them.
  var hasListingChanged = false
  /// Whether the last file may have been truncated since the last look, since nothing was known of its content.
  var mayHideTruncation = false
  /// Whether a look that saw them change may be taken again in this turn; the last one decides by what it saw.
  var mayScanAgain = true
  /// Siblings that cannot be read, and hold up what is decided by them.
  var unreadable = UnreadableSiblings()
  /// Called between listing siblings and opening them; for tests.
  var didList: () -> Void = {}
  /// The log as it was when it could not be opened.
  var failedStatus: FileStatus?
  /// Whether the log's directory was not there at the last look.
  var isDirectoryMissing = false
  var trail: SymlinkChain
  var pathBackoff: Backoff
  let watches: WatchSet
  let sharedBuffer: TailBuffer
  var readBackoff: Backoff
  var readError: SystemCallError?
  /// Failed reads in a row.
  var readFailures = 0

  /// Follows a path from its start, or from where it was left.
  ///
  /// Files whose names go on behind the log's with `.`, `-` or `_` are taken for its rotated siblings, unless another tailer
  /// of the same watcher follows them, or a log whose siblings they are rather.
  ///
  /// - Parameters:
  ///   - path: The log; `-` for standard input.
  ///   - options: Limits and times.
  ///   - position: Where to resume; nil to begin at the start of the file.
  ///   - watcher: The process's watcher.
  ///   - buffer: What is read into; tailers on one thread share one.
  /// - Throws: `TailStartError` when the path names a directory or a device.
  package init(
    path: String,
    options: TailOptions = TailOptions(),
    resumingAt position: TailPosition? = nil,
    watcher: TailWatcher,
    buffer: TailBuffer = TailBuffer()
  ) throws(TailStartError) {
    self.path = path
    self.options = options
    unresolvedPosition = position
    watches = watcher.makeSet()
    sharedBuffer = buffer
    known = ReadFileIndex(position?.knownSiblings ?? [])
    pathBackoff = Backoff(firstSeconds: options.firstRetrySeconds, lastSeconds: options.lastRetrySeconds)
    readBackoff = pathBackoff
    trail = SymlinkChain(along: path)
    state = .waiting(reason: "\(path) was not looked at yet")
    hasScanned = !(position?.siblingPaths.isEmpty ?? true)
    siblingPaths = position?.siblingPaths ?? []
    followedPath = siblingPaths.last
    if !hasScanned { unresolvedPosition = nil }
    guard path != Self.standardInputPath else {
      try openStandardInput()
      return
    }
    try checkKind()
    registerPath()
  }

  deinit {
    watches.end()
  }

  /// Whether another `readAvailable` is worth it: before the first one, when something was heard since the last one, when that one
  /// left more to read, and when a FIFO or standard input has something. What only time brings, such as the end of a wait
  /// or of a pause after a failure, and what no watch tells of, the next tick finds.
  package var isAwake: Bool {
    if watches.isAwake { return true }
    guard let stream, !hasEnded else { return false }
    return (try? stream.descriptor.isReadable()) ?? false
  }

  /// Bytes that are there and not delivered, as of the last `readAvailable`; half a line at the end is among them.
  package var lagBytes: Int64 { chain.reduce(Int64(stream?.pendingBytes ?? 0)) { $0 + $1.lagBytes } }

  /// Whether a file is among those that are held, under whatever name.
  ///
  /// - Parameter status: The file's status.
  /// - Returns: True where it is read, or will be.
  package func holds(_ status: FileStatus) -> Bool {
    chain.contains { $0.isSameFile(as: status) }
  }

  /// Whether a file that is held has a name, as of the last `readAvailable`: somebody may write to it, or give it its old name.
  package var holdsNamedFile: Bool { chain.contains { $0.status.linkCount > 0 } }

  /// Lets the next `readAvailable` finish the files that have no name any more: the rest of each is taken for a line. Once the path
  /// names a file, late lines are waited for as ever.
  package func expectNoMore() {
    expectsNoMore = true
  }

  /// Whether a file is held, or was read by this tailer before, under whatever name; so is a copy of such a file. It is
  /// found by its number and its content, since numbers are given away again.
  ///
  /// - Parameter path: The file.
  /// - Returns: True where reading it from its start would count lines again; false also where it cannot be read.
  package func hasRead(_ path: String) -> Bool {
    if let status = try? FileStatus(of: path), holds(status) { return true }
    return position.hasRead(path)
  }

  /// How far the log was read.
  package var position: TailPosition {
    if let unresolvedPosition { return unresolvedPosition }
    return TailPosition(
      files: chain.map(\.position),
      modifiedNanoseconds: chain.first?.status.modifiedNanoseconds ?? 0,
      knownSiblings: known.positions,
      siblingPaths: siblingPaths
    )
  }

  /// Looks at what is there and reads on.
  ///
  /// - Parameters:
  ///   - budget: Bytes after which it returns, for other work to get its turn; a line that is longer is still read whole.
  ///   - sink: Where the lines go.
  /// - Returns: Whether there is more to do at once.
  package func readAvailable<Sink: LineSink & ~Copyable>(budget: Int, into sink: inout Sink) -> TailProgress {
    // Before the look: what happens during it wakes again.
    watches.isAwake = false
    let progress = scan(reading: budget, into: &sink)
    if progress == .moreToRead { watches.isAwake = true }
    isAtEnd = progress != .moreToRead && !chain.dropFirst().contains { $0.lagBytes > 0 }
    return progress
  }

  private func scan<Sink: LineSink & ~Copyable>(reading budget: Int, into sink: inout Sink) -> TailProgress {
    let now = options.clock()
    if let stream, let progress = readAvailable(stream, budget: budget, at: now, into: &sink) { return progress }
    watchDirectories()
    scan(at: now)
    watchFiles()
    if let stream { return readAvailable(stream, budget: budget, at: now, into: &sink) ?? .caughtUp }
    guard readBackoff.isDue(at: now) else {
      if let readError { state = .failing(readError) }
      return .caughtUp
    }
    do throws(SystemCallError) {
      let progress = try read(budget: budget, at: now, into: &sink)
      readBackoff.reset()
      readError = nil
      readFailures = 0
      // Those that were finished have made room.
      return hasMoreFiles && chain.count < options.maximumOpenFiles ? .moreToRead : progress
    } catch {
      failReading(error, at: now)
      return .caughtUp
    }
  }

  // MARK: Watching

  private func watchDirectories() {
    // A link may change between the walk and the watch; then the walk is of no use.
    for _ in 0..<4 {
      let earlier = trail
      trail = SymlinkChain(along: path)
      if trail != earlier { registerPath() }
      guard watches.watch(directories: trail.directories) else { break }
    }
  }

  /// Watches the file that is read, and the next one until it has lines.
  func watchFiles() {
    let files = chain.prefix(2).enumerated().filter { $0.offset == 0 || !$0.element.hasHadData }
    watches.watch(files: files.map { ($0.element.descriptor.rawValue, $0.element.status) })
  }
}
