import ETLLog
import Foundation
import JSON
import Testing

/// Configurations and real lines of many tools and libraries, with the numbers that were worked out for them.
@Suite("Samples")
struct SampleTests {
  struct Expectation: Decodable {
    let lines: [String: Int]
    let files: Int
    let records: Int64
    let failures: Int
    let runs: Int
    let ended: Int
    let crashed: Int
    /// How many files had a duration, and how long all took.
    let seconds: [Double]
    let errors: [String: Int]
    let metrics: [String: [Double]]
    let unusable: [String: Int]
    /// How many lines each event's rule held for.
    let rules: [Int64]
  }

  static let expectations: [String: Expectation] = {
    guard let bytes = try? Fixtures.bytes("expected.json") else { return [:] }
    return (try? JSONDecoder().decode([String: Expectation].self, from: Data(bytes))) ?? [:]
  }()
  private static let envelopes: [String: LogEnvelope] = ["docker-json-file": .docker, "cri": .cri]

  @Test("a sample gives other numbers", arguments: Self.expectations.keys.sorted())
  func samples(name: String) throws {
    let expected = try #require(Self.expectations[name])
    let format = try #require(try configuration(try Fixtures.text("\(name).yml")).formats.first)
    let log = try Fixtures.bytes("\(name).jsonl")
    let (tally, ruleLines) = tally(format, envelope: Self.envelopes[name] ?? .none, log)
    #expect(tally.lines == expected.lines.filter { $0.value > 0 })
    #expect(tally.files == expected.files && tally.records == expected.records && tally.failures == expected.failures)
    #expect(tally.runs == expected.runs && tally.ended == expected.ended && tally.crashed == expected.crashed)
    #expect(Double(tally.timed) == expected.seconds[0])
    #expect(abs(tally.seconds - expected.seconds[1]) < 1e-9)
    #expect(tally.errors == expected.errors)
    #expect(tally.metrics.keys.sorted() == expected.metrics.keys.sorted())
    for (series, values) in expected.metrics {
      let found = tally.metrics[series] ?? []
      #expect(
        found.count == values.count && zip(found, values).allSatisfy { abs($0 - $1) < 1e-6 },
        "\(series) is \(found)"
      )
    }
    #expect(tally.unusable == expected.unusable)
    #expect(Array(ruleLines.prefix(format.events.count)) == expected.rules)
  }

  @Test("there are no samples")
  func presence() {
    #expect(Self.expectations.count >= 19)
  }
}
