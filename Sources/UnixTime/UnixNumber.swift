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
    let (nanoseconds, overflow) = number.multipliedReportingOverflow(by: nanosecondsPerUnit(ofNumber: UInt64(number)))
    return overflow ? nil : nanoseconds
  }

  /// Reads a time from a number with a fraction or an exponent: mantissa × 10^exponent.
  ///
  /// - Parameters:
  ///   - mantissa: The digits of the number.
  ///   - exponent: The power of ten that they are multiplied with.
  /// - Returns: Nanoseconds since 1970, cut; nil where that is below 1, or later than `Int64` nanoseconds.
  package static func nanoseconds(mantissa: UInt64, exponent: Int) -> Int64? {
    // What is left out is later than any time, or less than a nanosecond.
    guard mantissa > 0, -38...19 ~= exponent, let power = UInt128(powerOfTen: abs(exponent)) else { return nil }
    // Below 2e19 × 1e19.
    let number = exponent > 0 ? UInt128(mantissa) * power : UInt128(mantissa)
    let divisor = exponent < 0 ? power : 1
    guard let whole = UInt64(exactly: number / divisor) else { return nil }
    // Below 2e19 × 1e9, since the number fits 64 bits here unless it is to be divided.
    let nanoseconds = number * UInt128(nanosecondsPerUnit(ofNumber: whole)) / divisor
    return nanoseconds > 0 ? Int64(exactly: nanoseconds) : nil
  }

  @inline(__always)
  private static func nanosecondsPerUnit(ofNumber number: UInt64) -> Int64 {
    switch number {
    case ..<100_000_000_000: 1_000_000_000
    case ..<100_000_000_000_000: 1_000_000
    case ..<100_000_000_000_000_000: 1_000
    default: 1
    }
  }
}

extension UInt128 {
  /// A power of ten, nil where it does not fit.
  fileprivate init?(powerOfTen exponent: Int) {
    guard 0...38 ~= exponent else { return nil }
    self = 1
    for _ in 0..<exponent { self *= 10 }
  }
}
