internal import JSON
internal import UnixTime

/// The day and offset of the last timestamp: those of the next one are likely the same.
struct DatePrefixCache: BitwiseCopyable {
  private static let dayByteCount = 11
  /// How many nanoseconds the last digit of a fraction stands for, by the number of digits.
  private static let fractionUnits: InlineArray<8, UInt64> = [
    1_000_000_000, 100_000_000, 10_000_000, 1_000_000, 100_000, 10_000, 1_000, 100,
  ]
  /// A clock's time, all of its digits zero.
  private static let midnight = ShortText("00:00:00").first
  /// What is added to the clock's digits to set the top bit of those above 9, and of colons that are none.
  private static let beyondDigits = Word.repeating(0x80 - 10) + 9 << 16 + 9 << 40

  private let first: UInt64
  private let second: UInt64
  private let offset: UInt64
  private let offsetMask: UInt64
  private let offsetByteCount: Int
  private let nanoseconds: Int64

  /// What no timestamp matches.
  static let none = DatePrefixCache()

  private init() {
    (first, second, offset, offsetMask, offsetByteCount, nanoseconds) = (0, 0, 1, 0, 0, 0)
  }

  /// Remembers the day of a timestamp, unless not all of its seconds fit.
  ///
  /// - Parameters:
  ///   - parts: What the timestamp says.
  ///   - text: The timestamp, not escaped.
  ///   - end: The end of the chunk.
  init?(_ parts: Timestamp.Parts, _ text: JSONString, end: BytePosition) {
    let start = text.start + parts.offsetStart
    let (dayStart, overflow) = (parts.localDay - parts.offsetSeconds).multipliedReportingOverflow(by: 1_000_000_000)
    guard end - start >= 8, !overflow, dayStart <= Int64.max - 86_400_000_000_000 else { return nil }
    first = text.start.word
    second = Self.endOfDay(text.start)
    // With the closing quote, so that nothing else may follow.
    offsetByteCount = text.end - start + 1
    offsetMask = Word.mask(byteCount: offsetByteCount)
    offset = start.word & offsetMask
    nanoseconds = dayStart
  }

  /// The bytes of a day that do not fit the first word, the one between day and time among them.
  @inline(__always)
  private static func endOfDay(_ start: BytePosition) -> UInt64 {
    (start + 8).word & Word.mask(byteCount: dayByteCount - 8)
  }

  /// Reads a timestamp of the same day and offset, with no or at most seven digits of fraction.
  ///
  /// - Returns: The timestamp and the place behind its closing quote, or nil where something else stands.
  @inline(__always)
  func match(_ quote: BytePosition, end: BytePosition) -> (nanoseconds: Int64, next: BytePosition)? {
    guard end - quote >= 48, quote.byte == Byte.quote else { return nil }
    let start = quote + 1
    guard start.word == first, Self.endOfDay(start) == second else { return nil }
    let digits = (start + Self.dayByteCount).word ^ Self.midnight
    // A carry only reaches bytes behind one whose top bit was set before.
    guard ((digits &+ Self.beyondDigits) | digits) & Word.repeating(0x80) == 0 else { return nil }
    // Each byte is ten times itself and the next one; no sum is above 99.
    let pairs = digits &* 10 &+ digits >> 8
    let (hour, minute, second) = (pairs & 0xFF, pairs >> 24 & 0xFF, pairs >> 48 & 0xFF)
    guard hour <= 23, minute <= 59, second <= 59 else { return nil }
    var value = (hour &* 3_600 &+ minute &* 60 &+ second) &* 1_000_000_000
    var position = start + 19
    if position.byte == Byte.period {
      let fraction = LeadingDigits((position + 1).word)
      guard 1...7 ~= fraction.count else { return nil }
      value &+= fraction.value &* Self.fractionUnits[fraction.count]
      position += 1 + fraction.count
    }
    guard position.word & offsetMask == offset else { return nil }
    return (nanoseconds &+ Int64(value), position + offsetByteCount)
  }
}
