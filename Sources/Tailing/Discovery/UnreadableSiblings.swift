internal import LinuxIO

/// Siblings that cannot be read now: what must not be decided without them, and for how long.
///
/// Every decision about siblings is final: what is passed over is never read. So one that may be part of the log and
/// cannot be opened holds the decision up, while the file that is open is read on; after some failures it is given up, so
/// that what can never be read does not stop the log for ever.
struct UnreadableSiblings {
  struct Sibling {
    let path: String
    /// As it was then; nil where that could not be said either.
    let status: FileStatus?
    let error: SystemCallError
  }

  /// Decisions put off in a row, after which the siblings are given up: 15 seconds with the usual pauses.
  static let failuresBeforeAbandoning = 5

  /// What could not be read in the scan that is being taken, or in the last one.
  var siblings: [Sibling] = []
  /// How many decisions in a row were put off.
  var failures = 0

  /// Whether one was given other permissions, or is there no longer.
  var mayBeCured: Bool {
    siblings.contains { sibling in
      guard let status = sibling.status, let now = try? FileStatus(of: sibling.path) else { return true }
      return now.mayBeReadUnlike(status)
    }
  }
}

extension FileStatus {
  /// Whether a file that could not be opened was given other permissions, or is another file.
  func mayBeReadUnlike(_ other: FileStatus) -> Bool {
    !isSameFile(as: other) || permissions != other.permissions || user != other.user || group != other.group
  }
}
