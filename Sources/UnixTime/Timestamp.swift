/// Timestamps, as nanoseconds since 1970-01-01T00:00:00Z without leap seconds.
package enum Timestamp {
  /// Reads a timestamp (RFC 3339 §5.6) with any offset, a fraction of any length, and `T`, `t` or a space in between.
  ///
  /// As logging libraries write it, a comma may stand before the fraction (ISO 8601), the offset may lack its colon or its
  /// minutes, and a space may stand before it. Of a fraction the digits behind the ninth are dropped. A leap second, 60,
  /// counts as the first one of the next minute; it is taken in any minute, because only a table could say which ones
  /// have it.
  ///
  /// - Parameters:
  ///   - text: The timestamp and nothing else.
  ///   - localOffsetSeconds: How far the clock of a timestamp without an offset is ahead of UTC.
  /// - Returns: Nanoseconds, or nil where the text is no timestamp, no such day exists, or it is not within `Int64`
  ///   nanoseconds (1677-09-21T00:12:43.145224192Z to 2262-04-11T23:47:16.854775807Z).
  package static func parse(_ text: Span<UInt8>, localOffsetSeconds: Int64 = 0) -> Int64? {
    Parts(text, localOffsetSeconds: localOffsetSeconds)?.nanoseconds
  }

  /// Reads an offset from UTC as it stands in a timestamp: `Z`, `+01:00`, `+0100` or `+01`.
  ///
  /// - Parameter text: The offset and nothing else.
  /// - Returns: Seconds that the local clock is ahead of UTC, less than a day; nil where the text is no offset.
  package static func offsetSeconds(_ text: Span<UInt8>) -> Int64? {
    text.isEmpty || text[0] == UInt8(ascii: " ") ? nil : offsetInSeconds(text, at: 0)
  }

  /// Writes a timestamp in UTC with milliseconds, such as `2025-01-18T04:00:00.123Z`.
  ///
  /// - Parameters:
  ///   - nanoseconds: Since 1970-01-01T00:00:00Z; what is below a millisecond is dropped, towards the past.
  ///   - buffer: What it is added to.
  package static func append(_ nanoseconds: Int64, to buffer: inout [UInt8]) {
    let (milliseconds, _) = nanoseconds.flooredQuotientAndRemainder(dividingBy: 1_000_000)
    let (seconds, millisecond) = milliseconds.flooredQuotientAndRemainder(dividingBy: 1_000)
    let (days, second) = seconds.flooredQuotientAndRemainder(dividingBy: 86_400)
    let date = CalendarDate(daysSinceEpoch: days)
    func append(_ value: Int64, digits: Int, then separator: Unicode.Scalar) {
      var unit: Int64 = 1
      for _ in 1..<digits { unit *= 10 }
      while unit > 0 {
        buffer.append(UInt8(ascii: "0") + UInt8(value / unit % 10))
        unit /= 10
      }
      buffer.append(UInt8(ascii: separator))
    }
    append(date.year, digits: 4, then: "-")
    append(date.month, digits: 2, then: "-")
    append(date.day, digits: 2, then: "T")
    append(second / 3_600, digits: 2, then: ":")
    append(second / 60 % 60, digits: 2, then: ":")
    append(second % 60, digits: 2, then: ".")
    append(millisecond, digits: 3, then: "Z")
  }

  /// A timestamp taken apart.
  package struct Parts {
    /// Seconds from 1970-01-01T00:00 to the start of the day, both by the same local clock.
    package let localDay: Int64
    /// Nanoseconds from the start of the day.
    package let nanosecondsOfDay: Int64
    /// Where in the text the offset starts; its length if there is none.
    package let offsetStart: Int
    /// How far the local clock is ahead of UTC.
    package let offsetSeconds: Int64

    /// Nanoseconds since 1970-01-01T00:00:00Z, or nil where they do not fit.
    package var nanoseconds: Int64? {
      Int64(exactly: Int128(localDay - offsetSeconds) * 1_000_000_000 + Int128(nanosecondsOfDay))
    }

    /// Takes a timestamp apart.
    ///
    /// - Parameters:
    ///   - text: The timestamp and nothing else; nil where it is none.
    ///   - localOffsetSeconds: How far the clock of a timestamp without an offset is ahead of UTC.
    package init?(_ text: Span<UInt8>, localOffsetSeconds: Int64 = 0) {
      guard text.count >= 19,
        let year = number(text, at: 0, digits: 4), text[4] == UInt8(ascii: "-"),
        let month = number(text, at: 5, digits: 2), text[7] == UInt8(ascii: "-"),
        let day = number(text, at: 8, digits: 2),
        text[10] | caseBit == UInt8(ascii: "t") || text[10] == UInt8(ascii: " "),
        let hour = number(text, at: 11, digits: 2), hour <= 23, text[13] == UInt8(ascii: ":"),
        let minute = number(text, at: 14, digits: 2), minute <= 59, text[16] == UInt8(ascii: ":"),
        let second = number(text, at: 17, digits: 2), second <= 60,
        let date = CalendarDate(year: year, month: month, day: day)
      else { return nil }
      localDay = date.daysSinceEpoch * 86_400

      var index = 19
      var nanoseconds = (hour * 3_600 + minute * 60 + second) * 1_000_000_000
      if index < text.count, text[index] == UInt8(ascii: ".") || text[index] == UInt8(ascii: ",") {
        index += 1
        let fractionStart = index
        var unit: Int64 = 100_000_000
        while index < text.count, let digit = number(text, at: index, digits: 1) {
          nanoseconds += digit * unit
          unit /= 10
          index += 1
        }
        guard index > fractionStart else { return nil }
      }
      nanosecondsOfDay = nanoseconds
      offsetStart = index
      guard let offset = index == text.count ? localOffsetSeconds : offsetInSeconds(text, at: index) else { return nil }
      offsetSeconds = offset
    }
  }
}

/// Reads a time offset (RFC 3339 §5.6 `time-offset`, ISO 8601 §5.3.4) up to the end of the text, which it does not start.
private func offsetInSeconds(_ text: Span<UInt8>, at start: Int) -> Int64? {
  var start = start
  if text.count - start == 1 { return text[start] | caseBit == UInt8(ascii: "z") ? 0 : nil }
  if text[start] == UInt8(ascii: " ") { start += 1 }
  let byteCount = text.count - start
  guard byteCount == 3 || byteCount == 5 || byteCount == 6 else { return nil }
  let sign = text[start]
  guard sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-"), byteCount < 6 || text[start + 3] == UInt8(ascii: ":"),
    let hours = number(text, at: start + 1, digits: 2), hours <= 23,
    let minutes = byteCount == 3 ? 0 : number(text, at: text.count - 2, digits: 2), minutes <= 59
  else { return nil }
  let seconds = hours * 3_600 + minutes * 60
  return sign == UInt8(ascii: "+") ? seconds : -seconds
}

/// Reads so many digits, which must all be within the text.
private func number(_ text: Span<UInt8>, at start: Int, digits: Int) -> Int64? {
  var value: Int64 = 0
  for index in start..<start + digits {
    guard UInt8(ascii: "0")...UInt8(ascii: "9") ~= text[index] else { return nil }
    value = value * 10 + Int64(text[index] - UInt8(ascii: "0"))
  }
  return value
}

/// The bit by which an ASCII letter's two cases differ.
private let caseBit: UInt8 = 0x20
