import CommandLineOptions
import Foundation
import LinuxIO
import TestSupport
import Testing

@testable import Simulator

struct HealthCheckTests {
  private let directory: TemporaryFolder
  private let path: String

  init() throws {
    directory = try TemporaryFolder()
    path = directory.path + "/etl.log"
  }

  /// Lets a check that starts the job by mistake end.
  private static let briefJob = ["--files", "1", "--records-per-second", "1000000", "--quiet"]

  /// What the check says of a log so many seconds after it was last written to; nil for a job that is healthy.
  private func verdict(
    _ options: SimulatorOptions = SimulatorOptions(),
    afterSeconds seconds: Double
  ) throws -> String? {
    try Data("line\n".utf8).write(to: URL(fileURLWithPath: path))
    var options = options
    options.logFile = path
    let modified = try FileStatus(of: path).modifiedNanoseconds
    do throws(StartError) {
      try HealthCheck.run(options, at: WallTime(nanoseconds: modified + Int64(seconds * 1e9)))
      return nil
    } catch {
      return error.description
    }
  }

  @Test(
    "a job that works counts as unhealthy, or one that hangs as healthy",
    arguments: [
      // 500 records at 10 a second, a fifth longer.
      (SimulatorOptions(), 60.0),
      (SimulatorOptions(recordsPerSecond: 1000), 0.6),
      (SimulatorOptions(minRecords: 5, maxRecords: 10, variance: 0), 1.0),
      (SimulatorOptions(recordsPerSecond: 0.01, maxRecords: 1_000_000, variance: 0.9), 1.9e8),
    ]
  )
  func age(options: SimulatorOptions, longestFileSeconds: Double) throws {
    #expect(try verdict(options, afterSeconds: longestFileSeconds + 9.5) == nil)
    let late = try verdict(options, afterSeconds: longestFileSeconds + 10.5)
    #expect(late?.hasPrefix("not healthy: \(path) was last written to ") == true)
  }

  @Test("after the clock was set back, a job that has ended counts as healthy until the old time is reached")
  func clockSetBack() throws {
    #expect(
      try verdict(afterSeconds: -3600)
        == "not healthy: \(path) was last written to 3600 s in the future; a job that runs writes soon again"
    )
    // Clocks of two machines.
    #expect(try verdict(afterSeconds: -9.5) == nil)
    #expect(try verdict(afterSeconds: -10.5) != nil)
  }

  @Test("the verdict does not say what was seen and what was expected")
  func text() throws {
    #expect(
      try verdict(afterSeconds: 95)
        == "not healthy: \(path) was last written to 95 s ago, and this job writes each 60 s at least"
    )
  }

  @Test("a log that is missing, or has no age, counts as healthy")
  func noLog() throws {
    #expect(throws: CommandFailure.start(StartError("not healthy: cannot stat \(path): No such file or directory"))) {
      try SimulatorCommand.run(["--health-check", "--log-file", path] + Self.briefJob)
    }
    try directory.makeFIFO("pipe")
    let pipe = directory.path + "/pipe"
    let refusal = "--health-check goes by the age of the log, and \(pipe) is not a regular file; leave it out"
    #expect(throws: CommandFailure.start(StartError(refusal))) {
      try SimulatorCommand.run(["--health-check", "--log-file", pipe] + Self.briefJob)
    }
  }

  @Test("the check starts a job, or touches its log")
  func looksOnly() throws {
    #expect(try verdict(afterSeconds: 0) == nil)
    let before = try FileStatus(of: path)
    try SimulatorCommand.run(["--health-check", "--log-file", path] + Self.briefJob)
    #expect(try FileStatus(of: path) == before)
    #expect(directory.names == ["etl.log"])
  }
}
