internal import JSON
internal import UnixTime

/// Reads the object of a line into an event.
struct EventScanner: ~Copyable {
  /// What the last object said.
  private(set) var event = LogEvent()
  /// The texts of the last object; as they stand in the line, before `resolveTexts`.
  private(set) var texts = LogTexts()
  /// The known fields whose last value was none that they can have.
  private var wrongFields = FieldSet()

  private let names = FieldNameIndex()
  private let keyPredictor = KeyPredictor()
  private var messagePredictor = MessagePredictor()
  private var day = DatePrefixCache.none
  private var unescaped = UnescapedText()
  private let maximumLineBytes: Int

  init(maximumLineBytes: Int) {
    self.maximumLineBytes = maximumLineBytes
  }

  /// Whether the last object had a known field with a value that the field cannot have.
  var hasWrongField: Bool { !wrongFields.isEmpty }

  /// Reads an object from behind its opening brace.
  ///
  /// - Returns: The place behind its closing brace, or nil where it is no valid object.
  mutating func scanObject(_ start: BytePosition, _ json: JSONScanner) -> BytePosition? {
    event = LogEvent()
    texts = LogTexts()
    wrongFields = FieldSet()
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
    case .totalRecords: Self.scanCount(position, json, .totalRecords, into: &event.totalRecords, &wrongFields)
    case .totalFiles: Self.scanCount(position, json, .totalFiles, into: &event.totalFiles, &wrongFields)
    case .totalFailures: Self.scanCount(position, json, .totalFailures, into: &event.totalFailures, &wrongFields)
    case .recordsProcessed:
      Self.scanCount(position, json, .recordsProcessed, into: &event.recordsProcessed, &wrongFields)
    case .processingTime:
      Self.scanDecimal(position, json, .processingTime, into: &event.processingTimeSeconds, &wrongFields)
    case .currentRate: Self.scanDecimal(position, json, .currentRate, into: &event.currentRate, &wrongFields)
    case .fileID: Self.scanText(position, json, .fileID, into: &texts.fileID, &wrongFields, &texts.areEscaped)
    case .errorType: Self.scanText(position, json, .errorType, into: &texts.errorType, &wrongFields, &texts.areEscaped)
    case .failureReason:
      Self.scanText(position, json, .failureReason, into: &texts.failureReason, &wrongFields, &texts.areEscaped)
    case .pipeline: Self.scanText(position, json, .pipeline, into: &texts.pipeline, &wrongFields, &texts.areEscaped)
    case .expectedRecords, .estimatedDuration, .retryAfter, .error, .finalStats, nil: json.skipValue(position)
    }
  }

  private mutating func scanMessage(_ position: BytePosition, _ json: JSONScanner) -> BytePosition? {
    if let (message, next) = messagePredictor.match(position, end: json.end) {
      event.message = message
      wrongFields.remove(.message)
      return next
    }
    var text: JSONString?
    let next = Self.scanText(position, json, .message, into: &text, &wrongFields, &texts.areEscaped)
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
      wrongFields.remove(.timestamp)
      return next
    }
    var text: JSONString?
    event.timestampNanoseconds = nil
    let next = Self.scanText(position, json, .timestamp, into: &text, &wrongFields, &texts.areEscaped)
    guard let text else { return next }
    // One that is longer than a line may be makes the line oversized, whatever it says.
    guard text.byteCount <= maximumLineBytes else { return next }
    unescaped.reset(byteCount: Self.escapedByteCount(text))
    let parts = unescaped.resolve(text).withSpan { Timestamp.Parts($0) }
    guard let parts, let nanoseconds = parts.nanoseconds else {
      wrongFields.insert(.timestamp)
      return next
    }
    event.timestampNanoseconds = nanoseconds
    if !text.isEscaped {
      day = DatePrefixCache(parts, text, end: json.end) ?? .none
    }
    return next
  }

  /// Unescapes the texts of the last object; they stand until the next line.
  mutating func resolveTexts() {
    guard texts.areEscaped else { return }
    let byteCount =
      Self.escapedByteCount(texts.fileID) &+ Self.escapedByteCount(texts.errorType)
      &+ Self.escapedByteCount(texts.failureReason) &+ Self.escapedByteCount(texts.pipeline)
    unescaped.reset(byteCount: byteCount)
    texts.fileID = texts.fileID.map { unescaped.resolve($0) }
    texts.errorType = texts.errorType.map { unescaped.resolve($0) }
    texts.failureReason = texts.failureReason.map { unescaped.resolve($0) }
    texts.pipeline = texts.pipeline.map { unescaped.resolve($0) }
  }

  @inline(__always)
  private static func escapedByteCount(_ text: JSONString?) -> Int {
    guard let text, text.isEscaped else { return 0 }
    return text.byteCount
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
    _ wrongFields: inout FieldSet
  ) -> BytePosition? {
    if let (value, end) = json.scanPlainCount(position) {
      count = value
      wrongFields.remove(field)
      return end
    }
    return scanNumber(position, json, field, into: &count, &wrongFields) { $0.count }
  }

  /// Reads a decimal; written without sign and exponent it is taken eight digits at a time.
  private static func scanDecimal(
    _ position: BytePosition,
    _ json: JSONScanner,
    _ field: LogField,
    into decimal: inout Double?,
    _ wrongFields: inout FieldSet
  ) -> BytePosition? {
    if let (value, end) = json.scanPlainDecimal(position) {
      decimal = value
      wrongFields.remove(field)
      return end
    }
    return scanNumber(position, json, field, into: &decimal, &wrongFields) { $0.decimal }
  }

  /// Reads any number that is not plain, or what stands in its place.
  @inline(never)
  private static func scanNumber<Value>(
    _ position: BytePosition,
    _ json: JSONScanner,
    _ field: LogField,
    into value: inout Value?,
    _ wrongFields: inout FieldSet,
    _ convert: (JSONNumber) -> Value?
  ) -> BytePosition? {
    value = nil
    guard position.byte == Byte.minus || Byte.zero...Byte.nine ~= position.byte else {
      return scanUnexpected(position, json, field, &wrongFields)
    }
    guard let number = json.scanNumber(position) else { return nil }
    value = convert(number)
    wrongFields.set(field, value == nil)
    return number.end
  }

  /// Reads a string.
  @inline(__always)
  private static func scanText(
    _ position: BytePosition,
    _ json: JSONScanner,
    _ field: LogField,
    into text: inout JSONString?,
    _ wrongFields: inout FieldSet,
    _ areEscaped: inout Bool
  ) -> BytePosition? {
    guard position.byte == Byte.quote else {
      text = nil
      return scanUnexpected(position, json, field, &wrongFields)
    }
    guard let string = json.scanString(position + 1) else { return nil }
    text = string
    if string.isEscaped { areEscaped = true }
    wrongFields.remove(field)
    return string.end + 1
  }

  /// Goes behind a value of another kind than the field's: null stands for none, all others are wrong.
  @inline(never)
  private static func scanUnexpected(
    _ position: BytePosition,
    _ json: JSONScanner,
    _ field: LogField,
    _ wrongFields: inout FieldSet
  ) -> BytePosition? {
    guard let next = json.skipValue(position) else { return nil }
    wrongFields.set(field, position.byte != UInt8(ascii: "n"))
    return next
  }
}
