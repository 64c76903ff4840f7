import Testing

@testable import ETLLog
@testable import JSON

/// What the reader made of one line.
enum Outcome: Equatable {
  case event(LogEvent, [LogTextField: String])
  case rejected(LineRejection)

  var event: LogEvent? {
    guard case .event(let event, _) = self else { return nil }
    return event
  }

  func text(_ field: LogTextField) -> String? {
    guard case .event(_, let texts) = self else { return nil }
    return texts[field]
  }
}

/// Keeps what the reader delivers.
struct Recorder: LogEventSink {
  var outcomes: [Outcome] = []
  /// The lines that were rejected, with their newlines.
  var rejectedLines: [[UInt8]] = []

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
    outcomes.append(.event(event, strings))
  }

  mutating func reject(_ reason: LineRejection, line: RawSpan) {
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

/// Reads one line in every place where the scanner takes another way: at the end of its chunk and far from it, by a reader that
/// has read nothing, other lines, or the same line before. All must agree.
func outcome(
  of line: [UInt8],
  maximumLineBytes: Int = 65_536,
  sourceLocation: SourceLocation = #_sourceLocation
) -> Outcome {
  var possibleCopies = LogReader(maximumLineBytes: maximumLineBytes)
  let alone = possibleCopies.outcomes(of: line + [Byte.newline])
  guard let first = alone.first else { return .rejected(.blank) }
  #expect(alone.count == 1, sourceLocation: sourceLocation)
  let again = possibleCopies.outcomes(of: line + [Byte.newline] + line + [Byte.newline])
  #expect(again == [first, first], "the line read again", sourceLocation: sourceLocation)

  var reader = LogReader(maximumLineBytes: maximumLineBytes)
  let surrounded = reader.outcomes(
    of: Array(ordinaryLine.utf8) + line + [Byte.newline] + line + [Byte.newline] + Array(ordinaryLine.utf8)
  )
  #expect(surrounded.count == 4, sourceLocation: sourceLocation)
  #expect(
    surrounded.dropFirst().prefix(2) == [first, first],
    "the line between others",
    sourceLocation: sourceLocation
  )
  #expect(surrounded.first == surrounded.last, "the line spoils the next one", sourceLocation: sourceLocation)
  return first
}

func outcome(of line: String, sourceLocation: SourceLocation = #_sourceLocation) -> Outcome {
  outcome(of: Array(line.utf8), sourceLocation: sourceLocation)
}
