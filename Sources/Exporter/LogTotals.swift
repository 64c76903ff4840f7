internal import Metrics
internal import Tailing

/// What all tailed logs together have to tell a scrape.
struct LogTotals {
  /// Bytes read so far.
  var readBytes: Int64 = 0
  /// Bytes that are there and not read yet.
  var lagBytes: Int64 = 0
  /// Times that a log could not be looked at or read.
  var readErrors: Int64 = 0
  /// Replacements of a log by how they happened, with the labels of each way's series.
  var rotations = RotationKind.allCases.map { kind in
    (kind: kind, labels: LabelSet.none.adding("kind", kind.rawValue), count: 0 as Int64)
  }

  /// Adds what one log has to tell.
  ///
  /// - Parameter tailer: The log's tailer.
  mutating func add(_ tailer: LogTailer) {
    let statistics = tailer.statistics
    readBytes += statistics.bytesRead
    lagBytes += tailer.lagBytes
    readErrors += statistics.readErrors
    for place in rotations.indices { rotations[place].count += statistics.rotations(rotations[place].kind) }
  }

  /// Adds what one log has told when it is let go.
  ///
  /// - Parameter tailer: The log's tailer.
  mutating func addWhatStays(of tailer: LogTailer) {
    let lagBytes = lagBytes
    add(tailer)
    self.lagBytes = lagBytes
  }
}
