internal import JSON
internal import UnixTime

/// Why a value cannot be used.
package enum UnusableReason: String, CaseIterable, Sendable {
  /// A metric's value is not in the line, and has no default.
  case missing
  /// It is of another type than needed, or a text that does not say what is needed.
  case type
  /// It is below 0 where that cannot be.
  case negative
  /// It is no whole number.
  case fraction
  /// It is larger than can be counted.
  case range
}

/// A value, or why there is none.
enum Evaluated<Value> {
  case value(Value)
  case missing
  case unusable(UnusableReason)
}

/// Finds values in the line that a scanner has read.
struct SourceEvaluator: ~Copyable {
  let constants: ConstantTexts
  private let localOffsetSeconds: Int64

  init(_ program: FormatProgram) {
    constants = ConstantTexts(program.constants)
    localOffsetSeconds = program.localOffsetSeconds
  }

  /// The first alternative that is present, and its value.
  private func find(_ source: FormatProgram.Source, _ scanner: borrowing FormatScanner)
    -> Evaluated<(ScalarValue, FormatProgram.Alternative)>
  {
    for alternative in source.alternatives {
      if let constant = alternative.constant { return .value((constants.values[constant], alternative)) }
      guard let node = alternative.node, scanner.slots.has(node) else { continue }
      let slot = scanner.slots[node]
      let kind: ScalarValue.Kind
      switch slot.kind {
      case .empty: continue
      case .container: return .unusable(.type)
      case .text: kind = .text
      case .number: kind = .number
      case .boolean: kind = .boolean
      }
      var value = ScalarValue(kind, text: slot.string)
      if alternative.takesExceptionType {
        guard kind == .text, let range = value.text.withSpan({ ExceptionType.range(in: $0) }) else {
          return .unusable(.type)
        }
        let start = value.text.start
        value.text = JSONString(start: start + range.lowerBound, end: start + range.upperBound, isEscaped: false)
      } else if let map = alternative.map {
        guard let constant = map.first(where: { isEqual(value.text, $0.text) })?.constant else { continue }
        value = constants.values[constant]
      }
      return .value((value, alternative))
    }
    return .missing
  }

  private func isEqual(_ text: JSONString, _ other: [UInt8]) -> Bool {
    guard text.byteCount == other.count else { return false }
    return text.withSpan { bytes in
      for index in other.indices where bytes[index] != other[index] { return false }
      return true
    }
  }

  /// A text; numbers and truth values as they are written.
  func text(_ source: FormatProgram.Source, _ scanner: borrowing FormatScanner) -> Evaluated<JSONString> {
    switch find(source, scanner) {
    case .value(let (value, _)): .value(value.text)
    case .missing: .missing
    case .unusable(let reason): .unusable(reason)
    }
  }

  /// A whole number from 0.
  func count(_ source: FormatProgram.Source, _ scanner: borrowing FormatScanner) -> Evaluated<Int64> {
    switch find(source, scanner) {
    case .missing: return .missing
    case .unusable(let reason): return .unusable(reason)
    case .value(let (value, alternative)):
      if let constant = value.constantNumber { return Self.count(constant * alternative.scale) }
      guard let number = Self.number(value) else { return .unusable(.type) }
      if alternative.scale != 1 {
        return number.signedDecimal.map { Self.count($0 * alternative.scale) } ?? .unusable(.range)
      }
      if let count = number.count { return .value(count) }
      return number.signedDecimal.map(Self.count) ?? .unusable(.range)
    }
  }

  private static func count(_ number: Double) -> Evaluated<Int64> {
    if number < 0 { return .unusable(.negative) }
    if number >= 0x1p63 { return .unusable(.range) }
    return Int64(exactly: number).map { .value($0) } ?? .unusable(.fraction)
  }

  /// A number, in seconds where it has a unit.
  ///
  /// - Parameters:
  ///   - source: Where it comes from.
  ///   - scanner: What has read the line.
  ///   - mayBeNegative: Whether it may be below 0.
  /// - Returns: The number, finite.
  func decimal(_ source: FormatProgram.Source, _ scanner: borrowing FormatScanner, mayBeNegative: Bool = false)
    -> Evaluated<Double>
  {
    switch find(source, scanner) {
    case .missing: return .missing
    case .unusable(let reason): return .unusable(reason)
    case .value(let (value, alternative)):
      guard let decimal = Self.decimal(value, alternative) else { return .unusable(.type) }
      guard decimal.isFinite else { return .unusable(.range) }
      return decimal < 0 && !mayBeNegative ? .unusable(.negative) : .value(decimal)
    }
  }

  private static func decimal(_ value: ScalarValue, _ alternative: FormatProgram.Alternative) -> Double? {
    if alternative.unit == .text {
      guard value.kind == .text else { return nil }
      return DurationText.seconds(value.text)
    }
    let number: Double
    if let constant = value.constantNumber {
      number = constant
    } else {
      guard let written = Self.number(value) else { return nil }
      number = written.signedDecimal ?? .infinity
    }
    guard let fraction = alternative.unit?.secondsFraction else { return number * alternative.scale }
    return number * fraction.multiplier / fraction.divisor
  }

  /// When an event was, in nanoseconds since 1970-01-01T00:00:00Z.
  func moment(_ source: FormatProgram.Source, _ scanner: borrowing FormatScanner) -> Evaluated<Int64> {
    switch find(source, scanner) {
    case .missing: return .missing
    case .unusable(let reason): return .unusable(reason)
    case .value(let (value, alternative)):
      guard let moment = moment(value, unit: alternative.unit, isPrefix: alternative.isTextBeforeObject) else {
        return .unusable(.type)
      }
      return .value(moment)
    }
  }

  /// When a value says it was.
  func moment(_ value: ScalarValue, unit: TimeUnit?, isPrefix: Bool = false) -> Int64? {
    if let number = Self.number(value) { return MomentReader.nanoseconds(number, unit: unit) }
    guard value.kind == .text else { return nil }
    let offset = localOffsetSeconds
    return value.text.withSpan { text in
      isPrefix
        ? Timestamp.parse(prefixOf: text, localOffsetSeconds: offset)
        : Timestamp.parse(text, localOffsetSeconds: offset)
    }
  }

  /// A number, or a text that is exactly one.
  private static func number(_ value: ScalarValue) -> JSONNumber? {
    guard value.kind != .boolean, value.constantNumber == nil else { return nil }
    // Nothing reads as far as the end that is given: what stands behind the value ends a number.
    guard let number = JSONScanner(end: value.text.end).scanNumber(value.text.start), number.end == value.text.end
    else {
      return nil
    }
    return number
  }
}
