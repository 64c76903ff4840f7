/// Writes the samples of one metric after another into one buffer.
package struct SampleWriter {
  private(set) var output: [UInt8]
  private let format: ExpositionFormat
  private var name: [UInt8] = []

  init(output: consuming [UInt8], format: ExpositionFormat) {
    self.output = output
    self.format = format
  }

  mutating func begin(name: [UInt8], head: [UInt8]) {
    self.name = name
    output.append(contentsOf: head)
  }

  consuming func finish() -> [UInt8] {
    if format == .openMetrics { output.append(contentsOf: "# EOF\n".utf8) }
    return output
  }

  /// Adds a sample with a whole value.
  ///
  /// - Parameters:
  ///   - value: The value; nil adds nothing, because a value that does not exist has no sample.
  ///   - labels: The series' labels.
  ///   - exemplar: An example of what was counted; only OpenMetrics shows it, and only with counters.
  package mutating func add(_ value: Int64?, labels: LabelSet = .none, exemplar: Exemplar? = nil) {
    guard let value else { return }
    beginSample(labels)
    appendInteger(value, to: &output)
    if format == .openMetrics { exemplar?.append(to: &output) }
    endSample()
  }

  /// Adds a sample with a value that may have a fraction.
  ///
  /// - Parameters:
  ///   - value: The value; nil adds nothing, because a value that does not exist has no sample.
  ///   - labels: The series' labels.
  package mutating func add(_ value: Double?, labels: LabelSet = .none) {
    guard let value else { return }
    beginSample(labels)
    appendDecimal(value, to: &output)
    endSample()
  }

  /// Adds the samples of a histogram: how many values were at most as large as each bound, their sum and their count.
  ///
  /// - Parameters:
  ///   - histogram: The values.
  ///   - labels: The series' labels, made with the same bounds.
  package mutating func add(_ histogram: Histogram, labels: HistogramLabels) {
    var count: Int64 = 0
    for place in histogram.counts.indices {
      count &+= histogram.counts[place]
      beginSample(labels.buckets[place], suffix: Self.bucketSuffix)
      appendInteger(count, to: &output)
      if format == .openMetrics { histogram.exemplars[place]?.append(to: &output) }
      endSample()
    }
    beginSample(labels.labels, suffix: Self.sumSuffix)
    appendDecimal(histogram.sum, to: &output)
    endSample()
    beginSample(labels.labels, suffix: Self.countSuffix)
    appendInteger(count, to: &output)
    endSample()
  }

  private static let bucketSuffix = Array("_bucket".utf8)
  private static let sumSuffix = Array("_sum".utf8)
  private static let countSuffix = Array("_count".utf8)

  private mutating func beginSample(_ labels: LabelSet) {
    output.append(contentsOf: name)
    output.append(contentsOf: labels.rendered)
  }

  private mutating func beginSample(_ labels: LabelSet, suffix: [UInt8]) {
    output.append(contentsOf: name)
    output.append(contentsOf: suffix)
    output.append(contentsOf: labels.rendered)
  }

  private mutating func endSample() {
    output.append(UInt8(ascii: "\n"))
  }
}
