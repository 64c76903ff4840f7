import Foundation
import TestSupport
import Testing

@testable import Metrics

private struct Source {
  var records: Int64 = 0
  var rate: Double?
}

private func rendered(_ families: [MetricFamily<Source>], _ source: Source) -> String {
  var output: [UInt8] = []
  Exposition(families).render(source, as: .text, into: &output)
  return String(decoding: output, as: UTF8.self)
}

@Suite("Exposition, text format 0.0.4")
struct ExpositionTests {
  @Test("each metric has its help, its type and its samples, in the order declared")
  func wholeText() {
    let families = [
      MetricFamily<Source>("etl_records_total", .counter, "Records.") { source, samples in
        samples.add(source.records, labels: .none.adding("pipeline", "orders"))
        samples.add(source.records + 1, labels: .none.adding("pipeline", "b").adding("error_type", "x"))
      },
      MetricFamily<Source>("etl_rate", .gauge, "Rate.") { $1.add($0.rate) },
    ]
    let expected = """
      # HELP etl_records_total Records.
      # TYPE etl_records_total counter
      etl_records_total{pipeline="orders"} 1250
      etl_records_total{pipeline="b",error_type="x"} 1251
      # HELP etl_rate Rate.
      # TYPE etl_rate gauge
      etl_rate 9.88

      """
    #expect(rendered(families, Source(records: 1250, rate: 9.88)) == expected)
  }

  @Test("a value that does not exist has no sample, but its help and type stay")
  func missingValue() {
    let family = MetricFamily<Source>("etl_rate", .gauge, "Rate.") { $1.add($0.rate) }
    #expect(rendered([family], Source()) == "# HELP etl_rate Rate.\n# TYPE etl_rate gauge\n")
  }

  @Test("help and label values hold backslashes, quotes and newlines")
  func escaping() {
    let family = MetricFamily<Source>("etl_rate", .gauge, "a \"b\" \\ c\nd") { _, samples in
      samples.add(1 as Int64, labels: .none.adding("error_type", "a \"b\" \\ c\nd é"))
    }
    let expected = #"""
      # HELP etl_rate a "b" \\ c\nd
      # TYPE etl_rate gauge
      etl_rate{error_type="a \"b\" \\ c\nd é"} 1

      """#
    #expect(rendered([family], Source()) == expected)
  }

  @Test("rendering again into the same buffer leaves nothing of the last text")
  func reusedBuffer() {
    let exposition = Exposition([MetricFamily<Source>("etl_rate", .gauge, "Rate.") { $1.add($0.rate) }])
    var output: [UInt8] = []
    exposition.render(Source(rate: 123.456), as: .text, into: &output)
    exposition.render(Source(rate: 1), as: .text, into: &output)
    #expect(String(decoding: output, as: UTF8.self) == "# HELP etl_rate Rate.\n# TYPE etl_rate gauge\netl_rate 1\n")
  }

  @Test(
    "numbers are written so that reading them back gives the same",
    arguments: [
      (0.0, "0"), (-0.0, "0"), (1, "1"), (-7, "-7"), (9.88, "9.88"), (25.3, "25.3"), (0.1, "0.1"),
      (1e-7, "1e-07"), (9_007_199_254_740_992, "9007199254740992"), (1e22, "1e+22"),
      (1.7976931348623157e308, "1.7976931348623157e+308"), (.leastNonzeroMagnitude, "5e-324"), (.infinity, "+Inf"),
      (-.infinity, "-Inf"), (.nan, "NaN"), (1_700_000_000.123, "1700000000.123"),
    ]
  )
  func decimals(value: Double, text: String) {
    var output: [UInt8] = []
    appendDecimal(value, to: &output)
    #expect(String(decoding: output, as: UTF8.self) == text)
    if value.isFinite { #expect(Double(String(decoding: output, as: UTF8.self)) == value) }
  }

  @Test("a number is cut, or has more digits than it needs, or others than those nearest to it")
  func shortestDecimals() {
    var random = RandomSource(named: "decimals")
    func next() -> UInt64 { random.next() }
    for round in 0..<100_000 {
      // From below what is written without an exponent to above what can have a fraction.
      let exponent = (1023 - 16 + next() % 71) << 52
      // Any number, and those next to a power of two, of few digits, and halfway between two shorter ones.
      let significand = [next() >> 12, next() & 3, (1 << 52) - 1 - next() & 3, (next() >> 54) << 42][round % 4]
      let bits = Double(bitPattern: exponent | significand)
      for value in [bits, -bits, Double(Int64(next() >> 14)) / 1e6] {
        var expected = value.description
        if value.magnitude <= 0x1p53, expected.hasSuffix(".0") { expected.removeLast(2) }
        var output: [UInt8] = []
        appendDecimal(value, to: &output)
        guard String(decoding: output, as: UTF8.self) != expected else { continue }
        Issue.record("\(String(decoding: output, as: UTF8.self)) for \(expected), \(random.note)")
        return
      }
    }
  }

  @Test(
    "whole numbers at the ends of their range",
    arguments: [0, 1, 9, 10, -1, -10, 1_234_567_890, Int64.max, Int64.min]
  )
  func integers(value: Int64) {
    var output: [UInt8] = Array("x".utf8)
    appendInteger(value, to: &output)
    #expect(String(decoding: output, as: UTF8.self) == "x\(value)")
  }
}

@Suite("Declaring metrics")
struct DeclarationTests {
  @Test("a counter without _total ends the program")
  func counterName() async {
    await #expect(processExitsWith: .failure) {
      _ = MetricFamily<Int>("etl_records", .counter, "Records.") { _, _ in }
    }
  }

  @Test("a gauge with _total ends the program")
  func gaugeName() async {
    await #expect(processExitsWith: .failure) {
      _ = MetricFamily<Int>("etl_records_total", .gauge, "Records.") { _, _ in }
    }
  }

  @Test("a name that Prometheus would refuse ends the program")
  func badName() async {
    await #expect(processExitsWith: .failure) { _ = MetricFamily<Int>("etl-rate", .gauge, "Rate.") { _, _ in } }
  }

  @Test("a metric declared twice ends the program")
  func declaredTwice() async {
    await #expect(processExitsWith: .failure) {
      let family = MetricFamily<Int>("etl_rate", .gauge, "Rate.") { _, _ in }
      _ = Exposition([family, family])
    }
  }

  @Test("a label name that Prometheus would refuse ends the program")
  func badLabelName() async {
    await #expect(processExitsWith: .failure) { _ = LabelSet.none.adding("error:type", "x") }
  }
}
