import ETLLog
import Foundation
import JSON

/// What one line gives, as the rules of the configuration's language say it, without any regard to speed.
struct LineOutcome: Equatable {
  struct Update: Equatable {
    var metric: Int
    var value: Double
    var labels: [String?]
  }

  var isReadable = true
  var rule: Int?
  var file: String?
  var errorType: String?
  var records: Int64?
  var seconds: Double?
  var updates: [Update] = []
  var unusable: [String] = []
}

/// A format applied to parsed lines.
struct SlowFormat {
  let format: FormatDeclaration

  /// What a line gives.
  ///
  /// - Parameters:
  ///   - object: Its object; nil where it has none that can be read.
  ///   - textBefore: What stands before it.
  /// - Returns: All that it gives.
  func outcome(_ object: JSONValue?, textBefore: String) -> LineOutcome {
    var outcome = LineOutcome()
    guard let object else { return LineOutcome(isReadable: false) }
    func value(_ path: FormatPath) -> JSONValue? {
      switch path {
      case .member(let parts): lookUp(object, parts[...])
      case .text: textBefore.isEmpty ? nil : .string(textBefore)
      case .time: nil
      }
    }
    func holds(_ condition: Condition) -> Bool {
      condition.tests.allSatisfy { path, test in passes(value(path), test) }
    }
    outcome.rule = format.events.firstIndex { holds($0.condition) }
    func evaluate<Result>(
      _ source: ValueSource?,
      _ use: String,
      _ convert: (JSONValue, ValueSource.Alternative) -> (Result?, UnusableReason)
    ) -> Result? {
      guard let source, let (found, alternative) = find(source, value) else { return nil }
      guard let found else {
        outcome.unusable.append("\(use): type")
        return nil
      }
      let (result, reason) = convert(found, alternative)
      if result == nil { outcome.unusable.append("\(use): \(reason.rawValue)") }
      return result
    }
    if let index = outcome.rule {
      let rule = format.events[index]
      let members = Set(rule.kind.members)
      outcome.file = evaluate(
        members.contains(.file) ? rule.members[.file] ?? format.file : nil,
        "\(rule.name).file"
      ) { value, _ in (text(value), .type) }
      outcome.errorType = evaluate(rule.members[.errorType], "\(rule.name).error_type") { value, _ in
        (text(value), .type)
      }
      outcome.records = evaluate(rule.members[.records], "\(rule.name).records", count)
      outcome.seconds = evaluate(rule.members[.seconds], "\(rule.name).seconds") {
        decimal($0, $1, mayBeNegative: false)
      }
    }
    for (index, rule) in format.metrics.enumerated() where holds(rule.condition) {
      var amount: Double? = 1
      switch rule.amount {
      case .one: break
      case .value(let source), .total(let source):
        let before = outcome.unusable.count
        amount = evaluate(source, rule.family.name) { decimal($0, $1, mayBeNegative: rule.family.kind == .gauge) }
        if amount == nil, outcome.unusable.count == before { outcome.unusable.append("\(rule.family.name): missing") }
      }
      guard let amount else { continue }
      let labels = zip(rule.family.labels, rule.labelSources).map { label, source in
        evaluate(source, "\(rule.family.name).\(label.name)") { value, _ in (text(value), .type) }
      }
      outcome.updates.append(LineOutcome.Update(metric: index, value: amount, labels: labels))
    }
    return outcome
  }

  /// The value at a path: of equal keys the last one counts, or the first, and so of the ways to write one path.
  private func lookUp(_ value: JSONValue, _ parts: ArraySlice<String>) -> JSONValue? {
    guard let first = parts.first else { return value }
    switch value {
    case .array(let elements):
      guard let index = Int(first), elements.indices.contains(index) else { return nil }
      return lookUp(elements[index], parts.dropFirst())
    case .object(let members):
      var seen: Set<String> = []
      // Those that count, the last one first, or the first one.
      let ordered = format.takesFirstOfRepeatedKeys ? members : members.reversed()
      for (name, member) in ordered where seen.insert(name).inserted {
        for count in 1...parts.count where name == parts.prefix(count).joined(separator: ".") {
          if let found = lookUp(member, parts.dropFirst(count)) { return found }
        }
      }
      return nil
    default: return nil
    }
  }

  private func isMissing(_ value: JSONValue?) -> Bool {
    switch value {
    case nil, .null, .string(""): true
    default: false
    }
  }

  private func passes(_ value: JSONValue?, _ test: ValueTest) -> Bool {
    if case .present(let isWanted) = test { return isMissing(value) != isWanted }
    guard let value, !isMissing(value), let constant = constant(value) else { return false }
    switch test {
    case .anyOf(let constants): return constants.contains(constant)
    case .not(let refused): return !passes(value, refused)
    case .prefix(let part): return constant.isText && constant.text.hasPrefix(part)
    case .suffix(let part): return constant.isText && constant.text.hasSuffix(part)
    case .contains(let part): return constant.isText && constant.text.contains(part)
    case .present: return false
    }
  }

  private func constant(_ value: JSONValue) -> ConstantValue? {
    switch value {
    case .string(let text): .text(text)
    case .integer(let number): .number(Double(number), spelling: "\(number)")
    case .decimal(let number): .number(number, spelling: "\(number)")
    case .boolean(let value): .boolean(value)
    default: nil
    }
  }

  /// The first alternative that is present; its value is nil where that is none that can be used.
  private func find(_ source: ValueSource, _ value: (FormatPath) -> JSONValue?)
    -> (value: JSONValue?, ValueSource.Alternative)?
  {
    for alternative in source.alternatives {
      switch alternative.origin {
      case .constant(.text(let text)): return (.string(text), alternative)
      case .constant(.number(let number, _)): return (.decimal(number), alternative)
      case .constant(.boolean(let flag)): return (.boolean(flag), alternative)
      case .path(let path):
        guard let found = value(path), !isMissing(found) else { continue }
        guard let constant = constant(found) else { return (nil, alternative) }
        guard let map = alternative.map else { return (found, alternative) }
        guard case .text(let mapped) = map[constant.text] else { continue }
        return (.string(mapped), alternative)
      }
    }
    return nil
  }

  private func text(_ value: JSONValue) -> String? {
    guard let constant = constant(value) else { return nil }
    // A constant of the configuration is shown as it is written there, which the generator makes whole numbers.
    if case .number(let number, _) = constant, number == number.rounded() { return String(Int64(number)) }
    return constant.text
  }

  private func number(_ value: JSONValue) -> Double? {
    switch value {
    case .integer(let number): Double(number)
    case .decimal(let number): number
    case .string(let text): text.wholeMatch(of: /-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/) != nil ? Double(text) : nil
    default: nil
    }
  }

  private func count(_ value: JSONValue, _ alternative: ValueSource.Alternative) -> (Int64?, UnusableReason) {
    guard let number = number(value) else { return (nil, .type) }
    let scaled = number * alternative.scale
    if scaled < 0 { return (nil, .negative) }
    if scaled >= 0x1p63 { return (nil, .range) }
    return (Int64(exactly: scaled), .fraction)
  }

  private func decimal(_ value: JSONValue, _ alternative: ValueSource.Alternative, mayBeNegative: Bool)
    -> (Double?, UnusableReason)
  {
    guard let number = number(value) else { return (nil, .type) }
    let scaled =
      switch alternative.unit {
      case .milliseconds: number / 1_000
      case .minutes: number * 60
      case .seconds: number
      default: number * alternative.scale
      }
    return scaled < 0 && !mayBeNegative ? (nil, .negative) : (scaled, .type)
  }
}

extension ConstantValue {
  fileprivate var isText: Bool { if case .text = self { true } else { false } }
}
