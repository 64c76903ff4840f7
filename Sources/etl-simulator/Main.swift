internal import CommandLineOptions
internal import Glibc
internal import Simulator

@main
enum Main {
  static func main() {
    do throws(CommandFailure) {
      try SimulatorCommand.run(Array(CommandLine.arguments.dropFirst()))
    } catch {
      SimulatorCommand.complain(error.description)
      exit(error.exitCode)
    }
  }
}
