internal import CommandLineOptions

/// What `etl-simulator` is asked to do.
struct SimulatorOptions: Equatable, Sendable {
  var logFile = "etl_process.log"
  var recordsPerSecond = 10.0
  /// Zero for no failures.
  var failureInterval = Duration.seconds(60)
  var minRecords = 50
  var maxRecords = 500
  var variance = 0.2
  /// nil for a random one.
  var seed: Int?
  /// nil for a job that goes on.
  var files: Int?
  /// nil for one run, or for no end where runs have an interval.
  var runs: Int?
  /// From the start of one run to that of the next; zero for one after the other.
  var runInterval = Duration.zero
  /// nil for no run that crashes.
  var crashAfter: Int?
  var crashEvery = 1
  /// nil for none.
  var history: Duration?
  var exit = false
  /// nil for no rotation.
  var rotateBytes: Int?
  var rotateKeep = 5
  var quiet = false
  /// Asks about the job instead of being it.
  var asksHealth = false

  /// All options, with their bounds: a file takes three years at most, so that no sum of times overflows.
  static let table = OptionTable(
    program: "etl-simulator",
    summary: "Simulates an ETL job: processes files at a given speed, fails now and then, and writes a JSON log, "
      + "one event a line. SIGTERM or Ctrl-C ends it, SIGHUP reopens the log.",
    defaults: SimulatorOptions(),
    optionForPositional: "log-file",
    options: [
      .value(
        "log-file",
        .text("PATH"),
        \.logFile,
        otherVariables: ["LOG_FILE"],
        help: "The log to append to"
      ),
      .value(
        "records-per-second",
        .decimal(in: 0.01...1_000_000),
        \.recordsPerSecond,
        help: "Speed of the job"
      ),
      .value(
        "failure-interval",
        .duration(in: .zero...Duration.seconds(365 * 86_400)),
        \.failureInterval,
        help: "Mean time between two failures, 0 for none"
      ),
      .value("min-records", .integer(in: 1...1_000_000), \.minRecords, help: "Records of the smallest file"),
      .value("max-records", .integer(in: 1...1_000_000), \.maxRecords, help: "Records of the largest file"),
      .value(
        "variance",
        .decimal(in: 0...0.9),
        \.variance,
        help: "How far a file's time may be from records / speed, as a fraction"
      ),
      .optionalValue(
        "seed",
        .integer(in: 0...Int.max),
        \.seed,
        help: "Makes the same events again; random unless given"
      ),
      .optionalValue("files", .integer(in: 1...Int.max), \.files, help: "End a run after so many completed files"),
      .optionalValue(
        "runs",
        .integer(in: 1...1_000_000),
        \.runs,
        help: "Make so many runs; 1, or no end with an interval"
      ),
      .value(
        "run-interval",
        .duration(in: .zero...Duration.seconds(365 * 86_400)),
        \.runInterval,
        help: "From the start of one run to that of the next, such as 24h; 0 for one after the other"
      ),
      .optionalValue(
        "crash-after",
        .integer(in: 0...Int.max),
        \.crashAfter,
        help: "Crash after so many completed files of a run"
      ),
      .value("crash-every", .integer(in: 1...1_000_000), \.crashEvery, help: "Of so many runs let only the last crash"),
      .optionalValue(
        "history",
        .duration(in: .milliseconds(1)...Duration.seconds(3650 * 86_400)),
        \.history,
        help: "First write this much of the past at once, to the log only"
      ),
      .flag("exit", \.exit, help: "End after the history"),
      .optionalValue(
        "rotate-bytes",
        .byteSize(in: 1024...Int.max),
        \.rotateBytes,
        help: "Rename the log to PATH.1 and begin a new one before it exceeds this"
      ),
      .value("rotate-keep", .integer(in: 1...1000), \.rotateKeep, help: "Renamed logs to keep"),
      .flag("quiet", \.quiet, help: "Do not print the lines to standard output"),
      .flag(
        "health-check",
        \.asksHealth,
        help: "Look whether the job with the same options still writes; exit 0 if so, else 1"
      ),
    ]
  )

  /// Checks what no option can know alone.
  ///
  /// - Throws: `UsageError` for values that exclude each other.
  func validate() throws(UsageError) {
    guard minRecords <= maxRecords else {
      throw UsageError(
        "--min-records \(minRecords) is above --max-records \(maxRecords); give a smaller minimum or a larger maximum"
      )
    }
    guard runPlan.limit == 1 || files != nil || (crashAfter != nil && crashEvery == 1) else {
      throw UsageError("a run that never ends is the only one; give --files N with --runs and --run-interval")
    }
    if let files, let crashAfter, crashAfter > files {
      throw UsageError(
        "--crash-after \(crashAfter) is above --files \(files), after which a run ends; give a smaller number"
      )
    }
    guard crashEvery == 1 || crashAfter != nil else {
      throw UsageError("--crash-every says which runs crash; give --crash-after FILES with it, such as --crash-after 1")
    }
    guard !exit || history != nil || files != nil else {
      throw UsageError("--exit ends the job after its history; give --history DURATION with it, such as --history 24h")
    }
  }

  /// Which runs the options describe.
  var runPlan: RunPlan {
    RunPlan(
      limit: runs ?? (runInterval > .zero ? nil : 1),
      intervalNanoseconds: runInterval.nanoseconds,
      crashAfterFiles: crashAfter,
      crashEveryRuns: crashEvery
    )
  }

  /// The work of one run that the options describe.
  var workload: WorkloadParameters {
    WorkloadParameters(
      recordsPerSecond: recordsPerSecond,
      failureIntervalNanoseconds: failureInterval.nanoseconds,
      fileRecords: minRecords...maxRecords,
      variance: variance,
      fileLimit: files
    )
  }

  /// How the log is rotated; nil for not at all.
  var rotation: LogRotation? {
    rotateBytes.map { LogRotation(limitBytes: Int64($0), keptFiles: rotateKeep) }
  }
}

extension Duration {
  /// Whole nanoseconds; of what the options allow nothing is lost or too much.
  var nanoseconds: Int64 {
    components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000
  }
}
