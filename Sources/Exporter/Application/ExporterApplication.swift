internal import CommandLineOptions
internal import EventLoop
internal import HTTPServer
internal import JobState
internal import LinuxIO
internal import UnixTime

/// The exporter: logs that are followed, numbers that are kept, a server that shows them, all on one loop.
final class ExporterApplication {
  private static let endSignalNumbers = [SignalNumber.terminate, SignalNumber.interrupt]

  private let logger: Logger
  private let loop: EventLoop
  private let server: HTTPServer
  private let follower: LogFollower
  private var endpoints: Endpoints?
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

  /// Opens everything that the exporter needs; nothing is read and nobody served before `run`.
  ///
  /// - Parameters:
  ///   - configuration: What the options set.
  ///   - environment: Says whether there is a service manager to be told; see `SystemdNotifier`.
  /// - Throws: `StartError` with one line that says what is wrong.
  init(_ configuration: ExporterConfiguration, environment: [String: String]) throws(StartError) {
    logger = Logger(level: configuration.logLevel, format: configuration.logFormat)
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
    let endpoints = Endpoints(
      telemetryPath: configuration.telemetryPath,
      hasCaughtUp: { [unowned follower] in follower.hasCaughtUp },
      state: { [unowned self] in state(for: $0) }
    )
    endpoints.route(on: server)
    self.endpoints = endpoints
    try handleSignals()
    systemdNotifier = SystemdNotifier(environment: environment, loop: loop, logger: logger) { [unowned self] in
      (follower.hasCaughtUp, follower.totals.lagBytes)
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

  // MARK: What is shown

  /// Puts together all that is shown; nobody finds out any of it in another way.
  private func state(for purpose: ExporterState.Purpose) -> ExporterState {
    follower.noteSilence()
    var state = ExporterState(
      now: .now,
      staleAfterSeconds: staleAfterSeconds,
      events: follower.processor.aggregator,
      readCounters: follower.totals,
      processStart: processStart
    )
    state.hasCaughtUp = follower.hasCaughtUp
    requestCounts.statistics = server.statistics
    state.requests = requestCounts
    state.snapshots = store?.statistics
    switch purpose {
    case .metrics: state.process = processReader.read(at: .now)
    case .health: state.logs = follower.logHealth
    case .other: break
    }
    return state
  }
}

@available(*, unavailable)
extension ExporterApplication: Sendable {}
