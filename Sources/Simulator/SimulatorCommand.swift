package import CommandLineOptions
internal import LinuxIO

/// The executable `etl-simulator` apart from its exit codes.
package enum SimulatorCommand {
  /// The name that it goes by.
  package static let program = "etl-simulator"

  /// Does what a command line asks for; returns when the job is done or was ended by a signal.
  ///
  /// - Parameter arguments: The arguments without the program's name.
  /// - Throws: `CommandFailure` before the first line is written; nothing ends the job later.
  package static func run(_ arguments: [String]) throws(CommandFailure) {
    openMissingStandardDescriptors()
    let invocation: Invocation<SimulatorOptions>
    do throws(UsageError) {
      invocation = try SimulatorOptions.table.parse(arguments, environment: processEnvironment())
      if case .run(let options) = invocation { try options.validate() }
    } catch {
      throw .usage(error)
    }
    switch invocation {
    case .help: writeToStandardOutput(SimulatorOptions.table.help)
    case .version: writeToStandardOutput("\(program) \(productVersion)\n")
    case .run(let options): try run(options)
    }
  }

  /// Writes a line for the operator to the standard error.
  ///
  /// - Parameter text: The line without the program's name and without its newline.
  package static func complain(_ text: String) {
    writeToStandardError("\(program): \(text)\n")
  }

  private static func run(_ options: SimulatorOptions) throws(CommandFailure) {
    ignoreFileSizeSignal()
    do throws(StartError) {
      guard !options.asksHealth else { return try HealthCheck.run(options) }
      let log = try LogFile(path: options.logFile, rotation: options.rotation, complain: complain)
      try run(options, log)
    } catch {
      throw .start(error)
    }
  }

  private static func run(_ options: SimulatorOptions, _ log: consuming LogFile) throws(StartError) {
    var printed: LineOutput?
    if !options.quiet, let output = try? openStandardOutputWithoutWaiting() { printed = LineOutput(output) }
    let seed = options.seed.map { UInt64($0) } ?? randomSeed()
    do throws(SystemCallError) {
      let simulator = try Simulator(options, seed: seed, log: log, printed: printed)
      try simulator.answerSignals()
      simulator.run()
    } catch {
      throw StartError("\(error)")
    }
  }

  /// A seed short enough to be typed again.
  private static func randomSeed() -> UInt64 {
    var random = SystemRandomNumberGenerator()
    return random.next() >> 32
  }
}
