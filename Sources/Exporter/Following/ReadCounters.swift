internal import JSON
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
  /// Files beside a log whose names may be its own that were not read, because of what is in them.
  var skippedFiles: Int64 = 0
  /// Files of a log that were rotated away and packed before they could be read.
  var missedFiles: Int64 = 0
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
    skippedFiles += statistics.skippedFiles
    missedFiles += statistics.missedFiles
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
  /// The ways in which a log may be replaced, in the order in which they are shown, with the labels of each one's series.
  static let series = RotationKind.allCases.map { kind in
    (kind: kind, labels: LabelSet.none.adding("kind", kind.rawValue))
  }

  // In place, because each scrape adds up those of all logs.
  private var counts = InlineArray<6, Int64>(repeating: 0)

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
    case .successor: 5
    }
  }
}

extension RotationCounts {
  var json: JSONValue {
    .object(Self.series.map { ($0.kind.rawValue, .integer(self[$0.kind])) })
  }
}
