import CommandLineOptions
import Testing

@testable import Simulator

struct SimulatorOptionsTests {
  /// What a command line is read as, or the error's text.
  static func read(_ arguments: [String], environment: [String: String] = [:]) -> (
    options: SimulatorOptions?, error: String
  ) {
    do throws(UsageError) {
      guard case .run(let options) = try SimulatorOptions.table.parse(arguments, environment: environment) else {
        return (nil, "")
      }
      try options.validate()
      return (options, "")
    } catch {
      return (nil, error.description)
    }
  }

  @Test("a default is not what the job is known for")
  func defaults() {
    let options = Self.read([]).options
    #expect(options == SimulatorOptions())
    #expect(options?.workload == WorkloadParameters())
    #expect(options?.logFile == "etl_process.log")
    #expect(options?.rotation == nil)
  }

  @Test("an option does not reach the job")
  func everyOption() {
    let arguments =
      "--log-file a.log --records-per-second 2.5 --failure-interval 1m30s --min-records 7 --max-records 9 --variance 0.5"
      + " --seed 12 --files 3 --runs 4 --run-interval 24h --crash-after 2 --crash-every 3"
      + " --history 2h --exit --rotate-bytes 10MiB --rotate-keep 2 --quiet --health-check"
    let options = Self.read(arguments.split(separator: " ").map(String.init)).options
    #expect(
      options
        == SimulatorOptions(
          logFile: "a.log",
          recordsPerSecond: 2.5,
          failureInterval: .seconds(90),
          minRecords: 7,
          maxRecords: 9,
          variance: 0.5,
          seed: 12,
          files: 3,
          runs: 4,
          runInterval: .seconds(86_400),
          crashAfter: 2,
          crashEvery: 3,
          history: .seconds(7200),
          exit: true,
          rotateBytes: 10 << 20,
          rotateKeep: 2,
          quiet: true,
          asksHealth: true
        )
    )
    #expect(
      options?.workload
        == WorkloadParameters(
          recordsPerSecond: 2.5,
          failureIntervalNanoseconds: 90_000_000_000,
          fileRecords: 7...9,
          variance: 0.5,
          fileLimit: 3
        )
    )
    #expect(options?.rotation == LogRotation(limitBytes: 10 << 20, keptFiles: 2))
  }

  @Test("LOG_FILE is not looked at, or wins over the option")
  func logFileVariable() {
    #expect(Self.read([], environment: ["LOG_FILE": "/logs/x.log"]).options?.logFile == "/logs/x.log")
    #expect(Self.read(["--log-file", "y.log"], environment: ["LOG_FILE": "x.log"]).options?.logFile == "y.log")
    #expect(Self.read([], environment: ["ETL_RECORDS_PER_SECOND": "50"]).options?.recordsPerSecond == 50)
  }

  @Test(
    "a wrong value or combination is accepted, or its error does not say what would be right",
    arguments: [
      ("--min-records 600", "--min-records 600 is above --max-records 500; give a smaller minimum or a larger maximum"),
      ("--min-records 0", "--min-records: \"0\" is out of range; use a whole number from 1 to 1000000"),
      ("--variance 1", "--variance: \"1\" is out of range; use a number from 0 to 0.9"),
      ("--variance -0.1", "--variance: \"-0.1\" is out of range; use a number from 0 to 0.9"),
      ("--records-per-second 0", "--records-per-second: \"0\" is out of range; use a number from 0.01 to 1000000"),
      ("--failure-interval 60", "--failure-interval: \"60\" has no unit; did you mean 60s?"),
      ("--exit", "--exit ends the job after its history; give --history DURATION with it, such as --history 24h"),
      ("--history 0", "--history: \"0\" is too short; use a duration from 1ms to 10y"),
      ("--files 0", "--files: \"0\" is out of range; use a whole number of at least 1"),
      ("--seed -1", "--seed: \"-1\" is out of range; use a whole number of at least 0"),
      ("--rotate-bytes 1", "--rotate-bytes: \"1\" is too small; use a size of at least 1KiB"),
      (
        "--seed 99999999999999999999",
        "--seed: \"99999999999999999999\" is out of range; use a whole number from 0 to 9223372036854775807"
      ),
      ("--runs 2", "a run that never ends is the only one; give --files N with --runs and --run-interval"),
      ("--run-interval 24h --crash-after 1 --crash-every 2", "a run that never ends is the only one; give --files N"),
      ("--files 3 --crash-after 4", "--crash-after 4 is above --files 3, after which a run ends"),
      ("--crash-every 2", "--crash-every says which runs crash; give --crash-after FILES with it"),
      ("--rotate-keep 0", "--rotate-keep: \"0\" is out of range; use a whole number from 1 to 1000"),
      ("--records-per-secnd 5", "unknown option \"--records-per-secnd\"; did you mean --records-per-second?"),
      ("a.log", "unexpected argument \"a.log\"; did you mean --log-file \"a.log\"?"),
    ]
  )
  func errors(arguments: String, message: String) {
    let (options, error) = Self.read(arguments.split(separator: " ").map(String.init))
    #expect(options == nil)
    #expect(error.hasPrefix(message), "\(error)")
  }

  @Test("failures cannot be turned off, or --exit refuses a number of files")
  func accepted() {
    #expect(Self.read(["--failure-interval", "0"]).options?.workload.failureIntervalNanoseconds == 0)
    #expect(Self.read(["--exit", "--files", "1"]).options != nil)
    #expect(Self.read(["--min-records", "500"]).options != nil)
    #expect(Self.read(["--run-interval", "24h", "--crash-after", "0"]).options?.runPlan.limit == nil)
    #expect(Self.read([]).options?.runPlan.limit == 1)
  }

  @Test("the help does not fit a screen")
  func help() {
    let lines = SimulatorOptions.table.help.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.count <= 45 && lines.allSatisfy { $0.count <= 80 })
  }

  @Test("an error ends the process with the other exit code")
  func exitCodes() {
    #expect(CommandFailure.usage(UsageError("wrong")).exitCode == 2)
    #expect(CommandFailure.start(StartError("impossible")).exitCode == 1)
    #expect(throws: CommandFailure.start(StartError("cannot open /: Is a directory"))) {
      try SimulatorCommand.run(["--log-file", "/"])
    }
  }
}
