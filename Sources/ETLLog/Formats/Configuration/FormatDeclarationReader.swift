internal import JSON
internal import UnixTime

/// Reads the declaration of a format.
struct FormatDeclarationReader {
  let services: ConfigurationServices
  /// Finds the format that another one goes on from.
  let builtIn: (String) throws(ConfigurationError) -> FormatDeclaration?

  private var sources: SourceReader { SourceReader(services: services) }

  private static let keys = [
    "base", "time", "file", "pipeline", "zone", "text_lines", "repeated_keys", "events", "metrics",
  ]
  private static let numericTimeUnits: [TimeUnit] = [.seconds, .milliseconds, .microseconds, .nanoseconds]

  func format(_ member: LocatedValue.Member) throws(ConfigurationError) -> FormatDeclaration {
    let reader = try ObjectReader(member.value, "a format", keys: Self.keys, services: services)
    var format = try base(reader.value("base")) ?? FormatDeclaration(name: member.name)
    format.name = member.name
    if let value = reader.value("time") {
      format.time = try source(value, "time", units: Self.numericTimeUnits)
    }
    if let value = reader.value("file") { format.file = try source(value, "file") }
    if let value = reader.value("pipeline") { format.pipeline = try source(value, "pipeline") }
    if let value = reader.value("zone") { format.zoneOffsetSeconds = try zone(value) }
    if let value = reader.value("text_lines") {
      format.ignoresText = try choice(value, "text_lines", ["ignore"]) == "ignore"
    }
    if let value = reader.value("repeated_keys") {
      format.takesFirstOfRepeatedKeys = try choice(value, "repeated_keys", ["last", "first"]) == "first"
    }
    try readEvents(reader.value("events"), into: &format)
    try readMetrics(reader.value("metrics"), into: &format)
    guard !format.events.isEmpty || !format.metrics.isEmpty else {
      throw ConfigurationError(
        "a format needs events or metrics: there is nothing to count in \"\(format.name)\"",
        at: member.location
      )
    }
    if let reset = format.metrics.first(where: \.family.resetsWithRun),
      !format.events.contains(where: { $0.kind == .runStarted })
    {
      throw ConfigurationError("\"reset: run\" of \(reset.family.name) needs an event run_started", at: member.location)
    }
    try checkBounds(of: format, at: member.location)
    return format
  }

  private func base(_ value: LocatedValue?) throws(ConfigurationError) -> FormatDeclaration? {
    guard let value else { return nil }
    let name = try value.text("base")
    guard let base = try builtIn(name) else {
      throw ConfigurationError(
        services.unknown("built-in format", name, among: BuiltInFormats.names),
        at: value.location
      )
    }
    return base
  }

  private func choice(_ value: LocatedValue, _ what: String, _ choices: [String]) throws(ConfigurationError) -> String {
    let text = try value.text(what)
    guard choices.contains(text) else {
      throw ConfigurationError(
        "\(what) is \(choices.joined(separator: " or ")); this is \"\(text)\"",
        at: value.location
      )
    }
    return text
  }

  private func zone(_ value: LocatedValue) throws(ConfigurationError) -> Int64 {
    // +01:00 without quotes is a text in YAML 1.2, but 0100 would be a number.
    let bytes = Array(value.spelling.utf8)
    if let seconds = Timestamp.offsetSeconds(bytes.span) { return seconds }
    throw ConfigurationError(
      "zone is how far the log's clock is ahead of UTC, such as \"+01:00\"; named zones are not known",
      at: value.location
    )
  }

  /// Reads a source that may not be the event's time.
  private func source(_ value: LocatedValue, _ what: String, units: [TimeUnit] = [], moreKeys: [String] = [])
    throws(ConfigurationError) -> ValueSource
  {
    let source = try sources.source(value, what, units: units, moreKeys: moreKeys)
    guard !source.paths.contains(.time) else {
      throw ConfigurationError("@time is only for the value of a gauge", at: value.location)
    }
    return source
  }

  // MARK: Events

  private func readEvents(_ value: LocatedValue?, into format: inout FormatDeclaration) throws(ConfigurationError) {
    guard let value else { return }
    let elements = try value.elements("\"events\"")
    var rules: [EventRule] = []
    for element in elements {
      let rule = try event(element, in: format)
      if let earlier = rules.firstIndex(where: { rule.condition.implies($0.condition) }) {
        throw ConfigurationError(
          "this rule never holds: each line that it matches is one of rule \(earlier + 1) (\(rules[earlier].kind.rawValue)) already; put it before that",
          at: element.location
        )
      }
      rules.append(rule)
    }
    // What a base's rules would match and these do goes to these.
    rules += format.events.filter { inherited in !rules.contains { inherited.condition.implies($0.condition) } }
    guard rules.count <= FormatDeclaration.maximumRules else {
      throw ConfigurationError("a format has at most \(FormatDeclaration.maximumRules) events", at: value.location)
    }
    var counts: [EventKind: Int] = [:]
    for index in rules.indices {
      let kind = rules[index].kind
      counts[kind, default: 0] += 1
      rules[index].name = counts[kind] == 1 ? kind.rawValue : "\(kind.rawValue)_\(counts[kind] ?? 0)"
    }
    if let timed = rules.first(where: \.isTimedSinceStart) {
      guard rules.contains(where: { $0.kind == .fileStarted }) else {
        throw ConfigurationError("\"since\" in \(timed.name) needs a rule for file_started", at: value.location)
      }
    }
    format.events = rules
  }

  private func event(_ value: LocatedValue, in format: FormatDeclaration) throws(ConfigurationError) -> EventRule {
    let reader = try ObjectReader(
      value,
      "an event",
      keys: ["event", "when"] + EventMember.allCases.map(\.rawValue),
      services: services
    )
    let word = try reader.required("event")
    let text = try word.text("event")
    guard let kind = EventKind(rawValue: text) else {
      throw ConfigurationError(
        services.unknown("event", text, among: EventKind.allCases.map(\.rawValue)),
        at: word.location
      )
    }
    var members: [EventMember: ValueSource] = [:]
    var isTimedSinceStart = false
    for member in EventMember.allCases {
      guard let found = reader.member(member.rawValue) else { continue }
      guard kind.members.contains(member) else {
        throw ConfigurationError(
          "\(member.rawValue) counts for nothing in \(kind.rawValue), which has \(kind.members.map(\.rawValue).joined(separator: ", "))",
          at: found.location
        )
      }
      if member == .seconds, try isSinceStart(found.value) {
        isTimedSinceStart = true
        guard format.file != nil || reader.value(EventMember.file.rawValue) != nil else {
          throw ConfigurationError("\"since\" needs \"file\": which file's start is meant", at: found.location)
        }
      } else {
        members[member] = try source(found.value, member.rawValue, units: member == .seconds ? TimeUnit.allCases : [])
      }
    }
    return EventRule(
      kind: kind,
      name: kind.rawValue,
      condition: try sources.condition(reader.value("when")),
      members: members,
      isTimedSinceStart: isTimedSinceStart
    )
  }

  /// Whether a duration is `{since: file_started}`.
  private func isSinceStart(_ value: LocatedValue) throws(ConfigurationError) -> Bool {
    guard case .object(let members) = value.content, let member = members.first(where: { $0.name == "since" }) else {
      return false
    }
    guard members.count == 1, case .string(EventKind.fileStarted.rawValue) = member.value.content else {
      throw ConfigurationError("\"since\" can only be {since: file_started}", at: member.location)
    }
    return true
  }

  // MARK: Metrics

  private func readMetrics(_ value: LocatedValue?, into format: inout FormatDeclaration) throws(ConfigurationError) {
    guard let value else { return }
    var rules: [MetricRule] = []
    var families = FamilyTable()
    for element in try value.elements("\"metrics\"") {
      let rule = try MetricReader(services: services).metric(element)
      var own = FormatDeclaration(name: format.name)
      own.metrics = [rule]
      try families.add(own, at: element.location)
      rules.append(rule)
    }
    let names = Set(rules.map(\.family.name))
    rules += format.metrics.filter { !names.contains($0.family.name) }
    guard rules.count <= FormatDeclaration.maximumRules else {
      throw ConfigurationError("a format has at most \(FormatDeclaration.maximumRules) metrics", at: value.location)
    }
    format.metrics = rules
  }

  private func checkBounds(of format: FormatDeclaration, at location: TextLocation) throws(ConfigurationError) {
    let paths = FormatBounds.paths(of: format)
    guard paths.count <= FormatDeclaration.maximumPaths else {
      throw ConfigurationError(
        "\"\(format.name)\" has \(paths.count) different paths; \(FormatDeclaration.maximumPaths) are the most",
        at: location
      )
    }
    let tests = FormatBounds.tests(of: format)
    guard tests.count <= FormatBounds.maximumTests else {
      throw ConfigurationError(
        "\"\(format.name)\" has \(tests.count) different tests; \(FormatBounds.maximumTests) are the most",
        at: location
      )
    }
  }
}
