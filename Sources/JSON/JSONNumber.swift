/// A validated JSON number: mantissa × 10^exponent, the sign apart.
package struct JSONNumber {
  /// Its first byte.
  package let start: BytePosition
  /// The position behind it.
  package let end: BytePosition
  /// Whether it has a minus sign.
  package let isNegative: Bool
  /// The first 19 significant digits.
  package let mantissa: UInt64
  /// The power of ten that the mantissa is multiplied with.
  package let exponent: Int
  /// Whether the mantissa has all digits that are not zero.
  package let isExact: Bool

  /// The number as a count, or nil where it is negative, above `Int64.max` or no whole number; `2.5e2` is one.
  package var count: Int64? {
    guard mantissa != 0 else { return 0 }
    // Digits beyond the 19th that are not zero make it a fraction or more than `Int64.max`.
    guard !isNegative, isExact else { return nil }
    var value = mantissa
    var exponent = exponent
    // At most 20 turns each: a mantissa has no more zeros at its end, and above it the product overflows.
    while exponent < 0 {
      let (quotient, remainder) = value.quotientAndRemainder(dividingBy: 10)
      guard remainder == 0 else { return nil }
      value = quotient
      exponent += 1
    }
    while exponent > 0 {
      let (product, overflow) = value.multipliedReportingOverflow(by: 10)
      guard !overflow else { return nil }
      value = product
      exponent -= 1
    }
    return Int64(exactly: value)
  }

  /// The nearest `Double`, ties to even; nil where the number is negative or rounds to infinity.
  package var decimal: Double? {
    guard mantissa != 0 else { return 0 }
    guard !isNegative else { return nil }
    if isExact, let value = PowerOfTen.scale(mantissa, exponent: exponent) {
      return value
    }
    // No Double is above 1.8e308; the mantissa itself is at least 1.
    guard exponent < 310 else { return nil }
    // Half of the smallest Double is above 2.4e-324; the mantissa is below 1e19.
    guard exponent > -345 else { return 0 }
    // Exact, and free of the locale; rare enough for its copy of the text, which stands while the line is read.
    let value = unsafe Double(String(decoding: start.bytes(to: end), as: UTF8.self))
    return value.flatMap { $0.isFinite ? $0 : nil }
  }
}

extension JSONNumber {
  /// The nearest `Double`, ties to even; nil where it is infinite.
  package var signedDecimal: Double? {
    guard isNegative else { return decimal }
    guard mantissa != 0 else { return 0 }
    if isExact, let value = PowerOfTen.scale(mantissa, exponent: exponent) { return -value }
    guard exponent < 310 else { return nil }
    guard exponent > -345 else { return 0 }
    // Its text has the sign; see `decimal`.
    let value = unsafe Double(String(decoding: start.bytes(to: end), as: UTF8.self))
    return value.flatMap { $0.isFinite ? $0 : nil }
  }
}

extension JSONScanner {
  /// No line is so long that an exponent beyond this one could be made up for by its digits.
  private static let largestExponent = 1 << 40

  /// Reads a number (RFC 8259 §6). What stands behind it is for the caller to check.
  ///
  /// - Parameter start: Its first byte.
  /// - Returns: The number; nil where none stands.
  package func scanNumber(_ start: BytePosition) -> JSONNumber? {
    var position = start
    var mantissa: UInt64 = 0
    var exponent = 0
    var digitCount = 0
    var isExact = true

    func isDigit(_ byte: UInt8) -> Bool { byte &- Byte.zero <= 9 }
    func takeDigits(exponentStep: Int) {
      while isDigit(position.byte) {
        let digit = position.byte &- Byte.zero
        if digitCount < 19 {
          mantissa = mantissa &* 10 &+ UInt64(digit)
          // Zeros in front of the number are not significant.
          if mantissa != 0 { digitCount += 1 }
          exponent += exponentStep
        } else {
          isExact = isExact && digit == 0
          exponent += exponentStep + 1
        }
        position += 1
      }
    }

    let isNegative = position.byte == Byte.minus
    if isNegative { position += 1 }
    guard isDigit(position.byte) else { return nil }
    if position.byte == Byte.zero {
      position += 1
    } else {
      takeDigits(exponentStep: 0)
    }
    if position.byte == Byte.period {
      position += 1
      guard isDigit(position.byte) else { return nil }
      takeDigits(exponentStep: -1)
    }
    if position.byte | Byte.caseBit == Byte.lowercaseE {
      position += 1
      let isNegativeExponent = position.byte == Byte.minus
      if isNegativeExponent || position.byte == Byte.plus { position += 1 }
      guard isDigit(position.byte) else { return nil }
      var written = 0
      while isDigit(position.byte) {
        written = min(written * 10 + Int(position.byte &- Byte.zero), Self.largestExponent)
        position += 1
      }
      exponent += isNegativeExponent ? -written : written
    }
    return JSONNumber(
      start: start,
      end: position,
      isNegative: isNegative,
      mantissa: mantissa,
      exponent: exponent,
      isExact: isExact
    )
  }
}

/// The decimal digits at the start of eight bytes, as a number.
public struct LeadingDigits {
  /// How many there are, 0 to 8.
  public let count: Int
  /// What they say.
  public let value: UInt64

  /// Reads them.
  ///
  /// - Parameter word: The eight bytes, the first one lowest.
  @inline(__always) @inlinable
  public init(_ word: UInt64) {
    let digits = word ^ Word.repeating(Byte.zero)
    // Adding sets the top bit where a byte is 10 or more; a carry only reaches bytes behind the first such one.
    let others = (digits &+ Word.repeating(0x80 - 10)) | digits
    count = Word.leadingBytes(beforeTopBitIn: others)
    // Moved up, the digits stand behind zeros, as eight digits of which pairs, fours and all are joined.
    var joined = count == 0 ? 0 : digits &<< UInt64(64 &- 8 &* count)
    joined = joined &* 10 &+ joined >> 8
    let first = (joined & 0x0000_00FF_0000_00FF) &* (100 + 1_000_000 << 32)
    let second = (joined >> 16 & 0x0000_00FF_0000_00FF) &* (1 + 10_000 << 32)
    value = (first &+ second) >> 32
  }
}
