internal import ETLLog

/// How many lines there were, by what became of them.
struct LineCounts: Equatable {
  /// What may become of a line; the case's name is the label's value.
  enum Result: Int, CaseIterable {
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
  }

  private var counts = [Int64](repeating: 0, count: Result.allCases.count)

  subscript(result: Result) -> Int64 {
    get { counts[result.rawValue] }
    set { counts[result.rawValue] = newValue }
  }
}

// MARK: In a snapshot

extension LineCounts {
  var json: JSONValue {
    .object(Result.allCases.map { (String(describing: $0), .integer(self[$0])) })
  }

  init?(json: JSONValue?) {
    for result in Result.allCases {
      guard let count = json?[String(describing: result)]?.count else { return nil }
      self[result] = count
    }
  }
}
