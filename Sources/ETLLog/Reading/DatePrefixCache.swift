internal import JSON
internal import UnixTime

/// The day and offset of the last timestamp: those of the next one are likely the same.
struct DatePrefixCache: BitwiseCopyable {
  private static let dayByteCount = 11
  /// How many nanoseconds the last digit of a fraction stands for, by the number of digits.
  private static let fractionUnits: InlineArray<9, UInt64> = [
    1_000_000_000, 100_000_000, 10_000_000, 1_000_000, 100_000, 10_000, 1_000, 100, 10,
  ]
  /// A clock's time, all of its digits zero.
  private static let midnight = ShortText("00:00:00").first
  /// What is added to the clock's digits to set the top bit of those above 9, and of colons that are none.
  private static let beyondDigits = Word.repeating(0x80 - 10) + 9 << 16 + 9 << 40

  private let first: UInt64
  private let second: UInt64
  private let offset: UInt64
  private let offsetMask: UInt64
  /// The bytes of the offset that do not fit a word.
  private let offsetRest: UInt64
  private let offsetRestMask: UInt64
  private let offsetByteCount: Int
  private let nanoseconds: Int64

  /// What no timestamp matches.
  static let none = DatePrefixCache()

  private init() {
    (first, second, offset, offsetMask) = (0, 0, 1, 0)
    (offsetRest, offsetRestMask, offsetByteCount, nanoseconds) = (0, 0, 0, 0)
  }

  /// Remembers the day of a timestamp, unless not all of its seconds fit, or it is escaped before its offset.
  ///
  /// - Parameters:
  ///   - parts: What the timestamp says.
  ///   - text: The timestamp as it is written.
  ///   - end: The end of the chunk.
  init?(_ parts: Timestamp.Parts, _ text: JSONString, end: BytePosition) {
    let start = text.start + parts.offsetStart
    let (dayStart, overflow) = (parts.localDay - parts.offsetSeconds).multipliedReportingOverflow(by: 1_000_000_000)
    // With the closing quote, so that nothing else may follow. An escape of the offset's first byte is longer than it is.
    let byteCount = text.end - start + 1
    guard end - start >= 16, byteCount <= 16, !overflow, dayStart <= Int64.max - 86_400_000_000_000 else { return nil }
    for index in 0..<parts.offsetStart where (text.start + index).byte == Byte.backslash { return nil }
    first = text.start.word
    second = Self.endOfDay(text.start)
    offsetByteCount = byteCount
    offsetMask = Word.mask(byteCount: byteCount)
    offset = start.word & offsetMask
    offsetRestMask = Word.mask(byteCount: byteCount - 8)
    offsetRest = (start + 8).word & offsetRestMask
    nanoseconds = dayStart
  }

  /// The bytes of a day that do not fit the first word, the one between day and time among them.
  @inline(__always)
  private static func endOfDay(_ start: BytePosition) -> UInt64 {
    (start + 8).word & Word.mask(byteCount: dayByteCount - 8)
  }

  /// Reads a timestamp of the same day and offset, with no or at most nine digits of fraction.
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
    if position.byte == Byte.period || position.byte == Byte.comma {
      let fraction = LeadingDigits((position + 1).word)
      guard fraction.count > 0 else { return nil }
      value &+= fraction.value &* Self.fractionUnits[fraction.count]
      position += 1 + fraction.count
      if fraction.count == 8 {
        let ninth = LeadingDigits(position.word)
        guard ninth.count <= 1 else { return nil }
        value &+= ninth.value
        position += ninth.count
      }
    }
    let differs = position.word & offsetMask ^ offset | (position + 8).word & offsetRestMask ^ offsetRest
    guard differs == 0 else { return nil }
    return (nanoseconds &+ Int64(value), position + offsetByteCount)
  }
}
