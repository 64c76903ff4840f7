internal import Metrics

/// What all tailed logs together have to tell a scrape.
struct LogTotals {
  /// Bytes read so far.
  var readBytes: Int64 = 0
  /// Bytes that are there and not read yet.
  var lagBytes: Int64 = 0
  /// Times that a log could not be looked at or read.
  var readErrors: Int64 = 0
  /// Replacements of a log by how they happened, with the labels of each way's series.
  var rotations: [(labels: LabelSet, count: Int64)] = []
}
