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
  ///   - pipelines: What is known from before.
  ///   - lineCounts: What is known from before.
  init(maximumLineBytes: Int, pipelines: PipelineTable, lineCounts: LineCounts = LineCounts()) {
    reader = LogReader(maximumLineBytes: maximumLineBytes)
    aggregator = EventAggregator(pipelines: pipelines, lineCounts: lineCounts)
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

  /// Takes what there is to say of the lines that could not be counted since this was last called.
  ///
  /// - Returns: The first of them, and how many there were; nil where there were none.
  mutating func takeRejectedLines() -> RejectedLines? { aggregator.takeRejectedLines() }
}

extension LineProcessor: LineSink {
  mutating func receive(_ lines: RawSpan) {
    reader.read(lines, into: &aggregator)
  }

  mutating func skipOversizedLine() {
    aggregator.reject(.oversized, line: RawSpan())
  }
}
