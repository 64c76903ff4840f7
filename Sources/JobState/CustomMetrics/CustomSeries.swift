package import Metrics

/// One series of a metric that a configuration declares.
struct CustomSeries {
  /// The pipeline; nil where it has none.
  let pipeline: [UInt8]?
  /// The value of each label.
  let values: [[UInt8]]
  let labels: LabelSet
  /// What a counter counted, or a gauge is.
  var value = 0.0
  /// The newest running total that a counter follows; nil before the first.
  var followedTotal: Double?
  /// When the newest event was that a gauge has its value of, since 1970.
  var newestNanoseconds: Int64?
  /// What a histogram observed.
  var histogram: Histogram?
  let histogramLabels: HistogramLabels?

  init(_ declaration: MetricFamilyDeclarationShape, pipeline: [UInt8]?, values: [[UInt8]]) {
    self.pipeline = pipeline
    self.values = values
    var labels = LabelSet.none
    // What stands before a line's object may be no UTF-8.
    if let pipeline { labels = labels.adding("pipeline", String(decoding: pipeline, as: UTF8.self)) }
    for (name, value) in zip(declaration.labelNames, values) {
      labels = labels.adding(name, String(decoding: value, as: UTF8.self))
    }
    self.labels = labels
    guard let buckets = declaration.buckets else {
      (histogram, histogramLabels) = (nil, nil)
      return
    }
    histogram = Histogram(bounds: buckets)
    histogramLabels = HistogramLabels(bounds: buckets, labels: labels)
  }
}

/// What the series of one metric have in common.
struct MetricFamilyDeclarationShape {
  let labelNames: [String]
  /// A histogram's bounds; nil for the other kinds.
  let buckets: [Double]?
}

// MARK: In a snapshot

/// One series of a metric that a configuration declares, as a new process needs it to go on from here.
package struct CustomSeriesState {
  /// The pipeline; nil where it has none.
  package var pipeline: String?
  /// The value of each label, in their order.
  package var values: [String] = []
  /// What a counter counted, or a gauge is; 0 for a histogram.
  package var value = 0.0
  /// The newest running total that a counter follows; nil before the first.
  package var followedTotal: Double?
  /// When the newest event was that a gauge has its value of, since 1970.
  package var newestNanoseconds: Int64?
  /// What a histogram observed; nil for the other kinds.
  package var histogram: Histogram?

  /// Makes one of no label and no value.
  package init() {}
}

extension CustomSeries {
  var state: CustomSeriesState {
    var state = CustomSeriesState()
    state.pipeline = pipeline.map { String(decoding: $0, as: UTF8.self) }
    state.values = values.map { String(decoding: $0, as: UTF8.self) }
    state.value = value
    state.followedTotal = followedTotal
    state.newestNanoseconds = newestNanoseconds
    state.histogram = histogram
    return state
  }

  /// Takes over what an earlier process left; nil where that is not of this metric.
  init?(_ declaration: MetricFamilyDeclarationShape, _ state: CustomSeriesState) {
    guard state.values.count == declaration.labelNames.count, state.histogram?.bounds == declaration.buckets else {
      return nil
    }
    let values = state.values.map { Array($0.utf8) }
    self.init(declaration, pipeline: state.pipeline.map { Array($0.utf8) }, values: values)
    value = state.value
    followedTotal = state.followedTotal
    newestNanoseconds = state.newestNanoseconds
    histogram = state.histogram
  }
}
