internal import JSON

/// A field as it stood in an earlier line.
struct PredictedKey: BitwiseCopyable {
  /// All bytes from the value before it to its own value: comma, key and colon, with the white space between them.
  let text: PredictedText
  /// The field, nil if it is not a known one.
  let field: LogField?

  /// What no line matches.
  static let none = PredictedKey(text: .none, field: nil)
}

/// Where the fields stood in the last line with the same message.
///
/// Lines of one job look alike, so what stood there is tried first. That is as strict as looking at the grammar: the
/// bytes were found to be valid in the very same place of an object before.
@safe struct KeyPredictor: ~Copyable {
  /// How many fields of a line are remembered.
  static let fieldCount = 32
  /// The row for what stands before the message.
  static let unknownRow = 0
  private static let rowCount = LogMessage.allCases.count + 1

  private let keys: UnsafeMutablePointer<PredictedKey>

  init() {
    // Freed by deinit, never replaced.
    unsafe keys = .allocate(capacity: Self.rowCount * Self.fieldCount)
    unsafe keys.initialize(repeating: .none, count: Self.rowCount * Self.fieldCount)
  }

  deinit {
    // Allocated by init; what it holds needs no deinitialization.
    unsafe keys.deallocate()
  }

  /// The row for what stands behind a message.
  @inline(__always)
  static func row(of message: LogMessage) -> Int { message.rawValue &+ 1 }

  /// The field that stood at an index of an object.
  ///
  /// - Parameters:
  ///   - row: `unknownRow` or one of `row(of:)`.
  ///   - index: How many fields stand before it.
  ///   - position: Where the next field may start.
  ///   - end: The end of the chunk.
  /// - Returns: The field and its length, or nil where another one or none stands here.
  @inline(__always)
  func match(row: Int, index: Int, at position: BytePosition, end: BytePosition) -> (field: LogField?, byteCount: Int)?
  {
    guard index < Self.fieldCount, end - position >= ShortText.maximumByteCount else { return nil }
    // Within the table: the row is one of its own, the index was compared.
    let key = unsafe keys + (row &* Self.fieldCount &+ index)
    guard unsafe key.pointee.text.matches(position) else { return nil }
    return unsafe (key.pointee.field, key.pointee.text.byteCount)
  }

  /// Remembers a field for the next line, unless it is too long or too far behind.
  ///
  /// - Parameters:
  ///   - field: The field, nil if it is not a known one.
  ///   - row: `unknownRow` or one of `row(of:)`.
  ///   - index: How many fields stand before it.
  ///   - start: The end of what stands before it.
  ///   - value: Where its value starts.
  ///   - end: The end of the chunk.
  func remember(
    _ field: LogField?,
    row: Int,
    index: Int,
    from start: BytePosition,
    to value: BytePosition,
    end: BytePosition
  ) {
    let byteCount = value - start
    guard index < Self.fieldCount, byteCount <= ShortText.maximumByteCount else { return }
    // Within the table: the row is one of its own, the index was compared.
    unsafe keys[row &* Self.fieldCount &+ index] = PredictedKey(
      text: PredictedText(ShortText(start, byteCount: byteCount, end: end)),
      field: field
    )
  }
}
