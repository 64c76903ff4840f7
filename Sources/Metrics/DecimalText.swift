/// Writes a whole number in decimal.
///
/// - Parameters:
///   - value: The number.
///   - output: Where it goes.
func appendInteger(_ value: Int64, to output: inout [UInt8]) {
  if value < 0 { output.append(UInt8(ascii: "-")) }
  appendDigits(of: value.magnitude, to: &output)
}

/// Writes a number so that reading it back gives the same one, with as few digits as that needs, of these the nearest to
/// it; whole numbers without a fraction.
///
/// - Parameters:
///   - value: The number; the infinities and NaN in Go's spelling, as both exposition formats ask.
///   - output: Where it goes.
func appendDecimal(_ value: Double, to output: inout [UInt8]) {
  // Up to 2^53 every whole number is exact, so that its digits are its shortest form, too.
  if value.magnitude <= 0x1p53, Double(Int64(value)) == value {
    appendInteger(Int64(value), to: &output)
  } else if let fraction = ShortestFraction(of: value.magnitude) {
    if value < 0 { output.append(UInt8(ascii: "-")) }
    fraction.append(to: &output)
  } else if value.isFinite {
    output.append(contentsOf: value.description.utf8)
  } else if value.isNaN {
    output.append(contentsOf: "NaN".utf8)
  } else {
    output.append(contentsOf: (value > 0 ? "+Inf" : "-Inf").utf8)
  }
}

/// A number between 0.0001 and 2^53 in as few decimal digits as tell it from its neighbours: what `description` shows,
/// without the text that would have to be made for each sample.
private struct ShortestFraction {
  private var digits: UInt64
  private var decimals: Int

  /// Finds the digits.
  ///
  /// - Parameter value: The number; nil comes of a whole one, and of one out of the range.
  init?(of value: Double) {
    guard value >= 1e-4, value < 0x1p52, Double(UInt64(value)) != value else { return nil }
    // The value is significand / 2^shift, exactly.
    let significand = UInt64(1) << 52 | value.significandBitPattern
    let shift = 52 - Int(value.exponent)
    decimals = Self.sufficientDecimals(value)
    let scale = decimals < 20 ? UInt128(powersOfTen[decimals]) : UInt128(powersOfTen[19]) * 10
    // The value in units of its last decimal is scaled / 2^shift: at most 53 and 67 bits.
    let scaled = UInt128(significand) * scale
    var (lower, upper) = Self.neighbourhood(of: scaled, scale, significand, shift)

    // As many digits go as leave a number that is read back as this one.
    var dropped = 0
    while lower.dividedRoundingUp(by: 10) <= upper / 10 {
      lower = lower.dividedRoundingUp(by: 10)
      upper /= 10
      dropped += 1
    }
    decimals -= dropped
    let doubled = UInt64(truncatingIfNeeded: scaled >> UInt128(shift - 1))
    let isInexact = scaled & (UInt128(1) << UInt128(shift - 1) - 1) != 0
    let half = powersOfTen[dropped]
    let (quotient, remainder) = doubled.quotientAndRemainder(dividingBy: 2 * half)
    let roundsUp = remainder > half || remainder == half && (isInexact || quotient & 1 == 1)
    digits = min(max(quotient + (roundsUp ? 1 : 0), lower), upper)
  }

  /// The decimals that give 17 digits or a few more, with which every number differs from its neighbours.
  private static func sufficientDecimals(_ value: Double) -> Int {
    if value >= 1 { return 17 - digitCount(of: UInt64(value)) }
    return value >= 0.1 ? 17 : value >= 0.01 ? 18 : value >= 0.001 ? 19 : 20
  }

  /// The whole numbers of units that are read back as the value: those up to half the way to its neighbours, which
  /// itself leads to the one whose significand is even.
  private static func neighbourhood(
    of scaled: UInt128,
    _ scale: UInt128,
    _ significand: UInt64,
    _ shift: Int
  ) -> (lower: UInt64, upper: UInt64) {
    // Below a power of two the neighbours are twice as near.
    let below = significand == UInt64(1) << 52 ? scale : 2 * scale
    let isOdd = UInt128(significand & 1)
    let lower = (4 * scaled - below + (UInt128(1) << UInt128(shift + 2) - 1) + isOdd) >> UInt128(shift + 2)
    let upper = (4 * scaled + 2 * scale - isOdd) >> UInt128(shift + 2)
    return (UInt64(truncatingIfNeeded: lower), UInt64(truncatingIfNeeded: upper))
  }

  /// Writes the number.
  ///
  /// - Parameter output: Where it goes.
  func append(to output: inout [UInt8]) {
    // No number of 17 digits reaches 1 with more decimals.
    let (whole, fraction) =
      decimals < powersOfTen.count ? digits.quotientAndRemainder(dividingBy: powersOfTen[decimals]) : (0, digits)
    appendDigits(of: whole, to: &output)
    output.append(UInt8(ascii: "."))
    appendDigits(of: fraction, atLeast: decimals, to: &output)
  }
}

/// 1, 10, and so on as far as they fit.
private let powersOfTen: InlineArray<20, UInt64> = {
  var powers = InlineArray<20, UInt64>(repeating: 1)
  for exponent in 1..<powers.count { powers[exponent] = powers[exponent - 1] * 10 }
  return powers
}()

private func digitCount(of number: UInt64) -> Int {
  var count = 1
  while count < powersOfTen.count, number >= powersOfTen[count] { count += 1 }
  return count
}

private func appendDigits(of number: UInt64, atLeast leastCount: Int = 1, to output: inout [UInt8]) {
  if number < 10, leastCount == 1 {
    output.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number))
    return
  }
  var digits = InlineArray<20, UInt8>(repeating: UInt8(ascii: "0"))
  var first = digits.count
  var rest = number
  while rest > 0 {
    first -= 1
    digits[first] += UInt8(truncatingIfNeeded: rest % 10)
    rest /= 10
  }
  first = min(first, digits.count - leastCount)
  output.append(addingCapacity: digits.count - first) { bytes in
    for place in first..<digits.count { bytes.append(digits[place]) }
  }
}

extension UInt64 {
  fileprivate func dividedRoundingUp(by divisor: UInt64) -> UInt64 {
    self / divisor + (self % divisor == 0 ? 0 : 1)
  }
}
