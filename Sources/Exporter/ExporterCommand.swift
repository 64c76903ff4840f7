package import CommandLineOptions
internal import LinuxIO

/// The executable `etl-exporter` apart from its exit codes.
package enum ExporterCommand {
  /// The name that it goes by.
  package static let program = "etl-exporter"

  /// Does what a command line asks for; returns when a signal ended it.
  ///
  /// - Parameter arguments: The arguments without the program's name.
  /// - Throws: `CommandFailure` before anybody was served; nothing ends the exporter later.
  package static func run(_ arguments: [String]) throws(CommandFailure) {
    openMissingStandardDescriptors()
    let invocation: Invocation<ExporterConfiguration>
    do throws(UsageError) {
      invocation = try ExporterOptions.table.parse(arguments, environment: processEnvironment())
      if case .run(let configuration) = invocation { try ExporterOptions.check(configuration) }
    } catch {
      throw .usage(error)
    }
    switch invocation {
    case .help: writeToStandardOutput(ExporterOptions.table.help)
    case .version: writeToStandardOutput("\(program) \(productVersion)\n")
    case .run(let configuration):
      do throws(StartError) {
        try ExporterApplication(configuration).run()
      } catch {
        throw .start(error)
      }
    }
  }

  /// Writes a line for the operator to the standard error.
  ///
  /// - Parameter text: The line without the program's name and without its newline.
  package static func complain(_ text: String) {
    writeToStandardError("\(program): \(text)\n")
  }
}
