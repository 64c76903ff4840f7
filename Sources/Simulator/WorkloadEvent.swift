/// Something that the simulated job did, and when.
struct WorkloadEvent: Equatable {
  /// What happened to a file.
  enum Kind: Equatable {
    /// A file is in progress.
    case started(expectedRecords: Int, estimatedNanoseconds: Int64)
    /// The file was loaded.
    case completed(records: Int, processingNanoseconds: Int64)
    /// The file failed and is tried again after a pause.
    case failed(Failure, retryNanoseconds: Int64)
  }

  /// When it happened, in nanoseconds since the start of the run.
  let offsetNanoseconds: Int64
  /// The number of the file, from 1; a file that failed keeps its number.
  let fileNumber: Int
  /// What happened.
  let kind: Kind
  /// The run's totals after it.
  let totals: Totals
}

/// What a run of the job has done so far.
struct Totals: Equatable {
  var records = 0
  var files = 0
  var failures = 0
}
