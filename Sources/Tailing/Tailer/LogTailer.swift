package import LinuxIO

/// Follows one path as one endless stream of lines, whatever happens to the files behind it.
///
/// It waits for nothing: `readAvailable` scans what is there, reads what it may, and returns. A wake-up of the watcher, or the
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
  /// How the log stands, as of the last `readAvailable`.
  package internal(set) var state: TailState

  let options: TailOptions
  let recorder: TailRecorder
  let location: LogLocation
  let siblings: SiblingTracker
  var fileChain: FileChain
  var retries: TailRetries
  /// What is read when the path names a FIFO or standard input.
  var stream: StreamReader?
  /// Where to resume, until the log's directory could be looked at.
  var unresolvedPosition: TailPosition?
  let sharedBuffer: TailBuffer
  /// What the other logs of the process have read.
  let shared: SharedReads?
  private var progress = TailProgress.moreToRead

  /// Follows a path from its start, or from where it was left.
  ///
  /// Files that `RotationName` takes for the log's are its rotated siblings, unless another tailer of the same watcher
  /// follows them, or a log whose siblings they are rather.
  ///
  /// - Parameters:
  ///   - path: The log; `-` for standard input.
  ///   - options: Limits and times.
  ///   - position: Where to resume; nil to begin at the start of the file.
  ///   - watcher: The process's watcher.
  ///   - buffer: What is read into; tailers on one thread share one.
  ///   - target: The number by which events tell whose they are.
  ///   - events: Where events go; nil for nowhere.
  /// - Throws: `TailStartError` when the path names a directory or a device.
  package convenience init(
    path: String,
    options: TailOptions = TailOptions(),
    resumingAt position: TailPosition? = nil,
    watcher: TailWatcher,
    buffer: TailBuffer = TailBuffer(),
    target: Int = 0,
    events: TailEventQueue? = nil
  ) throws(TailStartError) {
    try self.init(
      path: path,
      options: options,
      resumingAt: position,
      watcher: watcher,
      buffer: buffer,
      recorder: TailRecorder(log: path, target: target, queue: events),
      shared: nil
    )
  }

  init(
    path: String,
    options: TailOptions,
    resumingAt position: TailPosition?,
    watcher: TailWatcher,
    buffer: TailBuffer,
    recorder: TailRecorder,
    shared: SharedReads?
  ) throws(TailStartError) {
    self.path = path
    self.options = options
    self.recorder = recorder
    self.shared = shared
    location = LogLocation(path: path, watches: watcher.makeSet(), followedPath: position?.siblingPaths.last)
    siblings = SiblingTracker(at: location, resuming: position, options: options, recorder: recorder)
    fileChain = FileChain(maximumFiles: options.maximumOpenFiles)
    retries = TailRetries(options)
    sharedBuffer = buffer
    state = .waiting(reason: "\(path) was not looked at yet")
    // What a tailer says that never scanned is no position.
    unresolvedPosition = siblings.hasScanned ? position : nil
    if let shared {
      shared.add(self)
      siblings.otherReader = { [unowned self] file throws(SystemCallError) in
        switch try shared.reader(of: file, besides: self) {
        case .holds(let log), .hasRead(_, let log): log
        case nil: nil
        }
      }
    }
    guard path != Self.standardInputPath else {
      try openStandardInput()
      return
    }
    try checkKind()
    location.register()
  }

  deinit {
    location.watches.end()
  }

  private func checkKind() throws(TailStartError) {
    guard let status = try? FileStatus(of: path) else { return }
    switch status.kind {
    case .regular, .fifo: return
    case .directory: throw .isDirectory(path: path)
    case .characterDevice, .other: throw .isNoLog(path: path)
    }
  }

  // MARK: How it stands

  /// What happened since the tailer was made.
  package var statistics: TailStatistics { recorder.statistics }

  /// Why siblings of the log cannot be listed or read, so that files rotated between two scans are missed; nil while all
  /// can.
  package var siblingFailure: SystemCallError? { siblings.failure }

  /// Whether there are more files to be read than may be held, whose bytes are not in `lagBytes` yet.
  package var hasMoreFiles: Bool { fileChain.hasMoreFiles }

  /// The files that are held, oldest first.
  var chain: [OpenLogFile] { fileChain.files }

  /// Whether the last `readAvailable` came to the end of all that is there, where half a line may stand.
  package var isAtEnd: Bool {
    progress != .moreToRead && !chain.dropFirst().contains { $0.lagBytes > 0 }
  }

  /// Whether another `readAvailable` is worth it: before the first one, when something was heard since the last one, when that one
  /// left more to read, and when a FIFO or standard input has something. What only time brings, such as the end of a wait
  /// or of a pause after a failure, and what no watch tells of, the next tick finds.
  package var isAwake: Bool {
    if location.watches.isAwake { return true }
    guard let stream, !stream.hasEnded else { return false }
    return (try? stream.descriptor.isReadable()) ?? false
  }

  /// Bytes that are there and not delivered, as of the last `readAvailable`; half a line at the end is among them.
  package var lagBytes: Int64 { Int64(stream?.pendingBytes ?? 0) + fileChain.lagBytes }

  /// Whether a file that is held has a name, as of the last `readAvailable`: somebody may write to it, or give it its old name.
  package var holdsNamedFile: Bool { chain.contains { $0.status.linkCount > 0 } }

  /// Lets the next `readAvailable` finish the files that have no name any more: the rest of each is taken for a line. Once the path
  /// names a file, late lines are waited for as ever.
  package func expectNoMore() {
    fileChain.expectsNoMore = true
  }

  /// Lets the next `readAvailable` try what failed again, although its pause is not over.
  package func expediteRetries() {
    retries.expedite()
  }

  /// Tells that the log is not tailed any more, since no more is expected of it.
  package func noteStopped() {
    recorder.record(.stoppedTailing)
  }

  /// Whether a file is held, or was read by this tailer before, under whatever name; so is a copy of such a file. It is
  /// found by its number and its content, since numbers are given away again.
  ///
  /// - Parameter path: The file.
  /// - Returns: True where reading it from its start would count lines again; false also where it cannot be read.
  package func hasRead(_ path: String) -> Bool {
    if let status = try? FileStatus(of: path), fileChain.contains(status) { return true }
    return position.hasRead(path)
  }

  /// Whether the position to resume at is in a file, and the file is where it will be looked for.
  ///
  /// - Parameters:
  ///   - path: The file's path of now.
  ///   - number: Its number.
  /// - Returns: False where it is not this log's.
  func willFind(_ path: String, _ number: FileNumber) -> Bool {
    guard let position = unresolvedPosition else { return false }
    let isOwn = position.files.contains { $0.identity.inode == number.inode && $0.identity.device == number.device }
    return isOwn && siblings.looks(at: path)
  }

  /// How far the log was read.
  package var position: TailPosition {
    if let unresolvedPosition { return unresolvedPosition }
    return TailPosition(
      files: chain.filter { !$0.hasContinuation }.map(\.position),
      modifiedNanoseconds: chain.first?.status.modifiedNanoseconds ?? 0,
      knownSiblings: siblings.known.positions,
      siblingPaths: siblings.paths
    )
  }

  // MARK: Reading

  /// Scans what is there and reads on.
  ///
  /// - Parameters:
  ///   - budget: Bytes after which it returns, for other work to get its turn; a line that is longer is still read whole.
  ///   - sink: Where the lines go.
  /// - Returns: Whether there is more to do at once.
  package func readAvailable<Sink: LineSink & ~Copyable>(budget: Int, into sink: inout Sink) -> TailProgress {
    // Before the scan: what happens during it wakes again.
    location.watches.isAwake = false
    progress = scan(reading: budget, into: &sink)
    if progress == .moreToRead { location.watches.isAwake = true }
    recorder.record(state: state)
    return progress
  }

  private func scan<Sink: LineSink & ~Copyable>(reading budget: Int, into sink: inout Sink) -> TailProgress {
    let now = options.clock()
    if let stream, let progress = readAvailable(stream, budget: budget, at: now, into: &sink) { return progress }
    location.watchDirectories()
    scan(at: now)
    watchFiles()
    if let stream { return readAvailable(stream, budget: budget, at: now, into: &sink) ?? .caughtUp }
    guard retries.read.isDue(at: now) else {
      if let readError = retries.readError { state = .failing(readError) }
      return .caughtUp
    }
    do throws(SystemCallError) {
      let progress = try read(budget: budget, at: now, into: &sink)
      retries.noteRead()
      // Those that were finished have made room.
      return hasMoreFiles && !fileChain.isFull ? .moreToRead : progress
    } catch {
      failReading(error, at: now)
      return .caughtUp
    }
  }

  /// Watches the file that is read, and the next one until it has lines.
  func watchFiles() {
    let files = chain.prefix(2).enumerated().filter { $0.offset == 0 || !$0.element.hasHadData }
    location.watches.watch(files: files.map { ($0.element.descriptor.rawValue, $0.element.status) })
  }
}
