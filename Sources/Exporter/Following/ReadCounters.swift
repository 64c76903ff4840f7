internal import Metrics
internal import Tailing

/// What all tailed logs together have to tell a scrape.
struct ReadCounters {
  /// Bytes read so far.
  var readBytes: Int64 = 0
  /// Bytes that are there and not read yet.
  var lagBytes: Int64 = 0
  /// Times that a log could not be looked at or read.
  var readErrors: Int64 = 0
  /// Files with lines that may be unread which could not be read and were given up.
  var abandonedFiles: Int64 = 0
  /// Positions of an earlier process whose file was not found any more.
  var lostPositions: Int64 = 0
  /// Truncations for which no copy of what was there before was found.
  var truncationsWithoutCopy: Int64 = 0
  /// Replacements of a log by how they happened.
  var rotations = RotationCounts()

  /// Adds what one log has to tell.
  ///
  /// - Parameter tailer: The log's tailer.
  mutating func add(_ tailer: LogTailer) {
    let statistics = tailer.statistics
    readBytes += statistics.bytesRead
    lagBytes += tailer.lagBytes
    readErrors += statistics.readErrors
    abandonedFiles += statistics.abandonedFiles
    lostPositions += statistics.lostPositions
    truncationsWithoutCopy += statistics.truncationsWithoutCopy
    for series in RotationCounts.series { rotations[series.kind] += statistics.rotations(series.kind) }
  }

  /// Adds what one log has told when it is let go.
  ///
  /// - Parameter tailer: The log's tailer.
  mutating func addCounters(of tailer: LogTailer) {
    let lagBytes = lagBytes
    add(tailer)
    self.lagBytes = lagBytes
  }
}

/// How often a log was replaced, by how it happened.
struct RotationCounts {
  /// The ways in which a log may be replaced, in the order in which they are shown, with the name and the labels of
  /// each one's series.
  static let series = RotationKind.allCases.map { kind in
    (kind: kind, name: kind.rawValue, labels: LabelSet.none.adding("kind", kind.rawValue))
  }

  // In place, because each scrape adds up those of all logs.
  private var counts = InlineArray<5, Int64>(repeating: 0)

  subscript(kind: RotationKind) -> Int64 {
    get { counts[Self.index(of: kind)] }
    set { counts[Self.index(of: kind)] = newValue }
  }

  private static func index(of kind: RotationKind) -> Int {
    switch kind {
    case .rename: 0
    case .truncate: 1
    case .delete: 2
    case .replace: 3
    case .symlink: 4
    }
  }
}
