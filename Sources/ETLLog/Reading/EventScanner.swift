internal import JSON
internal import UnixTime

/// Reads the object of a line into an event.
struct EventScanner: ~Copyable {
  /// What the last object said.
  private(set) var event = LogEvent()
  /// The texts of the last object; as they stand in the line, before `resolveTexts`.
  private(set) var texts = LogTexts()
  /// The known fields of the last object whose last value was none that they can have.
  private(set) var unusableFields = LogFieldSet()
  /// The texts of the last object in which characters were replaced, after `resolveTexts`.
  private(set) var replacedFields = LogFieldSet()

  private let names = FieldNameIndex()
  private let keyPredictor = KeyPredictor()
  private var messagePredictor = MessagePredictor()
  private var day = DatePrefixCache.none
  private var unescaped = UnescapedText()
  private let maximumLineBytes: Int
  private let localOffsetSeconds: Int64

  /// Makes a scanner that has read nothing.
  ///
  /// - Parameters:
  ///   - maximumLineBytes: How long a line may be.
  ///   - localOffsetSeconds: How far the clock of a time without an offset is ahead of UTC.
  init(maximumLineBytes: Int, localOffsetSeconds: Int64 = 0) {
    self.maximumLineBytes = maximumLineBytes
    self.localOffsetSeconds = localOffsetSeconds
  }

  /// Whether the last object had one of the known fields that are read; a message that is not known counts as none.
  var hasKnownField: Bool {
    event != LogEvent() || !unusableFields.isEmpty || texts.fileID != nil || texts.errorType != nil
      || texts.failureReason != nil || texts.pipeline != nil
  }

  /// Whether the last object said which known thing happened, or when something did.
  var saysWhatOrWhen: Bool { event.message != .other || event.timestampNanoseconds != nil }

  /// Reads an object from behind its opening brace.
  ///
  /// - Returns: The place behind its closing brace, or nil where it is no valid object.
  mutating func scanObject(_ start: BytePosition, _ json: JSONScanner) -> BytePosition? {
    event = LogEvent()
    texts = LogTexts()
    unusableFields = LogFieldSet()
    var position = start
    var row = KeyPredictor.unknownRow
    var index = 0
    while true {
      if position.byte == Byte.closeBrace { return position + 1 }
      let field: LogField?
      if let remembered = keyPredictor.match(row: row, index: index, at: position, end: json.end) {
        field = remembered.field
        // A line may have more white space here than the one remembered.
        position = json.skipWhitespace(position + remembered.byteCount)
      } else {
        let fieldStart = position
        position = json.skipWhitespace(position)
        if position.byte == Byte.closeBrace { return position + 1 }
        if index > 0 {
          guard position.byte == Byte.comma else { return nil }
          position = json.skipWhitespace(position + 1)
        }
        guard let (key, value) = json.scanKey(position) else { return nil }
        field = names.field(key, end: json.end)
        position = value
        keyPredictor.remember(field, row: row, index: index, from: fieldStart, to: value, end: json.end)
      }
      guard let next = scanField(field, position, json) else { return nil }
      position = next
      index += 1
      if field == .message { row = KeyPredictor.row(of: event.message) }
    }
  }

  /// Reads the value of a field.
  @inline(__always)
  private mutating func scanField(_ field: LogField?, _ position: BytePosition, _ json: JSONScanner) -> BytePosition? {
    switch field {
    case .timestamp: scanTimestamp(position, json)
    case .message: scanMessage(position, json)
    case .totalRecords: Self.scanCount(position, json, .totalRecords, into: &event.totalRecords, &unusableFields)
    case .totalFiles: Self.scanCount(position, json, .totalFiles, into: &event.totalFiles, &unusableFields)
    case .totalFailures: Self.scanCount(position, json, .totalFailures, into: &event.totalFailures, &unusableFields)
    case .recordsProcessed:
      Self.scanCount(position, json, .recordsProcessed, into: &event.recordsProcessed, &unusableFields)
    case .processingTime:
      Self.scanDecimal(position, json, .processingTime, into: &event.processingTimeSeconds, &unusableFields)
    case .currentRate: Self.scanDecimal(position, json, .currentRate, into: &event.currentRate, &unusableFields)
    case .fileID: Self.scanText(position, json, .fileID, into: &texts.fileID, &unusableFields, &texts.needCopies)
    case .errorType:
      Self.scanText(position, json, .errorType, into: &texts.errorType, &unusableFields, &texts.needCopies)
    case .failureReason:
      Self.scanText(position, json, .failureReason, into: &texts.failureReason, &unusableFields, &texts.needCopies)
    case .pipeline: Self.scanText(position, json, .pipeline, into: &texts.pipeline, &unusableFields, &texts.needCopies)
    case .expectedRecords, .estimatedDuration, .retryAfter, .error, .finalStats, nil: json.skipValue(position)
    }
  }

  private mutating func scanMessage(_ position: BytePosition, _ json: JSONScanner) -> BytePosition? {
    if let (message, next) = messagePredictor.match(position, end: json.end) {
      event.message = message
      unusableFields.remove(.message)
      return next
    }
    var text: JSONString?
    let next = Self.scanText(position, json, .message, into: &text, &unusableFields, &texts.needCopies)
    event.message = .other
    if let text {
      event.message = names.message(text, end: json.end)
      messagePredictor.remember(event.message, text, end: json.end)
    }
    return next
  }

  private mutating func scanTimestamp(_ position: BytePosition, _ json: JSONScanner) -> BytePosition? {
    if let (nanoseconds, next) = day.match(position, end: json.end) {
      event.timestampNanoseconds = nanoseconds
      unusableFields.remove(.timestamp)
      return next
    }
    guard position.byte == Byte.quote else { return scanUnixNumber(position, json) }
    var text: JSONString?
    event.timestampNanoseconds = nil
    let next = Self.scanText(position, json, .timestamp, into: &text, &unusableFields, &texts.needCopies)
    guard let text else { return next }
    // One that is longer than a line may be makes the line oversized, whatever it says.
    guard text.byteCount <= maximumLineBytes else { return next }
    unescaped.reset(writtenByteCount: text.byteCount)
    var isReplaced = false
    let unescapedText = text.isEscaped ? unescaped.copy(text, hasReplaced: &isReplaced) : text
    let parts = unescapedText.withSpan { Timestamp.Parts($0, localOffsetSeconds: localOffsetSeconds) }
    guard let parts, let nanoseconds = parts.nanoseconds else {
      unusableFields.insert(.timestamp)
      return next
    }
    event.timestampNanoseconds = nanoseconds
    day = DatePrefixCache(parts, text, end: json.end) ?? day
    return next
  }

  /// Reads a time that is a number, or what stands in its place.
  private mutating func scanUnixNumber(_ position: BytePosition, _ json: JSONScanner) -> BytePosition? {
    if let (number, end) = json.scanPlainCount(position) {
      event.timestampNanoseconds = Timestamp.nanoseconds(unixNumber: number)
      unusableFields.set(.timestamp, event.timestampNanoseconds == nil)
      return end
    }
    if let (mantissa, fractionCount, end) = json.scanPlainDigits(position) {
      event.timestampNanoseconds = Timestamp.nanoseconds(mantissa: mantissa, exponent: -fractionCount)
      unusableFields.set(.timestamp, event.timestampNanoseconds == nil)
      return end
    }
    return Self.scanNumber(position, json, .timestamp, into: &event.timestampNanoseconds, &unusableFields) { number in
      number.isNegative ? nil : Timestamp.nanoseconds(mantissa: number.mantissa, exponent: number.exponent)
    }
  }

  /// Unescapes the texts of the last object and replaces what cannot be shown; they stand until the next line.
  @inline(__always)
  mutating func resolveTexts() {
    replacedFields = LogFieldSet()
    if texts.needCopies { copyTexts() }
  }

  @inline(never)
  private mutating func copyTexts() {
    func byteCount(_ text: JSONString?) -> Int { text.map(\.byteCount) ?? 0 }
    unescaped.reset(
      writtenByteCount: byteCount(texts.fileID) &+ byteCount(texts.errorType) &+ byteCount(texts.failureReason)
        &+ byteCount(texts.pipeline)
    )
    texts.fileID = copyIfNeeded(texts.fileID, .fileID)
    texts.errorType = copyIfNeeded(texts.errorType, .errorType)
    texts.failureReason = copyIfNeeded(texts.failureReason, .failureReason)
    texts.pipeline = copyIfNeeded(texts.pipeline, .pipeline)
  }

  private mutating func copyIfNeeded(_ text: JSONString?, _ field: LogField) -> JSONString? {
    guard let text, text.needsCopy else { return text }
    var hasReplaced = false
    let copy = unescaped.copy(text, hasReplaced: &hasReplaced)
    if hasReplaced { replacedFields.insert(field) }
    return copy
  }
}

// MARK: - Values of each kind

extension EventScanner {
  /// Reads a count; written without sign, fraction or exponent it is taken eight digits at a time.
  private static func scanCount(
    _ position: BytePosition,
    _ json: JSONScanner,
    _ field: LogField,
    into count: inout Int64?,
    _ unusableFields: inout LogFieldSet
  ) -> BytePosition? {
    if let (value, end) = json.scanPlainCount(position) {
      count = value
      unusableFields.remove(field)
      return end
    }
    return scanNumber(position, json, field, into: &count, &unusableFields) { $0.count }
  }

  /// Reads a decimal; written without sign and exponent it is taken eight digits at a time.
  private static func scanDecimal(
    _ position: BytePosition,
    _ json: JSONScanner,
    _ field: LogField,
    into decimal: inout Double?,
    _ unusableFields: inout LogFieldSet
  ) -> BytePosition? {
    if let (value, end) = json.scanPlainDecimal(position) {
      decimal = value
      unusableFields.remove(field)
      return end
    }
    return scanNumber(position, json, field, into: &decimal, &unusableFields) { $0.decimal }
  }

  /// Reads any number that is not plain, or what stands in its place.
  @inline(never)
  private static func scanNumber<Value>(
    _ position: BytePosition,
    _ json: JSONScanner,
    _ field: LogField,
    into value: inout Value?,
    _ unusableFields: inout LogFieldSet,
    _ convert: (JSONNumber) -> Value?
  ) -> BytePosition? {
    value = nil
    guard let number = json.scanNumber(position) else {
      return scanUnexpected(position, json, field, &unusableFields)
    }
    value = convert(number)
    unusableFields.set(field, value == nil)
    return number.end
  }

  /// Reads a string.
  @inline(__always)
  private static func scanText(
    _ position: BytePosition,
    _ json: JSONScanner,
    _ field: LogField,
    into text: inout JSONString?,
    _ unusableFields: inout LogFieldSet,
    _ needCopies: inout Bool
  ) -> BytePosition? {
    guard position.byte == Byte.quote else {
      text = nil
      return scanUnexpected(position, json, field, &unusableFields)
    }
    guard let string = json.scanString(position + 1) else { return nil }
    text = string
    if string.isEscaped || !string.isASCII { needCopies = true }
    unusableFields.remove(field)
    return string.end + 1
  }

  /// Goes behind a value of another kind than the field's: one that says nothing stands for none, no other can be used.
  @inline(never)
  private static func scanUnexpected(
    _ position: BytePosition,
    _ json: JSONScanner,
    _ field: LogField,
    _ unusableFields: inout LogFieldSet
  ) -> BytePosition? {
    if let next = json.skipNothing(position) {
      unusableFields.remove(field)
      return next
    }
    guard let next = json.skipValue(position) else { return nil }
    unusableFields.insert(field)
    return next
  }
}
