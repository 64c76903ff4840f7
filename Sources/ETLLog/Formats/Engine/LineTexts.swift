internal import JSON

/// Memory for what strings say that cannot be taken as they stand, used again for each line.
///
/// Behind each text stands a newline, at which whatever reads it stops.
@safe struct LineTexts: ~Copyable {
  // No memory at all until the first escape.
  private var memory = unsafe UnsafeMutableRawBufferPointer(start: nil, count: 0)
  private var usedByteCount = 0

  deinit {
    // Only this owns the memory, and deallocating none is allowed.
    unsafe memory.deallocate()
  }

  /// How much memory a string needs as `resolve` copies it.
  static func byteCount(of string: JSONString) -> Int { string.byteCount + 1 }

  /// How much memory a string needs as `resolveShown` or `copyShown` copy it: a byte that is no character becomes three.
  static func shownByteCount(of string: JSONString) -> Int { string.byteCount * 3 + 1 }

  /// Forgets all texts and makes room for new ones.
  ///
  /// - Parameter byteCount: The sum of what all copies to come need.
  mutating func reset(byteCount: Int) {
    usedByteCount = 0
    // Reads only how long the memory is.
    guard unsafe byteCount > memory.count else { return }
    // Nothing refers to the old memory any more: texts stand for one line only. Grows so that a log does it only a few times.
    unsafe memory.deallocate()
    unsafe memory = .allocate(byteCount: max(byteCount, 1_024).nextPowerOfTwo, alignment: 1)
  }

  /// What a string says.
  mutating func resolve(_ string: JSONString) -> JSONString {
    let start = usedByteCount
    string.forEachUnescapedByte { append($0) }
    return finish(start) ?? string
  }

  /// What a string says, with U+FFFD for characters that cannot be shown.
  mutating func resolveShown(_ string: JSONString) -> JSONString {
    let start = usedByteCount
    string.forEachUnescapedScalar { appendShown($0) }
    return finish(start) ?? string
  }

  /// The bytes of a text, with U+FFFD for those that are no UTF-8 and for characters that cannot be shown.
  mutating func copyShown(_ text: JSONString) -> JSONString {
    let start = usedByteCount
    var position = text.start
    while position < text.end {
      if position.byte < 0x80 {
        appendShown(Unicode.Scalar(position.byte))
        position += 1
      } else {
        let (scalar, next) = JSONScanner.decodeMultibyteCharacter(position) ?? ("\u{FFFD}", position + 1)
        appendShown(scalar)
        position = next
      }
    }
    return finish(start) ?? text
  }

  private mutating func appendShown(_ scalar: Unicode.Scalar) {
    for byte in (scalar.canBeShown ? scalar : "\u{FFFD}").utf8 { append(byte) }
  }

  private mutating func finish(_ start: Int) -> JSONString? {
    let end = usedByteCount
    append(Byte.newline)
    // Something was appended, so there is memory.
    guard let base = unsafe memory.baseAddress else { return nil }
    // Both are within the memory, which stands until `reset`.
    return unsafe JSONString(start: BytePosition(base + start), end: BytePosition(base + end), isEscaped: false)
  }

  private mutating func append(_ byte: UInt8) {
    // Checked; there is room by what `reset` was told.
    precondition(unsafe usedByteCount < memory.count)
    unsafe memory[usedByteCount] = byte
    usedByteCount += 1
  }
}

extension Int {
  fileprivate var nextPowerOfTwo: Int { self <= 1 ? 1 : 1 << (Int.bitWidth - (self - 1).leadingZeroBitCount) }
}

/// The constants of a format as bytes, each with a newline behind it.
@safe struct ConstantTexts: ~Copyable {
  private let memory: UnsafeMutableRawBufferPointer
  /// The constants, in their order.
  let values: [ScalarValue]

  init(_ constants: [ConstantValue]) {
    let bytes = constants.flatMap { Array($0.text.utf8) + [Byte.newline] } + [Byte.newline]
    // Freed by deinit and never replaced.
    unsafe memory = .allocate(byteCount: bytes.count, alignment: 1)
    unsafe memory.copyBytes(from: bytes)
    var values: [ScalarValue] = []
    var offset = 0
    for constant in constants {
      let count = constant.text.utf8.count
      // Within the memory, which was made for all of them; it has at least one byte.
      if let base = unsafe memory.baseAddress {
        let start = unsafe BytePosition(base + offset)
        values.append(ScalarValue(constant, text: JSONString(start: start, end: start + count, isEscaped: false)))
      }
      offset += count + 1
    }
    self.values = values
  }

  deinit {
    // Only this owns it.
    unsafe memory.deallocate()
  }
}

/// A text, number or truth value of a line or of the format.
struct ScalarValue: BitwiseCopyable {
  enum Kind: UInt8 {
    case text
    case number
    case boolean
  }

  let kind: Kind
  /// As it stands, without quotes and escapes.
  var text: JSONString
  /// A number of the format; a line's is read from its text.
  let constantNumber: Double?

  init(_ kind: Kind, text: JSONString) {
    self.kind = kind
    self.text = text
    constantNumber = nil
  }

  init(_ constant: ConstantValue, text: JSONString) {
    self.text = text
    switch constant {
    case .text: (kind, constantNumber) = (.text, nil)
    case .number(let number, _): (kind, constantNumber) = (.number, number)
    case .boolean: (kind, constantNumber) = (.boolean, nil)
    }
  }
}
