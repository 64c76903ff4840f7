package import ETLLog
package import JSON

/// How many lines there were, by what became of them.
package struct LineCounts {
  /// Makes counts of no line.
  package init() {}

  // In place, because each line changes one of them.
  private var counts = InlineArray<6, Int64>(repeating: 0)

  /// How many lines became that.
  package subscript(result: LineResult) -> Int64 {
    get { counts[Self.index(of: result)] }
    set { counts[Self.index(of: result)] = newValue }
  }

  private static func index(of result: LineResult) -> Int {
    switch result {
    case .event: 0
    case .other: 1
    case .malformed: 2
    case .oversized: 3
    case .duplicate: 4
    case .stale: 5
    }
  }
}

extension LineCounts: Equatable {
  package static func == (left: LineCounts, right: LineCounts) -> Bool {
    LineResult.allCases.allSatisfy { left[$0] == right[$0] }
  }
}

// MARK: In a snapshot

extension LineCounts {
  /// The counts by result, for a snapshot.
  package var json: JSONValue {
    .object(LineResult.allCases.map { ($0.rawValue, .integer(self[$0])) })
  }

  /// Reads what `json` gave.
  ///
  /// - Parameter json: The value; nil where a count is missing.
  package init?(json: JSONValue?) {
    for result in LineResult.allCases {
      guard let count = json?[result.rawValue]?.count else { return nil }
      self[result] = count
    }
  }
}
