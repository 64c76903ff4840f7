/// Times that are written as a number, as many loggers do: since 1970-01-01T00:00:00Z, in a unit that is told by the size.
///
/// Below 1e11 it is seconds (until the year 5138), below 1e14 milliseconds, below 1e17 microseconds, and else nanoseconds;
/// no two of them are the same size between 1973 and 5138. A time of 0 is a clock that was never set, and none.
extension Timestamp {
  /// Reads a time from a whole number.
  ///
  /// - Parameter number: The number.
  /// - Returns: Nanoseconds since 1970; nil where the number is below 1, or the time is later than `Int64` nanoseconds.
  @inline(__always)
  package static func nanoseconds(unixNumber number: Int64) -> Int64? {
    guard number > 0 else { return nil }
    let unit = Int64(powersOfTen[decimalsOfUnit(ofNumber: UInt64(number))])
    let (nanoseconds, overflow) = number.multipliedReportingOverflow(by: unit)
    return overflow ? nil : nanoseconds
  }

  /// Reads a time from a number with a fraction or an exponent: mantissa × 10^exponent.
  ///
  /// - Parameters:
  ///   - mantissa: The digits of the number.
  ///   - exponent: The power of ten that they are multiplied with.
  /// - Returns: Nanoseconds since 1970, cut; nil where that is below 1, or later than `Int64` nanoseconds.
  package static func nanoseconds(mantissa: UInt64, exponent: Int) -> Int64? {
    // What is left out is later than any time, or less than a second.
    guard mantissa > 0, -19...19 ~= exponent else { return nil }
    guard exponent < 0 else {
      let (number, overflow) = mantissa.multipliedReportingOverflow(by: powersOfTen[exponent])
      return overflow ? nil : Int64(exactly: number).flatMap(nanoseconds(unixNumber:))
    }
    let shift = decimalsOfUnit(ofNumber: mantissa / powersOfTen[-exponent]) + exponent
    let (nanoseconds, overflow) =
      shift < 0 ? (mantissa / powersOfTen[-shift], false) : mantissa.multipliedReportingOverflow(by: powersOfTen[shift])
    return overflow || nanoseconds == 0 ? nil : Int64(exactly: nanoseconds)
  }

  /// 10^0 to 10^19, all that fit 64 bits.
  private static let powersOfTen: InlineArray<20, UInt64> = [
    1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000, 10_000_000_000,
    100_000_000_000, 1_000_000_000_000, 10_000_000_000_000, 100_000_000_000_000, 1_000_000_000_000_000,
    10_000_000_000_000_000, 100_000_000_000_000_000, 1_000_000_000_000_000_000, 10_000_000_000_000_000_000,
  ]

  /// How many decimals a number's unit has until nanoseconds.
  @inline(__always)
  private static func decimalsOfUnit(ofNumber number: UInt64) -> Int {
    switch number {
    case ..<100_000_000_000: 9
    case ..<100_000_000_000_000: 6
    case ..<100_000_000_000_000_000: 3
    default: 0
    }
  }
}
