package import LinuxIO

/// How a log is tailed: limits and times.
package struct TailOptions {
  /// The longest line that is delivered, in bytes without its ending (`\n` or `\r\n`); longer ones are skipped. At least 1.
  package var maximumLineBytes = 64 << 10
  /// How long a file that was rotated away stays open for late lines, once the next one has lines; in seconds.
  package var rotateWaitSeconds = 5.0
  /// Whether lines that are still to come are waited for.
  ///
  /// If not, the log is read as it stands: a rotated file is done with at its end, whatever the next one holds; a FIFO has
  /// ended once its last writer has closed it; a sibling that cannot be read is a failure that stays. What is behind the
  /// last newline of the newest file is not read: its line is not whole.
  package var waitsForMore = true
  /// After a failure the first retry comes after this time, in seconds; each further one after twice the time before.
  package var firstRetrySeconds = 1.0
  /// The longest time between two retries, in seconds.
  package var lastRetrySeconds = 30.0
  /// Rotated files that are open at the same time; beyond it the oldest do not wait for late lines. At least 2.
  package var maximumOpenFiles = 32
  /// Files with names like the log's, packed ones left out, that are looked at to find those rotated between two scans; with
  /// more, none is.
  package var maximumSiblings = 1_000
  /// Whether the kernel is asked if anybody can still write to a file that was renamed or deleted: where nobody can, no late
  /// line is waited for.
  package var asksForWriters = false
  /// What a line says of the log that it is in; nil where files are told by their names and times alone.
  package var sketch: LineSketcher?
  /// The clock that the waits above go by.
  package var clock: () -> MonotonicTime = { .now }
  /// The clock that the times of files are compared with.
  package var wallClock: () -> WallTime = { .now }

  package init() {}
}
