package import CommandLineOptions
internal import ETLLog
internal import LinuxIO

/// The executable `etl-exporter` apart from its exit codes.
package enum ExporterCommand {
  /// The name that it goes by.
  package static let program = "etl-exporter"

  /// What `--once` exits with when lines were missing, could not be read, or were of logs that got mixed up.
  private static let findingsExitCode: CInt = 3

  /// Does what a command line asks for; returns when a signal ended it, or there is no more to do.
  ///
  /// - Parameter arguments: The arguments without the program's name.
  /// - Returns: What the process exits with.
  /// - Throws: `CommandFailure` before anybody was served; nothing ends the exporter later.
  package static func run(_ arguments: [String]) throws(CommandFailure) -> CInt {
    openMissingStandardDescriptors()
    ignoreFileSizeSignal()
    let environment = processEnvironment()
    var invocation: Invocation<ExporterConfiguration>
    do throws(UsageError) {
      invocation = try ExporterOptions.table.parse(arguments, environment: environment)
      if case .run(var configuration) = invocation {
        if try tellsOfFormats(&configuration) { return 0 }
        try ExporterOptions.check(configuration)
        invocation = .run(configuration)
      }
    } catch {
      throw .usage(error)
    }
    switch invocation {
    case .help: writeToStandardOutput(ExporterOptions.table.help)
    case .version: writeToStandardOutput("\(program) \(productVersion)\n")
    case .run(let configuration):
      do throws(StartError) {
        if configuration.asksHealth {
          try HealthCheck.run(configuration)
          return 0
        }
        if configuration.readsOnce { return try readOnce(configuration) }
        try ExporterApplication(configuration, environment: environment).run()
      } catch {
        throw .start(error)
      }
    }
    return 0
  }

  /// Reads the configuration file, and says of it or of a built-in format what is asked for.
  ///
  /// - Parameter configuration: What the options set; takes what the file says.
  /// - Returns: Whether that was all.
  /// - Throws: `UsageError` where the file is wrong, or there is no such format.
  private static func tellsOfFormats(_ configuration: inout ExporterConfiguration) throws(UsageError) -> Bool {
    if let name = configuration.printedFormat {
      guard let text = BuiltInFormats.text(of: name) else {
        let unknown = ConfigurationFile.services.unknown("format", name, among: BuiltInFormats.names)
        throw UsageError("--config.print: \(unknown)")
      }
      writeToStandardOutput(String(decoding: text, as: UTF8.self))
      return true
    }
    let file = try ConfigurationFile.apply(to: &configuration)
    guard configuration.checksConfiguration else { return false }
    guard let file, let path = configuration.configFile else {
      throw UsageError("--config.check needs --config.file FILE, the file to check")
    }
    writeToStandardOutput(ConfigurationFile.summary(file, path: path) + "\n")
    return true
  }

  private static func readOnce(_ configuration: ExporterConfiguration) throws(StartError) -> CInt {
    let start = WallTime.now
    var reader = try BatchReader(configuration)
    _ = try reader.read()
    do throws(SystemCallError) {
      try writeAllToStandardOutput(reader.metrics(processStart: start))
    } catch {
      throw StartError("\(error)")
    }
    for missing in reader.missingLogs { complain(missing) }
    guard let findings = reader.findings else { return 0 }
    complain(findings)
    return findingsExitCode
  }

  /// Writes a line for the operator to the standard error.
  ///
  /// - Parameter text: The line without the program's name and without its newline.
  package static func complain(_ text: String) {
    writeToStandardError("\(program): \(text)\n")
  }
}
