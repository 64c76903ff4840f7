internal import CommandLineOptions
internal import Exporter
internal import Glibc

@main
enum Main {
  static func main() {
    do throws(CommandFailure) {
      exit(try ExporterCommand.run(Array(CommandLine.arguments.dropFirst())))
    } catch {
      ExporterCommand.complain(error.description)
      exit(error.exitCode)
    }
  }
}
