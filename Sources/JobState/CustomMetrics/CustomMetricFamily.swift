package import ETLLog
internal import Metrics

/// A metric that a configuration declares, with all its series.
package struct CustomMetricFamily {
  /// What the configuration says of it.
  package let declaration: MetricFamilyDeclaration
  /// Whether values are running totals of the log, which are followed.
  let followsTotals: Bool
  /// Whether it came to be when a part of the logs had been read: what a total grew by before is not counted then.
  private var startsMidway: Bool
  /// How often a value went to a series that stands for all others, because there are too many.
  private(set) var seriesOverflow: Int64 = 0

  private let shape: MetricFamilyDeclarationShape
  private(set) var series: [CustomSeries] = []
  /// Where each series is, by its pipeline and its labels' values; see `key`.
  private var places: [UInt128: Int] = [:]
  private var labelValues: [LabelValueTable]
  private var lastKey: UInt128?
  private var lastPlace = 0

  init(_ declaration: MetricFamilyDeclaration, followsTotals: Bool, startsMidway: Bool) {
    self.declaration = declaration
    self.followsTotals = followsTotals
    self.startsMidway = startsMidway
    shape = MetricFamilyDeclarationShape(
      labelNames: declaration.labels.map(\.name),
      buckets: declaration.kind == .histogram ? declaration.buckets : nil
    )
    labelValues = declaration.labels.map(Self.table)
  }

  private static func table(_ label: MetricLabel) -> LabelValueTable {
    LabelValueTable(
      capacity: label.maximumValues,
      names: label.values ?? [],
      reserved: Array(MetricLabel.missingValue.utf8)
    )
  }

  /// How many numbers one series has.
  var cellsPerSeries: Int { declaration.kind == .histogram ? declaration.buckets.count + 3 : 1 }

  /// How many values of each label were put under the overflow.
  var labelOverflows: [(label: String, count: Int64)] {
    zip(declaration.labels, labelValues).compactMap { label, table in
      // A closed list is meant to leave others out.
      label.values == nil && table.overflowCount > 0 ? (label.name, table.overflowCount) : nil
    }
  }

  // MARK: Finding a series

  /// A place in the table for a pipeline and the labels' values. A label has at most 1,002 values, and 8 of them and the
  /// pipeline are less than 128 bits.
  private static let bitsPerValue: UInt128 = 10

  private mutating func key(_ labels: borrowing MetricLabelValues, pipeline: Int) -> UInt128 {
    var key = UInt128(pipeline)
    for index in labelValues.indices {
      var place: Int?
      labels.withBytes(at: index) { if !$0.isEmpty { place = labelValues[index].index(of: $0) } }
      key = key << Self.bitsPerValue | UInt128(place ?? labelValues[index].index(of: Self.missingValue.span))
    }
    return key
  }

  private static let missingValue = Array(MetricLabel.missingValue.utf8)

  private mutating func key(ofValues values: [[UInt8]], pipeline: Int) -> UInt128 {
    var key = UInt128(pipeline)
    for (index, value) in values.enumerated() {
      key = key << Self.bitsPerValue | UInt128(labelValues[index].index(of: value.span))
    }
    return key
  }

  /// The series of a key; made where it is not there yet. Where there are too many, that which stands for the rest.
  private mutating func place(of key: UInt128, _ pipeline: (index: Int, name: [UInt8]?), mayGrow: Bool) -> Int? {
    if key == lastKey { return lastPlace }
    if let place = places[key] {
      (lastKey, lastPlace) = (key, place)
      return place
    }
    if mayGrow, series.count < declaration.maximumSeries || labelValues.isEmpty {
      return add(key, pipeline.name, values: values(of: key))
    }
    seriesOverflow = saturatingSum(seriesOverflow, 1)
    let rest = labelValues.map { _ in LabelValueTable.overflowName }
    let restKey = self.key(ofValues: rest, pipeline: pipeline.index)
    if let place = places[restKey] { return place }
    // One more for each pipeline, so that sums stay right.
    return mayGrow ? add(restKey, pipeline.name, values: rest) : nil
  }

  private func values(of key: UInt128) -> [[UInt8]] {
    labelValues.indices.map { index in
      let shift = Self.bitsPerValue * UInt128(labelValues.count - 1 - index)
      return labelValues[index].names[Int(key >> shift & (1 << Self.bitsPerValue - 1))]
    }
  }

  private mutating func add(_ key: UInt128, _ pipeline: [UInt8]?, values: [[UInt8]]) -> Int {
    series.append(CustomSeries(shape, pipeline: pipeline, values: values))
    places[key] = series.count - 1
    (lastKey, lastPlace) = (key, series.count - 1)
    return lastPlace
  }

  // MARK: Taking values

  /// Takes a value.
  ///
  /// - Parameters:
  ///   - value: What to add, set, observe or follow.
  ///   - nanoseconds: When it was.
  ///   - labels: The labels' values.
  ///   - pipeline: The pipeline, and its place among all.
  ///   - mayGrow: Whether there may be more series.
  mutating func update(
    _ value: Double,
    at nanoseconds: Int64,
    _ labels: borrowing MetricLabelValues,
    pipeline: (index: Int, name: [UInt8]?),
    mayGrow: Bool
  ) {
    let key = key(labels, pipeline: pipeline.index)
    guard let place = place(of: key, pipeline, mayGrow: mayGrow) else { return }
    switch declaration.kind {
    case .counter where followsTotals: series[place].follow(value, startsMidway: startsMidway)
    case .counter: series[place].add(value)
    case .gauge:
      if let newest = series[place].newestNanoseconds, newest > nanoseconds { return }
      series[place].value = value
      series[place].newestNanoseconds = nanoseconds
    case .histogram: series[place].histogram?.observe(value)
    }
  }

  /// Adds the series that are there from the start: those without labels, and all of closed lists.
  ///
  /// - Parameters:
  ///   - pipeline: The pipeline, and its place among all.
  ///   - mayGrow: Whether there may be so many more series.
  mutating func addZeros(_ pipeline: (index: Int, name: [UInt8]?), mayGrow: (Int) -> Bool) {
    guard declaration.kind != .gauge else { return }
    var combinations: [[[UInt8]]] = [[]]
    for label in declaration.labels {
      combinations = combinations.flatMap { start in (label.values ?? []).map { start + [Array($0.utf8)] } }
    }
    guard mayGrow(combinations.count) else { return }
    for values in combinations {
      let key = key(ofValues: values, pipeline: pipeline.index)
      if places[key] == nil { _ = add(key, pipeline.name, values: values) }
    }
  }

  /// Lets series go.
  ///
  /// - Parameters:
  ///   - isGone: Whether one goes.
  ///   - pipelineIndex: The place of each pipeline.
  mutating func remove(where isGone: (CustomSeries) -> Bool, pipelineIndex: ([UInt8]?) -> Int) {
    guard series.contains(where: isGone) else { return }
    let rest = series.filter { !isGone($0) }
    series = []
    places = [:]
    lastKey = nil
    // Their names make room for others as well; what overflowed is still told.
    for index in labelValues.indices {
      let overflow = labelValues[index].overflowCount
      labelValues[index] = Self.table(declaration.labels[index])
      labelValues[index].overflowCount = overflow
    }
    for one in rest { insert(one, pipelineIndex: pipelineIndex(one.pipeline)) }
  }

  private mutating func insert(_ one: CustomSeries, pipelineIndex: Int) {
    let key = key(ofValues: one.values, pipeline: pipelineIndex)
    // Smaller limits may make one of two.
    guard places[key] == nil else { return }
    series.append(one)
    places[key] = series.count - 1
  }
}

extension CustomSeries {
  /// Adds to a counter, which must stay a number that can be written and read.
  fileprivate mutating func add(_ growth: Double) {
    value = min(value + growth, .greatestFiniteMagnitude)
  }

  /// Follows a running total: growth counts, a fall is a new run.
  fileprivate mutating func follow(_ total: Double, startsMidway: Bool) {
    let before = followedTotal ?? (startsMidway ? total : 0)
    add(total < before ? total : total - before)
    followedTotal = total
  }
}

// MARK: In a snapshot

extension CustomMetricFamily {
  /// What a new process needs to go on from here.
  package struct State {
    /// The metric's name.
    package var name = ""
    /// A number that changes with the metric's meaning.
    package var fingerprint: UInt64 = 0
    /// Whether it came to be when a part of the logs had been read.
    package var startsMidway = true
    /// How often a value went to a series that stands for all others; at least 0.
    package var seriesOverflow: Int64 = 0
    /// How many values of each label were put under the overflow; at least 0.
    package var labelOverflows: [Int64] = []
    /// Its series.
    package var series: [CustomSeriesState] = []

    /// Makes that of a metric of no name.
    package init() {}
  }

  func state(fingerprint: UInt64) -> State {
    var state = State()
    state.name = declaration.name
    state.fingerprint = fingerprint
    state.startsMidway = startsMidway
    state.seriesOverflow = seriesOverflow
    state.labelOverflows = labelValues.map(\.overflowCount)
    state.series = series.map(\.state)
    return state
  }

  /// Takes over what an earlier process counted.
  ///
  /// - Parameters:
  ///   - state: What it left.
  ///   - pipelineIndex: The place of each pipeline.
  /// - Returns: Whether it is of this metric; else nothing was taken over.
  mutating func restore(_ state: State, pipelineIndex: ([UInt8]?) -> Int) -> Bool {
    var read: [CustomSeries] = []
    for element in state.series {
      guard let one = CustomSeries(shape, element) else { return false }
      read.append(one)
    }
    for one in read { insert(one, pipelineIndex: pipelineIndex(one.pipeline)) }
    seriesOverflow = state.seriesOverflow
    startsMidway = state.startsMidway
    for (index, count) in zip(labelValues.indices, state.labelOverflows) { labelValues[index].overflowCount = count }
    return true
  }
}
