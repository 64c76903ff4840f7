internal import ETLLog
internal import JobState
internal import Metrics

extension MetricCatalogue {
  /// The metrics that formats declare.
  static func custom(_ families: [MetricFamilyDeclaration]) -> [Family] {
    families.enumerated().map { index, declaration in
      Family(declaration.name, type(of: declaration), declaration.help) { state, samples in
        state.customMetrics.collect(index, into: &samples)
      }
    }
  }

  private static func type(of declaration: MetricFamilyDeclaration) -> MetricType {
    switch declaration.kind {
    case .counter: .counter
    case .gauge: .gauge
    case .histogram: .histogram
    }
  }

  /// What became of the rules of formats.
  static var ownFormats: [Family] {
    [
      Family(
        "etl_exporter_rule_lines_total",
        .counter,
        "Lines that each rule of a format held for, since the exporter was started."
      ) { state, samples in
        for format in state.formats {
          let labels = LabelSet.none.adding("format", format.name)
          for (rule, count) in zip(format.ruleNames, format.ruleLines) {
            samples.add(count, labels: labels.adding("rule", rule))
          }
        }
      },
      Family(
        "etl_exporter_rule_unusable_values_total",
        .counter,
        "Values that a rule of a format could not use, since the exporter was started."
      ) { state, samples in
        for format in state.formats {
          let labels = LabelSet.none.adding("format", format.name)
          for value in format.unusableValues {
            samples.add(value.count, labels: labels.adding("rule", value.use).adding("reason", value.reason.rawValue))
          }
        }
      },
    ]
  }
}
