/// Up to 32 bytes that may stand somewhere again.
struct RememberedText: BitwiseCopyable {
  private let first: UInt64
  private let second: UInt64
  private let third: UInt64
  private let fourth: UInt64
  private let firstMask: UInt64
  private let secondMask: UInt64
  private let thirdMask: UInt64
  private let fourthMask: UInt64
  /// How long the bytes are, 0 to 32.
  let byteCount: Int

  /// What nothing matches.
  static let none = RememberedText()

  private init() {
    (first, second, third, fourth) = (1, 0, 0, 0)
    (firstMask, secondMask, thirdMask, fourthMask) = (0, 0, 0, 0)
    byteCount = 0
  }

  init(_ text: ShortText) {
    (first, second, third, fourth) = (text.first, text.second, text.third, text.fourth)
    firstMask = Word.mask(byteCount: text.byteCount)
    secondMask = Word.mask(byteCount: text.byteCount - 8)
    thirdMask = Word.mask(byteCount: text.byteCount - 16)
    fourthMask = Word.mask(byteCount: text.byteCount - 24)
    byteCount = text.byteCount
  }

  /// Whether the bytes stand here; 32 bytes must be there to be read.
  @inline(__always)
  func matches(_ position: BytePosition) -> Bool {
    ((position.word & firstMask) ^ first) | (((position + 8).word & secondMask) ^ second)
      | (((position + 16).word & thirdMask) ^ third) | (((position + 24).word & fourthMask) ^ fourth) == 0
  }
}

/// A field as it stood in an earlier line.
struct RememberedKey: BitwiseCopyable {
  /// All bytes from the value before it to its own value: comma, key and colon, with the white space between them.
  let text: RememberedText
  /// The field, nil if it is not a known one.
  let field: LogField?

  /// What no line matches.
  static let none = RememberedKey(text: .none, field: nil)
}

/// Where the fields stood in the last line with the same message.
///
/// Lines of one job look alike, so what stood there is tried first. That is as strict as looking at the grammar: the
/// bytes were found to be valid in the very same place of an object before.
@safe struct KeyMemory: ~Copyable {
  /// How many fields of a line are remembered.
  static let fieldCount = 32
  /// The row for what stands before the message.
  static let unknownRow = 0
  private static let rowCount = LogMessage.allCases.count + 1

  private let keys: UnsafeMutablePointer<RememberedKey>

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
    unsafe keys[row &* Self.fieldCount &+ index] = RememberedKey(
      text: RememberedText(ShortText(start, byteCount: byteCount, end: end)),
      field: field
    )
  }
}
