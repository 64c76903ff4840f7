/// Powers of ten, exact.
package enum PowerOfTen {
  /// 10^0 to 10^19, all that fit 64 bits.
  private static let integers: InlineArray<20, UInt64> = [
    1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000, 10_000_000_000,
    100_000_000_000, 1_000_000_000_000, 10_000_000_000_000, 100_000_000_000_000, 1_000_000_000_000_000,
    10_000_000_000_000_000, 100_000_000_000_000_000, 1_000_000_000_000_000_000, 10_000_000_000_000_000_000,
  ]
  /// 10^0 to 10^22, all that a Double has exactly.
  private static let doubles: InlineArray<23, Double> = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
    1e21, 1e22,
  ]

  /// A power of ten.
  ///
  /// - Parameter exponent: 0 to 19.
  /// - Returns: 10^exponent.
  @inline(__always)
  package static func integer(_ exponent: Int) -> UInt64 { integers[exponent] }

  /// The Double nearest to mantissa × 10^exponent, ties to even.
  ///
  /// - Parameters:
  ///   - mantissa: Not zero.
  ///   - exponent: Any.
  /// - Returns: nil where the two are too large for a way that is both quick and exact.
  @inline(__always)
  package static func scale(_ mantissa: UInt64, exponent: Int) -> Double? {
    // One operation on two exact numbers is rounded only once (W. D. Clinger, 1990).
    if mantissa <= 1 << 53, -22...22 ~= exponent {
      return exponent < 0 ? Double(mantissa) / doubles[-exponent] : Double(mantissa) * doubles[exponent]
    }
    guard -19...0 ~= exponent else { return nil }
    return divide(mantissa, by: integers[-exponent])
  }

  /// Divides two whole numbers that are not zero and rounds to the nearest Double, ties to even.
  @inline(never)
  private static func divide(_ dividend: UInt64, by divisor: UInt64) -> Double {
    let (dividendShift, divisorShift) = (dividend.leadingZeroBitCount, divisor.leadingZeroBitCount)
    let (upper, lower) = (dividend << dividendShift, divisor << divisorShift)
    // Both have their top bit set now; shifted so that the quotient has it too and still fits.
    let scale = upper < lower ? 64 : 63
    let shifted = UInt128(upper) << scale
    let (quotient, remainder) = lower.dividingFullWidth((UInt64(shifted >> 64), UInt64(truncatingIfNeeded: shifted)))
    // A Double has 53 of the 64 bits; the others and the remainder say which way to round.
    let half: UInt64 = 1 << 10
    let rest = quotient & (half << 1 - 1)
    var significand = quotient >> 11
    if rest > half || rest == half && (remainder != 0 || significand & 1 == 1) {
      significand += 1
    }
    let exponent = 11 + divisorShift - dividendShift - scale
    return Double(significand) * Double(sign: .plus, exponent: exponent, significand: 1)
  }
}
