extension Timestamp {
  /// Reads a time as logging libraries write it.
  ///
  /// `2026-11-29T01:39:56.057+01:00` or with a space or `t` for `T`, a comma before the fraction, `+0100`, `+01`,
  /// a space before the offset, no offset at all, seconds 60.
  ///
  /// - Parameters:
  ///   - text: The text.
  ///   - zoneOffsetSeconds: How far a clock without an offset is ahead of UTC.
  ///   - isPrefix: Whether something may stand behind the time.
  /// - Returns: Nanoseconds since 1970-01-01T00:00:00Z; nil where this is no time, or none of the years 1678 to 2262.
  package static func parseLenient(_ text: Span<UInt8>, zoneOffsetSeconds: Int64, isPrefix: Bool = false) -> Int64? {
    guard text.count >= 19,
      let year = number(text, at: 0, digits: 4), text[4] == UInt8(ascii: "-"),
      let month = number(text, at: 5, digits: 2), text[7] == UInt8(ascii: "-"),
      let day = number(text, at: 8, digits: 2),
      text[10] | 0x20 == UInt8(ascii: "t") || text[10] == UInt8(ascii: " "),
      let hour = number(text, at: 11, digits: 2), hour <= 23, text[13] == UInt8(ascii: ":"),
      let minute = number(text, at: 14, digits: 2), minute <= 59, text[16] == UInt8(ascii: ":"),
      let second = number(text, at: 17, digits: 2), second <= 60,
      let date = CalendarDate(year: year, month: month, day: day)
    else { return nil }
    var index = 19
    var nanoseconds: Int64 = 0
    if index + 1 < text.count, text[index] == UInt8(ascii: ".") || text[index] == UInt8(ascii: ","),
      isDigit(text[index + 1])
    {
      index += 1
      var unit: Int64 = 100_000_000
      while index < text.count, isDigit(text[index]) {
        nanoseconds += Int64(text[index] - UInt8(ascii: "0")) * unit
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
  ///
  /// - Parameter text: The offset.
  /// - Returns: How far the clock is ahead of UTC; nil where the text is no offset.
  package static func offsetSeconds(_ text: Span<UInt8>) -> Int64? {
    guard !text.isEmpty, text[0] != UInt8(ascii: " "), let found = offset(text, at: 0), found.end == text.count else {
      return nil
    }
    return found.seconds
  }

  private static func offset(_ text: Span<UInt8>, at start: Int) -> (seconds: Int64, end: Int)? {
    var index = start
    if text[index] | 0x20 == UInt8(ascii: "z") { return (0, index + 1) }
    if text[index] == UInt8(ascii: " "), index + 1 < text.count { index += 1 }
    let sign = text[index]
    guard sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-"), let hours = number(text, at: index + 1, digits: 2),
      hours <= 23
    else {
      return nil
    }
    index += 3
    var minutes: Int64 = 0
    let digits = index < text.count && text[index] == UInt8(ascii: ":") ? index + 1 : index
    if let found = number(text, at: digits, digits: 2), found <= 59 {
      minutes = found
      index = digits + 2
    }
    let seconds = hours * 3_600 + minutes * 60
    return (sign == UInt8(ascii: "+") ? seconds : -seconds, index)
  }

  private static func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") <= 9 }

  /// Reads so many digits; nil where they are not all there.
  private static func number(_ text: Span<UInt8>, at start: Int, digits: Int) -> Int64? {
    guard start + digits <= text.count else { return nil }
    var value: Int64 = 0
    for index in start..<start + digits {
      guard isDigit(text[index]) else { return nil }
      value = value * 10 + Int64(text[index] - UInt8(ascii: "0"))
    }
    return value
  }
}
