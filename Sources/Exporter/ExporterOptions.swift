internal import CommandLineOptions
internal import HTTPServer

/// The exporter's command line.
enum ExporterOptions {
  static let table = OptionTable(
    program: "etl-exporter",
    summary: "Tails the JSON log of an ETL job and serves its numbers to Prometheus.",
    defaults: ExporterConfiguration(),
    optionForPositional: "log-file",
    options: [
      .list(
        "log-file",
        .logSource,
        \.logSources,
        otherVariables: ["LOG_FILE"],
        help: "log or pattern to follow, - for standard input"
      ),
      .value(
        "log.poll-interval",
        .duration(in: shortest...longest),
        \.pollInterval,
        help: "look at the log this often"
      ),
      .value("log.inotify", .onOrOff, \.usesInotify, help: "wake up when the log changes, too"),
      .value(
        "log.rotate-wait",
        .duration(in: .zero...longest),
        \.rotateWait,
        help: "wait this long for late lines in a rotated log"
      ),
      .value(
        "log.max-line-bytes",
        .byteSize(in: 256...(16 << 20)),
        \.maximumLineBytes,
        help: "skip lines that are longer"
      ),
      .flag("once", \.readsOnce, help: "read rotated files and log, print metrics; exit 3: bad lines or gaps"),
      .flag("health-check", \.asksHealth, help: "ask the running exporter; exit 0 if it answers, else 1"),
      .optionalValue("storage.path", .text("DIR"), \.storagePath, help: "keep a snapshot here to survive a restart"),
      .value(
        "storage.interval",
        .duration(in: shortest...longest),
        \.storageInterval,
        help: "write the snapshot at most this often"
      ),
      .value(
        "health.stale-after",
        .duration(in: shortest...longest),
        \.staleAfter,
        help: "no event for this long: down"
      ),
      .list("web.listen-address", .listenAddress, \.listenAddresses, help: "address to serve"),
      .optionalValue(
        "port",
        .integer("PORT", in: 1...65_535, noun: "a port"),
        \.port,
        help: "serve this port on all addresses"
      ),
      .value("web.telemetry-path", .urlPath, \.telemetryPath, help: "path of the metrics"),
      .value(
        "web.max-connections",
        .integer("NUMBER", in: 1...65_535, noun: "a number of connections"),
        \.maximumConnections,
        help: "open connections at most"
      ),
      .value(
        "web.max-head-bytes",
        .byteSize(in: 512...(1 << 20)),
        \.maximumHeadBytes,
        help: "refuse requests with a longer head"
      ),
      .value("web.head-timeout", .duration(in: shortest...longest), \.headTimeout, help: "time to send a request"),
      .value(
        "web.idle-timeout",
        .duration(in: shortest...longest),
        \.idleTimeout,
        help: "close idle connections after"
      ),
      .value("log.level", .oneOf("LEVEL"), \.logLevel, help: "least important line of the own log"),
      .value("log.format", .oneOf("FORMAT"), \.logFormat, help: "how the own log is written"),
    ]
  )

  private static let shortest = Duration.milliseconds(10)
  private static let longest = Duration.seconds(86_400)

  /// Checks what no option can check alone.
  ///
  /// - Parameter configuration: What the options set.
  /// - Throws: `UsageError` when options exclude each other.
  static func check(_ configuration: ExporterConfiguration) throws(UsageError) {
    if configuration.port != nil, configuration.listenAddresses != ExporterConfiguration().listenAddresses {
      throw UsageError("--port and --web.listen-address exclude each other; use one of them")
    }
    if Endpoints.fixedPaths.contains(configuration.telemetryPath) {
      throw UsageError(
        "--web.telemetry-path: \(UsageError.quoted(configuration.telemetryPath)) is taken; use another path"
      )
    }
    if configuration.readsOnce, configuration.storagePath != nil {
      throw UsageError("--once reads everything anew and excludes --storage.path; use one of them")
    }
    if configuration.readsOnce, configuration.asksHealth {
      throw UsageError("--once and --health-check exclude each other; use one of them")
    }
    let paths = configuration.logSources.map(\.path)
    for (index, path) in paths.enumerated() where paths[..<index].contains(path) {
      throw UsageError("--log-file names \(UsageError.quoted(path)) more than once; name it once")
    }
  }
}
