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

  /// A log that is followed.
  private struct FollowedLog {
    let tailer: LogTailer
    let path: String
    let pipeline: [UInt8]?
    /// What must have been read until the log counts as caught up; nil before the first look at it.
    var caughtUpAtBytes: Int64?
    var hasCaughtUp = false
    /// What the own log last said of it.
    var notedCondition: TailCondition?
  }

  private let log: OwnLog
  private let watcher: TailWatcher
  private let pollSeconds: Double
  private var logs: [FollowedLog] = []
  private var ingest: EventIngest
  /// What the processes before this one read.
  private let earlierTotals: LogTotals
  private var wakeUps: [DescriptorEvent] = []
  private var pollTimer: TimerEvent?
  private var nextSlice: TimerEvent?

  /// Whether everything was read that was in the logs when the exporter started.
  private(set) var hasCaughtUp = false

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
    self.log = log
    earlierTotals = snapshot?.totals ?? LogTotals()
    pollSeconds = configuration.pollInterval.inSeconds
    watcher = TailWatcher()
    ingest = EventIngest(
      maximumLineBytes: configuration.maximumLineBytes,
      pipelines: snapshot?.pipelines ?? PipelineTable(logNames: configuration.logNames),
      lineCounts: snapshot?.lineCounts ?? LineCounts()
    )
    var options = TailOptions()
    options.maximumLineBytes = configuration.maximumLineBytes
    options.rotateWaitSeconds = configuration.rotateWait.inSeconds
    do {
      for source in configuration.logSources {
        let position = snapshot?.logs.first { $0.path == source.path }?.position
        let tailer = try LogTailer(path: source.path, options: options, resumingAt: position, watcher: watcher)
        logs.append(FollowedLog(tailer: tailer, path: source.path, pipeline: source.name.map { Array($0.utf8) }))
      }
    } catch {
      throw StartError("\(error)")
    }
    pollTimer = TimerEvent(loop: loop) { [unowned self] in poll() }
    nextSlice = TimerEvent(loop: loop) { [unowned self] in readSlice() }
    do throws(SystemCallError) {
      if let descriptor = watcher.wakeDescriptor {
        let wakeUp = try DescriptorEvent(loop: loop, readable: descriptor) { [unowned self] in
          if watcher.takeWakeups() { readSlice() }
        }
        wakeUps.append(wakeUp)
      }
    } catch {
      throw StartError("\(error)")
    }
  }

  /// Begins to read.
  func start() {
    poll()
  }

  private func poll() {
    pollTimer?.schedule(afterSeconds: pollSeconds)
    readSlice()
  }

  private func readSlice() {
    let budget = max(Self.bytesPerTurn / logs.count, Self.leastBytesPerTurn)
    var hasMore = false
    for index in logs.indices {
      let tailer = logs[index].tailer
      ingest.begin(logName: logs[index].pipeline, readTime: .now)
      let progress = tailer.drain(budget: budget, into: &ingest)
      hasMore = hasMore || progress == .moreToRead
      noteProgress(progress, at: index)
      noteCondition(at: index)
    }
    if hasMore { nextSlice?.schedule(afterSeconds: 0) }
  }

  /// Decides whether what was there at the start has been read; the log may grow as fast as it is read.
  private func noteProgress(_ progress: TailProgress, at index: Int) {
    guard !logs[index].hasCaughtUp else { return }
    let readBytes = logs[index].tailer.statistics.bytesRead
    let target = logs[index].caughtUpAtBytes ?? readBytes + logs[index].tailer.lagBytes
    logs[index].caughtUpAtBytes = target
    logs[index].hasCaughtUp = progress == .caughtUp || readBytes >= target
    if logs.allSatisfy(\.hasCaughtUp) {
      hasCaughtUp = true
      log.write(.info, "caught up", ["read_bytes": "\(totals.readBytes)"])
    }
  }

  private func noteCondition(at index: Int) {
    let condition = logs[index].tailer.condition
    guard condition != logs[index].notedCondition else { return }
    logs[index].notedCondition = condition
    let path = logs[index].path
    switch condition {
    case .following: log.write(.info, "following the log", ["path": path])
    case .waiting(let reason): log.write(.warn, "waiting for the log", ["path": path, "reason": reason])
    case .failing(let error): log.write(.error, "the log cannot be read", ["path": path, "error": "\(error)"])
    case .ended: log.write(.info, "the log has ended", ["path": path])
    }
  }
}

@available(*, unavailable)
extension LogFollower: Sendable {}

// MARK: What was read

extension LogFollower {
  /// The pipelines that have series now.
  var pipelines: [PipelineState] { ingest.pipelines.all }

  /// How many events had a pipeline that was put under the overflow.
  var pipelineOverflow: Int64 { ingest.pipelines.pipelineOverflow }

  /// The lines by what became of them.
  var lineCounts: LineCounts { ingest.lineCounts }

  /// All that was read and counted, as of one moment.
  var snapshot: Snapshot {
    var totals = totals
    totals.lagBytes = 0
    return Snapshot(logs: positions, lineCounts: lineCounts, totals: totals, pipelines: ingest.pipelines)
  }

  /// How far each log was read.
  var positions: [Snapshot.Log] {
    logs.map { Snapshot.Log(path: $0.path, position: $0.tailer.position) }
  }

  /// What all logs together have to tell a scrape.
  var totals: LogTotals {
    var totals = earlierTotals
    for log in logs { totals.add(log.tailer) }
    return totals
  }

  /// How each log is doing.
  var conditions: [LogCondition] {
    logs.map { log in
      var condition = LogCondition(path: log.path, lagBytes: log.tailer.lagBytes)
      switch log.tailer.condition {
      case .following: break
      case .waiting(let reason): condition.waitingFor = reason
      case .failing(let error): condition.failure = "\(error)"
      case .ended: condition.waitingFor = "standard input has ended"
      }
      return condition
    }
  }
}
