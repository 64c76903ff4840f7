internal import CommandLineOptions
internal import ETLLog
internal import HTTPServer
internal import JobState
internal import Tailing
internal import UnixTime

/// A log to follow, and the name of its pipeline where it has one.
struct LogSource: Equatable, Sendable {
  /// The pipeline of lines that name none; nil gives them no label.
  var name: String?
  /// The log's path, or `-` for standard input.
  var path: String
  /// What its lines mean; nil for the built-in format.
  var format: FormatDeclaration?
  /// What stands around its lines.
  var envelope = LogEnvelope.none

  init(name: String?, path: String, format: FormatDeclaration? = nil, envelope: LogEnvelope = .none) {
    self.name = name
    self.path = path
    self.format = format
    self.envelope = envelope
  }
}

/// How far the clock of times without an offset is ahead of UTC.
struct LogZone: Equatable, Sendable {
  /// Less than a day either way.
  var secondsAheadOfUTC: Int64
}

/// How the exporter runs: what its options set.
struct ExporterConfiguration: Sendable {
  /// The names of the options that were given, be it with their defaults.
  var givenOptions: Set<String> = []
  var logSources = [LogSource(name: nil, path: "etl_process.log")]
  /// The configuration file; nil for none.
  var configFile: String?
  /// Say whether the configuration file is right, and end.
  var checksConfiguration = false
  /// Print this built-in format, and end.
  var printedFormat: String?
  /// The format of all logs of the command line; nil for the built-in one.
  var formatName: String?
  /// What stands around the lines of these logs.
  var envelope = LogEnvelope.none
  /// How many series the metrics of formats may have together.
  var maximumSeries = CustomMetricTable.defaultSeries
  var logZone = LogZone(secondsAheadOfUTC: 0)
  var pollInterval = Duration.seconds(1)
  /// False leaves all changes of the logs to be found by the poll.
  var usesInotify = true
  var rotateWait = Duration.seconds(5)
  var maximumLineBytes = 64 << 10
  var staleAfter = Duration.seconds(120)
  /// Read the logs to their end, print the metrics and end.
  var readsOnce = false
  /// Ask the exporter that runs with these options whether it does, and end.
  var asksHealth = false
  /// Where the snapshot is kept; nil for nowhere.
  var storagePath: String?
  var storageInterval = Duration.seconds(5)
  /// The port on all addresses; nil where `listenAddresses` stands.
  var port: Int?
  var listenAddresses = [SocketAddress(allWithPort: 8083)]
  var telemetryPath = "/metrics"
  var maximumConnections = 512
  var maximumHeadBytes = 16 << 10
  var headTimeout = Duration.seconds(10)
  var idleTimeout = Duration.seconds(75)
  /// Answers that clients have not taken, in bytes.
  var maximumPendingBytes = 32 << 20
  var logLevel = LogLevel.info
  var logFormat = LogFormat.logfmt
}

extension ExporterConfiguration {
  /// Each log's own name; nil for a log that has none.
  var logNames: [String?] { logSources.map(\.name) }

  /// The pipeline of lines that name none, for each source.
  var sourcePipelines: [[UInt8]?] { logSources.map { $0.name.map { Array($0.utf8) } } }

  /// How each log is tailed.
  var tailOptions: TailOptions {
    var options = TailOptions()
    options.maximumLineBytes = maximumLineBytes
    options.rotateWaitSeconds = rotateWait.inSeconds
    return options
  }

  /// The addresses to serve.
  var addresses: [SocketAddress] {
    port.map { [SocketAddress(allWithPort: UInt16($0))] } ?? listenAddresses
  }

  /// What HTTP clients are granted.
  var limits: HTTPLimits {
    var limits = HTTPLimits()
    limits.connections = maximumConnections
    limits.headBytes = maximumHeadBytes
    limits.headTimeoutSeconds = headTimeout.inSeconds
    limits.idleTimeoutSeconds = idleTimeout.inSeconds
    limits.pendingAnswerBytes = maximumPendingBytes
    return limits
  }
}
