package import ETLLog
internal import UnixTime

/// The log that lines come from.
package struct LogOrigin: Equatable {
  /// Differs from that of every other log of this process.
  package let number: Int
  /// The index among the configured sources; the logs of one pattern share it.
  package let source: Int
  /// The path as it was given.
  package let path: String

  /// Names a log.
  package init(number: Int = 0, source: Int = 0, path: String = "") {
    self.number = number
    self.source = source
    self.path = path
  }
}

/// Takes the events of all logs, in the order in which they are read, and keeps what they say.
package struct EventAggregator: LogEventSink {
  /// What became of the lines, over all logs.
  package private(set) var lineCounts: LineCounts
  /// What became of their values.
  package private(set) var valueCounts: ValueCounts
  /// What the lines said.
  package private(set) var pipelines: PipelineTable
  /// Two logs whose running totals went to one pipeline, which follows those of one job only; nil while there are none.
  package var conflictingLogs: ConflictingLogs? { conflictDetector.conflictingLogs }
  /// From the newest event to its being read, below 0 where the job's clock is ahead; nil before the first event that says
  /// when it happened.
  package var eventDelaySeconds: Double? {
    let read = newestEventReadNanoseconds
    return newestEventNanoseconds.map { $0 > read ? -seconds(from: read, to: $0) : seconds(from: $0, to: read) }
  }

  private var logName: [UInt8]?
  private var origin = LogOrigin()
  private var readNanoseconds: Int64 = 0
  private var conflictDetector = TotalsConflictDetector()
  /// Whether totals of no named pipeline have come since this log's lines began: the next lines tell the same of it.
  private var hasRecordedTotalsSource = false
  private var rejectedLines: RejectedLines?
  private var unusableValues: UnusableValues?
  /// When the newest event happened, and when it was read; nil before the first one that says when it happened.
  private var newestEventNanoseconds: Int64?
  private var newestEventReadNanoseconds: Int64 = 0

  /// Makes one that has taken no event.
  ///
  /// - Parameters:
  ///   - pipelines: What is known from before.
  ///   - lineCounts: What is known from before.
  ///   - valueCounts: What is known from before.
  package init(pipelines: PipelineTable, lineCounts: LineCounts, valueCounts: ValueCounts = ValueCounts()) {
    self.pipelines = pipelines
    self.lineCounts = lineCounts
    self.valueCounts = valueCounts
  }

  /// Says where the events come from that are received next, and when they were read.
  ///
  /// - Parameters:
  ///   - logName: The log's own name; nil where it has none.
  ///   - origin: The log.
  ///   - readNanoseconds: The present, in nanoseconds since 1970.
  package mutating func setContext(logName: [UInt8]?, origin: LogOrigin, readNanoseconds: Int64) {
    self.logName = logName
    self.origin = origin
    self.readNanoseconds = readNanoseconds
    hasRecordedTotalsSource = false
  }

  /// Lets runs of which nothing more comes count as aborted.
  ///
  /// - Parameter nanoseconds: The present, since 1970.
  package mutating func noteSilence(at nanoseconds: Int64) { pipelines.noteSilence(at: nanoseconds) }

  /// Says that nothing more comes: what is missing by now is lost.
  package mutating func finish() { pipelines.settleGaps() }

  /// Takes what there is to say of the lines that could not be counted since this was last called.
  ///
  /// - Returns: The first of them, and how many there were; nil where there were none.
  package mutating func takeRejectedLines() -> RejectedLines? {
    defer { rejectedLines = nil }
    return rejectedLines
  }

  /// Takes what there is to say of values that could not be used since this was last called.
  ///
  /// - Returns: The first of them, and how many there were; nil where there were none.
  package mutating func takeUnusableValues() -> UnusableValues? {
    defer { unusableValues = nil }
    return unusableValues
  }

  /// Counts the values of the next event that are missing in it, or not as they stand in the line.
  ///
  /// - Parameters:
  ///   - unusable: The fields with a value that they cannot have.
  ///   - replaced: The texts in which characters were replaced.
  ///   - object: The event's object.
  package mutating func note(unusable: LogFieldSet, replaced: LogFieldSet, object: RawSpan) {
    let before = valueCounts.unusable.total
    valueCounts.add(unusable: unusable, replaced: replaced)
    guard !unusable.isEmpty else { return }
    if unusableValues == nil {
      // Safe: the bytes stand during the call.
      let bytes = unsafe object.withUnsafeBytes { unsafe Array($0) }
      guard let first = UnusableValue(in: unusable, object: bytes) else { return }
      unusableValues = UnusableValues(path: origin.path, first: first)
    }
    unusableValues?.count += valueCounts.unusable.total - before
  }

  /// Counts an event.
  ///
  /// - Parameters:
  ///   - event: What the line says.
  ///   - texts: Its texts, which stand only during the call.
  package mutating func receive(_ event: LogEvent, _ texts: borrowing LogTexts) {
    if !hasRecordedTotalsSource { recordTotalsSource(event, texts) }
    let result = pipelines.apply(event, texts, logName: logName, readNanoseconds: readNanoseconds)
    lineCounts[result] += 1
    guard result.isCounted, let nanoseconds = event.timestampNanoseconds else { return }
    // One from a clock that was ahead, and is right by now, must not stay the newest one.
    if let newest = newestEventNanoseconds, nanoseconds < newest, newest <= readNanoseconds { return }
    newestEventNanoseconds = nanoseconds
    newestEventReadNanoseconds = readNanoseconds
  }

  /// Counts a line that is no event.
  ///
  /// - Parameters:
  ///   - reason: Why it is none: `.malformed`, `.oversized`, `.text`, or `.other` where it is blank.
  ///   - line: The line with its newline, or a part of it; empty where it was skipped.
  package mutating func reject(_ reason: LineResult, line: RawSpan) {
    lineCounts[reason] += 1
    // A blank line is nothing that somebody has to mend, and neither is a stack trace.
    switch reason {
    case .other, .text: return
    default: break
    }
    if rejectedLines == nil { rejectedLines = RejectedLines(path: origin.path, reason: reason, line: line) }
    rejectedLines?.count += 1
  }

  private mutating func recordTotalsSource(_ event: LogEvent, _ texts: borrowing LogTexts) {
    guard event.totalRecords != nil || event.totalFiles != nil || event.totalFailures != nil, !texts.has(.pipeline)
    else { return }
    hasRecordedTotalsSource = true
    conflictDetector.note(origin, logName: logName)
  }
}
