/// What kind of job is simulated.
package struct WorkloadParameters: Equatable, Sendable {
  /// The speed that a file's time is computed from, in records a second.
  package var recordsPerSecond: Double
  /// The mean time between two failures, in nanoseconds; 0 for a job that never fails.
  package var failureIntervalNanoseconds: Int64
  /// The records of a file: each number of the range is as likely as any other.
  package var fileRecords: ClosedRange<Int>
  /// How far a file's time may be from what its records and the speed say, as a fraction of it, from 0 to 0.9.
  package var variance: Double
  /// The number of completed files after which the job is done; nil for a job that goes on.
  package var fileLimit: Int?

  package init(
    recordsPerSecond: Double = 10,
    failureIntervalNanoseconds: Int64 = 60_000_000_000,
    fileRecords: ClosedRange<Int> = 50...500,
    variance: Double = 0.2,
    fileLimit: Int? = nil
  ) {
    self.recordsPerSecond = recordsPerSecond
    self.failureIntervalNanoseconds = failureIntervalNanoseconds
    self.fileRecords = fileRecords
    self.variance = variance
    self.fileLimit = fileLimit
  }
}
