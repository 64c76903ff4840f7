import Foundation
import Testing

@testable import Tailing

@Suite("random rotations against a model")
struct RandomSequenceTests {
  private static func number(_ name: String) -> UInt64? {
    ProcessInfo.processInfo.environment[name].flatMap { UInt64($0) }
  }

  /// `ETL_TEST_SEQUENCES` says how many sequences, `ETL_TEST_SEED` the first one's seed. To see one again:
  /// `ETL_TEST_SEED=… ETL_TEST_SEQUENCES=1 swift test --filter RandomSequenceTests`.
  @Test("no line is lost that could be read, none is delivered twice, all come in order")
  func sequences() throws {
    let first = Self.number("ETL_TEST_SEED") ?? UInt64.random(in: 0..<1_000_000_000)
    let count = Self.number("ETL_TEST_SEQUENCES") ?? 500
    print("random rotations: \(count) sequences from seed \(first)")
    for seed in first..<first + count {
      let model = try LogModel(seed: seed)
      guard let failure = try model.run(steps: 40) else { continue }
      let steps = model.steps.map { "    " + $0 }.joined(separator: "\n")
      Issue.record(
        """
        \(failure)
        ETL_TEST_SEED=\(seed) ETL_TEST_SEQUENCES=1 swift test --filter RandomSequenceTests
        \(steps)
        """
      )
      return
    }
  }
}
