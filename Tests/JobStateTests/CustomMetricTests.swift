import ETLLog
import JSON
import JobState
import Metrics
import Testing
import YAML

/// Metrics that a configuration declares, from lines to samples.
@Suite("Custom metrics")
struct CustomMetricTests {
  /// A log that is read by one format, and the metrics that come of it.
  private struct Job: FormatSink {
    var table: CustomMetricTable
    var changes = CustomMetricTable.Changes()
    var now: Int64 = 1_800_000_000_000_000_000
    let format: FormatDeclaration

    init(
      _ metrics: String,
      names: [String?] = [nil],
      maximumSeries: Int = 2_000,
      resuming state: CustomMetricTable.State? = nil,
      format name: String = "f"
    ) throws {
      let yaml =
        "formats:\n  \(name):\n    time: t\n    pipeline: p\n    events: [{event: run_started, when: {msg: start}}]\n    metrics:\n\(metrics)"
      let services = ConfigurationServices(
        parse: { bytes throws(ConfigurationError) in try YAMLReader.read(bytes) },
        nearestName: { _, _ in nil },
        durationSeconds: { $0 == "1h" ? 3_600 : nil }
      )
      let reader = ConfigurationReader(services: services)
      format = try #require(try reader.configuration(try YAMLReader.read(Array(yaml.utf8))).formats.first)
      table = CustomMetricTable(
        [format],
        pipelineNames: names,
        maximumSeries: maximumSeries,
        resuming: state,
        changes: &changes
      )
    }

    mutating func read(_ lines: String...) {
      var reader = FormattedLogReader(format, maximumLineBytes: 65_536)
      let log = Array(lines.map { $0 + "\n" }.joined().utf8)
      unsafe log.span.bytes.withUnsafeBytes { bytes in unsafe reader.read(bytes.bytes, into: &self) }
    }

    mutating func receive(_ kind: EventKind, _ event: LogEvent, _ texts: borrowing LogTexts, isTimedSinceStart: Bool) {
      table.notePipeline(of: texts)
      guard kind == .runStarted else { return }
      var pipeline: [UInt8]?
      texts.withBytes(of: .pipeline) { bytes in pipeline = bytes.indices.map { bytes[$0] } }
      table.startRun(format: 0, pipeline: pipeline)
    }

    mutating func update(metric: Int, value: Double, nanoseconds: Int64?, labels: borrowing MetricLabelValues) {
      table.update(
        format: 0,
        rule: metric,
        value: value,
        nanoseconds: nanoseconds,
        readNanoseconds: now,
        labels: labels,
        logName: nil
      )
    }

    mutating func noteRule(_ rule: Int) {}

    mutating func noteUnusable(_ use: Int, _ reason: UnusableReason) {}

    mutating func finish(_ result: FormatLineResult, line: RawSpan) {}

    /// The samples, without the lines of help and type.
    var samples: [String] {
      let table = table
      let families = table.families.indices.map { index in
        let declaration = table.families[index].declaration
        return MetricFamily<CustomMetricTable>(
          declaration.name,
          MetricType(rawValue: declaration.kind.rawValue) ?? .gauge,
          declaration.help
        ) { table, writer in table.collect(index, into: &writer) }
      }
      var output: [UInt8] = []
      Exposition(families).render(table, as: .text, into: &output)
      return String(decoding: output, as: UTF8.self).split(separator: "\n").filter { !$0.hasPrefix("#") }.map(
        String.init
      )
    }
  }

  private static let counter = "    - {name: a_total, type: counter, help: H., value: v, labels: {k: k}}\n"

  @Test("a counter counts something else than its lines say")
  func counters() throws {
    var job = try Job(Self.counter + "    - {name: lines_total, type: counter, help: H.}\n")
    #expect(job.samples == ["lines_total 0"])
    job.read(#"{"k":"x","v":1.5}"#, #"{"k":"x","v":2}"#, #"{"v":4}"#, #"{"k":"y"}"#, #"{"k":"y","v":-1}"#)
    #expect(job.samples == [#"a_total{k="x"} 3.5"#, #"a_total{k="unknown"} 4"#, "lines_total 5"])
  }

  @Test("closed lists are not there at 0, or let others in")
  func closedLists() throws {
    var job = try Job(
      "    - {name: a_total, type: counter, help: H., labels: {k: {path: k, values: [x, y]}, l: {path: l, values: [1]}}}\n"
    )
    #expect(job.samples == [#"a_total{k="x",l="1"} 0"#, #"a_total{k="y",l="1"} 0"#])
    job.read(#"{"k":"y","l":1}"#, #"{"k":"z","l":1}"#, #"{"l":1}"#)
    #expect(
      job.samples == [
        #"a_total{k="x",l="1"} 0"#, #"a_total{k="y",l="1"} 1"#, #"a_total{k="other",l="1"} 1"#,
        #"a_total{k="unknown",l="1"} 1"#,
      ]
    )
    #expect(job.table.overflows.isEmpty)
  }

  @Test("a running total is not followed")
  func totals() throws {
    let metric = "    - {name: a_total, type: counter, help: H., total: v}\n"
    var job = try Job(metric)
    job.read(#"{"v":5}"#, #"{"v":5}"#, #"{"v":9}"#)
    #expect(job.samples == ["a_total 9"])
    job.read(#"{"v":2}"#, #"{"v":3}"#)
    #expect(job.samples == ["a_total 12"])
    // Of a metric that is new in a log that was read before, what came before is not counted.
    var later = try Job(metric, resuming: CustomMetricTable.State())
    later.read(#"{"v":1000}"#, #"{"v":1001}"#, #"{"v":4}"#)
    #expect(later.samples == ["a_total 5"])
  }

  @Test("a gauge has another value than the newest event's, or stays for too long")
  func gauges() throws {
    var job = try Job("    - {name: g, type: gauge, help: H., value: v, labels: {k: k}, expire: 1h}\n")
    #expect(job.samples == [])
    job.read(
      #"{"t":"2026-11-29T01:00:00Z","k":"a","v":1}"#,
      #"{"t":"2026-11-29T00:00:00Z","k":"a","v":2}"#,
      #"{"t":"2026-11-29T02:00:00Z","k":"b","v":-3}"#,
      #"{"t":"2026-11-29T02:00:00Z","k":"b","v":4}"#
    )
    #expect(job.samples == [#"g{k="a"} 1"#, #"g{k="b"} 4"#])
    job.table.expire(at: 1_795_918_000_000_000_000)
    #expect(job.samples == [#"g{k="b"} 4"#])
    job.table.expire(at: 1_795_990_000_000_000_000)
    #expect(job.samples == [])
    // A clock that is ahead keeps nothing out that comes later.
    job.read(#"{"t":"2200-01-01T00:00:00Z","k":"a","v":1}"#, #"{"k":"a","v":2}"#)
    #expect(job.samples == [#"g{k="a"} 2"#])
  }

  @Test("a new run leaves what it resets, or resets more")
  func resets() throws {
    var job = try Job(
      "    - {name: g, type: gauge, help: H., value: v, labels: {k: {path: k, limit: 2}}, reset: run}\n"
        + "    - {name: stays, type: gauge, help: H., value: v}\n"
    )
    job.read(#"{"k":"a","v":1}"#, #"{"k":"b","v":2}"#, #"{"k":"c","v":3}"#, #"{"p":"other","k":"a","v":7}"#)
    #expect(job.samples.filter { $0.hasPrefix("g") }.count == 4)
    job.read(#"{"msg":"start"}"#, #"{"k":"d","v":4}"#)
    #expect(job.samples.filter { $0.hasPrefix("g") } == [#"g{pipeline="other",k="a"} 7"#, #"g{k="d"} 4"#])
    #expect(job.samples.filter { $0.hasPrefix("stays") } == ["stays 4", #"stays{pipeline="other"} 7"#])
  }

  @Test("a histogram observes something else")
  func histograms() throws {
    var job = try Job("    - {name: h, type: histogram, help: H., value: {path: v, unit: ms}, buckets: [0.5, 1]}\n")
    job.read(#"{"v":250}"#, #"{"v":"1000"}"#, #"{"v":5000}"#)
    #expect(
      job.samples == [
        #"h_bucket{le="0.5"} 1"#, #"h_bucket{le="1.0"} 2"#, #"h_bucket{le="+Inf"} 3"#, "h_sum 6.25", "h_count 3",
      ]
    )
  }

  @Test("a million values make a million series, or their sum is lost")
  func bounds() throws {
    var job = try Job(
      "    - {name: a_total, type: counter, help: H., labels: {k: {path: k, limit: 3}, l: l}, max_series: 20}\n"
        + "    - {name: h, type: histogram, help: H., value: v, buckets: [1], labels: {k: {path: k, limit: 900}}, max_series: 900}\n",
      maximumSeries: 100
    )
    for number in 0..<2_000 { job.read(#"{"k":"\#(number)","l":"\#(number % 97)","v":1}"#) }
    let values = job.samples.filter { $0.hasPrefix("a_total") }.compactMap {
      Double($0.split(separator: " ").last ?? "")
    }
    #expect(values.reduce(0, +) == 2_000 && values.count <= 21)
    let counts = job.samples.filter { $0.hasPrefix("h_count") }
    #expect(counts.count < 100 && job.samples.count < 500)
    let overflows = Dictionary(uniqueKeysWithValues: job.table.overflows.map { ($0.label, $0.count) })
    #expect(overflows["a_total.k"] == 1_997 && overflows["a_total"] ?? 0 > 0 && overflows["h"] ?? 0 > 0)
    job.read(#"{"k":"\#(String(repeating: "x", count: 129))"}"#)
    #expect(job.table.overflows.first { $0.label == "a_total.k" }?.count == 1_998)
  }

  @Test("pipelines are not told apart, or shown where there are none")
  func pipelines() throws {
    let metric = "    - {name: a_total, type: counter, help: H.}\n"
    var job = try Job(metric)
    job.read(#"{"p":"x"}"#)
    // The one without a name goes as the job's own do.
    #expect(job.samples == [#"a_total{pipeline="x"} 1"#])
    job.read("{}")
    #expect(job.samples == ["a_total 1", #"a_total{pipeline="x"} 1"#])
    #expect(try Job(metric, names: ["y"]).samples == [#"a_total{pipeline="y"} 0"#])
    var many = try Job(metric)
    for number in 0..<300 { many.read(#"{"p":"\#(number)"}"#) }
    #expect(many.samples.count == 101 && many.samples.contains(#"a_total{pipeline="other"} 200"#))
  }

  @Test("a restart loses a value, or counts it again")
  func snapshots() throws {
    let metrics =
      Self.counter + "    - {name: t_total, type: counter, help: H., total: v}\n"
      + "    - {name: g, type: gauge, help: H., value: v, labels: {k: k}}\n"
      + "    - {name: h, type: histogram, help: H., value: v, buckets: [1, 2], labels: {k: {path: k, limit: 1}}}\n"
    let lines = (0..<40).map {
      #"{"t":\#(1_795_914_000 + $0),"k":"\#($0 % 3)","v":\#($0 % 7),"p":"\#($0 % 2 == 0 ? "x" : "")"}"#
    }
    var whole = try Job(metrics)
    for line in lines { whole.read(line) }
    for cut in [0, 1, 7, 20, 40] {
      var first = try Job(metrics)
      for line in lines[..<cut] { first.read(line) }
      var second = try Job(metrics, resuming: first.table.state)
      #expect(second.changes == CustomMetricTable.Changes(kept: 4))
      for line in lines[cut...] { second.read(line) }
      #expect(second.samples.sorted() == whole.samples.sorted(), "cut after \(cut)")
      #expect(second.table.overflows.map(\.count) == whole.table.overflows.map(\.count))
    }
  }

  @Test("a changed configuration counts twice, or begins anew what it did not change")
  func changes() throws {
    var job = try Job(
      Self.counter + "    - {name: b_total, type: counter, help: H.}\n    - {name: c_total, type: counter, help: H.}\n"
    )
    job.read(#"{"k":"x","v":1}"#)
    let snapshot = job.table.state
    // Another help or limit is no other metric; another condition is one.
    let changed = try Job(
      "    - {name: a_total, type: counter, help: Other., value: v, labels: {k: {path: k, limit: 9}}}\n"
        + "    - {name: b_total, type: counter, help: H., when: {k: x}}\n    - {name: d_total, type: counter, help: H.}\n",
      resuming: snapshot
    )
    #expect(changed.samples == [#"a_total{k="x"} 1"#, "b_total 0", "d_total 0"])
    #expect(changed.changes.kept == 1)
    #expect(changed.changes.begun == ["b_total", "d_total"] && changed.changes.dropped == ["c_total"])
    #expect(try Job(Self.counter, resuming: snapshot, format: "g").changes.begun == ["a_total"])
  }
}
