import ETLLog
import Metrics
import TestSupport
import Testing

@testable import JobState

/// A log on its way to numbers.
private struct Pipeline: ~Copyable {
  var aggregator = EventAggregator(pipelines: PipelineTable(logNames: [nil]), lineCounts: LineCounts())
  private var reader = LogReader(maximumLineBytes: 64 << 10)

  /// Reads lines as if they were new at some moment.
  mutating func read(_ lines: some Sequence<String>, at nanoseconds: Int64) {
    aggregator.setContext(logName: nil, origin: LogOrigin(), readNanoseconds: nanoseconds)
    let bytes = Array(lines.map { "\($0)\n" }.joined().utf8)
    // Every byte is initialized.
    reader.read(unsafe bytes.span.bytes, into: &aggregator)
  }

  /// Goes on as another process does, from what this one would leave.
  mutating func restart() {
    let pipelines = PipelineTable(logNames: [nil], state: aggregator.pipelines.state)
    aggregator = EventAggregator(pipelines: pipelines, lineCounts: aggregator.lineCounts)
    reader = LogReader(maximumLineBytes: 64 << 10)
  }

  /// Everything that is counted, whenever it is read.
  var counters: [String: Int64] {
    var counters: [String: Int64] = [:]
    for pipeline in aggregator.pipelines.all {
      counters["records"] = pipeline.totals.records.counted
      counters["files"] = pipeline.totals.files.counted
      counters["failures"] = pipeline.totals.failures.counted
      counters["gap_records"] = pipeline.totals.records.gap
      counters["gap_files"] = pipeline.totals.files.gap
      counters["gap_failures"] = pipeline.totals.failures.gap
      counters["conflicts"] = pipeline.totals.conflictingLines
      for result in RunResult.allCases { counters["runs_\(result.rawValue)"] = pipeline.runs[result] }
      for error in pipeline.errorCounts { counters["error_\(error.type)"] = error.count }
      counters["timed_files"] = pipeline.processingTimes.counts.reduce(0, +)
    }
    for result in LineResult.allCases { counters["lines_\(result.rawValue)"] = aggregator.lineCounts[result] }
    return counters
  }
}

@Suite("Any job, read in any way")
struct RandomJobTests {
  private static let day: Int64 = 86_400_000_000_000

  @Test("jobs of all habits: the counters are what the job did", arguments: 0..<20)
  func truth(part: Int) throws {
    var random = RandomSource(named: "RandomJobTests.truth", part: part)
    for number in 0..<RandomSource.count(200) {
      let job = RandomJob(&random)
      var pipeline = Pipeline()
      pipeline.read(job.lines, at: (job.writtenNanoseconds.max() ?? 0) + Self.day)
      let counted = try #require(pipeline.aggregator.pipelines.all.first).totals
      let counts = RandomJob.Counts(
        records: counted.records.counted,
        files: counted.files.counted,
        failures: counted.failures.counted
      )
      let gap = counted.records.gap + counted.files.gap + counted.failures.gap
      guard counts == job.truth, gap == 0, counted.conflictingLines == 0 else {
        let log = job.lines.joined(separator: "\n")
        Issue.record(
          """
          job \(number): \(job.note): \(counts), gap \(gap), \(counted.conflictingLines) in conflict;
          right is \(job.truth) \(random.note)
          \(log)
          """
        )
        return
      }
    }
  }

  @Test(
    "jobs of all habits, read in any pieces, at any times, with restarts: always the same counters",
    arguments: 0..<10
  )
  func pieces(part: Int) {
    var random = RandomSource(named: "RandomJobTests.pieces", part: part + 1000)
    for number in 0..<RandomSource.count(200) {
      let job = RandomJob(&random)
      var whole = Pipeline()
      whole.read(job.lines, at: (job.writtenNanoseconds.max() ?? 0) + Self.day)
      var pieces = Pipeline()
      var index = 0
      while index < job.lines.count {
        let end = min(job.lines.count, index + random.below(5) + 1)
        // Also by a clock that is behind the job's.
        let delay = Int64(random.below(4_000) - 1_000) * 1_000_000
        pieces.read(job.lines[index..<end], at: job.writtenNanoseconds[end - 1] + delay)
        if random.below(3) == 0 { pieces.restart() }
        index = end
      }
      let (expected, found) = (whole.counters, pieces.counters)
      #expect(expected == found, "job \(number): \(job.note) \(random.note)")
      guard expected == found else { return }
    }
  }
}
