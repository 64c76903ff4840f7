internal import CommandLineOptions
internal import ETLLog
internal import JSON
internal import LinuxIO
internal import UnixTime
internal import YAML

/// The configuration file, and the options that name a log's format.
enum ConfigurationFile {
  /// What the reader of configurations needs of other modules.
  static let services = ConfigurationServices(
    parse: { bytes throws(ConfigurationError) in try YAMLReader.read(bytes) },
    nearestName: { nearestName(to: $0, among: $1) },
    durationSeconds: { text in (try? Duration(prometheus: text))?.inSeconds }
  )

  /// Reads the configuration file, if there is one, and finds each log's format.
  ///
  /// - Parameter configuration: What the options set; takes the logs of the file.
  /// - Returns: What the file says; nil where there is none.
  /// - Throws: `UsageError` where it cannot be read, or says something else than the options.
  @discardableResult
  static func apply(to configuration: inout ExporterConfiguration) throws(UsageError) -> LogConfiguration? {
    let file = try read(configuration)
    if let file, !file.logs.isEmpty {
      for option in ["log-file", "log-file.format", "log-file.envelope"]
      where configuration.givenOptions.contains(option) {
        throw UsageError(
          "--\(option) and \"logs\" in \(configuration.configFile ?? "") exclude each other; use one of them"
        )
      }
      configuration.logSources = try file.logs.map { log throws(UsageError) in
        LogSource(
          name: log.pipeline,
          path: log.path,
          format: try format(log.format, envelope: log.envelope, in: file.formats),
          envelope: log.envelope
        )
      }
    } else if let name = configuration.formatName
      ?? (configuration.envelope == .none ? nil : BuiltInFormats.defaultName)
    {
      let found = try format(name, envelope: configuration.envelope, in: file?.formats ?? [])
      for index in configuration.logSources.indices {
        configuration.logSources[index].format = found
        configuration.logSources[index].envelope = configuration.envelope
      }
    }
    let formats = configuration.logSources.compactMap(\.format)
    if let conflict = ConfigurationReader(services: services).conflict(between: formats) { throw UsageError(conflict) }
    return file
  }

  private static func read(_ configuration: ExporterConfiguration) throws(UsageError) -> LogConfiguration? {
    guard let path = configuration.configFile else { return nil }
    let bytes: [UInt8]?
    do throws(SystemCallError) {
      bytes = try readFile(path, maximumBytes: YAMLReader.maximumByteCount)
    } catch {
      throw UsageError("--config.file: \(error)")
    }
    guard let bytes else { throw UsageError("--config.file: there is no file \(UsageError.quoted(path))") }
    do throws(ConfigurationError) {
      return try ConfigurationReader(services: services).configuration(try YAMLReader.read(bytes))
    } catch {
      throw UsageError(error.text(file: path))
    }
  }

  /// Finds a format.
  ///
  /// - Parameters:
  ///   - name: Its name.
  ///   - envelope: What stands around the log's lines.
  ///   - formats: Those of the configuration file.
  /// - Returns: The format; nil for the built-in one that is read without any.
  /// - Throws: `UsageError` where there is none of that name.
  private static func format(_ name: String, envelope: LogEnvelope, in formats: [FormatDeclaration]) throws(UsageError)
    -> FormatDeclaration?
  {
    if let format = formats.first(where: { $0.name == name }) { return format }
    // Its own reader is faster, and knows no envelopes.
    if name == BuiltInFormats.defaultName, envelope == .none { return nil }
    do throws(ConfigurationError) {
      if let format = try ConfigurationReader(services: services).builtIn(name) { return format }
    } catch {
      throw UsageError("the built-in format \(name) cannot be read: \(error.text(file: name))")
    }
    let names = formats.map(\.name) + BuiltInFormats.names
    throw UsageError("--log-file.format: \(services.unknown("format", name, among: names))")
  }

  /// One line of what a file holds.
  ///
  /// - Parameters:
  ///   - file: What it says.
  ///   - path: Where it is.
  /// - Returns: The line.
  static func summary(_ file: LogConfiguration, path: String) -> String {
    let metrics = Set(file.formats.flatMap { $0.metrics.map(\.family.name) }).count
    func amount(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }
    return
      "\(path): \(amount(file.formats.count, "format")), \(amount(metrics, "metric")), \(amount(file.logs.count, "log"))"
  }
}
