/// A format, ready to be run on lines.
struct FormatProgram {
  /// When a rule holds: its bits among those of a line's tests.
  struct Masks: BitwiseCopyable {
    let needed: UInt128
    let refused: UInt128

    @inline(__always)
    func hold(_ bits: UInt128) -> Bool { bits & needed == needed && bits & refused == 0 }
  }

  /// Where a value comes from.
  struct Alternative {
    /// The node whose value it is, or nil for a constant.
    let node: Int?
    let constant: Int?
    let isTime: Bool
    let unit: TimeUnit?
    let scale: Double
    /// Each text with the constant that it stands for.
    let map: [(text: [UInt8], constant: Int)]?
    let takesExceptionType: Bool
    let isTextBeforeObject: Bool
  }

  /// A source, and what its value is used for.
  struct Source {
    let alternatives: [Alternative]
    /// An index of `useNames`.
    let use: Int
  }

  struct Event {
    let kind: EventKind
    let isTimedSinceStart: Bool
    let file: Source?
    let records: Source?
    let seconds: Source?
    let rate: Source?
    let errorType: Source?
    let totalRecords: Source?
    let totalFiles: Source?
    let totalFailures: Source?
  }

  enum Amount {
    case one
    case value(Source)
    case total(Source)
  }

  struct Metric {
    let amount: Amount
    let mayBeNegative: Bool
    let labels: [Source]
  }

  let tree: MatchTree
  let time: Source?
  let pipeline: Source?
  let localOffsetSeconds: Int64
  let ignoresText: Bool
  let takesFirstOfRepeatedKeys: Bool
  let eventMasks: [Masks]
  let events: [Event]
  let metricMasks: [Masks]
  let metrics: [Metric]
  /// What values are used for: `time`, `file_completed.records`, `orders_bytes_total`, `orders_bytes_total.region`.
  let useNames: [String]
  let constants: [ConstantValue]
  /// What the events and then the metrics are called.
  let ruleNames: [String]

  init(_ format: FormatDeclaration, localOffsetSeconds: Int64 = 0) {
    var compiler = SourceCompiler(tree: MatchTree(format))
    tree = compiler.tree
    time = format.time.map { compiler.source($0, use: "time") }
    pipeline = format.pipeline.map { compiler.source($0, use: "pipeline") }
    self.localOffsetSeconds = format.zoneOffsetSeconds ?? localOffsetSeconds
    ignoresText = format.ignoresText
    takesFirstOfRepeatedKeys = format.takesFirstOfRepeatedKeys
    var events: [Event] = []
    for rule in format.events { events.append(compiler.event(rule, format)) }
    self.events = events
    var metrics: [Metric] = []
    for rule in format.metrics { metrics.append(compiler.metric(rule)) }
    self.metrics = metrics
    let tree = tree
    func masks(_ condition: Condition) -> Masks {
      let masks = tree.masks(of: condition)
      return Masks(needed: masks.needed, refused: masks.refused)
    }
    eventMasks = format.events.map { masks($0.condition) }
    metricMasks = format.metrics.map { masks($0.condition) }
    useNames = compiler.useNames
    constants = compiler.constants
    ruleNames = Self.distinct(format.events.map(\.name) + format.metrics.map(\.family.name))
  }
}

extension FormatProgram {
  /// Numbers the second and later of equal names: they are values of a label.
  fileprivate static func distinct(_ names: [String]) -> [String] {
    var distinct: [String] = []
    for name in names {
      var candidate = name
      var number = 2
      while distinct.contains(candidate) {
        candidate = "\(name)_\(number)"
        number += 1
      }
      distinct.append(candidate)
    }
    return distinct
  }
}

/// Turns sources into those of a program.
private struct SourceCompiler {
  let tree: MatchTree
  var useNames: [String] = []
  var constants: [ConstantValue] = []

  init(tree: MatchTree) {
    self.tree = tree
  }

  private mutating func constant(_ value: ConstantValue) -> Int {
    constants.append(value)
    return constants.count - 1
  }

  mutating func source(_ source: ValueSource, use name: String) -> FormatProgram.Source {
    // The same use of several rules is one.
    let use = useNames.firstIndex(of: name) ?? useNames.count
    if use == useNames.count { useNames.append(name) }
    var alternatives: [FormatProgram.Alternative] = []
    for alternative in source.alternatives {
      var constant: Int?
      var path: FormatPath?
      switch alternative.origin {
      case .constant(let value): constant = self.constant(value)
      case .path(let found): path = found
      }
      var map: [(text: [UInt8], constant: Int)]?
      if let pairs = alternative.map {
        map = []
        for (text, value) in pairs.sorted(by: { $0.key < $1.key }) {
          map?.append((Array(text.utf8), self.constant(value)))
        }
      }
      alternatives.append(
        FormatProgram.Alternative(
          node: path.flatMap { tree.places[$0] },
          constant: constant,
          isTime: path == .time,
          unit: alternative.unit,
          scale: alternative.scale,
          map: map,
          takesExceptionType: alternative.takesExceptionType,
          isTextBeforeObject: path == .text
        )
      )
    }
    return FormatProgram.Source(alternatives: alternatives, use: use)
  }

  mutating func event(_ rule: EventRule, _ format: FormatDeclaration) -> FormatProgram.Event {
    func member(_ member: EventMember, _ compiler: inout SourceCompiler) -> FormatProgram.Source? {
      guard rule.kind.members.contains(member) else { return nil }
      let declared = rule.members[member] ?? (member == .file ? format.file : nil)
      return declared.map { compiler.source($0, use: "\(rule.name).\(member.rawValue)") }
    }
    return FormatProgram.Event(
      kind: rule.kind,
      isTimedSinceStart: rule.isTimedSinceStart,
      file: member(.file, &self),
      records: member(.records, &self),
      seconds: member(.seconds, &self),
      rate: member(.rate, &self),
      errorType: member(.errorType, &self),
      totalRecords: member(.totalRecords, &self),
      totalFiles: member(.totalFiles, &self),
      totalFailures: member(.totalFailures, &self)
    )
  }

  mutating func metric(_ rule: MetricRule) -> FormatProgram.Metric {
    let name = rule.family.name
    let amount: FormatProgram.Amount =
      switch rule.amount {
      case .one: .one
      case .value(let value): .value(source(value, use: name))
      case .total(let total): .total(source(total, use: name))
      }
    var labels: [FormatProgram.Source] = []
    for (label, value) in zip(rule.family.labels, rule.labelSources) {
      labels.append(source(value, use: "\(name).\(label.name)"))
    }
    return FormatProgram.Metric(amount: amount, mayBeNegative: rule.family.kind == .gauge, labels: labels)
  }
}
