internal import CommandLineOptions
internal import EventLoop
internal import LinuxIO
internal import Tailing

/// Reads the logs whenever there is something to read, a slice at a time, so that the server always gets its turn.
final class LogFollower {
  /// Bytes read from all logs together before the other events of the loop get their turn.
  private static let bytesPerTurn = 1 << 20
  /// With many logs each still reads enough at a time to be fast.
  private static let leastBytesPerTurn = 64 << 10

  /// Why the logs are looked at.
  private enum Occasion {
    /// The timer: whatever was not heard of is found now.
    case tick
    /// Something was heard of, or was left to be read.
    case wakeUp
  }

  let log: OwnLog
  var logSet: LogSet
  var ingest: EventIngest
  var notes: FollowerNotes
  /// What earlier processes read, and logs that were let go.
  private var earlierTotals: LogTotals
  private let loop: EventLoop
  private let pollSeconds: Double
  private var wakeUp: DescriptorEvent?
  private var pollTimer: TimerEvent?
  private var nextSlice: TimerEvent?

  /// Called where the first file of a log was seen, before anybody is told what is in it: whoever keeps positions keeps
  /// this one now, by which the file is known should it be renamed while nobody looks.
  var onFirstFile: (() -> Void)?
  /// Whether everything was read that was in the logs when the exporter started.
  private(set) var hasCaughtUp = false
  /// How often a log was looked at.
  private(set) var drains = 0

  /// Finds out what the paths name and gets ready to follow them; reads nothing.
  ///
  /// - Parameters:
  ///   - configuration: Which logs, and how.
  ///   - loop: The loop that wakes this object up.
  ///   - snapshot: Where to go on; nil to begin with each log's start.
  ///   - log: The exporter's own log.
  /// - Throws: `StartError` when a path cannot be followed or the loop cannot wait.
  init(
    _ configuration: ExporterConfiguration,
    loop: EventLoop,
    resuming snapshot: Snapshot?,
    log: OwnLog
  ) throws(StartError) {
    self.loop = loop
    self.log = log
    pollSeconds = configuration.pollInterval.inSeconds
    earlierTotals = snapshot?.totals ?? LogTotals()
    notes = FollowerNotes(
      rotateWaitSeconds: configuration.rotateWait.inSeconds,
      earlierBytes: snapshot?.totals.readBytes ?? 0
    )
    ingest = EventIngest(
      maximumLineBytes: configuration.maximumLineBytes,
      pipelines: snapshot?.pipelines ?? PipelineTable(logNames: configuration.logNames),
      lineCounts: snapshot?.lineCounts ?? LineCounts()
    )
    logSet = try LogSet(
      configuration.logSources,
      options: configuration.tailOptions,
      positions: snapshot?.logs ?? [],
      watcher: TailWatcher(usesInotify: configuration.usesInotify)
    )
    if let snapshot { note(snapshot) }
    pollTimer = TimerEvent(loop: loop) { [unowned self] in poll() }
    nextSlice = TimerEvent(loop: loop) { [unowned self] in readSlice(.wakeUp) }
    guard let descriptor = logSet.watcher.wakeDescriptor else { return }
    do throws(SystemCallError) {
      wakeUp = try DescriptorEvent(loop: loop, readable: descriptor) { [unowned self] in
        if logSet.watcher.takeWakeups() { readSlice(.wakeUp) }
      }
    } catch {
      throw StartError("\(error)")
    }
  }

  /// Begins to read.
  func start() {
    poll()
  }

  /// Looks at all logs and patterns at once, also at those that failed a moment ago.
  func lookAnew() {
    for followed in logSet.logs { followed.tailer.endPauses() }
    poll()
  }

  private func poll() {
    pollTimer?.schedule(afterSeconds: pollSeconds)
    if logSet.hasPatterns {
      for gone in logSet.refresh() {
        earlierTotals.addWhatStays(of: gone.tailer)
        log.write(.info, "let a log go", ["path": gone.path], about: gone.path)
      }
    }
    readSlice(.tick)
    noteOnTick()
    log.writeHeldBack(at: .now)
  }

  private func readSlice(_ occasion: Occasion) {
    let due = logSet.logs.indices.filter { occasion == .tick || logSet.logs[$0].tailer.isAwake }
    let budget = max(Self.bytesPerTurn / max(due.count, 1), Self.leastBytesPerTurn)
    var busySources: Set<Int> = []
    var isFirstFile = false
    for index in due {
      let followed = logSet.logs[index]
      // The files of one pattern are mostly one log in pieces: their totals only make sense in order.
      guard !busySources.contains(followed.sourcePlace) else { continue }
      ingest.begin(logName: followed.pipeline, from: followed.origin, readTime: .now)
      let progress = followed.tailer.drain(budget: budget, into: &ingest)
      drains += 1
      if progress == .moreToRead { busySources.insert(followed.sourcePlace) }
      noteProgress(progress, at: index)
      followStream(at: index)
      if !logSet.logs[index].hasFile, followed.tailer.holdsNamedFile {
        logSet.logs[index].hasFile = true
        isFirstFile = true
      }
    }
    if isFirstFile { onFirstFile?() }
    if !busySources.isEmpty { nextSlice?.schedule(afterSeconds: 0) }
    noteConditions(of: due)
    noteCaughtUp()
  }

  /// Waits for a FIFO or standard input, which no watch on a directory tells of.
  private func followStream(at index: Int) {
    let descriptor = logSet.logs[index].tailer.streamDescriptor
    guard descriptor != logSet.logs[index].streamEvent?.descriptor else { return }
    logSet.logs[index].streamEvent = nil
    guard let descriptor else { return }
    // Where the loop cannot wait for it the timer still reads it.
    let event = try? DescriptorEvent(loop: loop, readable: descriptor) { [unowned self] in readSlice(.wakeUp) }
    if let event { logSet.logs[index].streamEvent = (descriptor, event) }
  }

  /// Decides whether what was there at the start has been read; the log may grow as fast as it is read.
  private func noteProgress(_ progress: TailProgress, at index: Int) {
    guard !logSet.logs[index].hasCaughtUp else { return }
    let tailer = logSet.logs[index].tailer
    // What the files hold that are not open yet has been shown by the process before, as likely as not.
    guard !tailer.hasMoreFiles else { return }
    let target = logSet.logs[index].caughtUpAtBytes ?? tailer.statistics.bytesRead + tailer.lagBytes
    logSet.logs[index].caughtUpAtBytes = target
    logSet.logs[index].hasCaughtUp = progress == .caughtUp || tailer.statistics.bytesRead >= target
  }

  private func noteCaughtUp() {
    guard !hasCaughtUp, logSet.logs.allSatisfy(\.hasCaughtUp) else { return }
    hasCaughtUp = true
    sayCaughtUp()
  }
}

@available(*, unavailable)
extension LogFollower: Sendable {}

// MARK: What was read

extension LogFollower {
  /// The pipelines that have series now.
  var pipelines: ArraySlice<PipelineState> { ingest.pipelines.all }

  /// How many events had a pipeline that was put under the overflow.
  var pipelineOverflow: Int64 { ingest.pipelines.pipelineOverflow }

  /// The lines by what became of them.
  var lineCounts: LineCounts { ingest.lineCounts }

  /// From the newest event to its being read; nil before the first event that says when it happened.
  var eventDelaySeconds: Double? { ingest.eventDelaySeconds }

  /// What all logs together have to tell a scrape.
  var totals: LogTotals {
    var totals = earlierTotals
    for log in logSet.logs { totals.add(log.tailer) }
    return totals
  }

  /// All that was read and counted, as of one moment.
  var snapshot: Snapshot {
    var totals = totals
    totals.lagBytes = 0
    var snapshot = Snapshot(
      logs: logSet.positions,
      lineCounts: lineCounts,
      totals: totals,
      pipelines: ingest.pipelines
    )
    snapshot.goneCount = logSet.goneCount
    return snapshot
  }

  /// How each log is doing.
  var conditions: [LogCondition] {
    let followed = logSet.logs.map { log in
      var condition = LogCondition(path: log.path, lagBytes: log.tailer.lagBytes)
      switch log.tailer.condition {
      case .following: break
      // A log of a pattern that is gone is not waited for; it is only held for a while.
      case .waiting(let reason): condition.waitingFor = log.isLingering ? nil : reason
      case .failing(let error): condition.failure = "\(error)"
      case .ended: condition.waitingFor = "standard input has ended"
      }
      return condition
    }
    return followed
      + logSet.unmatchedPatterns.map { LogCondition(path: $0, lagBytes: 0, waitingFor: "no file matches \($0)") }
  }
}
