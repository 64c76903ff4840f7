/// What of a format is bounded.
enum FormatBounds {
  /// As many as one word of bits holds.
  static let maximumTests = 128

  /// A test that is a bit: none of them is a `not`.
  struct AtomicTest: Hashable {
    let path: FormatPath
    let test: ValueTest
  }

  static func paths(of format: FormatDeclaration) -> Set<FormatPath> {
    let sources =
      [format.time, format.file, format.pipeline].compactMap(\.self)
      + format.events.flatMap { Array($0.members.values) } + format.metrics.flatMap(\.sources)
    let tested = (format.events.map(\.condition) + format.metrics.map(\.condition)).flatMap { $0.tests.map(\.path) }
    return Set(sources.flatMap(\.paths) + tested)
  }

  static func tests(of format: FormatDeclaration) -> Set<AtomicTest> {
    let conditions = format.events.map(\.condition) + format.metrics.map(\.condition)
    return Set(conditions.flatMap(\.atoms).map(\.test))
  }
}

extension MetricRule {
  /// All sources of the rule.
  var sources: [ValueSource] {
    switch amount {
    case .one: labelSources
    case .value(let source), .total(let source): [source] + labelSources
    }
  }
}

extension Condition {
  /// The tests that must pass, and those that must not.
  var atoms: [(test: FormatBounds.AtomicTest, isWanted: Bool)] {
    tests.flatMap { path, test -> [(FormatBounds.AtomicTest, Bool)] in
      switch test {
      // Refusing a value asks for one that could have passed.
      case .not(let refused):
        [(.init(path: path, test: .not(.present(false))), true), (.init(path: path, test: refused), false)]
      case .present(let isWanted): [(.init(path: path, test: .present(true)), isWanted)]
      default: [(.init(path: path, test: test), true)]
      }
    }
  }
}
