internal import ETLLog
internal import JobState
internal import LinuxIO
internal import Tailing

/// The way from a log's bytes to numbers: what the tailers deliver is read, and the events are aggregated.
struct LineProcessor: ~Copyable {
  /// What the lines said.
  private(set) var aggregator: EventAggregator
  private var reader: LogReader

  /// Makes one that has read nothing.
  ///
  /// - Parameters:
  ///   - maximumLineBytes: Longer lines are counted as oversized and not read.
  ///   - silenceNanoseconds: After how much silence a run that has not said that it ends counts as aborted.
  ///   - localOffsetSeconds: How far the clock of a time without an offset is ahead of UTC.
  ///   - pipelines: What is known from before.
  ///   - lineCounts: What is known from before.
  ///   - valueCounts: What is known from before.
  init(
    maximumLineBytes: Int,
    silenceNanoseconds: Int64 = 120_000_000_000,
    localOffsetSeconds: Int64 = 0,
    pipelines: PipelineTable,
    lineCounts: LineCounts = LineCounts(),
    valueCounts: ValueCounts = ValueCounts()
  ) {
    var pipelines = pipelines
    pipelines.silenceNanoseconds = silenceNanoseconds
    reader = LogReader(maximumLineBytes: maximumLineBytes, localOffsetSeconds: localOffsetSeconds)
    aggregator = EventAggregator(pipelines: pipelines, lineCounts: lineCounts, valueCounts: valueCounts)
  }

  /// Says where the lines come from that are received next, and when they were read.
  ///
  /// - Parameters:
  ///   - logName: The log's own name; nil where it has none.
  ///   - origin: The log.
  ///   - readTime: The present.
  mutating func setContext(logName: [UInt8]?, origin: LogOrigin = LogOrigin(), readTime: WallTime) {
    aggregator.setContext(logName: logName, origin: origin, readNanoseconds: readTime.nanoseconds)
  }

  /// Lets runs of which nothing more comes count as aborted.
  ///
  /// - Parameter now: The present.
  mutating func noteSilence(at now: WallTime) { aggregator.noteSilence(at: now.nanoseconds) }

  /// Says that nothing more comes: what is missing by now is lost.
  ///
  /// - Parameter now: The present.
  mutating func finish(at now: WallTime) {
    aggregator.finish()
    noteSilence(at: now)
  }

  /// Takes what there is to say of the lines that could not be counted since this was last called.
  ///
  /// - Returns: The first of them, and how many there were; nil where there were none.
  mutating func takeRejectedLines() -> RejectedLines? { aggregator.takeRejectedLines() }

  /// Takes what there is to say of values that could not be used since this was last called.
  ///
  /// - Returns: The first of them, and how many there were; nil where there were none.
  mutating func takeUnusableValues() -> UnusableValues? { aggregator.takeUnusableValues() }
}

extension LineProcessor: LineSink {
  mutating func receive(_ lines: RawSpan) {
    reader.read(lines, into: &aggregator)
  }

  mutating func skipOversizedLine() {
    aggregator.reject(.oversized, line: RawSpan())
  }
}
