/// Reads times as logging libraries write them: RFC 3339, and what they make of it.
enum MomentReader {
  /// Reads `2026-11-29T01:39:56.057+01:00` and its relatives: a space or `t` for `T`, a comma before the fraction, `+0100`, `+01`,
  /// a space before the offset, no offset at all, seconds 60.
  ///
  /// - Parameters:
  ///   - text: The text.
  ///   - zoneOffsetSeconds: How far a clock without an offset is ahead of UTC.
  ///   - isPrefix: Whether something may stand behind the time.
  /// - Returns: Nanoseconds since 1970-01-01T00:00:00Z; nil where this is no time, or none of the years 1678 to 2262.
  static func nanoseconds(_ text: Span<UInt8>, zoneOffsetSeconds: Int64, isPrefix: Bool = false) -> Int64? {
    guard text.count >= 19,
      let year = number(text, at: 0, digits: 4), text[4] == Byte.minus,
      let month = number(text, at: 5, digits: 2), text[7] == Byte.minus,
      let day = number(text, at: 8, digits: 2),
      text[10] | Byte.caseBit == Byte.lowercaseT || text[10] == Byte.space,
      let hour = number(text, at: 11, digits: 2), hour <= 23, text[13] == Byte.colon,
      let minute = number(text, at: 14, digits: 2), minute <= 59, text[16] == Byte.colon,
      let second = number(text, at: 17, digits: 2), second <= 60,
      let date = CalendarDate(year: year, month: month, day: day)
    else { return nil }
    var index = 19
    var nanoseconds: Int64 = 0
    if index + 1 < text.count, text[index] == Byte.period || text[index] == Byte.comma, isDigit(text[index + 1]) {
      index += 1
      var unit: Int64 = 100_000_000
      while index < text.count, isDigit(text[index]) {
        nanoseconds += Int64(text[index] - Byte.zero) * unit
        unit /= 10
        index += 1
      }
    }
    var offset = zoneOffsetSeconds
    if index < text.count, let found = Self.offset(text, at: index) {
      offset = found.seconds
      index = found.end
    }
    guard isPrefix || index == text.count else { return nil }
    let seconds = date.daysSinceEpoch * 86_400 + hour * 3_600 + minute * 60 + second - offset
    return Int64(exactly: Int128(seconds) * 1_000_000_000 + Int128(nanoseconds))
  }

  /// Reads an offset and nothing else: `Z`, `+01:00`, `-0730`, `+02`.
  static func offsetSeconds(_ text: Span<UInt8>) -> Int64? {
    guard !text.isEmpty, text[0] != Byte.space, let found = offset(text, at: 0), found.end == text.count else {
      return nil
    }
    return found.seconds
  }

  private static func offset(_ text: Span<UInt8>, at start: Int) -> (seconds: Int64, end: Int)? {
    var index = start
    if text[index] | Byte.caseBit == Byte.lowercaseZ { return (0, index + 1) }
    if text[index] == Byte.space, index + 1 < text.count { index += 1 }
    let sign = text[index]
    guard sign == Byte.plus || sign == Byte.minus, let hours = number(text, at: index + 1, digits: 2), hours <= 23
    else {
      return nil
    }
    index += 3
    var minutes: Int64 = 0
    let digits = index < text.count && text[index] == Byte.colon ? index + 1 : index
    if let found = number(text, at: digits, digits: 2), found <= 59 {
      minutes = found
      index = digits + 2
    }
    let seconds = hours * 3_600 + minutes * 60
    return (sign == Byte.plus ? seconds : -seconds, index)
  }

  private static func isDigit(_ byte: UInt8) -> Bool { byte &- Byte.zero <= 9 }

  /// Reads so many digits; nil where they are not all there.
  private static func number(_ text: Span<UInt8>, at start: Int, digits: Int) -> Int64? {
    guard start + digits <= text.count else { return nil }
    var value: Int64 = 0
    for index in start..<start + digits {
      guard isDigit(text[index]) else { return nil }
      value = value * 10 + Int64(text[index] - Byte.zero)
    }
    return value
  }

  /// Reads a time that is a number.
  ///
  /// - Parameters:
  ///   - number: Since 1970-01-01T00:00:00Z.
  ///   - unit: What it counts; where that was not said its size says it, which holds from 1973 to 5138.
  /// - Returns: Nanoseconds, what is below dropped; nil where they do not fit.
  static func nanoseconds(_ number: JSONNumber, unit: TimeUnit?) -> Int64? {
    guard number.mantissa != 0 else { return 0 }
    var magnitude = number
    if number.isNegative { magnitude = number.negated }
    var exponent = number.exponent
    switch unit {
    case .seconds: exponent += 9
    case .milliseconds: exponent += 6
    case .microseconds: exponent += 3
    case .nanoseconds: break
    default:
      let size = magnitude.decimal ?? .infinity
      exponent += number.isNegative || size < 1e11 ? 9 : size < 1e14 ? 6 : size < 1e17 ? 3 : 0
    }
    // A mantissa has at most 19 digits, and 10^19 does not fit.
    guard exponent <= 19 else { return nil }
    guard exponent >= -19 else { return 0 }
    let power = Int128(PowerOfTen.integer(abs(exponent)))
    let value = exponent < 0 ? Int128(number.mantissa) / power : Int128(number.mantissa) * power
    return Int64(exactly: number.isNegative ? -value : value)
  }
}

extension JSONNumber {
  /// The same number with the other sign.
  var negated: JSONNumber {
    JSONNumber(
      start: start,
      end: end,
      isNegative: !isNegative,
      mantissa: mantissa,
      exponent: exponent,
      isExact: isExact
    )
  }

  /// The nearest `Double`; nil where it is infinite.
  var signedDecimal: Double? {
    // A decimal that has to be read again from its text would have its sign in it.
    guard isNegative else { return decimal }
    guard mantissa != 0 else { return 0 }
    if isExact, let value = PowerOfTen.scale(mantissa, exponent: exponent) { return -value }
    let text = String(decoding: [UInt8](bytes: JSONString(start: start, end: end, isEscaped: false)), as: UTF8.self)
    return Double(text).flatMap { $0.isFinite ? $0 : nil }
  }
}

extension [UInt8] {
  /// Copies a string's bytes as they stand.
  init(bytes string: JSONString) {
    self = string.withSpan { span in
      [UInt8](capacity: span.count) { output in
        for index in span.indices { output.append(span[index]) }
      }
    }
  }
}
