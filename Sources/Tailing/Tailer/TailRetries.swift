internal import LinuxIO

/// What failed lately of one log, and when it is tried again.
struct TailRetries {
  /// Looking at the path and the files beside it.
  var scan: Backoff
  /// Reading the file that is open.
  private(set) var read: Backoff
  /// The log as it was when it could not be opened.
  var failedStatus: FileStatus?
  /// Why reading fails now; nil while it does not.
  private(set) var readError: SystemCallError?
  /// Failed reads in a row.
  private var readFailures = 0

  init(_ options: TailOptions) {
    scan = Backoff(firstSeconds: options.firstRetrySeconds, lastSeconds: options.lastRetrySeconds)
    read = scan
  }

  /// Lets everything be tried again although its pause is not over.
  mutating func expedite() {
    scan.expedite()
    read.expedite()
  }

  mutating func noteRead() {
    read.reset()
    readError = nil
    readFailures = 0
  }

  /// - Returns: Whether the file has failed so often that it is to be given up for a newer one.
  mutating func noteReadFailure(_ error: SystemCallError, at now: MonotonicTime) -> Bool {
    readFailures += 1
    readError = error
    read.recordFailure(at: now)
    return readFailures >= UnreadableSiblings.failuresBeforeAbandoning
  }

  /// The file that failed was given up.
  mutating func noteAbandoned() {
    read.reset()
    readFailures = 0
  }
}
