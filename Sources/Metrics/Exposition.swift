/// Renders a fixed list of metrics from a source: the text format 0.0.4.
package struct Exposition<Source: ~Copyable> {
  /// What an answer in this format must carry as Content-Type; Prometheus 3 refuses a missing or wrong one.
  package static var contentType: String { "text/plain; version=0.0.4; charset=utf-8" }

  private let families: [MetricFamily<Source>]

  /// Takes the metrics in the order in which they are shown.
  ///
  /// - Parameter families: The metrics; no name twice.
  package init(_ families: [MetricFamily<Source>]) {
    precondition(Set(families.map(\.name)).count == families.count, "a metric is declared twice")
    self.families = families
  }

  /// Renders every metric.
  ///
  /// - Parameters:
  ///   - source: Where the values come from.
  ///   - output: Emptied and filled; its memory is used again.
  package func render(_ source: borrowing Source, into output: inout [UInt8]) {
    var buffer: [UInt8] = []
    swap(&buffer, &output)
    buffer.removeAll(keepingCapacity: true)
    var writer = SampleWriter(output: buffer)
    for family in families {
      writer.begin(name: family.renderedName, head: family.head)
      family.collect(source, &writer)
    }
    output = writer.finish()
  }
}
