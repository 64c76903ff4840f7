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

  /// What could not be read in the look that is being taken, or in the last one.
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

extension LogTailer {
  /// Whether a decision is put off, because of siblings that cannot be read.
  var isHeldUp: Bool { unreadable.failures > 0 }

  /// Takes note of a sibling that cannot be read, unless it is known to be no part of what is to be read.
  func note(unreadable path: String, _ status: FileStatus?, _ error: SystemCallError) {
    guard !unreadable.siblings.contains(where: { $0.path == path }) else { return }
    if let status, holds(status) || known.hasNumber(of: status) { return }
    unreadable.siblings.append(UnreadableSiblings.Sibling(path: path, status: status, error: error))
  }

  /// Puts off a decision for which all siblings must be read, until they can be or are given up.
  ///
  /// - Throws: `SystemCallError` of the first one that cannot be read.
  func requireReadable() throws(SystemCallError) {
    guard let first = unreadable.siblings.first else {
      unreadable.failures = 0
      return
    }
    unreadable.failures += 1
    if !options.waitsForMore || unreadable.failures < UnreadableSiblings.failuresBeforeAbandoning { throw first.error }
    statistics.abandonedFiles += Int64(unreadable.siblings.count)
    passOverUnreadable()
  }

  /// Counts the siblings that cannot be read, and holds nothing up for them, now or later.
  func passOverUnreadable() {
    statistics.readErrors += Int64(unreadable.siblings.count)
    for sibling in unreadable.siblings {
      if let status = sibling.status { known.rememberUnread(status) }
    }
    unreadable = UnreadableSiblings()
  }
}
