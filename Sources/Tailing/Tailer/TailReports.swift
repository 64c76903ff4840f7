package import LinuxIO

/// What a call of `LogTailer.drain` came to.
package enum TailProgress: Equatable {
  /// The budget is used up; there may be more to read at once.
  case moreToRead
  /// All that can be read now was, but newer files wait until the one that was rotated away is given up.
  case holdingRotatedFile
  /// All that was there was delivered; there is nothing to do until a wake-up or the next tick.
  case caughtUp
}

/// How a log stands.
package enum TailState: Equatable {
  /// There is no log yet, or no longer.
  case waiting(reason: String)
  /// The log is open and read as it grows.
  case following
  /// The log cannot be opened or read; tried again with growing pauses.
  case failing(SystemCallError)
  /// Standard input was closed, or a FIFO whose next writers are not waited for; nothing more will come.
  case ended
}

/// What sort of change ended one file and began the next.
package enum RotationKind: String, CaseIterable {
  /// The file was renamed and a new one took its name.
  case rename
  /// The file was cut to nothing and goes on from its start, copied before or not (copytruncate).
  case truncate
  /// The file was deleted and created anew.
  case delete
  /// Another file was renamed over it.
  case replace
  /// A symbolic link on the way to it leads elsewhere.
  case symlink
  /// The file stays, and the log goes on in another one.
  case successor
}

/// What happened to a log since its tailer was made.
package struct TailStatistics: Equatable {
  /// Bytes delivered or skipped.
  package internal(set) var bytesRead: Int64 = 0
  /// NUL bytes dropped at the start of a line: the hole that a truncation leaves under a writer without O_APPEND.
  package internal(set) var holeBytes: Int64 = 0
  /// Lines skipped because they were over the limit.
  package internal(set) var oversizedLines: Int64 = 0
  /// System calls on the log that failed, retries included.
  package internal(set) var readErrors: Int64 = 0
  /// Files that could not be read and were given up for a newer one.
  package internal(set) var abandonedFiles: Int64 = 0
  /// Files whose names may be the log's that are not read, because of what is in them.
  package internal(set) var skippedFiles: Int64 = 0
  /// Files that were rotated away and packed before they could be read.
  package internal(set) var missedFiles: Int64 = 0
  /// Truncations for which no copy of what was there before was found.
  package internal(set) var truncationsWithoutCopy: Int64 = 0
  /// Resumed positions whose file was not found any more.
  package internal(set) var lostPositions: Int64 = 0

  private var rotations: [RotationKind: Int64] = [:]

  /// How often the log was rotated in one way.
  ///
  /// - Parameter kind: The way.
  /// - Returns: The number since the tailer was made.
  package func rotations(_ kind: RotationKind) -> Int64 {
    rotations[kind, default: 0]
  }

  mutating func countRotation(_ kind: RotationKind) {
    rotations[kind, default: 0] += 1
  }
}

/// A path that cannot be tailed.
package enum TailStartError: Error, Equatable, CustomStringConvertible {
  /// The path names a directory.
  case isDirectory(path: String)
  /// The path names a device or socket.
  case isNoLog(path: String)
  /// Two paths lead to one file, whose lines would be counted twice.
  case sameFile(String, String)
  /// Standard input cannot be read.
  case failed(SystemCallError)

  /// One line that says what is wrong and what would be right.
  package var description: String {
    switch self {
    case .isDirectory(let path): "log file \(path) is a directory; name the file in it"
    case .isNoLog(let path):
      "log file \(path) is a device or socket; name a regular file, a FIFO, or - for standard input"
    case .sameFile(let path, let other): "log files \(path) and \(other) are one file; name it once"
    case .failed(let error): error.description
    }
  }
}
