internal import JSON
internal import Metrics

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

extension CustomSeries {
  var json: JSONValue {
    var members: [(String, JSONValue)] = [
      ("pipeline", pipeline.map { .string(String(decoding: $0, as: UTF8.self)) } ?? .null),
      ("labels", .array(values.map { .string(String(decoding: $0, as: UTF8.self)) })),
    ]
    if let histogram {
      members.append(("histogram", histogram.json))
    } else {
      members.append(("value", .decimal(value)))
    }
    if let followedTotal { members.append(("followed_total", .decimal(followedTotal))) }
    if let newestNanoseconds { members.append(("newest", .integer(newestNanoseconds))) }
    return .object(members)
  }

  /// Reads what `json` gave; nil where that is not of this metric.
  init?(_ declaration: MetricFamilyDeclarationShape, json: JSONValue) {
    guard let values = json["labels"]?.elements(\.stringValue), values.count == declaration.labelNames.count else {
      return nil
    }
    let pipeline = json["pipeline"]?.stringValue
    self.init(declaration, pipeline: pipeline.map { Array($0.utf8) }, values: values.map { Array($0.utf8) })
    if let buckets = declaration.buckets {
      guard let histogram = Histogram(bounds: buckets, json: json["histogram"]) else { return nil }
      self.histogram = histogram
    } else {
      guard let value = json["value"]?.decimalValue else { return nil }
      self.value = value
    }
    followedTotal = json["followed_total"]?.decimalValue
    newestNanoseconds = json["newest"]?.integerValue
  }
}
