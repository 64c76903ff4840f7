/// How often values fell into each of a fixed row of ranges.
package struct Histogram {
  /// The upper ends of the ranges, growing; one more range has none.
  package let bounds: [Double]
  /// How many values fell into each range, and into no lower one.
  package private(set) var counts: [Int64]
  /// All values together; the largest number where they are more.
  package private(set) var sum = 0.0
  /// The newest value of each range that had an example.
  package private(set) var exemplars: [Exemplar?]

  /// Makes one without values.
  ///
  /// - Parameter bounds: The upper ends of the ranges, finite and growing.
  package init(bounds: [Double]) {
    precondition(zip(bounds, bounds.dropFirst()).allSatisfy(<) && bounds.allSatisfy(\.isFinite))
    self.bounds = bounds
    counts = Array(repeating: 0, count: bounds.count + 1)
    exemplars = Array(repeating: nil, count: bounds.count + 1)
  }

  /// Makes one with values from before.
  ///
  /// - Parameters:
  ///   - bounds: The upper ends of the ranges.
  ///   - counts: How many values fell into each; one more than there are bounds, none below 0.
  ///   - sum: All values together.
  package init?(bounds: [Double], counts: [Int64], sum: Double) {
    guard counts.count == bounds.count + 1, counts.allSatisfy({ $0 >= 0 }), sum.isFinite else { return nil }
    self.init(bounds: bounds)
    self.counts = counts
    self.sum = sum
  }

  /// Counts a value.
  ///
  /// - Parameter value: A finite number.
  /// - Returns: The index of its bucket.
  @discardableResult
  package mutating func observe(_ value: Double) -> Int {
    // Counted to the end: which range it is cannot be foretold, and a wrong guess costs more than all comparisons.
    var index = 0
    for bound in bounds { index &+= Int(truncatingIfNeeded: (bound - value).bitPattern >> 63) }
    counts[index] &+= 1
    // Values that a log may state, though nothing takes so long, must leave a number that can be written and read.
    sum = min(sum + value, .greatestFiniteMagnitude)
    return index
  }

  /// Remembers a value as the example of its range, unless its name is too long for one.
  ///
  /// - Parameters:
  ///   - label: The name of the example's one label, the same each time.
  ///   - name: The label's value, in UTF-8.
  ///   - value: The value, a finite number.
  ///   - nanoseconds: When it was, since 1970.
  ///   - index: The index that `observe` returned.
  package mutating func remember(
    _ label: String,
    _ name: Span<UInt8>,
    value: Double,
    nanoseconds: Int64,
    at index: Int
  ) {
    exemplars[index].note(label, name, value: value, nanoseconds: nanoseconds)
  }
}

/// The labels of a histogram's series, rendered once: each range's own, and those of its sum and count.
package struct HistogramLabels: Equatable {
  let buckets: [LabelSet]
  let labels: LabelSet

  /// Renders the labels.
  ///
  /// - Parameters:
  ///   - bounds: The upper ends of the ranges.
  ///   - labels: The labels that all its series have.
  package init(bounds: [Double], labels: LabelSet) {
    self.labels = labels
    // With a fraction always, as OpenMetrics wants it and Prometheus 3 stores it: the same series in either format.
    buckets = bounds.map { labels.adding("le", $0.description) } + [labels.adding("le", "+Inf")]
  }
}
