/// The known fields of a log line.
package enum LogField: Int, CaseIterable, BitwiseCopyable {
  /// When it happened: a string as `Timestamp.parse` reads it, or a number of seconds, milli-, micro- or nanoseconds.
  case timestamp
  /// What happened: a string, see `LogMessage`.
  case message
  /// Records of this run of the job so far: an integer ≥ 0.
  case totalRecords
  /// Files completed in this run so far: an integer ≥ 0.
  case totalFiles
  /// Files failed in this run so far: an integer ≥ 0.
  case totalFailures
  /// Which file: a string.
  case fileID
  /// Records of this file: an integer ≥ 0.
  case recordsProcessed
  /// Seconds that this file took: a number ≥ 0.
  case processingTime
  /// Records per second of this file: a number ≥ 0.
  case currentRate
  /// Why it failed: a string.
  case errorType
  /// Why it failed, where there is no error type: a string.
  case failureReason
  /// Which job, where several share a log: a string.
  case pipeline

  // What is only written; to the reader these are like any field it does not know.

  /// Records that a file seems to have: an integer.
  case expectedRecords
  /// Seconds that a file will take: a number.
  case estimatedDuration
  /// Seconds until a failed file is tried again: an integer.
  case retryAfter
  /// What went wrong, in words: a string.
  case error
  /// The totals of a run that ended: an object.
  case finalStats

  /// The field's name in the log.
  package var name: String {
    switch self {
    case .timestamp: "timestamp"
    case .message: "message"
    case .totalRecords: "total_records"
    case .totalFiles: "total_files"
    case .totalFailures: "total_failures"
    case .fileID: "file_id"
    case .recordsProcessed: "records_processed"
    case .processingTime: "processing_time"
    case .currentRate: "current_rate"
    case .errorType: "error_type"
    case .failureReason: "failure_reason"
    case .pipeline: "pipeline"
    case .expectedRecords: "expected_records"
    case .estimatedDuration: "estimated_duration"
    case .retryAfter: "retry_after"
    case .error: "error"
    case .finalStats: "final_stats"
    }
  }
}

extension LogField {
  /// What a field may hold, apart from null and numbers that are not finite, which are like the field missing.
  package enum Kind: String {
    case timestamp = "a time such as \"2025-01-18T04:00:00.123+01:00\", or a number of seconds since 1970"
    case text = "a string"
    case count = "a whole number from 0 to 9223372036854775807, without quotation marks"
    case decimal = "a number from 0 to 1.7e308, without quotation marks"
    /// Whatever stands in a field that is not read.
    case any = "any value"
  }

  /// The fields that are read, in their order; the values of all others say nothing.
  package static let read = allCases.filter { $0.kind != .any }

  /// Whether the field's text is shown as it stands in the log, as a label or an exemplar.
  package var isShown: Bool {
    switch self {
    case .fileID, .errorType, .failureReason, .pipeline: true
    default: false
    }
  }

  /// What the field may hold.
  package var kind: Kind {
    switch self {
    case .timestamp: .timestamp
    case .message, .fileID, .errorType, .failureReason, .pipeline: .text
    case .totalRecords, .totalFiles, .totalFailures, .recordsProcessed: .count
    case .processingTime, .currentRate: .decimal
    case .expectedRecords, .estimatedDuration, .retryAfter, .error, .finalStats: .any
    }
  }
}

/// What a log line says has happened.
package enum LogMessage: Int, CaseIterable, BitwiseCopyable {
  /// A new run of the job; totals start again at what the line says.
  case jobStarted
  /// A file is in progress.
  case fileStarted
  /// A file was loaded.
  case fileCompleted
  /// A file failed.
  case fileFailed
  /// The job ended gracefully.
  case jobStopped
  /// The job ended otherwise; no file failed.
  case jobCrashed
  /// Records were processed without a file completed; only a format of one's own says so.
  case recordsProcessed
  /// Another message or none.
  case other

  /// How the message stands in the log: the first is how it is written, all of them are read; none for `other`.
  package var spellings: [String] {
    switch self {
    case .jobStarted: ["etl_simulator_started", "etl_started"]
    case .fileStarted: ["file_processing_started"]
    case .fileCompleted: ["file_processing_completed"]
    case .fileFailed: ["file_processing_failed"]
    case .jobStopped: ["etl_simulator_stopped", "etl_stopped"]
    case .jobCrashed: ["etl_simulator_crashed", "etl_crashed"]
    case .recordsProcessed, .other: []
    }
  }
}
