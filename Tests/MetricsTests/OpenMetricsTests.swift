import Testing

@testable import Metrics

@Suite("OpenMetrics 1.0.0")
struct OpenMetricsTests {
  private struct Source {
    var times = Histogram(bounds: [0.5, 10])
  }

  private static let labels = LabelSet.none.adding("pipeline", "orders")

  private static var families: [MetricFamily<Source>] {
    [
      MetricFamily<Source>("etl_files_total", .counter, "Files \"done\".") { _, samples in
        samples.add(7 as Int64, labels: labels, exemplar: exemplar("a \"b\"", value: 1, nanoseconds: 0))
      },
      MetricFamily<Source>("etl_times_seconds", .histogram, "Times.") { source, samples in
        samples.add(source.times, labels: HistogramLabels(bounds: [0.5, 10], labels: labels))
      },
    ]
  }

  private static func exemplar(_ name: String, value: Double, nanoseconds: Int64) -> Exemplar? {
    Exemplar("file_id", Array(name.utf8).span, value: value, nanoseconds: nanoseconds)
  }

  private func rendered(_ source: Source, as format: ExpositionFormat) -> String {
    var output: [UInt8] = []
    Exposition(Self.families).render(source, as: format, into: &output)
    return String(decoding: output, as: UTF8.self)
  }

  private func source() -> Source {
    var source = Source()
    for value in [0.1, 0.5, 0.6, 10, 11] { source.times.observe(value) }
    let place = source.times.observe(2.5)
    let names: [(String, Int64)] = [("a longer one", 1_600_000_000_000_000_000), ("f1", 1_700_000_000_123_456_789)]
    for (name, nanoseconds) in names {
      source.times.remember("file_id", Array(name.utf8).span, value: 2.5, nanoseconds: nanoseconds, at: place)
    }
    return source
  }

  @Test("a counter's family has no suffix, quotes are escaped in help, exemplars and the end mark are there")
  func openMetrics() {
    #expect(
      rendered(source(), as: .openMetrics) == #"""
        # HELP etl_files Files \"done\".
        # TYPE etl_files counter
        etl_files_total{pipeline="orders"} 7 # {file_id="a \"b\""} 1 0
        # HELP etl_times_seconds Times.
        # TYPE etl_times_seconds histogram
        etl_times_seconds_bucket{pipeline="orders",le="0.5"} 2
        etl_times_seconds_bucket{pipeline="orders",le="10.0"} 5 # {file_id="f1"} 2.5 1700000000.123
        etl_times_seconds_bucket{pipeline="orders",le="+Inf"} 6
        etl_times_seconds_sum{pipeline="orders"} 24.7
        etl_times_seconds_count{pipeline="orders"} 6
        # EOF

        """#
    )
  }

  @Test("the text format has neither exemplars nor an end mark")
  func text() {
    #expect(
      rendered(source(), as: .text) == #"""
        # HELP etl_files_total Files "done".
        # TYPE etl_files_total counter
        etl_files_total{pipeline="orders"} 7
        # HELP etl_times_seconds Times.
        # TYPE etl_times_seconds histogram
        etl_times_seconds_bucket{pipeline="orders",le="0.5"} 2
        etl_times_seconds_bucket{pipeline="orders",le="10.0"} 5
        etl_times_seconds_bucket{pipeline="orders",le="+Inf"} 6
        etl_times_seconds_sum{pipeline="orders"} 24.7
        etl_times_seconds_count{pipeline="orders"} 6

        """#
    )
  }

  @Test("a gauge cannot have the name of a counter without its suffix, which OpenMetrics gives to the counter's family")
  func oneFamilyTwice() async {
    await #expect(processExitsWith: .failure) {
      _ = Exposition<Source>([
        MetricFamily("etl_files_total", .counter, "Files.") { _, _ in },
        MetricFamily("etl_files", .gauge, "Files.") { _, _ in },
      ])
    }
  }

  @Test("a name that is too long for an exemplar has none")
  func longName() {
    let longest = String(repeating: "x", count: Exemplar.maximumNameBytes)
    var output: [UInt8] = []
    Self.exemplar(longest, value: 1, nanoseconds: 0)?.append(to: &output)
    #expect(String(decoding: output, as: UTF8.self) == " # {file_id=\"\(longest)\"} 1 0")
    #expect(Self.exemplar(longest + "x", value: 1, nanoseconds: 0) == nil)
    // The one before stays whole: its value has nothing to do with the other's name.
    var exemplar = Self.exemplar("a", value: 1, nanoseconds: 2)
    exemplar.note("file_id", Array((longest + "x").utf8).span, value: 3, nanoseconds: 4)
    output = []
    exemplar?.append(to: &output)
    #expect(String(decoding: output, as: UTF8.self) == " # {file_id=\"a\"} 1 0")
  }

  @Test("a histogram from before is refused unless it has the same ranges")
  func restoring() {
    #expect(Histogram(bounds: [1, 2], counts: [1, 2, 3], sum: 4)?.counts == [1, 2, 3])
    #expect(Histogram(bounds: [1, 2], counts: [1, 2], sum: 4) == nil)
    #expect(Histogram(bounds: [1, 2], counts: [1, -2, 3], sum: 4) == nil)
    #expect(Histogram(bounds: [1, 2], counts: [1, 2, 3], sum: .nan) == nil)
  }
}

@Suite("The choice of a format")
struct NegotiatedFormatTests {
  @Test(
    "the one that is wanted more, of equal ones the text format; an escaping only of one that is wanted",
    arguments: [(500, 500, false), (500, 501, true), (501, 500, false), (0, 0, false), (0, 1, true)]
  )
  func choice(text: Int, openMetrics: Int, isOpenMetrics: Bool) {
    for escaped in ExpositionFormat.allCases {
      let negotiated = NegotiatedFormat { format in
        FormatPreference(quality: format == .text ? text : openMetrics, namesEscaping: format == escaped)
      }
      #expect(negotiated.format == (isOpenMetrics ? .openMetrics : .text))
      #expect(negotiated.namesEscaping == (negotiated.format == escaped && text + openMetrics > 0))
    }
  }
}
