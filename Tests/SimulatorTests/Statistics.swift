import Foundation
import Testing

@testable import Simulator

/// How far from its expectation a test lets a random number be, in standard deviations: a right program fails one run
/// in a million, a program that is wrong by more than that fails each.
let allowedDeviations = 5.0

/// The seeds that statistics are tested with: fixed ones, or the one in ETL_TEST_SEED.
let testedSeeds: [UInt64] =
  ProcessInfo.processInfo.environment["ETL_TEST_SEED"].flatMap { UInt64($0) }.map { [$0] } ?? [1, 42, 20_250_118]

/// The value that a chi-squared statistic exceeds about as seldom as a normal one exceeds `allowedDeviations`.
///
/// The approximation of Wilson and Hilferty, 1931.
func chiSquaredLimit(degreesOfFreedom: Int) -> Double {
  let k = Double(degreesOfFreedom)
  return k * pow(1 - 2 / (9 * k) + allowedDeviations * (2 / (9 * k)).squareRoot(), 3)
}

/// How uneven counts are that should be even.
func chiSquared(_ counts: [Int]) -> Double {
  let expected = Double(counts.reduce(0, +)) / Double(counts.count)
  return counts.map { pow(Double($0) - expected, 2) / expected }.reduce(0, +)
}

/// Sorts numbers into bins of equal width; those outside of the range are in none.
func binned(_ numbers: [Double], in range: Range<Double>, bins: Int) -> [Int] {
  var counts = [Int](repeating: 0, count: bins)
  for number in numbers where range.contains(number) {
    counts[Int((number - range.lowerBound) / (range.upperBound - range.lowerBound) * Double(bins))] += 1
  }
  return counts
}
