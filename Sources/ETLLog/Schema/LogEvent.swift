internal import JSON

/// One line of the log, without its texts: those are in the `LogTexts` that come with it.
///
/// A property is nil where the line does not have the field, or has a value there that says nothing (null, `NaN`, an infinity) or
/// that cannot be used.
package struct LogEvent: Equatable, BitwiseCopyable {
  /// What happened.
  package var message: LogMessage
  /// When it happened, in nanoseconds since 1970-01-01T00:00:00Z without leap seconds.
  package var timestampNanoseconds: Int64?
  /// Records of this run of the job so far, never negative.
  package var totalRecords: Int64?
  /// Files completed in this run of the job so far, never negative.
  package var totalFiles: Int64?
  /// Files failed in this run of the job so far, never negative.
  package var totalFailures: Int64?
  /// Records of this file, never negative.
  package var recordsProcessed: Int64?
  /// Time that this file took, finite and never negative.
  package var processingTimeSeconds: Double?
  /// Records per second of this file, finite and never negative.
  package var currentRate: Double?

  /// Makes an event of the fields given.
  package init(
    message: LogMessage = .other,
    timestampNanoseconds: Int64? = nil,
    totalRecords: Int64? = nil,
    totalFiles: Int64? = nil,
    totalFailures: Int64? = nil,
    recordsProcessed: Int64? = nil,
    processingTimeSeconds: Double? = nil,
    currentRate: Double? = nil
  ) {
    self.message = message
    self.timestampNanoseconds = timestampNanoseconds
    self.totalRecords = totalRecords
    self.totalFiles = totalFiles
    self.totalFailures = totalFailures
    self.recordsProcessed = recordsProcessed
    self.processingTimeSeconds = processingTimeSeconds
    self.currentRate = currentRate
  }
}

/// The texts that a line may carry.
package enum LogTextField: CaseIterable {
  /// Which file: `file_id`.
  case fileID
  /// Why it failed: `error_type`, and where that is missing or empty `failure_reason`.
  case errorType
  /// Which job: `pipeline`.
  case pipeline
}

/// The texts of the event being delivered; they exist only during the delivery.
package struct LogTexts: ~Copyable {
  var fileID: JSONString?
  var errorType: JSONString?
  var failureReason: JSONString?
  var pipeline: JSONString?
  /// Whether one of them may have escapes or characters beyond ASCII.
  var needCopies = false

  /// Reads one text, unescaped, as well-formed UTF-8 of any length the line allows; it may be empty.
  ///
  /// Characters that a label or an exemplar cannot have are U+FFFD in it.
  ///
  /// - Parameters:
  ///   - field: Which text.
  ///   - body: What to do with its bytes, which stand only during the call; not called where the line does not have the
  ///     text.
  package borrowing func withBytes(of field: LogTextField, _ body: (Span<UInt8>) -> Void) {
    // Without a result, because a generic function of another module is not specialized, and this is called for each line.
    text(of: field)?.withSpan(body)
  }

  /// Whether the line has a text that is not empty.
  ///
  /// - Parameter field: Which text.
  /// - Returns: True where `withBytes` would call its body with at least one byte.
  package borrowing func has(_ field: LogTextField) -> Bool {
    // An escape stands for at least one byte.
    text(of: field).map { $0.byteCount > 0 } ?? false
  }

  @inline(__always)
  private borrowing func text(of field: LogTextField) -> JSONString? {
    switch field {
    case .fileID: fileID
    case .errorType: errorType.flatMap { $0.byteCount > 0 ? $0 : nil } ?? failureReason ?? errorType
    case .pipeline: pipeline
    }
  }
}

/// What takes the events of a log, in the log's order.
package protocol LogEventSink: ~Copyable {
  /// Takes an event.
  ///
  /// - Parameters:
  ///   - event: What the line says.
  ///   - texts: Its texts, which stand only during the call.
  mutating func receive(_ event: LogEvent, _ texts: borrowing LogTexts)

  /// Takes note of what is missing in the event that is received next, or not as the line has it.
  ///
  /// - Parameters:
  ///   - unusable: The fields with a value that they cannot have; the event has none for them.
  ///   - replaced: The texts in which characters were replaced that cannot be shown.
  ///   - object: The event's object, from brace to brace; the bytes stand only during the call.
  mutating func note(unusable: LogFieldSet, replaced: LogFieldSet, object: RawSpan)

  /// Takes note of a line that is no event.
  ///
  /// - Parameters:
  ///   - reason: Why it is none: `.malformed`, `.oversized`, `.text`, or `.other` where it is blank.
  ///   - line: The line with its newline, whatever its bytes are, or the part of it that is no event; they stand only during
  ///     the call.
  mutating func reject(_ reason: LineResult, line: RawSpan)
}
