/// What a line should come to, worked out as plainly as it goes from its parts.
enum LineExpectation {
  case outcomes([LineOutcome])
  /// Events or malformed parts: a number is too large or has too many digits to know it from `JSONValue`.
  case anyParts

  func allows(_ outcomes: [LineOutcome]) -> Bool {
    switch self {
    case .outcomes(let expected): outcomes == expected
    case .anyParts:
      outcomes.allSatisfy { outcome in
        if case .rejected(let result) = outcome { result == .malformed } else { true }
      }
    }
  }

  init(_ line: [UInt8], limit: Int) {
    let text = Array(line.drop { $0 == 0 })
    let isTooLong = text.count - (text.last == UInt8(ascii: "\r") ? 1 : 0) > limit
    guard !isTooLong else {
      self = .outcomes([.rejected(.oversized)])
      return
    }
    guard text.contains(UInt8(ascii: "{")) else {
      let isBlank = text.allSatisfy { [0, UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r")].contains($0) }
      self = .outcomes([.rejected(isBlank ? .other : .text)])
      return
    }
    var parts = LineParts(text)
    parts.takeAll()
    self = parts.isUnsure ? .anyParts : .outcomes(parts.outcomes)
  }
}

/// Takes a line apart: from brace to brace, until what is left is an object to the line's end, or none.
private struct LineParts {
  private let text: [UInt8]
  private(set) var outcomes: [LineOutcome] = []
  private(set) var isUnsure = false

  init(_ text: [UInt8]) {
    self.text = text
  }

  mutating func takeAll() {
    var place = nextBrace(from: 0)
    var brokenObjects = 0
    var isPartBroken = false
    while let brace = place, brokenObjects < 16 {
      guard let end = objectEnd(from: brace) else {
        if isBegun(brace) { (isPartBroken, brokenObjects) = (true, brokenObjects + 1) }
        place = nextBrace(from: brace + 1)
        continue
      }
      let (stop, next) = (behindColours(end), nextBrace(from: end))
      guard let (outcome, knowsField, saysWhatOrWhen) = event(Array(text[brace..<end])) else { return isUnsure = true }
      let reachesOn = stop == text.count || next.map { stop == $0 || knowsField } ?? false
      if reachesOn, !isPartBroken || saysWhatOrWhen {
        outcomes += (isPartBroken ? [.rejected(.malformed)] : []) + [outcome]
        if stop == text.count { return }
        isPartBroken = false
      }
      place = next
    }
    outcomes.append(.rejected(.malformed))
  }

  private func nextBrace(from start: Int) -> Int? { text[start...].firstIndex(of: UInt8(ascii: "{")) }

  private func isSpace(_ byte: UInt8) -> Bool {
    [UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r")].contains(byte)
  }

  private func isBegun(_ brace: Int) -> Bool {
    text[(brace + 1)...].first { !isSpace($0) }.map { $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "}") } ?? false
  }

  /// No object is the beginning of another one: the first brace at which one ends is its end.
  private func objectEnd(from brace: Int) -> Int? {
    guard isBegun(brace) else { return nil }
    return text.indices.first {
      text[$0] == UInt8(ascii: "}") && $0 > brace && ReferenceGrammar.isObject(Array(text[brace...$0]))
    }
    .map { $0 + 1 }
  }

  private func behindColours(_ start: Int) -> Int {
    let rest = text[start...].drop(while: isSpace)
    guard rest.starts(with: [0x1B, UInt8(ascii: "[")]) else { return rest.startIndex }
    let final = rest.dropFirst(2).drop { 0x20...0x3F ~= $0 }
    guard let byte = final.first, 0x40...0x7E ~= byte else { return rest.startIndex }
    return behindColours(final.startIndex + 1)
  }

  private func event(_ object: [UInt8]) -> (outcome: LineOutcome, knowsField: Bool, saysWhatOrWhen: Bool)? {
    // That only an object with a huge number is refused, the checks of values say.
    guard let value = JSONValue.parse(object) else { return nil }
    var fields = FieldReader(object: value)
    let event = fields.event()
    let texts = [fields.text(.fileID), fields.errorType(), fields.text(.pipeline)]
    guard !fields.isUnsure else { return nil }
    let hasText = texts.contains { $0 != nil }
    return (
      .event(event, texts, unusable: fields.unusable),
      event != LogEvent() || hasText || !fields.unusable.isEmpty,
      event.message != .other || event.timestampNanoseconds != nil
    )
  }
}

/// Reads known fields from a value.
private struct FieldReader {
  let object: JSONValue
  private(set) var unusable: Set<LogField> = []
  private(set) var isUnsure = false

  init(object: JSONValue) {
    self.object = object
  }

  mutating func event() -> LogEvent {
    let spelling = text(.message)
    return LogEvent(
      message: LogMessage.allCases.first { $0.spellings.contains { Array($0.utf8) == spelling } } ?? .other,
      timestampNanoseconds: timestamp(),
      totalRecords: count(.totalRecords),
      totalFiles: count(.totalFiles),
      totalFailures: count(.totalFailures),
      recordsProcessed: count(.recordsProcessed),
      processingTimeSeconds: decimal(.processingTime),
      currentRate: decimal(.currentRate)
    )
  }

  private mutating func timestamp() -> Int64? {
    switch object[LogField.timestamp.name] {
    case .string(let text):
      if let nanoseconds = Timestamp.parse(Array(text.utf8).span) { return nanoseconds }
    case .integer(let number) where number > 0:
      let digits = String(number).count
      let unit: Int128 = digits <= 11 ? 1_000_000_000 : digits <= 14 ? 1_000_000 : digits <= 17 ? 1_000 : 1
      if let nanoseconds = Int64(exactly: Int128(number) * unit) { return nanoseconds }
    // Its Double does not say all of its digits.
    case .decimal(let number) where number > 0: isUnsure = true
    case .null, nil: return nil
    default: break
    }
    unusable.insert(.timestamp)
    return nil
  }

  mutating func errorType() -> [UInt8]? {
    let (type, reason) = (text(.errorType), text(.failureReason))
    return type?.isEmpty == true ? reason ?? type : type ?? reason
  }

  mutating func text(_ field: LogField) -> [UInt8]? {
    switch object[field.name] {
    case .string(let text):
      // Timestamps and messages are no labels.
      return Array((field == .message ? text : Self.shown(text)).utf8)
    case .null, nil: return nil
    default: unusable.insert(field)
    }
    return nil
  }

  private static func shown(_ text: String) -> String {
    var scalars = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      let isControl = scalar.properties.generalCategory == .control && ![0x09, 0x0A, 0x7F].contains(scalar.value)
      let isSeparator = [.lineSeparator, .paragraphSeparator].contains(scalar.properties.generalCategory)
      let isDirection =
        [0x61C, 0x200E, 0x200F].contains(scalar.value) || 0x202A...0x202E ~= scalar.value
        || 0x2066...0x2069 ~= scalar.value
      let isHidden = isControl || isSeparator || isDirection || scalar.properties.isNoncharacterCodePoint
      scalars.append(isHidden ? "\u{FFFD}" : scalar)
    }
    return String(scalars)
  }

  private mutating func count(_ field: LogField) -> Int64? {
    switch object[field.name] {
    case .integer(let value) where value >= 0: return value
    // Whether it is a whole number, its Double does not say.
    case .decimal(let value) where value >= 0: isUnsure = true
    case .null, nil: return nil
    default: unusable.insert(field)
    }
    return nil
  }

  private mutating func decimal(_ field: LogField) -> Double? {
    switch object[field.name] {
    case .integer(let value) where value >= 0: return Double(value)
    // A negative number that rounds to zero is wrong, and zero with a sign is not.
    case .decimal(let value) where value == 0 && value.sign == .minus: isUnsure = true
    case .decimal(let value) where value >= 0: return value
    case .null, nil: return nil
    default: unusable.insert(field)
    }
    return nil
  }
}
