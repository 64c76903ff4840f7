import Testing

@testable import Simulator

struct SplitMix64Tests {
  @Test("the sequence differs from that of the reference code")
  func referenceSequence() {
    // The first numbers of Vigna's splitmix64.c for the seed 1234567.
    var random = SplitMix64(seed: 1_234_567)
    let numbers = (0..<5).map { _ in random.next() }
    #expect(
      numbers == [
        6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
        4_593_380_528_125_082_431, 16_408_922_859_458_223_821,
      ]
    )
  }

  @Test("a bound of a range of whole numbers is never drawn, or a number beyond it is")
  func integerBounds() {
    var random = SplitMix64(seed: 1)
    var counts = [Int](repeating: 0, count: 5)
    for _ in 0..<1000 { counts[random.integer(in: 3...7) - 3] += 1 }
    #expect(counts.allSatisfy { $0 > 100 })
    #expect(random.integer(in: 9...9) == 9)
  }

  @Test("a real number is drawn outside of its range")
  func realBounds() {
    var random = SplitMix64(seed: 2)
    let numbers = (0..<1000).map { _ in random.real(in: 0.5...1.5) }
    #expect(numbers.allSatisfy { (0.5..<1.5).contains($0) })
    #expect((numbers.min() ?? 1) < 0.51 && (numbers.max() ?? 1) > 1.49)
    #expect(random.real(in: 4...4) == 4)
  }
}
