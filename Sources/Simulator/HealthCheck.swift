internal import CommandLineOptions
internal import LinuxIO

/// What `--health-check` does: looks whether the job that runs with the same options still writes, for images that hold
/// nothing to look with.
enum HealthCheck {
  /// For a machine that is slow for a while, or a clock that is not quite that of the machine with the log.
  private static let graceSeconds = 10.0

  /// Looks when the log was last written to.
  ///
  /// - Parameters:
  ///   - options: Those of the job.
  ///   - wall: The present.
  /// - Throws: `StartError` with one line that says why it is not healthy.
  static func run(_ options: SimulatorOptions, at wall: WallTime = .now) throws(StartError) {
    let status: FileStatus
    do throws(SystemCallError) {
      status = try FileStatus(of: options.logFile)
    } catch {
      throw StartError("not healthy: \(error)")
    }
    guard status.kind == .regular else {
      throw StartError(
        "--health-check goes by the age of the log, and \(options.logFile) is not a regular file; leave it out"
      )
    }
    let ageSeconds = Double(wall.nanoseconds - status.modifiedNanoseconds) / 1e9
    let limitSeconds = options.longestPauseSeconds + graceSeconds
    // After a clock was set back, the log of a job that has ended would be new until the old time is reached.
    guard ageSeconds >= -graceSeconds else {
      throw StartError(
        "not healthy: \(options.logFile) was last written to \(whole(-ageSeconds)) s in the future; "
          + "a job that runs writes soon again"
      )
    }
    guard ageSeconds <= limitSeconds else {
      throw StartError(
        "not healthy: \(options.logFile) was last written to \(whole(ageSeconds)) s ago, and this job writes each "
          + "\(whole(options.longestPauseSeconds)) s at least"
      )
    }
  }

  private static func whole(_ seconds: Double) -> Int64 {
    Int64(seconds.rounded())
  }
}

extension SimulatorOptions {
  /// The longest time between two lines: that of the largest file, with all of the variance, or of a pause between two
  /// runs. Failures take a part of it.
  fileprivate var longestPauseSeconds: Double {
    max(Double(maxRecords) / recordsPerSecond * (1 + variance), Double(runInterval.nanoseconds) / 1e9)
  }
}
