internal import ETLLog
internal import LinuxIO
internal import Tailing

/// The log that lines come from.
struct LogOrigin: Equatable {
  /// Differs from that of every other log of this process.
  var number = 0
  /// The place among the configured sources; the logs of one pattern share it.
  var source = 0
  /// The path as it was given.
  var path = ""
}

/// Takes the lines of the logs in and keeps what they say: the way from bytes to numbers.
struct EventIngest: ~Copyable {
  /// What became of the lines, over all logs.
  var lineCounts: LineCounts { book.lineCounts }
  /// What the lines said.
  var pipelines: PipelineTable { book.pipelines }
  /// From the newest event to its being read, below 0 where the job's clock is ahead; nil before the first event that says
  /// when it happened.
  var eventDelaySeconds: Double? {
    let read = book.newestEventReadNanoseconds
    return book.newestEventNanoseconds.map { $0 > read ? -seconds(from: read, to: $0) : seconds(from: $0, to: read) }
  }
  /// Two logs whose running totals went to one pipeline, which follows those of one job only; nil while there are none.
  var mixedLogs: MixedLogs? { book.feeds.mixedLogs }

  private var reader: LogReader
  private var book: EventBook

  /// Makes one that has read nothing.
  ///
  /// - Parameters:
  ///   - maximumLineBytes: Longer lines are counted as oversized and not read.
  ///   - pipelines: What is known from before.
  ///   - lineCounts: What is known from before.
  init(maximumLineBytes: Int, pipelines: PipelineTable, lineCounts: LineCounts = LineCounts()) {
    reader = LogReader(maximumLineBytes: maximumLineBytes)
    book = EventBook(pipelines: pipelines, lineCounts: lineCounts)
  }

  /// Says where the lines come from that are received next, and when they were read.
  ///
  /// - Parameters:
  ///   - logName: The log's own name.
  ///   - origin: The log.
  ///   - readTime: The present.
  mutating func begin(logName: [UInt8]?, from origin: LogOrigin = LogOrigin(), readTime: WallTime) {
    book.logName = logName
    book.origin = origin
    book.hasNotedFeed = false
    book.readNanoseconds = readTime.nanoseconds
  }

  /// Takes what there is to say of the lines that could not be counted since this was last called.
  ///
  /// - Returns: The first of them, and how many there were; nil where there were none.
  mutating func takeRejectedLines() -> RejectedLines? {
    defer { book.rejectedLines = nil }
    return book.rejectedLines
  }
}

extension EventIngest: LineSink {
  mutating func receive(_ lines: RawSpan) {
    reader.read(lines, into: &book)
  }

  mutating func skipOversizedLine() {
    book.reject(.oversized, line: RawSpan())
  }
}

/// Where the reader's events go.
private struct EventBook: LogEventSink {
  var lineCounts: LineCounts
  var pipelines: PipelineTable
  var logName: [UInt8]?
  var origin = LogOrigin()
  /// Whether totals of no named pipeline have come since this log's lines began: the next lines tell the same of it.
  var hasNotedFeed = false
  var feeds = PipelineFeeds()
  var rejectedLines: RejectedLines?
  var readNanoseconds: Int64 = 0
  /// When the newest event happened, and when it was read; nil before the first one that says when it happened.
  var newestEventNanoseconds: Int64?
  var newestEventReadNanoseconds: Int64 = 0

  init(pipelines: PipelineTable, lineCounts: LineCounts) {
    self.pipelines = pipelines
    self.lineCounts = lineCounts
  }

  mutating func receive(_ event: LogEvent, _ texts: borrowing LogTexts) {
    if !hasNotedFeed { noteFeed(event, texts) }
    switch pipelines.apply(event, texts, logName: logName, readNanoseconds: readNanoseconds) {
    case .counted:
      lineCounts[event.message.isKnown ? .event : .other] += 1
      if let nanoseconds = event.timestampNanoseconds {
        newestEventNanoseconds = nanoseconds
        newestEventReadNanoseconds = readNanoseconds
      }
    case .duplicate: lineCounts[.duplicate] += 1
    case .stale: lineCounts[.stale] += 1
    }
  }

  mutating func reject(_ reason: LineRejection, line: RawSpan) {
    switch reason {
    case .malformed: lineCounts[.malformed] += 1
    case .oversized: lineCounts[.oversized] += 1
    case .blank: return lineCounts[.other] += 1
    }
    if rejectedLines == nil { rejectedLines = RejectedLines(path: origin.path, reason: reason, line: line) }
    rejectedLines?.count += 1
  }

  private mutating func noteFeed(_ event: LogEvent, _ texts: borrowing LogTexts) {
    guard event.totalRecords != nil || event.totalFiles != nil || event.totalFailures != nil, !texts.has(.pipeline)
    else { return }
    hasNotedFeed = true
    feeds.note(origin, logName: logName)
  }
}
