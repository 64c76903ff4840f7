package import CommandLineOptions
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
    let invocation: Invocation<ExporterConfiguration>
    do throws(UsageError) {
      invocation = try ExporterOptions.table.parse(arguments, environment: environment)
      if case .run(let configuration) = invocation { try ExporterOptions.check(configuration) }
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
    writeToStandardError("\(program): \(PathBytes.displayed(text))\n")
  }
}
