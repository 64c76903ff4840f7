internal import CommandLineOptions
internal import EventLoop
internal import HTTPServer
internal import JobState
internal import LinuxIO
internal import Metrics
internal import UnixTime

/// The exporter: logs that are followed, numbers that are kept, a server that shows them, all on one loop.
final class ExporterApplication {
  private static let endSignalNumbers = [SignalNumber.terminate, SignalNumber.interrupt]

  private let logger: Logger
  private let loop: EventLoop
  private let server: HTTPServer
  private let follower: LogFollower
  private let exposition: Exposition<ScrapeSource>
  private var processReader: ProcessStatisticsReader
  private let processStart = WallTime.now
  private let staleAfterSeconds: Double
  private let snapshotSeconds: Double
  private var store: SnapshotStore?
  private var snapshotTimer: TimerEvent?
  /// How far the logs were read at the last snapshot; as long as nothing is read, nothing else changes.
  private var savedLogs: [Snapshot.Log]?
  private var requestCounts: RequestCounts
  private var endSignals: [SignalEvent] = []
  private var hangUpSignal: SignalEvent?
  private var systemdNotifier: SystemdNotifier?
  private var expositionCaches = [ExpositionFormat: ExpositionCache]()

  /// Whether everything was read that was in the logs when the exporter started.
  var hasCaughtUp: Bool { follower.hasCaughtUp }
  /// Bytes that are in the logs and not read yet.
  var lagBytes: Int64 { follower.totals.lagBytes }

  /// Opens everything that the exporter needs; nothing is read and nobody served before `run`.
  ///
  /// - Parameters:
  ///   - configuration: What the options set.
  ///   - environment: Says whether there is a service manager to be told; see `SystemdNotifier`.
  /// - Throws: `StartError` with one line that says what is wrong.
  init(_ configuration: ExporterConfiguration, environment: [String: String]) throws(StartError) {
    logger = Logger(level: configuration.logLevel, format: configuration.logFormat)
    exposition = MetricCatalogue.exposition(FormatSet(configuration.logSources))
    staleAfterSeconds = configuration.staleAfter.inSeconds
    snapshotSeconds = configuration.storageInterval.inSeconds
    var snapshot: Snapshot?
    if let directory = configuration.storagePath {
      let store = try SnapshotStore(directory: directory, logger: logger)
      snapshot = try store.load(logNames: configuration.logNames)
      self.store = consume store
    }
    do throws(SystemCallError) {
      processReader = try ProcessStatisticsReader()
      loop = try EventLoop()
    } catch {
      throw StartError("\(error)")
    }
    follower = try LogFollower(configuration, loop: loop, resuming: snapshot, logger: logger)
    server = HTTPServer(loop: loop, limits: configuration.limits)
    requestCounts = RequestCounts(paths: Endpoints.fixedPaths + [configuration.telemetryPath])
    follower.onFirstFile = { [unowned self] in saveSnapshot() }
    server.observer = { [unowned self] path, status in requestCounts.count(path, status) }
    Endpoints.route(on: server, telemetryPath: configuration.telemetryPath, to: self)
    try handleSignals()
    systemdNotifier = SystemdNotifier(environment: environment, loop: loop, logger: logger) { [unowned self] in
      (hasCaughtUp, lagBytes)
    }
    snapshotTimer = TimerEvent(loop: loop) { [unowned self] in keepSnapshot() }
    try listen(on: configuration.addresses)
  }

  private func handleSignals() throws(StartError) {
    do throws(SystemCallError) {
      endSignals = try Self.endSignalNumbers.map { signal throws(SystemCallError) in
        try SignalEvent(loop: loop, signal: signal) { [unowned self] in stop() }
      }
      hangUpSignal = try SignalEvent(loop: loop, signal: SignalNumber.hangUp) { [unowned self] in rescan() }
    } catch {
      throw StartError("\(error)")
    }
  }

  private func listen(on addresses: [SocketAddress]) throws(StartError) {
    for address in addresses {
      do throws(SystemCallError) {
        let bound = try server.listen(on: address)
        logger.write(.info, "listening", ["address": "\(bound)"])
      } catch {
        throw StartError("\(error)\(Self.advice(on: error.errno))")
      }
    }
  }

  private static func advice(on errno: Errno) -> String {
    switch errno {
    case .addressInUse: "; stop what uses it, or choose another with --port"
    case .addressNotAvailable: "; use an address of this machine, or :PORT for all that it has"
    default: ""
    }
  }

  /// Follows the logs and serves until a signal ends it.
  func run() {
    follower.start()
    // Also where no log is there yet: what comes later was not there before.
    saveSnapshot()
    if store != nil { snapshotTimer?.schedule(afterSeconds: snapshotSeconds) }
    systemdNotifier?.begin()
    loop.run()
    saveSnapshot()
    logger.writeSuppressed(at: nil)
    logger.write(.info, "stopped")
  }

  private func stop() {
    // Whoever asks twice does not want to wait: neither for clients nor for a disk that does not answer. The last
    // snapshot stands, because the next one takes its place only when it is whole.
    endSignals = []
    exitAtOnce(on: Self.endSignalNumbers)
    logger.write(.info, "stopping", ["open_connections": server.statistics.openConnections])
    systemdNotifier?.end()
    server.drain { [unowned self] in loop.stop() }
  }

  private func rescan() {
    logger.write(.info, "rescanning logs (SIGHUP); options are read at the start only", [:], about: "SIGHUP")
    follower.rescan()
  }

  // MARK: The snapshot

  private func keepSnapshot() {
    saveSnapshot()
    snapshotTimer?.schedule(afterSeconds: snapshotSeconds)
  }

  /// Writes a snapshot, unless nothing changed since the last one.
  private func saveSnapshot() {
    guard store != nil else { return }
    let snapshot = follower.snapshot
    guard snapshot.logs != savedLogs, store?.save(snapshot) == true else { return }
    savedLogs = snapshot.logs
  }

  // MARK: What is served

  func renderMetrics(as format: ExpositionFormat) -> HTTPBody {
    expositionCaches[format, default: ExpositionCache()].body(at: .now) { output in
      exposition.render(scrapeSource(), as: format, into: &output)
    }
  }

  func healthReport(isWhole: Bool) -> HealthReport {
    HealthReport(source: scrapeSource(), logs: follower.logHealth, hasCaughtUp: hasCaughtUp, isWhole: isWhole)
  }

  func historyReport(pipeline name: String?) -> HistoryReport? {
    HistoryReport(now: .now, pipelines: follower.pipelines, name: name)
  }

  private func scrapeSource() -> ScrapeSource {
    requestCounts.statistics = server.statistics
    return ScrapeSource(
      now: .now,
      staleAfterSeconds: staleAfterSeconds,
      pipelines: follower.pipelines,
      pipelineOverflow: follower.pipelineOverflow,
      lineCounts: follower.lineCounts,
      valueCounts: follower.valueCounts,
      eventDelaySeconds: follower.eventDelaySeconds,
      requests: requestCounts,
      logs: follower.totals,
      snapshots: store?.statistics,
      process: processReader.read(at: .now),
      processStart: processStart,
      buildLabels: ScrapeSource.ownBuildLabels,
      customMetrics: follower.customMetrics,
      formats: follower.formats
    )
  }
}

@available(*, unavailable)
extension ExporterApplication: Sendable {}
