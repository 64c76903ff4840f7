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
    beginSample("", labels)
    appendInteger(value, to: &output)
    endSample(exemplar)
  }

  /// Adds a sample with a value that may have a fraction.
  ///
  /// - Parameters:
  ///   - value: The value; nil adds nothing, because a value that does not exist has no sample.
  ///   - labels: The series' labels.
  package mutating func add(_ value: Double?, labels: LabelSet = .none) {
    guard let value else { return }
    beginSample("", labels)
    appendDecimal(value, to: &output)
    endSample(nil)
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
      beginSample("_bucket", labels.buckets[place])
      appendInteger(count, to: &output)
      endSample(histogram.exemplars[place])
    }
    beginSample("_sum", labels.labels)
    appendDecimal(histogram.sum, to: &output)
    endSample(nil)
    beginSample("_count", labels.labels)
    appendInteger(count, to: &output)
    endSample(nil)
  }

  private mutating func beginSample(_ suffix: String, _ labels: LabelSet) {
    output.append(contentsOf: name)
    output.append(contentsOf: suffix.utf8)
    if !labels.rendered.isEmpty {
      output.append(UInt8(ascii: "{"))
      output.append(contentsOf: labels.rendered)
      output.append(UInt8(ascii: "}"))
    }
    output.append(UInt8(ascii: " "))
  }

  private mutating func endSample(_ exemplar: Exemplar?) {
    if format == .openMetrics, let exemplar {
      output.append(contentsOf: " # {".utf8)
      output.append(contentsOf: exemplar.label.utf8)
      output.append(contentsOf: "=\"".utf8)
      appendEscaped(exemplar.name, quotes: true, to: &output)
      output.append(contentsOf: "\"} ".utf8)
      appendDecimal(exemplar.value, to: &output)
      output.append(UInt8(ascii: " "))
      // Milliseconds are what Prometheus keeps.
      appendDecimal(Double(exemplar.nanoseconds / 1_000_000) / 1e3, to: &output)
    }
    output.append(UInt8(ascii: "\n"))
  }
}

/// Writes a whole number in decimal.
///
/// - Parameters:
///   - value: The number.
///   - output: Where it goes.
func appendInteger(_ value: Int64, to output: inout [UInt8]) {
  if value < 0 { output.append(UInt8(ascii: "-")) }
  var rest = value.magnitude
  let first = output.count
  repeat {
    output.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10))
    rest /= 10
  } while rest > 0
  var (low, high) = (first, output.count - 1)
  while low < high {
    output.swapAt(low, high)
    (low, high) = (low + 1, high - 1)
  }
}

/// Writes a number so that reading it back gives the same one; whole numbers without a fraction.
///
/// - Parameters:
///   - value: The number; the infinities and NaN in Go's spelling, as both exposition formats ask.
///   - output: Where it goes.
func appendDecimal(_ value: Double, to output: inout [UInt8]) {
  // Up to 2^53 every whole number is exact, so that its digits are its shortest form, too.
  if let whole = Int64(exactly: value), whole.magnitude <= 1 << 53 {
    appendInteger(whole, to: &output)
  } else if value.isFinite {
    output.append(contentsOf: value.description.utf8)
  } else if value.isNaN {
    output.append(contentsOf: "NaN".utf8)
  } else {
    output.append(contentsOf: (value > 0 ? "+Inf" : "-Inf").utf8)
  }
}
