/// Numbers as most writers write them, read eight digits at a time. What is not plain is for `scanNumber`.
extension JSONScanner {
  /// Reads a whole number without sign, fraction or exponent, of at most 15 digits.
  ///
  /// - Parameter position: Its first byte.
  /// - Returns: The number and the position behind it; nil where something else stands, or the chunk ends too soon to look
  ///   at 24 bytes.
  package func scanPlainCount(_ position: BytePosition) -> (value: Int64, end: BytePosition)? {
    guard end - position >= 24, let (value, next) = Self.plainDigits(position), !Self.continuesNumber(next.byte) else {
      return nil
    }
    return (Int64(value), next)
  }

  /// Reads a number without sign and exponent, of at most 15 digits before and behind the point.
  ///
  /// - Parameter position: Its first byte.
  /// - Returns: The number and the position behind it; nil where something else stands, or the chunk ends too soon to look
  ///   at 48 bytes.
  package func scanPlainDecimal(_ position: BytePosition) -> (value: Double, end: BytePosition)? {
    guard end - position >= 48, let (value, next) = Self.plainDecimal(position), !Self.continuesNumber(next.byte) else {
      return nil
    }
    return (value, next)
  }

  /// Reads a number without sign and exponent, of at most 19 digits, those behind the point among them.
  ///
  /// - Parameter position: Its first byte.
  /// - Returns: The digits, how many of them stand behind the point, and the position behind the number; nil where something
  ///   else stands, it begins with a zero, or the chunk ends too soon to look at 48 bytes.
  package func scanPlainDigits(
    _ position: BytePosition
  ) -> (mantissa: UInt64, fractionCount: Int, end: BytePosition)? {
    guard end - position >= 48, position.byte != Byte.zero else { return nil }
    var (mantissa, next) = Self.digits(position)
    if next - position == 16 {
      let tail = LeadingDigits(next.word)
      mantissa = mantissa &* PowerOfTen.integer(tail.count) &+ tail.value
      next += tail.count
    }
    let wholeCount = next - position
    guard 1...19 ~= wholeCount else { return nil }
    var fractionCount = 0
    if next.byte == Byte.period {
      let (fraction, fractionEnd) = Self.digits(next + 1)
      fractionCount = fractionEnd - next - 1
      guard 1...15 ~= fractionCount, wholeCount + fractionCount <= 19 else { return nil }
      mantissa = mantissa &* PowerOfTen.integer(fractionCount) &+ fraction
      next = fractionEnd
    }
    return Self.continuesNumber(next.byte) ? nil : (mantissa, fractionCount, next)
  }

  /// Up to 15 digits without a superfluous zero in front; 16 bytes must be there to be read.
  @inline(__always)
  private static func plainDigits(_ position: BytePosition) -> (value: UInt64, end: BytePosition)? {
    let (value, end) = digits(position)
    let count = end - position
    guard 1...15 ~= count, position.byte != Byte.zero || count == 1 else { return nil }
    return (value, end)
  }

  /// Up to 16 digits.
  @inline(__always)
  private static func digits(_ position: BytePosition) -> (value: UInt64, end: BytePosition) {
    let head = LeadingDigits(position.word)
    guard head.count == 8 else { return (head.value, position + head.count) }
    let tail = LeadingDigits((position + 8).word)
    return (head.value &* PowerOfTen.integer(tail.count) &+ tail.value, position + 8 + tail.count)
  }

  /// At most 19 digits, of which at most 15 before and 15 behind the point.
  @inline(__always)
  private static func plainDecimal(_ position: BytePosition) -> (value: Double, end: BytePosition)? {
    guard let (whole, wholeEnd) = plainDigits(position) else { return nil }
    guard wholeEnd.byte == Byte.period else { return (Double(whole), wholeEnd) }
    let fractionStart = wholeEnd + 1
    let (fraction, end) = digits(fractionStart)
    let count = end - fractionStart
    guard 1...15 ~= count, wholeEnd - position &+ count <= 19 else { return nil }
    let mantissa = whole &* PowerOfTen.integer(count) &+ fraction
    guard mantissa != 0 else { return (0, end) }
    return PowerOfTen.scale(mantissa, exponent: -count).map { ($0, end) }
  }

  /// Whether a number goes on with a fraction or an exponent.
  @inline(__always)
  private static func continuesNumber(_ byte: UInt8) -> Bool {
    byte == Byte.period || byte | Byte.caseBit == Byte.lowercaseE
  }
}
