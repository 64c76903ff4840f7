internal import JSON

/// What the lines of a log mean.
package struct FormatDeclaration: Equatable, Sendable {
  /// What it is called.
  package var name: String
  /// When a line's event was.
  package var time: ValueSource?
  /// The unit of work: a file, a table, a task.
  package var file: ValueSource?
  /// Which job, where several share a log.
  package var pipeline: ValueSource?
  /// How far the clock of times without an offset is ahead of UTC; nil where that is said elsewhere.
  package var zoneOffsetSeconds: Int64?
  /// Whether a line that cannot be read counts as text, and not as malformed.
  package var ignoresText = false
  /// Whether of two equal keys the first one counts, and not the last one.
  package var takesFirstOfRepeatedKeys = false
  /// The first rule that a line fulfils makes it an event. Without rules the log has no job.
  package var events: [EventRule] = []
  /// Each rule that a line fulfils counts.
  package var metrics: [MetricRule] = []

  package init(name: String) {
    self.name = name
  }

  /// The most rules of each kind and paths of one format, so that a line's work is bounded.
  package static let maximumRules = 64
  package static let maximumPaths = 64
}

/// What makes a line an event.
package struct EventRule: Equatable, Sendable {
  /// What has happened.
  package let kind: EventKind
  /// What tells it from the format's other rules: its kind, and a number behind the second one of a kind.
  package var name: String
  /// When it holds.
  package let condition: Condition
  /// Where the event's values come from.
  package let members: [EventMember: ValueSource]
  /// Whether the file took the time from its `file_started` line to this one.
  package let isTimedSinceStart: Bool
}

/// What may happen in a job.
package enum EventKind: String, CaseIterable, Sendable {
  case runStarted = "run_started"
  case fileStarted = "file_started"
  case fileCompleted = "file_completed"
  case fileFailed = "file_failed"
  case runStopped = "run_stopped"
  case runCrashed = "run_crashed"
  /// Records were processed, without a file completed.
  case records
  /// Nothing that is counted, but what its totals and time say.
  case other

  /// The values that an event of this kind can have.
  package var members: [EventMember] {
    let totals: [EventMember] = [.totalRecords, .totalFiles, .totalFailures]
    switch self {
    case .fileStarted: return [.file] + totals
    case .fileCompleted: return [.file, .records, .seconds, .rate] + totals
    case .fileFailed: return [.file, .errorType] + totals
    case .records: return [.file, .records] + totals
    case .runStarted, .runStopped, .runCrashed, .other: return totals
    }
  }

  /// What the job's state knows it as.
  package var message: LogMessage {
    switch self {
    case .runStarted: .jobStarted
    case .fileStarted: .fileStarted
    case .fileCompleted: .fileCompleted
    case .fileFailed: .fileFailed
    case .runStopped: .jobStopped
    case .runCrashed: .jobCrashed
    case .records: .recordsProcessed
    case .other: .other
    }
  }
}

/// A value of an event.
package enum EventMember: String, CaseIterable, Sendable {
  case file
  case records
  case seconds
  case rate
  case errorType = "error_type"
  case totalRecords = "total_records"
  case totalFiles = "total_files"
  case totalFailures = "total_failures"
}

/// What a line adds to a metric of one's own.
package struct MetricRule: Equatable, Sendable {
  /// What is done with the value.
  package enum Amount: Equatable, Sendable {
    /// A counter grows by 1.
    case one
    /// What a counter grows by, a gauge is set to, and a histogram observes.
    case value(ValueSource)
    /// The log's own running total, which a counter follows.
    case total(ValueSource)
  }

  /// The metric that it belongs to.
  package let family: MetricFamilyDeclaration
  /// When it holds.
  package let condition: Condition
  /// What it adds.
  package let amount: Amount
  /// Where each of the family's labels comes from, in its order.
  package let labelSources: [ValueSource]
}

/// A metric that a configuration declares.
package struct MetricFamilyDeclaration: Equatable, Sendable {
  /// What Prometheus knows as the metric's type.
  package enum Kind: String, CaseIterable, Sendable {
    case counter
    case gauge
    case histogram
  }

  /// Its name: `[a-z_][a-z0-9_]*`.
  package let name: String
  /// What its values mean.
  package let kind: Kind
  /// What it is, for people.
  package let help: String
  /// What its series differ in.
  package let labels: [MetricLabel]
  /// A histogram's upper bounds, finite and growing.
  package let buckets: [Double]
  /// How many series it may have, apart from the one that takes the rest.
  package let maximumSeries: Int
  /// Whether a gauge's series go when a new run starts.
  package let resetsWithRun: Bool
  /// How long a gauge's series stays after its newest event; nil where it stays.
  package let expirySeconds: Double?

  /// How many series a metric may have where it does not say, and at most.
  package static let defaultSeries = 100
  package static let largestMaximumSeries = 1_000
  /// The most labels and buckets of one metric.
  package static let maximumLabels = 8
  package static let maximumBuckets = 64

  /// Whether two declarations are of one metric.
  package func isAlike(_ other: MetricFamilyDeclaration) -> Bool { self == other }
}

/// A label of a metric of one's own.
package struct MetricLabel: Equatable, Sendable {
  /// Its name.
  package let name: String
  /// The values that it has, all there from the start; nil where the log says which there are.
  package let values: [String]?
  /// How many values it may have.
  package let maximumValues: Int

  /// What stands for each value that there is no room for, or that is none of the list.
  package static let overflowValue = "other"
  /// What stands for a value that is not in the line.
  package static let missingValue = "unknown"
  /// How many values a label may have where it does not say, and at most.
  package static let defaultValues = 50
  package static let largestMaximumValues = 1_000
  /// Longer values would make every scrape carry whatever someone puts into a log.
  package static let maximumValueBytes = 128
}

extension MetricRule {
  /// A number that changes with what gives a metric its meaning: type, conditions, values, labels, buckets, formats.
  ///
  /// - Parameters:
  ///   - name: The metric's name.
  ///   - formats: All formats.
  /// - Returns: The same number in each process.
  package static func fingerprint(of name: String, in formats: [FormatDeclaration]) -> UInt64 {
    var parts: [[UInt8]] = []
    for format in formats {
      for rule in format.metrics where rule.family.name == name {
        var text: [UInt8] = []
        JSONValue.object([("format", .string(format.name)), ("rule", rule.meaning)]).append(to: &text)
        parts.append(text)
      }
    }
    parts.sort { $0.lexicographicallyPrecedes($1) }
    // FNV-1a.
    return parts.joined(separator: [0]).reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
  }

  /// What gives the rule its meaning, to be compared with that of an earlier configuration: not its help, nor its limits.
  private var meaning: JSONValue {
    let amountMember: (String, JSONValue) =
      switch amount {
      case .one: ("value", .integer(1))
      case .value(let source): ("value", source.json)
      case .total(let source): ("total", source.json)
      }
    let labels = zip(family.labels, labelSources).map { label, source -> JSONValue in
      let values = label.values.map { JSONValue.array($0.map { .string($0) }) } ?? .null
      return .array([.string(label.name), source.json, values])
    }
    return .object([
      ("type", .string(family.kind.rawValue)), ("when", condition.json), amountMember, ("labels", .array(labels)),
      ("buckets", .array(family.buckets.map { .decimal($0) })),
    ])
  }
}
