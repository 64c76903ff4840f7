/// What a metric's values mean to Prometheus.
package enum MetricType: String {
  /// Only grows while the process lives; its name ends in `_total`.
  case counter
  /// Goes up and down.
  case gauge
  /// Counts values by how large they are.
  case histogram
}

/// A metric: its name, type and help, and where its values come from. The one declaration of it.
package struct MetricFamily<Source: ~Copyable> {
  /// The name that samples carry.
  package let name: String
  /// The name without what its samples add to it: OpenMetrics names a counter's family without `_total`.
  let familyName: String
  /// What its values mean.
  package let type: MetricType
  /// One sentence for whoever reads the exposition.
  package let help: String
  /// Adds a sample for each series that exists now.
  let collect: (borrowing Source, inout SampleWriter) -> Void

  /// Each sample's name, rendered once.
  let renderedName: [UInt8]
  private let textHead: [UInt8]
  private let openMetricsHead: [UInt8]

  /// Declares a metric.
  ///
  /// - Parameters:
  ///   - name: `[a-zA-Z_:][a-zA-Z0-9_:]*`; a counter's ends in `_total`.
  ///   - type: What its values mean.
  ///   - help: One sentence.
  ///   - collect: Adds a sample for each series that exists now; none for a value that does not exist yet.
  package init(
    _ name: String,
    _ type: MetricType,
    _ help: String,
    collect: @escaping (borrowing Source, inout SampleWriter) -> Void
  ) {
    precondition(Self.isMetricName(name), "\(name) is not a metric name")
    precondition(name.hasSuffix("_total") == (type == .counter), "\(name): counters and only they end in _total")
    self.name = name
    self.type = type
    self.help = help
    self.collect = collect
    renderedName = Array(name.utf8)
    textHead = Self.head(name, type, help, escapesQuotes: false)
    familyName = type == .counter ? String(name.dropLast("_total".count)) : name
    openMetricsHead = Self.head(familyName, type, help, escapesQuotes: true)
  }

  /// The lines before the samples.
  ///
  /// - Parameter format: The format.
  /// - Returns: The help and the type.
  func head(_ format: ExpositionFormat) -> [UInt8] {
    switch format {
    case .text: textHead
    case .openMetrics: openMetricsHead
    }
  }

  private static func head(_ name: String, _ type: MetricType, _ help: String, escapesQuotes: Bool) -> [UInt8] {
    var head = Array("# HELP \(name) ".utf8)
    appendEscaped(help, quotes: escapesQuotes, to: &head)
    head.append(contentsOf: "\n# TYPE \(name) \(type.rawValue)\n".utf8)
    return head
  }

  private static func isMetricName(_ name: String) -> Bool {
    guard let first = name.utf8.first, isNameByte(first, colon: true), !isDigit(first) else { return false }
    return name.utf8.allSatisfy { isNameByte($0, colon: true) }
  }
}
