internal import JSON

/// Reads the declaration of a metric of one's own.
struct MetricReader {
  let services: ConfigurationServices

  private var sources: SourceReader { SourceReader(services: services) }

  private static let keys = [
    "name", "type", "help", "when", "value", "total", "labels", "buckets", "max_series", "reset", "expire",
  ]

  func metric(_ value: LocatedValue) throws(ConfigurationError) -> MetricRule {
    let reader = try ObjectReader(value, "a metric", keys: Self.keys, services: services)
    let nameValue = try reader.required("name")
    let name = try nameValue.text("a metric's name")
    let kind = try kind(try reader.required("type"))
    if let problem = MetricNames.problem(metric: name, kind) {
      throw ConfigurationError(problem, at: nameValue.location)
    }
    let help = try reader.required("help").text("help")
    let labels = try labels(reader.value("labels"))
    let maximumSeries = try reader.value("max_series").map { value throws(ConfigurationError) in
      try value.integer("max_series", 1...MetricFamilyDeclaration.largestMaximumSeries)
    }
    let family = MetricFamilyDeclaration(
      name: name,
      kind: kind,
      help: help,
      labels: labels.map(\.label),
      buckets: try buckets(reader, kind),
      maximumSeries: maximumSeries ?? MetricFamilyDeclaration.defaultSeries,
      resetsWithRun: try resetsWithRun(reader, kind),
      expirySeconds: try expiry(reader, kind)
    )
    try checkSeries(family, at: reader.member("labels")?.location ?? value.location)
    return MetricRule(
      family: family,
      condition: try sources.condition(reader.value("when")),
      amount: try amount(reader, kind),
      labelSources: labels.map(\.source)
    )
  }

  private func kind(_ value: LocatedValue) throws(ConfigurationError) -> MetricFamilyDeclaration.Kind {
    let text = try value.text("type")
    guard let kind = MetricFamilyDeclaration.Kind(rawValue: text) else {
      let names = MetricFamilyDeclaration.Kind.allCases.map(\.rawValue)
      throw ConfigurationError(services.unknown("type", text, among: names), at: value.location)
    }
    return kind
  }

  private func amount(_ reader: ObjectReader, _ kind: MetricFamilyDeclaration.Kind) throws(ConfigurationError)
    -> MetricRule.Amount
  {
    try reader.refuse("total", beside: "value")
    if let total = reader.member("total") {
      guard kind == .counter else {
        throw ConfigurationError("\"total\" is for counters; a \(kind.rawValue) has \"value\"", at: total.location)
      }
      return .total(try source(total.value, "total", allowsTime: false))
    }
    if let value = reader.value("value") {
      return .value(try source(value, "value", allowsTime: kind == .gauge))
    }
    guard kind == .counter else {
      throw ConfigurationError(
        "a \(kind.rawValue) needs \"value\": the path of what it is \(kind == .gauge ? "set to" : "to observe")",
        at: reader.location
      )
    }
    return .one
  }

  private func source(_ value: LocatedValue, _ what: String, allowsTime: Bool) throws(ConfigurationError) -> ValueSource
  {
    let source = try sources.source(value, what, units: TimeUnit.allCases)
    guard allowsTime || !source.paths.contains(.time) else {
      throw ConfigurationError("@time is only for the value of a gauge", at: value.location)
    }
    guard !source.paths.contains(.text) else {
      throw ConfigurationError("@text is no number; it is for tests, labels and time", at: value.location)
    }
    return source
  }

  private func labels(_ value: LocatedValue?) throws(ConfigurationError) -> [(label: MetricLabel, source: ValueSource)]
  {
    guard let value else { return [] }
    guard case .object(let members) = value.content, members.count <= MetricFamilyDeclaration.maximumLabels else {
      throw ConfigurationError(
        "\"labels\" is a mapping of at most \(MetricFamilyDeclaration.maximumLabels) names to paths",
        at: value.location
      )
    }
    var labels: [(MetricLabel, ValueSource)] = []
    for member in members {
      if let problem = MetricNames.problem(label: member.name) {
        throw ConfigurationError(problem, at: member.location)
      }
      let source = try sources.source(
        member.value,
        "the label \"\(member.name)\"",
        units: [],
        moreKeys: ["limit", "values"]
      )
      guard !source.paths.contains(.time) else {
        throw ConfigurationError("a time is no label: each line would be a series of its own", at: member.location)
      }
      labels.append((try label(member), source))
    }
    return labels
  }

  private func label(_ member: LocatedValue.Member) throws(ConfigurationError) -> MetricLabel {
    var limit = MetricLabel.defaultValues
    var values: [String]?
    if case .object(let members) = member.value.content {
      for setting in members where setting.name == "limit" {
        limit = try setting.value.integer("limit", 1...MetricLabel.largestMaximumValues)
      }
      for setting in members where setting.name == "values" {
        values = try closedList(setting.value)
        guard !members.contains(where: { $0.name == "limit" }) else {
          throw ConfigurationError("\"values\" is a limit already; leave \"limit\" out", at: setting.location)
        }
      }
    }
    return MetricLabel(name: member.name, values: values, maximumValues: values?.count ?? limit)
  }

  private func closedList(_ value: LocatedValue) throws(ConfigurationError) -> [String] {
    var values: [String] = []
    for element in try value.elements("\"values\"") {
      let text = try element.constant("a label's value").text
      guard !text.isEmpty, text.utf8.count <= MetricLabel.maximumValueBytes else {
        throw ConfigurationError(
          "a label's value has 1 to \(MetricLabel.maximumValueBytes) bytes",
          at: element.location
        )
      }
      guard !values.contains(text) else { throw ConfigurationError("\"\(text)\" is there twice", at: element.location) }
      values.append(text)
    }
    guard 1...MetricLabel.largestMaximumValues ~= values.count else {
      throw ConfigurationError("\"values\" has 1 to \(MetricLabel.largestMaximumValues) values", at: value.location)
    }
    return values
  }

  private func buckets(_ reader: ObjectReader, _ kind: MetricFamilyDeclaration.Kind) throws(ConfigurationError)
    -> [Double]
  {
    guard let member = reader.member("buckets") else {
      guard kind != .histogram else {
        throw ConfigurationError("a histogram needs \"buckets\", such as [0.1, 1, 10, 60]", at: reader.location)
      }
      return []
    }
    guard kind == .histogram else { throw ConfigurationError("a \(kind.rawValue) has no buckets", at: member.location) }
    var bounds: [Double] = []
    for element in try member.value.elements("\"buckets\"") {
      let bound = try element.number("a bucket's upper bound")
      if let last = bounds.last, bound <= last {
        throw ConfigurationError("buckets grow; \(element.spelling) is not above \(last)", at: element.location)
      }
      bounds.append(bound)
    }
    guard 1...MetricFamilyDeclaration.maximumBuckets ~= bounds.count else {
      throw ConfigurationError(
        "\"buckets\" has 1 to \(MetricFamilyDeclaration.maximumBuckets) bounds",
        at: member.location
      )
    }
    return bounds
  }

  private func resetsWithRun(_ reader: ObjectReader, _ kind: MetricFamilyDeclaration.Kind) throws(ConfigurationError)
    -> Bool
  {
    guard let member = reader.member("reset") else { return false }
    guard kind == .gauge else {
      throw ConfigurationError("only gauges are reset; a \(kind.rawValue) counts on over all runs", at: member.location)
    }
    guard case .string("run") = member.value.content else {
      throw ConfigurationError("\"reset\" can only be run", at: member.value.location)
    }
    return true
  }

  private func expiry(_ reader: ObjectReader, _ kind: MetricFamilyDeclaration.Kind) throws(ConfigurationError)
    -> Double?
  {
    guard let member = reader.member("expire") else { return nil }
    guard kind == .gauge else {
      throw ConfigurationError(
        "only gauges expire; a \(kind.rawValue) that went would be counted anew",
        at: member.location
      )
    }
    guard let seconds = services.durationSeconds(member.value.spelling), seconds > 0 else {
      throw ConfigurationError("\"expire\" is a duration such as 24h", at: member.value.location)
    }
    return seconds
  }

  /// A closed list of each label makes all series at once; they must find room.
  private func checkSeries(_ family: MetricFamilyDeclaration, at location: TextLocation) throws(ConfigurationError) {
    var count = 1
    for label in family.labels {
      guard let values = label.values else { return }
      count *= values.count
      guard count <= family.maximumSeries else {
        throw ConfigurationError(
          "the labels' values make more series than max_series, \(family.maximumSeries); raise it, up to \(MetricFamilyDeclaration.largestMaximumSeries)",
          at: location
        )
      }
    }
  }
}
