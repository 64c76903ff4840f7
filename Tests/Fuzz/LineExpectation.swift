/// What a line should come to, worked out as plainly as it goes from its parts.
enum LineExpectation {
  case outcome(LineOutcome)
  /// Any event, or malformed: a number is too large or has too many digits to know it from `JSONValue`.
  case eventOrMalformed

  func allows(_ outcome: LineOutcome) -> Bool {
    switch (self, outcome) {
    case (.outcome(let expected), _): outcome == expected
    case (.eventOrMalformed, .event), (.eventOrMalformed, .rejected(.malformed)): true
    case (.eventOrMalformed, .rejected): false
    }
  }

  init(_ line: [UInt8], limit: Int) {
    let text = line.drop { $0 == 0 }
    let isTooLong = text.count - (text.last == UInt8(ascii: "\r") ? 1 : 0) > limit
    guard !isTooLong else {
      self = .outcome(.rejected(.oversized))
      return
    }
    guard let brace = text.firstIndex(of: UInt8(ascii: "{")) else {
      let isBlank = text.allSatisfy { [0, UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r")].contains($0) }
      self = .outcome(.rejected(isBlank ? .other : .malformed))
      return
    }
    let object = Array(text[brace...])
    guard ReferenceGrammar.isObject(object) else {
      self = .outcome(.rejected(.malformed))
      return
    }
    guard let value = JSONValue.parse(object) else {
      // That only such an object is refused, the checks of values say.
      self = .eventOrMalformed
      return
    }
    var fields = FieldReader(object: value)
    let event = fields.event()
    let texts = [fields.text(.fileID), fields.errorType(), fields.text(.pipeline)]
    if fields.hasWrongField {
      self = .outcome(.rejected(.malformed))
    } else if fields.isUnsure {
      self = .eventOrMalformed
    } else {
      self = .outcome(.event(event, texts))
    }
  }
}

/// Reads known fields from a value.
private struct FieldReader {
  let object: JSONValue
  private(set) var hasWrongField = false
  private(set) var isUnsure = false

  init(object: JSONValue) {
    self.object = object
  }

  mutating func event() -> LogEvent {
    let timestamp = text(.timestamp).flatMap { text in
      let nanoseconds = Timestamp.parse(text.span)
      if nanoseconds == nil { hasWrongField = true }
      return nanoseconds
    }
    let spelling = text(.message)
    return LogEvent(
      message: LogMessage.allCases.first { $0.spellings.contains { Array($0.utf8) == spelling } } ?? .other,
      timestampNanoseconds: timestamp,
      totalRecords: count(.totalRecords),
      totalFiles: count(.totalFiles),
      totalFailures: count(.totalFailures),
      recordsProcessed: count(.recordsProcessed),
      processingTimeSeconds: decimal(.processingTime),
      currentRate: decimal(.currentRate)
    )
  }

  mutating func errorType() -> [UInt8]? {
    let (type, reason) = (text(.errorType), text(.failureReason))
    return type ?? reason
  }

  mutating func text(_ field: LogField) -> [UInt8]? {
    switch object[field.name] {
    case .string(let text): return Array(text.utf8)
    case .null, nil: return nil
    default: hasWrongField = true
    }
    return nil
  }

  private mutating func count(_ field: LogField) -> Int64? {
    switch object[field.name] {
    case .integer(let value) where value >= 0: return value
    // Whether it is a whole number, its Double does not say.
    case .decimal(let value) where value >= 0: isUnsure = true
    case .null, nil: return nil
    default: hasWrongField = true
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
    default: hasWrongField = true
    }
    return nil
  }
}
