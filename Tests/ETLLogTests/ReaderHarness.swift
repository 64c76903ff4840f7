import Testing

@testable import ETLLog
@testable import JSON

/// What the reader made of one line.
enum Outcome: Equatable {
  case event(LogEvent, [LogTextField: String], unusable: Set<LogField> = [])
  case rejected(LineResult)

  var event: LogEvent? {
    guard case .event(let event, _, _) = self else { return nil }
    return event
  }

  /// The fields whose values could not be used.
  var unusable: Set<LogField> {
    guard case .event(_, _, let fields) = self else { return [] }
    return fields
  }

  func text(_ field: LogTextField) -> String? {
    guard case .event(_, let texts, _) = self else { return nil }
    return texts[field]
  }
}

/// Keeps what the reader delivers.
struct Recorder: LogEventSink {
  var outcomes: [Outcome] = []
  /// The lines that were rejected, with their newlines.
  var rejectedLines: [[UInt8]] = []
  /// The objects of which something was noted.
  var notedObjects: [[UInt8]] = []
  /// The texts in which something was replaced, over all lines.
  var replaced: Set<LogField> = []
  /// What was noted of the event that comes next.
  private var unusable: Set<LogField> = []

  mutating func receive(_ event: LogEvent, _ texts: borrowing LogTexts) {
    var strings: [LogTextField: String] = [:]
    for field in LogTextField.allCases {
      texts.withBytes(of: field) { bytes in
        // The bytes stand during the call; validating shows that they are well-formed.
        strings[field] = unsafe bytes.withUnsafeBufferPointer {
          String(validating: unsafe Array($0), as: UTF8.self) ?? "<not UTF-8>"
        }
      }
      // Not expected of each of millions of lines, which would take minutes.
      let isThere = strings[field]?.isEmpty == false
      if texts.has(field) != isThere { Issue.record("\(field) is there or not, as one asks") }
    }
    outcomes.append(.event(event, strings, unusable: unusable))
    unusable = []
  }

  mutating func note(unusable: LogFieldSet, replaced: LogFieldSet, object: RawSpan) {
    self.unusable = Set(LogField.allCases.filter(unusable.contains))
    self.replaced.formUnion(LogField.allCases.filter(replaced.contains))
    // The bytes stand during the call.
    notedObjects.append(unsafe object.withUnsafeBytes { unsafe Array($0) })
  }

  mutating func reject(_ reason: LineResult, line: RawSpan) {
    outcomes.append(.rejected(reason))
    // The bytes stand during the call.
    rejectedLines.append(unsafe line.withUnsafeBytes { unsafe Array($0) })
  }
}

extension LogReader {
  /// Reads from memory of exactly the right size, so that the address sanitizer sees every byte read beyond it.
  mutating func outcomes(of bytes: [UInt8]) -> [Outcome] {
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
    defer { unsafe memory.deallocate() }
    unsafe memory.copyBytes(from: bytes)
    var recorder = Recorder()
    unsafe read(memory.bytes, into: &recorder)
    return recorder.outcomes
  }
}

/// A line that is remembered and has every field, for what comes after it to be compared with.
let ordinaryLine =
  #"{"timestamp": "2025-01-18T04:00:00.000Z", "message": "file_processing_completed", "total_records": 1250, "#
  + #""total_files": 5, "total_failures": 1, "file_id": "file_000005", "records_processed": 250, "#
  + #""processing_time": 25.3, "current_rate": 9.88}"# + "\n"

/// A text as an event has it, by the general categories of its characters: those that no label should have are U+FFFD.
func shown(_ text: String) -> String {
  let separators: [Unicode.GeneralCategory] = [.lineSeparator, .paragraphSeparator]
  let directions = "\u{61C}\u{200E}\u{200F}\u{202A}\u{202B}\u{202C}\u{202D}\u{202E}\u{2066}\u{2067}\u{2068}\u{2069}"
    .unicodeScalars
  let scalars = text.unicodeScalars.map { scalar -> Unicode.Scalar in
    let properties = scalar.properties
    let isControl = properties.generalCategory == .control && !"\t\n\u{7F}".unicodeScalars.contains(scalar)
    let isHidden = isControl || properties.isNoncharacterCodePoint || separators.contains(properties.generalCategory)
    return isHidden || directions.contains(scalar) ? "\u{FFFD}" : scalar
  }
  return String(String.UnicodeScalarView(scalars))
}

/// Reads one line that is one outcome, in every place where the scanner takes another way: at the end of its chunk and far from it, by a reader that
/// has read nothing, other lines, or the same line before. All must agree.
func outcome(
  of line: [UInt8],
  maximumLineBytes: Int = 65_536,
  sourceLocation: SourceLocation = #_sourceLocation
) -> Outcome {
  let all = outcomes(of: line, maximumLineBytes: maximumLineBytes, sourceLocation: sourceLocation)
  #expect(all.count == 1, sourceLocation: sourceLocation)
  return all.first ?? .rejected(.other)
}

/// Reads one line, as `outcome` does, that may be several outcomes.
func outcomes(
  of line: [UInt8],
  maximumLineBytes: Int = 65_536,
  sourceLocation: SourceLocation = #_sourceLocation
) -> [Outcome] {
  var possibleCopies = LogReader(maximumLineBytes: maximumLineBytes)
  let alone = possibleCopies.outcomes(of: line + [Byte.newline])
  let again = possibleCopies.outcomes(of: line + [Byte.newline] + line + [Byte.newline])
  #expect(again == alone + alone, "the line read again", sourceLocation: sourceLocation)

  var reader = LogReader(maximumLineBytes: maximumLineBytes)
  let surrounded = reader.outcomes(
    of: Array(ordinaryLine.utf8) + line + [Byte.newline] + line + [Byte.newline] + Array(ordinaryLine.utf8)
  )
  #expect(
    Array(surrounded.dropFirst().dropLast()) == alone + alone,
    "the line between others",
    sourceLocation: sourceLocation
  )
  #expect(surrounded.first == surrounded.last, "the line spoils the next one", sourceLocation: sourceLocation)
  return alone
}

func outcome(of line: String, sourceLocation: SourceLocation = #_sourceLocation) -> Outcome {
  outcome(of: Array(line.utf8), sourceLocation: sourceLocation)
}
