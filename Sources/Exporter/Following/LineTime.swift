internal import ETLLog
internal import Tailing

/// Reads of one line what tells which log it is of: whether it is an event, and when that was.
enum LineTime {
  /// Takes the one line that it is handed.
  private struct Sink: LogEventSink {
    var sketch = LineSketch.other

    mutating func receive(_ event: LogEvent, _ texts: borrowing LogTexts) {
      sketch = .event(nanoseconds: event.timestampNanoseconds)
    }

    mutating func reject(_ reason: LineResult, line: RawSpan) {}
  }

  /// Makes what reads lines so.
  ///
  /// - Parameter maximumLineBytes: The longest line.
  /// - Returns: A function that takes one line with its newline.
  static func sketcher(maximumLineBytes: Int) -> LineSketcher {
    { line in
      // Made anew each time: few lines are looked at so, and a reader takes memory that none would use.
      var reader = LogReader(maximumLineBytes: maximumLineBytes)
      var sink = Sink()
      reader.read(line, into: &sink)
      return sink.sketch
    }
  }
}
