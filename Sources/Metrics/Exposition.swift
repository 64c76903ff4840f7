/// Renders a fixed list of metrics from a source.
package struct Exposition<Source: ~Copyable> {
  private let families: [MetricFamily<Source>]

  /// Takes the metrics in the order in which they are shown.
  ///
  /// - Parameter families: The metrics; no name twice, nor a counter's name and the same without its `_total`, which
  ///   are one family to OpenMetrics.
  package init(_ families: [MetricFamily<Source>]) {
    precondition(Set(families.map(\.familyName)).count == families.count, "a metric is declared twice")
    self.families = families
  }

  /// Renders every metric.
  ///
  /// - Parameters:
  ///   - source: Where the values come from.
  ///   - format: In which format.
  ///   - output: Emptied and filled; its memory is used again.
  package func render(_ source: borrowing Source, as format: ExpositionFormat, into output: inout [UInt8]) {
    var buffer: [UInt8] = []
    swap(&buffer, &output)
    buffer.removeAll(keepingCapacity: true)
    var writer = SampleWriter(output: consume buffer, format: format)
    let families = families.span
    for place in families.indices {
      writer.begin(name: families[place].renderedName, head: families[place].head(format))
      families[place].collect(source, &writer)
    }
    output = writer.finish()
  }
}
