internal import CommandLineOptions
internal import EventLoop
internal import JobState
internal import LinuxIO
internal import Tailing
internal import UnixTime

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

  let logger: Logger
  var registry: TailRegistry
  var processor: LineProcessor
  var notes: FollowerReports
  /// The pipelines of the configured sources, for lines that name none.
  private let sourcePipelines: [[UInt8]?]
  private var eventLog: TailEventLog
  /// By the target's number.
  private var followed: [Int: FollowedLog] = [:]
  /// What earlier processes read, and logs that were let go.
  private var earlierCounters: ReadCounters
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
  ///   - logger: The exporter's own log.
  /// - Throws: `StartError` when a path cannot be followed or the loop cannot wait.
  init(
    _ configuration: ExporterConfiguration,
    loop: EventLoop,
    resuming snapshot: Snapshot?,
    logger: Logger
  ) throws(StartError) {
    self.loop = loop
    self.logger = logger
    pollSeconds = configuration.pollInterval.inSeconds
    earlierCounters = snapshot?.totals ?? ReadCounters()
    sourcePipelines = configuration.sourcePipelines
    eventLog = TailEventLog(logger: logger, rotateWaitSeconds: configuration.rotateWait.inSeconds)
    notes = FollowerReports(earlierBytes: snapshot?.totals.readBytes ?? 0)
    processor = LineProcessor(
      maximumLineBytes: configuration.maximumLineBytes,
      silenceNanoseconds: configuration.staleAfter.inNanoseconds,
      localOffsetSeconds: configuration.logZone.secondsAheadOfUTC,
      pipelines: snapshot?.pipelines ?? PipelineTable(logNames: configuration.logNames),
      lineCounts: snapshot?.lineCounts ?? LineCounts(),
      valueCounts: snapshot?.valueCounts ?? ValueCounts()
    )
    registry = try TailRegistry(
      following: configuration,
      positions: snapshot?.logs ?? [],
      watcher: TailWatcher(usesInotify: configuration.usesInotify)
    )
    if let snapshot { note(snapshot) }
    pollTimer = TimerEvent(loop: loop) { [unowned self] in poll() }
    nextSlice = TimerEvent(loop: loop) { [unowned self] in readSlice(.wakeUp) }
    guard let descriptor = registry.watcher.wakeDescriptor else { return }
    do throws(SystemCallError) {
      wakeUp = try DescriptorEvent(loop: loop, readable: descriptor) { [unowned self] in
        if registry.watcher.takeWakeups() { readSlice(.wakeUp) }
      }
    } catch {
      throw StartError("\(error)")
    }
  }

  /// Lets runs of which nothing more comes count as aborted.
  func noteSilence() { processor.noteSilence(at: .now) }

  /// Begins to read.
  func start() {
    poll()
  }

  /// Looks at all logs and patterns at once, also at those that failed a moment ago.
  func rescan() {
    for target in registry.logs { target.tailer.expediteRetries() }
    poll()
  }

  private func poll() {
    pollTimer?.schedule(afterSeconds: pollSeconds)
    if registry.hasPatterns {
      for gone in registry.refresh() {
        earlierCounters.addCounters(of: gone.tailer)
        followed[gone.number] = nil
      }
    }
    readSlice(.tick)
    reportOnTick()
    logger.writeSuppressed(at: .now)
  }

  private func readSlice(_ occasion: Occasion) {
    let due = registry.logs.indices.filter { occasion == .tick || registry.logs[$0].tailer.isAwake }
    let budget = max(Self.bytesPerTurn / max(due.count, 1), Self.leastBytesPerTurn)
    var busySources: Set<Int> = []
    var isFirstFile = false
    for index in due {
      let target = registry.logs[index]
      // The files of one pattern are mostly one log in pieces: their totals only make sense in order.
      guard !busySources.contains(target.sourceIndex) else { continue }
      processor.setContext(logName: sourcePipelines[target.sourceIndex], origin: target.origin, readTime: .now)
      let progress = target.tailer.readAvailable(budget: budget, into: &processor)
      drains += 1
      if progress == .moreToRead { busySources.insert(target.sourceIndex) }
      var log = followed[target.number] ?? FollowedLog()
      log.updateCaughtUp(progress, target.tailer)
      followStream(of: target.tailer, &log)
      if !log.hasFile, target.tailer.holdsNamedFile {
        log.hasFile = true
        isFirstFile = true
      }
      followed[target.number] = log
    }
    if isFirstFile { onFirstFile?() }
    if !busySources.isEmpty { nextSlice?.schedule(afterSeconds: 0) }
    reportEvents()
    checkCaughtUp()
  }

  /// Says what happened to the logs, and what became of their lines.
  private func reportEvents() {
    let now = MonotonicTime.now
    eventLog.take(registry.events.take(), at: now)
    eventLog.writeStates(of: registry.logs, pipeline: { sourcePipelines[$0] }, at: now)
    reportRejectedLines(at: now)
    reportUnusableValues(at: now)
  }

  /// Waits for a FIFO or standard input, which no watch on a directory tells of.
  private func followStream(of tailer: LogTailer, _ log: inout FollowedLog) {
    let descriptor = tailer.streamDescriptor
    guard descriptor != log.streamEvent?.descriptor else { return }
    log.streamEvent = nil
    guard let descriptor else { return }
    // Where the loop cannot wait for it the timer still reads it.
    let event = try? DescriptorEvent(loop: loop, readable: descriptor) { [unowned self] in readSlice(.wakeUp) }
    if let event { log.streamEvent = (descriptor, event) }
  }

  private func checkCaughtUp() {
    guard !hasCaughtUp, registry.logs.allSatisfy({ followed[$0.number]?.hasCaughtUp == true }) else { return }
    hasCaughtUp = true
    reportCaughtUp()
  }
}

@available(*, unavailable)
extension LogFollower: Sendable {}

// MARK: What was read

extension LogFollower {
  /// What all logs together have to tell a scrape.
  var totals: ReadCounters {
    var totals = earlierCounters
    for log in registry.logs { totals.add(log.tailer) }
    return totals
  }

  /// All that was read and counted, as of one moment.
  var snapshot: Snapshot {
    var totals = totals
    totals.lagBytes = 0
    var snapshot = Snapshot(
      logs: registry.positions,
      lineCounts: processor.aggregator.lineCounts,
      totals: totals,
      pipelines: processor.aggregator.pipelines
    )
    snapshot.droppedCount = registry.droppedCount
    snapshot.valueCounts = processor.aggregator.valueCounts
    return snapshot
  }

  /// How each log is doing.
  var logHealth: [LogHealth] {
    let logs = registry.logs.map { log in
      var health = LogHealth(path: log.path, lagBytes: log.tailer.lagBytes)
      switch log.tailer.state {
      case .following: break
      // A log of a pattern that is gone is not waited for; it is only held for a while.
      case .waiting(let reason): health.waitingFor = log.isLingering ? nil : reason
      case .failing(let error): health.failure = "\(error)"
      case .ended: health.waitingFor = "standard input has ended"
      }
      return health
    }
    return logs
      + registry.unmatchedPatterns.map { LogHealth(path: $0, lagBytes: 0, waitingFor: "no file matches \($0)") }
  }
}
