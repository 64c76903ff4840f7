internal import JSON

/// What became of a line.
package enum FormatLineResult: String, CaseIterable, Sendable {
  /// A rule held, for more than its totals and time.
  case event
  /// It is readable, and no rule held but that of an event `other`.
  case other
  /// There is no object in it, or one that cannot be read where that does not matter.
  case text
  /// Its object cannot be read, or its envelope.
  case malformed
  /// It is longer than the limit.
  case oversized
  /// There is nothing in it.
  case blank
  /// It is a piece of a line that the runtime cut.
  case partial
}

/// What takes what lines say, in the order of the log.
package protocol FormatSink: ~Copyable {
  /// Takes an event; called for each line that can be read, where the format has events.
  ///
  /// - Parameters:
  ///   - kind: What has happened; `other` where no rule held.
  ///   - event: What the line says.
  ///   - texts: Its texts, which stand only during the call.
  ///   - isTimedSinceStart: Whether the file took the time since its `file_started` line.
  mutating func receive(_ kind: EventKind, _ event: LogEvent, _ texts: borrowing LogTexts, isTimedSinceStart: Bool)

  /// Takes what a line adds to a metric of one's own, after the line's event.
  ///
  /// - Parameters:
  ///   - index: Which of the format's rules.
  ///   - value: What to add, set, observe or follow.
  ///   - nanoseconds: When it was; nil for now.
  ///   - labels: The labels' values, which stand only during the call.
  mutating func update(metric index: Int, value: Double, nanoseconds: Int64?, labels: borrowing MetricLabelValues)

  /// Takes note of a rule that holds for a line, before what comes of it.
  ///
  /// - Parameter rule: Which one: an index of the reader's `ruleNames`.
  mutating func noteRule(_ rule: Int)

  /// Takes note of a value that cannot be used, before the event of its line.
  ///
  /// - Parameters:
  ///   - use: What it was for: an index of the reader's `useNames`.
  ///   - reason: Why.
  mutating func noteUnusable(_ use: Int, _ reason: UnusableReason)

  /// Takes note of what became of a line, last of all.
  ///
  /// - Parameters:
  ///   - result: What became of it.
  ///   - line: The line with its newline, whatever its bytes are; they stand only during the call.
  mutating func finish(_ result: FormatLineResult, line: RawSpan)
}

/// The values of a metric's labels in the line being delivered.
package struct MetricLabelValues: ~Copyable {
  /// How many labels the metric has.
  package private(set) var count = 0
  private var values: InlineArray<8, JSONString?> = .init(repeating: nil)
  private let pipeline: JSONString?

  init(pipeline: JSONString?) {
    self.pipeline = pipeline
  }

  mutating func append(_ value: JSONString?) {
    values[count] = value
    count += 1
  }

  /// Reads the pipeline that the line names.
  ///
  /// - Parameter body: What to do with its bytes; not called where it names none.
  package borrowing func withPipelineBytes(_ body: (Span<UInt8>) -> Void) {
    pipeline?.withSpan(body)
  }

  /// Reads one value, in UTF-8 of any length; text before the object may have other bytes.
  ///
  /// - Parameters:
  ///   - index: Which label, in the metric's order.
  ///   - body: What to do with its bytes; not called where the line does not have the value.
  package borrowing func withBytes(at index: Int, _ body: (Span<UInt8>) -> Void) {
    guard index < count else { return }
    values[index]?.withSpan(body)
  }
}
