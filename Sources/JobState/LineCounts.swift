package import ETLLog

/// How many lines there were, by what became of them.
package struct LineCounts {
  /// Makes counts of no line.
  package init() {}

  // In place, because each line changes one of them.
  private var counts = InlineArray<8, Int64>(repeating: 0)

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
    case .text: 6
    case .partial: 7
    }
  }
}

extension LineCounts: Equatable {
  package static func == (left: LineCounts, right: LineCounts) -> Bool {
    LineResult.allCases.allSatisfy { left[$0] == right[$0] }
  }
}
