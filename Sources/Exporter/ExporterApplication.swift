internal import CommandLineOptions
internal import EventLoop
internal import HTTPServer
internal import LinuxIO
internal import Metrics

/// The exporter: logs that are followed, numbers that are kept, a server that shows them, all on one loop.
final class ExporterApplication {
  private let log: OwnLog
  private let loop: EventLoop
  private let server: HTTPServer
  private let follower: LogFollower
  private let exposition = MetricCatalogue.exposition
  private let processReader: ProcessStatisticsReader
  private let processStart = WallTime.now
  private let staleAfterSeconds: Double
  private let snapshotSeconds: Double
  private var store: SnapshotStore?
  private var snapshotTimer: TimerEvent?
  /// How far the logs were read at the last snapshot; as long as nothing is read, nothing else changes.
  private var savedLogs: [Snapshot.Log]?
  private var requestCounts: RequestCounts
  private var signals: [SignalEvent] = []
  private var metricsBuffer: [UInt8] = []
  private var isStopping = false

  /// Whether everything was read that was in the logs when the exporter started.
  var hasCaughtUp: Bool { follower.hasCaughtUp }
  /// Bytes that are in the logs and not read yet.
  var lagBytes: Int64 { follower.totals.lagBytes }

  /// Opens everything that the exporter needs; nothing is read and nobody served before `run`.
  ///
  /// - Parameter configuration: What the options set.
  /// - Throws: `StartError` with one line that says what is wrong.
  init(_ configuration: ExporterConfiguration) throws(StartError) {
    log = OwnLog(level: configuration.logLevel, format: configuration.logFormat)
    staleAfterSeconds = configuration.staleAfter.inSeconds
    snapshotSeconds = configuration.storageInterval.inSeconds
    var snapshot: Snapshot?
    if let directory = configuration.storagePath {
      let store = try SnapshotStore(directory: directory, log: log)
      snapshot = try store.load(logNames: configuration.logNames)
      self.store = consume store
    }
    do throws(SystemCallError) {
      processReader = try ProcessStatisticsReader()
      loop = try EventLoop()
    } catch {
      throw StartError("\(error)")
    }
    follower = try LogFollower(configuration, loop: loop, resuming: snapshot, log: log)
    server = HTTPServer(loop: loop, limits: configuration.limits)
    requestCounts = RequestCounts(paths: Endpoints.fixedPaths + [configuration.telemetryPath])
    server.observer = { [unowned self] path, status in requestCounts.count(path, status) }
    Endpoints.route(on: server, telemetryPath: configuration.telemetryPath, to: self)
    do throws(SystemCallError) {
      for signal in [SignalNumber.terminate, SignalNumber.interrupt] {
        signals.append(try SignalEvent(loop: loop, signal: signal) { [unowned self] in stop() })
      }
    } catch {
      throw StartError("\(error)")
    }
    snapshotTimer = TimerEvent(loop: loop) { [unowned self] in keepSnapshot() }
    try listen(on: configuration.addresses)
  }

  private func listen(on addresses: [SocketAddress]) throws(StartError) {
    for address in addresses {
      do throws(SystemCallError) {
        let bound = try server.listen(on: address)
        log.write(.info, "listening", ["address": "\(bound)"])
      } catch {
        let advice = error.errno == .addressInUse ? "; stop what uses it, or choose another with --port" : ""
        throw StartError("\(error)\(advice)")
      }
    }
  }

  /// Follows the logs and serves until a signal ends it.
  func run() {
    follower.start()
    if store != nil { snapshotTimer?.schedule(afterSeconds: snapshotSeconds) }
    loop.run()
    saveSnapshot()
    log.write(.info, "stopped")
  }

  private func stop() {
    // Whoever asks twice does not want to wait for clients.
    guard !isStopping else { return loop.stop() }
    isStopping = true
    log.write(.info, "stopping", ["open_connections": "\(server.statistics.openConnections)"])
    server.drain { [unowned self] in loop.stop() }
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

  func renderMetrics(as format: ExpositionFormat) -> [UInt8] {
    exposition.render(scrapeSource(), as: format, into: &metricsBuffer)
    return metricsBuffer
  }

  func healthReport() -> HealthReport {
    HealthReport(source: scrapeSource(), logs: follower.conditions, hasCaughtUp: hasCaughtUp)
  }

  private func scrapeSource() -> ScrapeSource {
    requestCounts.statistics = server.statistics
    return ScrapeSource(
      now: .now,
      staleAfterSeconds: staleAfterSeconds,
      pipelines: follower.pipelines,
      pipelineOverflow: follower.pipelineOverflow,
      lineCounts: follower.lineCounts,
      eventDelaySeconds: follower.eventDelaySeconds,
      requests: requestCounts,
      logs: follower.totals,
      snapshots: store?.statistics,
      process: processReader.read(),
      processStart: processStart,
      buildLabels: ScrapeSource.ownBuildLabels
    )
  }
}

@available(*, unavailable)
extension ExporterApplication: Sendable {}
