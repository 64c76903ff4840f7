internal import ETLLog
internal import JobState

/// The formats of all logs that have one of their own.
struct FormatSet {
  /// The formats, each once.
  private(set) var declarations: [FormatDeclaration] = []
  /// For each source its format's index and what stands around its lines; nil where it has the built-in format.
  private var bySource: [(index: Int, envelope: LogEnvelope)?] = []

  init(_ sources: [LogSource] = []) {
    for source in sources {
      guard let format = source.format else {
        bySource.append(nil)
        continue
      }
      let index = declarations.firstIndex { $0.name == format.name } ?? declarations.count
      if index == declarations.count { declarations.append(format) }
      bySource.append((index, source.envelope))
    }
  }

  /// The format of a source.
  ///
  /// - Parameter source: The source's index.
  /// - Returns: Its index and what stands around its lines; nil for the built-in format.
  func format(of source: Int) -> (index: Int, envelope: LogEnvelope)? {
    bySource.indices.contains(source) ? bySource[source] : nil
  }

  /// What became of no line yet.
  var statistics: [FormatStatistics] {
    declarations.map { declaration in
      let reader = FormattedLogReader(declaration, maximumLineBytes: 0)
      return FormatStatistics(name: declaration.name, ruleNames: reader.ruleNames, useNames: reader.useNames)
    }
  }

  /// The metrics that the formats declare, in the order in which they are shown.
  var families: [MetricFamilyDeclaration] {
    var families: [MetricFamilyDeclaration] = []
    for rule in declarations.flatMap(\.metrics) where !families.contains(where: { $0.name == rule.family.name }) {
      families.append(rule.family)
    }
    return families
  }
}

/// The reader of one log: what it remembers of a cut line is of that log alone.
final class FormattedLog {
  var reader: FormattedLogReader

  init(_ declaration: FormatDeclaration, envelope: LogEnvelope, maximumLineBytes: Int, localOffsetSeconds: Int64) {
    reader = FormattedLogReader(
      declaration,
      envelope: envelope,
      maximumLineBytes: maximumLineBytes,
      localOffsetSeconds: localOffsetSeconds
    )
  }
}

@available(*, unavailable)
extension FormattedLog: Sendable {}
