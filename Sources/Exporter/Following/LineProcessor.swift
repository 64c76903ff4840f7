internal import ETLLog
internal import JobState
internal import LinuxIO
internal import Tailing

/// The way from a log's bytes to numbers: what the tailers deliver is read, and the events are aggregated.
struct LineProcessor: ~Copyable {
  /// What the lines said.
  private(set) var aggregator: EventAggregator
  private var reader: LogReader
  private let formats: FormatSet
  private let maximumLineBytes: Int
  private let localOffsetSeconds: Int64
  /// The readers of logs with a format of their own, by the numbers of the logs.
  private var formattedLogs: [Int: FormattedLog] = [:]
  /// The reader of the lines that are received next; nil for the built-in format.
  private var formattedLog: FormattedLog?

  /// Makes one that has read nothing.
  ///
  /// - Parameters:
  ///   - maximumLineBytes: Longer lines are counted as oversized and not read.
  ///   - silenceNanoseconds: After how much silence a run that has not said that it ends counts as aborted.
  ///   - localOffsetSeconds: How far the clock of a time without an offset is ahead of UTC.
  ///   - pipelines: What is known from before.
  ///   - lineCounts: What is known from before.
  ///   - valueCounts: What is known from before.
  ///   - formats: The formats of logs that have one of their own.
  ///   - customMetrics: What is known from before of the metrics that they declare.
  init(
    maximumLineBytes: Int,
    silenceNanoseconds: Int64 = 120_000_000_000,
    localOffsetSeconds: Int64 = 0,
    pipelines: PipelineTable,
    lineCounts: LineCounts = LineCounts(),
    valueCounts: ValueCounts = ValueCounts(),
    formats: FormatSet = FormatSet(),
    customMetrics: CustomMetricTable = CustomMetricTable()
  ) {
    var pipelines = pipelines
    pipelines.silenceNanoseconds = silenceNanoseconds
    reader = LogReader(maximumLineBytes: maximumLineBytes, localOffsetSeconds: localOffsetSeconds)
    self.maximumLineBytes = maximumLineBytes
    self.localOffsetSeconds = localOffsetSeconds
    self.formats = formats
    aggregator = EventAggregator(
      pipelines: pipelines,
      lineCounts: lineCounts,
      valueCounts: valueCounts,
      customMetrics: customMetrics,
      formats: formats.statistics
    )
  }

  /// Says where the lines come from that are received next, and when they were read.
  ///
  /// - Parameters:
  ///   - logName: The log's own name; nil where it has none.
  ///   - origin: The log.
  ///   - readTime: The present.
  mutating func setContext(logName: [UInt8]?, origin: LogOrigin = LogOrigin(), readTime: WallTime) {
    let format = formats.format(of: origin.source)
    formattedLog = format.map { formattedLog(of: origin.number, $0.index, $0.envelope) }
    aggregator.setContext(
      logName: logName,
      origin: origin,
      readNanoseconds: readTime.nanoseconds,
      formatIndex: format?.index ?? 0
    )
  }

  private mutating func formattedLog(of number: Int, _ index: Int, _ envelope: LogEnvelope) -> FormattedLog {
    if let log = formattedLogs[number] { return log }
    let log = FormattedLog(
      formats.declarations[index],
      envelope: envelope,
      maximumLineBytes: maximumLineBytes,
      localOffsetSeconds: localOffsetSeconds
    )
    formattedLogs[number] = log
    return log
  }

  /// Forgets what is remembered of a log that is not followed any more.
  ///
  /// - Parameter number: The log's number.
  mutating func forget(_ number: Int) { formattedLogs[number] = nil }

  /// Lets metrics of formats go that have had no event for as long as they say.
  mutating func expireCustomMetrics() { aggregator.expireCustomMetrics() }

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
    if let formattedLog {
      formattedLog.reader.read(lines, into: &aggregator)
    } else {
      reader.read(lines, into: &aggregator)
    }
  }

  mutating func skipOversizedLine() {
    aggregator.reject(.oversized, line: RawSpan())
  }
}
