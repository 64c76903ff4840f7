import CommandLineOptions
import Testing

enum Level: String, CaseIterable { case debug, info, warn, error }

/// One field of each kind, with defaults that are told apart from what the tests give.
struct Sample: Equatable {
  var addresses = [":8083"]
  var port: Int?
  var logFile = "etl_process.log"
  var pollInterval: Duration = .seconds(1)
  var maximumLineBytes = 65536
  var variance = 0.2
  var level = Level.info
  var seed: UInt64?
  var quiet = false
}

/// The small table that most tests read with.
let sampleTable = OptionTable(
  program: "etl-sample",
  summary: "Reads a log and does nothing else with it.",
  defaults: Sample(),
  optionForPositional: "log-file",
  options: [
    .list("web.listen-address", .text("ADDRESS"), \.addresses, help: "Listen here"),
    .optionalValue("port", .integer("PORT", in: 1...65535, noun: "a port"), \.port, help: "Listen on this port"),
    .value("log-file", .text("PATH"), \.logFile, otherVariables: ["LOG_FILE"], help: "Read this log"),
    .value(
      "log.poll-interval",
      .duration(in: .milliseconds(100) ... .seconds(3600)),
      \.pollInterval,
      help: "Look at the log at least this often, also where the kernel has nothing to say about it"
    ),
    .value("log.max-line-bytes", .byteSize(in: 1024...1 << 30), \.maximumLineBytes, help: "Skip longer lines"),
    .value("variance", .decimal(in: 0...1), \.variance, help: "Spread of the times"),
    .value("log.level", .oneOf("LEVEL"), \.level, help: "Least message to log"),
    .optionalValue("seed", .integer(in: 0 ... .max), \.seed, help: "Make the run repeatable"),
    .flag("quiet", \.quiet, help: "Print nothing"),
  ]
)

/// What an invocation ends in: the configuration, or the words for what else it asks for.
enum Outcome: Equatable {
  case run(Sample)
  case help
  case version
  case error(String)

  init(_ arguments: [String], environment: [String: String] = [:]) {
    do throws(UsageError) {
      switch try sampleTable.parse(arguments, environment: environment) {
      case .run(let sample): self = .run(sample)
      case .help: self = .help
      case .version: self = .version
      }
    } catch {
      self = .error(error.description)
    }
  }
}

/// A command line and environment that are right, and how they change the defaults.
struct Reading: Sendable, CustomTestStringConvertible {
  let arguments: [String]
  let environment: [String: String]
  let change: @Sendable (inout Sample) -> Void

  init(
    _ arguments: [String] = [],
    environment: [String: String] = [:],
    change: @escaping @Sendable (inout Sample) -> Void
  ) {
    self.arguments = arguments
    self.environment = environment
    self.change = change
  }

  var outcome: Outcome { Outcome(arguments, environment: environment) }

  var expected: Outcome {
    var sample = Sample()
    change(&sample)
    return .run(sample)
  }

  var testDescription: String { "\(environment) \(arguments)" }
}
