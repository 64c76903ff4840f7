internal import CommandLineOptions
internal import ETLLog
internal import HTTPServer
internal import LinuxIO

/// The exporter's command line.
enum ExporterOptions {
  static let table = OptionTable(
    program: "etl-exporter",
    summary: "Tails the JSON log of an ETL job and serves its numbers to Prometheus.",
    defaults: ExporterConfiguration(),
    optionForPositional: "log-file",
    given: \ExporterConfiguration.givenOptions,
    options: [
      .list(
        "log-file",
        .logSource,
        \.logSources,
        otherVariables: ["LOG_FILE"],
        help: "log or pattern to follow, - for standard input"
      ),
      .value("log-file.zone", .logZone, \.logZone, help: "zone of times without one"),
      .optionalValue("log-file.format", .text("NAME"), \.formatName, help: "what the lines mean: \(formatNames)"),
      .value("log-file.envelope", .oneOf("NAME"), \.envelope, help: "what stands around each line"),
      .optionalValue("config.file", .text("FILE"), \.configFile, help: "formats and metrics of one's own, and logs"),
      .flag("config.check", \.checksConfiguration, help: "say whether the configuration file is right"),
      .optionalValue(
        "config.print",
        .text("NAME"),
        \.printedFormat,
        help: "print a built-in format, to change and use"
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
      .flag("health-check", \.asksHealth, help: "ask the running exporter; exit 1 unless it serves"),
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
        help: "refuse longer heads"
      ),
      .value(
        "web.max-pending-bytes",
        .byteSize(in: (1 << 20)...(1 << 30)),
        \.maximumPendingBytes,
        help: "answers not taken: close who stalls longest"
      ),
      .value("web.head-timeout", .duration(in: shortest...longest), \.headTimeout, help: "time to send a request"),
      .value(
        "web.idle-timeout",
        .duration(in: shortest...longest),
        \.idleTimeout,
        help: "close idle connections after"
      ),
      .value(
        "metrics.max-series",
        .integer("NUMBER", in: 1...100_000, noun: "a number of series"),
        \.maximumSeries,
        help: "series of one's own metrics at most"
      ),
      .value("log.level", .oneOf("LEVEL"), \.logLevel, help: "least important line of the own log"),
      .value("log.format", .oneOf("FORMAT"), \.logFormat, help: "how the own log is written"),
    ]
  )

  /// The built-in formats.
  private static let formatNames = BuiltInFormats.names.joined(separator: ", ")

  private static let shortest = Duration.milliseconds(10)
  private static let longest = Duration.seconds(86_400)

  /// Checks what no option can check alone.
  ///
  /// - Parameter configuration: What the options set.
  /// - Throws: `UsageError` when options exclude each other.
  static func check(_ configuration: ExporterConfiguration) throws(UsageError) {
    if configuration.givenOptions.isSuperset(of: ["port", "web.listen-address"]) {
      throw UsageError("--port and --web.listen-address exclude each other; use one of them")
    }
    if Endpoints.fixedPaths.contains(configuration.telemetryPath) {
      throw UsageError(
        "--web.telemetry-path: \(UsageError.quoted(configuration.telemetryPath)) is taken; use another path"
      )
    }
    if configuration.readsOnce, configuration.asksHealth {
      throw UsageError("--once and --health-check exclude each other; use one of them")
    }
    if configuration.storagePath == nil, configuration.givenOptions.contains("storage.interval") {
      throw UsageError("--storage.interval says how often to write a snapshot; give --storage.path DIR with it")
    }
    try checkNoneTwice(configuration)
  }

  private static func checkNoneTwice(_ configuration: ExporterConfiguration) throws(UsageError) {
    var seenKeys: Set<String> = []
    for source in configuration.logSources where !seenKeys.insert(Path.normalized(source.path)).inserted {
      throw UsageError("--log-file names \(UsageError.quoted(source.path)) more than once; name it once")
    }
    // With port 0 the kernel chooses another one each time.
    let addresses = configuration.listenAddresses.filter { $0.port != 0 }
    for (index, address) in addresses.enumerated() {
      if addresses[..<index].contains(address) {
        throw UsageError("--web.listen-address names \(UsageError.quoted("\(address)")) more than once; name it once")
      }
      let all = SocketAddress(allWithPort: address.port)
      if address != all, addresses.contains(all) {
        throw UsageError("--web.listen-address: \(all) includes \(address); name one of them")
      }
    }
  }
}
