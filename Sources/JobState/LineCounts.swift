package import JSON

/// How many lines there were, by what became of them.
package struct LineCounts {
  /// What may become of a line; the case's name is the label's value.
  package enum Result: Int, CaseIterable {
    /// It is one of the known events and was counted.
    case event
    /// It is well-formed, but says nothing known, or it is blank.
    case other
    /// It is not one JSON object, or one of its known fields has a wrong type or value.
    case malformed
    /// It is longer than the limit.
    case oversized
    /// It repeats a line that was counted before.
    case duplicate
    /// It is older than what was counted before.
    case stale
    /// There is no object in it, where a format of one's own says what lines mean.
    case text
    /// It is a piece of a line that a container's runtime cut.
    case partial
  }

  /// Makes counts of no line.
  package init() {}

  // In place, because each line changes one of them.
  private var counts = InlineArray<8, Int64>(repeating: 0)

  /// How many lines became that.
  package subscript(result: Result) -> Int64 {
    get { counts[result.rawValue] }
    set { counts[result.rawValue] = newValue }
  }
}

extension LineCounts: Equatable {
  package static func == (left: LineCounts, right: LineCounts) -> Bool {
    Result.allCases.allSatisfy { left[$0] == right[$0] }
  }
}

// MARK: In a snapshot

extension LineCounts {
  /// The counts by result, for a snapshot.
  package var json: JSONValue {
    .object(Result.allCases.map { (String(describing: $0), .integer(self[$0])) })
  }

  /// Reads what `json` gave.
  ///
  /// - Parameter json: The value; nil where a count is missing.
  package init?(json: JSONValue?) {
    for result in Result.allCases {
      // Older snapshots do not have those that came later.
      let isNew = result == .text || result == .partial
      guard let count = json?[String(describing: result)]?.count ?? (isNew ? 0 : nil) else { return nil }
      self[result] = count
    }
  }
}
