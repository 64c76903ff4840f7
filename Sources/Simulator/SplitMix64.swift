/// A small random number generator whose sequence a seed fixes for ever.
///
/// SplitMix64: Steele, Lea, Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014, with the constants of
/// Vigna's reference code. The numbers are drawn from it here and not by `Int.random(in:using:)`, because the standard
/// library does not promise that the same generator gives the same numbers in its next version.
struct SplitMix64 {
  private var state: UInt64

  init(seed: UInt64) {
    state = seed
  }

  /// Makes the next 64 random bits.
  ///
  /// - Returns: Each value once in the period of 2^64.
  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var bits = state
    bits = (bits ^ (bits >> 30)) &* 0xbf58_476d_1ce4_e5b9
    bits = (bits ^ (bits >> 27)) &* 0x94d0_49bb_1331_11eb
    return bits ^ (bits >> 31)
  }

  /// Draws a number, each as likely as any other.
  ///
  /// - Parameter range: The numbers to draw from; at most 2^32 of them, so that the bias of the multiplication (Lemire,
  ///   "Fast Random Integer Generation in an Interval", 2019) stays below 2^-32.
  /// - Returns: A number of the range.
  mutating func integer(in range: ClosedRange<Int>) -> Int {
    let count = UInt64(range.upperBound - range.lowerBound) + 1
    precondition(count <= 1 << 32)
    return range.lowerBound + Int(next().multipliedFullWidth(by: count).high)
  }

  /// Draws a real number.
  ///
  /// - Parameter range: Where to draw from.
  /// - Returns: A number from the lower bound up to, but hardly ever at, the upper bound.
  mutating func real(in range: ClosedRange<Double>) -> Double {
    let fraction = Double(next() >> 11) * 0x1p-53
    return range.lowerBound + (range.upperBound - range.lowerBound) * fraction
  }
}
