internal import ETLLog
internal import LinuxIO
internal import Tailing

/// Takes the lines of the logs in and keeps what they say: the way from bytes to numbers.
struct EventIngest: ~Copyable {
  /// What became of the lines, over all logs.
  var lineCounts: LineCounts { book.lineCounts }
  /// What the lines said.
  var pipelines: PipelineTable { book.pipelines }
  /// From the newest event to its being read; nil before the first event that says when it happened.
  var eventDelaySeconds: Double? { book.eventDelaySeconds }

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
  ///   - readTime: The present.
  mutating func begin(logName: [UInt8]?, readTime: WallTime) {
    book.logName = logName
    book.readNanoseconds = readTime.nanoseconds
  }
}

extension EventIngest: LineSink {
  mutating func receive(_ lines: RawSpan) {
    reader.read(lines, into: &book)
  }

  mutating func skipOversizedLine() {
    book.reject(.oversized)
  }
}

/// Where the reader's events go.
private struct EventBook: LogEventSink {
  var lineCounts: LineCounts
  var pipelines: PipelineTable
  var logName: [UInt8]?
  var readNanoseconds: Int64 = 0
  var eventDelaySeconds: Double?

  init(pipelines: PipelineTable, lineCounts: LineCounts) {
    self.pipelines = pipelines
    self.lineCounts = lineCounts
  }

  mutating func receive(_ event: LogEvent, _ texts: borrowing LogTexts) {
    switch pipelines.apply(event, texts, logName: logName, readNanoseconds: readNanoseconds) {
    case .counted:
      lineCounts[event.message == .other ? .other : .event] += 1
      if let nanoseconds = event.timestampNanoseconds {
        eventDelaySeconds = seconds(from: nanoseconds, to: readNanoseconds)
      }
    case .duplicate: lineCounts[.duplicate] += 1
    case .stale: lineCounts[.stale] += 1
    }
  }

  mutating func reject(_ reason: LineRejection) {
    switch reason {
    case .malformed: lineCounts[.malformed] += 1
    case .oversized: lineCounts[.oversized] += 1
    case .blank: lineCounts[.other] += 1
    }
  }
}
