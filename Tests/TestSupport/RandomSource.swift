import Foundation

/// Random numbers that can be had again: the seed is printed, and taken from `ETL_TEST_SEED`.
package struct RandomSource: RandomNumberGenerator {
  /// One for the whole run, so that one number brings back all that it did.
  package static let seed =
    ProcessInfo.processInfo.environment["ETL_TEST_SEED"].flatMap { UInt64($0) } ?? .random(in: 0 ... .max)
  private var generator: SeededGenerator

  /// How many times as much as usual random tests do, above 0: `ETL_TEST_FACTOR`. Less than 1 suits slow builds.
  private static let factor = ProcessInfo.processInfo.environment["ETL_TEST_FACTOR"].flatMap { Double($0) } ?? 1

  /// How often a random test does what it usually does so many times.
  package static func count(_ usual: Int) -> Int {
    max(1, Int(Double(usual) * factor))
  }

  /// Starts a sequence of its own for each part of a test.
  package init(named name: String, part: Int = 0) {
    generator = SeededGenerator(seed: Self.seed ^ UInt64(part) &* 0xD1B5_4A32_D192_ED03)
    print("\(name): ETL_TEST_SEED=\(Self.seed)")
  }

  /// What to say beside a failure.
  package var note: String { "(ETL_TEST_SEED=\(Self.seed))" }

  package mutating func next() -> UInt64 { generator.next() }

  /// A number from 0 up to, not including, a bound.
  package mutating func below(_ bound: Int) -> Int {
    Int.random(in: 0..<bound, using: &self)
  }

  package mutating func element<Element>(_ elements: [Element]) -> Element {
    elements[below(elements.count)]
  }
}
