package import ETLLog

/// What became of the rules of one format, since the process began.
package struct FormatStatistics: Equatable {
  /// The format's name.
  package let name: String
  /// What its events and then its metrics are called.
  package let ruleNames: [String]
  /// What values are used for.
  package let useNames: [String]
  /// How many lines each rule held for.
  package private(set) var ruleLines: [Int64]
  private var unusable: [Int64]

  /// Makes one of a format that no line was read of.
  ///
  /// - Parameters:
  ///   - name: Its name.
  ///   - ruleNames: What its rules are called.
  ///   - useNames: What its values are used for.
  package init(name: String, ruleNames: [String], useNames: [String]) {
    self.name = name
    self.ruleNames = ruleNames
    self.useNames = useNames
    ruleLines = Array(repeating: 0, count: ruleNames.count)
    unusable = Array(repeating: 0, count: useNames.count * UnusableReason.allCases.count)
  }

  mutating func noteRule(_ rule: Int) { ruleLines[rule] &+= 1 }

  mutating func noteUnusable(_ use: Int, _ reason: UnusableReason) {
    unusable[use * UnusableReason.allCases.count + reason.index] &+= 1
  }

  /// The values that could not be used, by what they were for and why; none that are 0.
  package var unusableValues: [(use: String, reason: UnusableReason, count: Int64)] {
    useNames.indices.flatMap { use in
      UnusableReason.allCases.compactMap { reason in
        let count = unusable[use * UnusableReason.allCases.count + reason.index]
        return count > 0 ? (useNames[use], reason, count) : nil
      }
    }
  }
}

extension UnusableReason {
  fileprivate var index: Int {
    switch self {
    case .missing: 0
    case .type: 1
    case .negative: 2
    case .fraction: 3
    case .range: 4
    }
  }
}
