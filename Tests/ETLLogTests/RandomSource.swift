import Foundation

/// Random numbers that can be had again: the seed is printed, and taken from `ETL_TEST_SEED`.
struct RandomSource: RandomNumberGenerator {
  /// One for the whole run, so that one number brings back all that it did.
  static let seed =
    ProcessInfo.processInfo.environment["ETL_TEST_SEED"].flatMap { UInt64($0) } ?? .random(in: 0 ... .max)
  private var state: UInt64

  /// How many times as much as usual random tests do, above 0: `ETL_TEST_FACTOR`. Less than 1 suits slow builds.
  private static let factor = ProcessInfo.processInfo.environment["ETL_TEST_FACTOR"].flatMap { Double($0) } ?? 1

  /// How often a random test does what it usually does so many times.
  static func count(_ usual: Int) -> Int {
    max(1, Int(Double(usual) * factor))
  }

  /// Starts a sequence of its own for each part of a test.
  init(named name: String, part: Int = 0) {
    state = Self.seed ^ UInt64(part) &* 0xD1B5_4A32_D192_ED03
    print("\(name): ETL_TEST_SEED=\(Self.seed)")
  }

  /// What to say beside a failure.
  var note: String { "(ETL_TEST_SEED=\(Self.seed))" }

  // SplitMix64: https://prng.di.unimi.it/splitmix64.c
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  /// A number from 0 up to, not including, a bound.
  mutating func below(_ bound: Int) -> Int {
    Int.random(in: 0..<bound, using: &self)
  }

  mutating func element<Element>(_ elements: [Element]) -> Element {
    elements[below(elements.count)]
  }

  /// A number ≥ 0 as JSON may write it.
  mutating func decimal() -> String {
    if below(3) == 0 {
      return Double(bitPattern: UInt64.random(in: 0..<0x7FF0_0000_0000_0000, using: &self)).description
    }
    var text = below(5) == 0 ? "0" : String(1 + below(9)) + digits(atMost: 20)
    if below(3) > 0 { text += "." + digits(atMost: 24) + String(below(10)) }
    if below(3) == 0 {
      text += element(["e", "E"]) + element(["", "+", "-"]) + String(below(element([10, 30, 330])))
    }
    return text
  }

  private mutating func digits(atMost limit: Int) -> String {
    (0..<below(limit + 1)).map { _ in String(below(10)) }.joined()
  }

  /// A text of characters from all over Unicode, and those that JSON escapes.
  mutating func text() -> String {
    var text = String.UnicodeScalarView()
    for _ in 0..<below(element([4, 20, 80])) {
      let limit: UInt32 = element([0x20, 0x80, 0x80, 0x80, 0x800, 0x1_0000, 0x11_0000])
      text.append(Unicode.Scalar(UInt32.random(in: 0..<limit, using: &self)) ?? "\\")
    }
    return String(text)
  }
}
