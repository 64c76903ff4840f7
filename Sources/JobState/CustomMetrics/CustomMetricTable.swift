package import ETLLog
package import Metrics

/// The metrics that the formats of all logs declare.
package struct CustomMetricTable {
  /// How many series all metrics together may have.
  package static let defaultSeries = 2_000
  /// How many numbers all series together may have: a histogram's series has one for each bucket.
  static let maximumCells = 40_000

  /// The metrics, in the order of their formats.
  package private(set) var families: [CustomMetricFamily] = []
  /// Which metric each rule of each format belongs to.
  private var familyOfRule: [[Int]] = []
  private var fingerprints: [UInt64] = []
  private let maximumSeries: Int
  private var pipelines = LabelValueTable(capacity: PipelineTable.maximumPipelines)
  /// Whether lines of no named pipeline had a value.
  private var hasUnnamedValues = false
  private var seriesCount = 0
  private var cellCount = 0

  /// What a changed configuration did to the metrics.
  package struct Changes: Equatable {
    /// Those that go on.
    package var kept = 0
    /// Those that are new, or mean something else than before: they begin at 0.
    package var begun: [String] = []
    /// Those that the configuration does not have any more.
    package var dropped: [String] = []

    package init(kept: Int = 0, begun: [String] = [], dropped: [String] = []) {
      self.kept = kept
      self.begun = begun
      self.dropped = dropped
    }
  }

  /// Makes none.
  package init() {
    maximumSeries = 0
  }

  /// Makes the metrics of some formats.
  ///
  /// - Parameters:
  ///   - formats: The formats that logs have, each once.
  ///   - pipelineNames: The names of the logs' pipelines; nil for a log that has none.
  ///   - maximumSeries: How many series there may be.
  ///   - state: What an earlier process counted; nil where the logs are read from their start.
  ///   - changes: What became of the metrics of that process.
  package init(
    _ formats: [FormatDeclaration],
    pipelineNames: [String?],
    maximumSeries: Int = defaultSeries,
    resuming state: State? = nil,
    changes: inout Changes
  ) {
    self.maximumSeries = maximumSeries
    for format in formats {
      familyOfRule.append(format.metrics.map { rule in familyIndex(of: rule, isMidway: state != nil) })
    }
    fingerprints = families.map { MetricRule.fingerprint(of: $0.declaration.name, in: formats) }
    for case .some(let name) in pipelineNames { _ = pipelines.index(of: Array(name.utf8).span) }
    if let state { restore(state, &changes) }
    recount()
    addZeros(pipelineNames.contains(nil) || pipelineNames.isEmpty)
  }

  private mutating func familyIndex(of rule: MetricRule, isMidway: Bool) -> Int {
    if let index = families.firstIndex(where: { $0.declaration.name == rule.family.name }) { return index }
    let followsTotals = if case .total = rule.amount { true } else { false }
    families.append(CustomMetricFamily(rule.family, followsTotals: followsTotals, startsMidway: isMidway))
    return families.count - 1
  }

  private mutating func addZeros(_ hasUnnamed: Bool) {
    if hasUnnamed { addZeros((0, nil)) }
    for (index, name) in pipelines.names.enumerated() { addZeros((index + 1, name)) }
  }

  private mutating func addZeros(_ pipeline: (index: Int, name: [UInt8]?)) {
    for index in families.indices {
      let before = families[index].series.count
      let cells = families[index].cellsPerSeries
      let (freeSeries, freeCells) = (maximumSeries - seriesCount, Self.maximumCells - cellCount)
      families[index].addZeros(pipeline) { $0 <= freeSeries && $0 * cells <= freeCells }
      count(families[index].series.count - before, cells)
    }
  }

  private mutating func count(_ series: Int, _ cells: Int) {
    seriesCount += series
    cellCount += series * cells
  }

  private mutating func recount() {
    seriesCount = families.reduce(0) { $0 + $1.series.count }
    cellCount = families.reduce(0) { $0 + $1.series.count * $1.cellsPerSeries }
  }

  // MARK: Taking values

  /// Takes what a line adds to a metric.
  ///
  /// - Parameters:
  ///   - format: Which of the formats.
  ///   - rule: Which of its rules.
  ///   - value: What to add, set, observe or follow.
  ///   - nanoseconds: When it was, as the line says; nil for now.
  ///   - readNanoseconds: The present.
  ///   - labels: The labels' values, and the pipeline.
  ///   - logName: The pipeline of lines that name none.
  package mutating func update(
    format: Int,
    rule: Int,
    value: Double,
    nanoseconds: Int64?,
    readNanoseconds: Int64,
    labels: borrowing MetricLabelValues,
    logName: [UInt8]?
  ) {
    let index = familyOfRule[format][rule]
    let pipeline = pipelineIndex(labels, logName)
    let before = families[index].series.count
    let cells = families[index].cellsPerSeries
    families[index].update(
      value,
      // A time yet to come is a clock that is ahead; it must not keep out what comes later.
      at: min(nanoseconds ?? readNanoseconds, readNanoseconds),
      labels,
      pipeline: (pipeline, pipeline > 0 ? pipelines.names[pipeline - 1] : nil),
      mayGrow: seriesCount < maximumSeries && cellCount + cells <= Self.maximumCells
    )
    if families[index].series.count != before { count(families[index].series.count - before, cells) }
  }

  private mutating func pipelineIndex(_ labels: borrowing MetricLabelValues, _ logName: [UInt8]?) -> Int {
    let known = pipelines.names.count
    var index: Int?
    labels.withPipelineBytes { if !$0.isEmpty { index = pipelines.index(of: $0) + 1 } }
    if index == nil, let logName { index = pipelines.index(of: logName.span) + 1 }
    addZerosOfPipelines(from: known)
    if index == nil { hasUnnamedValues = true }
    return index ?? 0
  }

  private mutating func addZerosOfPipelines(from known: Int) {
    guard pipelines.names.count > known else { return }
    for place in known..<pipelines.names.count { addZeros((place + 1, pipelines.names[place])) }
  }

  /// Takes note of the pipeline of an event, so that its series are there before their first value.
  ///
  /// - Parameter texts: The event's texts.
  package mutating func notePipeline(of texts: borrowing LogTexts) {
    guard !families.isEmpty else { return }
    let known = pipelines.names.count
    texts.withBytes(of: .pipeline) { if !$0.isEmpty { _ = pipelines.index(of: $0) } }
    addZerosOfPipelines(from: known)
  }

  /// Lets the gauges go that a new run resets.
  ///
  /// - Parameters:
  ///   - format: The format of the line that says so.
  ///   - pipeline: The run's pipeline; nil for none.
  package mutating func startRun(format: Int, pipeline: [UInt8]?) {
    let names = pipelines
    for index in Set(familyOfRule[format]) where families[index].declaration.resetsWithRun {
      families[index].remove(where: { $0.pipeline == pipeline }, pipelineIndex: { names.place(of: $0) })
    }
    recount()
  }

  /// Lets the gauges go that have had no event for long.
  ///
  /// - Parameter nanoseconds: The present, since 1970.
  package mutating func expire(at nanoseconds: Int64) {
    let names = pipelines
    for index in families.indices {
      guard let seconds = families[index].declaration.expirySeconds else { continue }
      families[index].remove(
        where: { one in
          one.newestNanoseconds.map { Double(nanoseconds) - Double($0) > seconds * 1e9 } ?? false
        },
        pipelineIndex: { names.place(of: $0) }
      )
    }
    recount()
  }

  // MARK: Being shown

  /// How often a value found no room: `METRIC.LABEL` for a label's values, `METRIC` for series.
  package var overflows: [(label: String, count: Int64)] {
    families.flatMap { family -> [(label: String, count: Int64)] in
      let labels = family.labelOverflows.map { ("\(family.declaration.name).\($0.label)", $0.count) }
      return labels + (family.seriesOverflow > 0 ? [(family.declaration.name, family.seriesOverflow)] : [])
    }
  }

  /// Writes the samples of a metric.
  ///
  /// - Parameters:
  ///   - index: Which one.
  ///   - writer: Where to.
  package func collect(_ index: Int, into writer: inout SampleWriter) {
    let hidesUnnamed = !hasUnnamedValues && !pipelines.names.isEmpty
    for one in families[index].series where !(hidesUnnamed && one.pipeline == nil) {
      if let histogram = one.histogram, let labels = one.histogramLabels {
        writer.add(histogram, labels: labels)
      } else {
        writer.add(one.value, labels: one.labels)
      }
    }
  }
}

extension LabelValueTable {
  /// The place of a pipeline that is in the table, from 1; 0 for none.
  fileprivate func place(of name: [UInt8]?) -> Int {
    name.flatMap { names.firstIndex(of: $0) }.map { $0 + 1 } ?? 0
  }
}

// MARK: In a snapshot

extension CustomMetricTable {
  /// What a new process needs to go on from here.
  package struct State {
    /// Whether lines of no named pipeline had a value.
    package var hasUnnamedValues = false
    /// How many values had a pipeline that was put under the overflow; at least 0.
    package var pipelineOverflow: Int64 = 0
    /// The metrics.
    package var families: [CustomMetricFamily.State] = []

    /// Makes that of no metrics.
    package init() {}
  }

  /// All metrics, for a snapshot.
  package var state: State {
    var state = State()
    state.hasUnnamedValues = hasUnnamedValues
    state.pipelineOverflow = pipelines.overflowCount
    state.families = zip(families, fingerprints).map { family, fingerprint in family.state(fingerprint: fingerprint) }
    return state
  }

  private mutating func restore(_ state: State, _ changes: inout Changes) {
    hasUnnamedValues = state.hasUnnamedValues
    for index in families.indices {
      let name = families[index].declaration.name
      let fingerprint = fingerprints[index]
      let earlier = state.families.first { $0.name == name && $0.fingerprint == fingerprint }
      var names = pipelines
      let isKept = earlier.map { state in
        families[index].restore(state, pipelineIndex: { $0.map { names.index(of: $0.span) + 1 } ?? 0 })
      }
      if isKept == true {
        changes.kept += 1
      } else {
        changes.begun.append(name)
      }
      pipelines = names
    }
    pipelines.overflowCount = state.pipelineOverflow
    let present = Set(families.map(\.declaration.name))
    changes.dropped = state.families.map(\.name).filter { !present.contains($0) }
  }
}
