internal import JSON

/// Reads the lines of a log.
///
/// It has no state that changes what a line means; it only remembers what helps to read the next one faster.
package struct LogReader: ~Copyable {
  private let maximumLineBytes: Int
  private var scanner: EventScanner

  /// Makes a reader.
  ///
  /// - Parameter maximumLineBytes: How long a line may be, without its end and without NUL bytes before it.
  package init(maximumLineBytes: Int) {
    self.maximumLineBytes = maximumLineBytes
    scanner = EventScanner(maximumLineBytes: maximumLineBytes)
  }

  /// Reads lines and delivers each one, in order.
  ///
  /// A line ends with a newline, or a carriage return and a newline. What stands before the first `{` is skipped, because
  /// logging frameworks put time and level there; from there on RFC 8259 holds. Of fields that occur twice the last one
  /// counts. NUL bytes before a line come from a file that was truncated under its writer, and do not count at all.
  ///
  /// - Parameters:
  ///   - lines: Whole lines, the last one with its newline, or nothing at all.
  ///   - sink: What takes the events.
  package mutating func read<Sink: LogEventSink & ~Copyable>(_ lines: RawSpan, into sink: inout Sink) {
    // The places are used only in here, where the bytes stand.
    unsafe lines.withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress, let last = unsafe bytes.last else { return }
      precondition(last == Byte.newline, "the last line has no end")
      let start = unsafe BytePosition(base)
      var position = start
      let json = JSONScanner(end: position + bytes.count)
      while position < json.end {
        let line = scanLine(position, json)
        if let rejection = line.rejection {
          sink.reject(rejection, line: lines.extracting(position - start..<line.end - start))
        } else {
          scanner.resolveTexts()
          sink.receive(scanner.event, scanner.texts)
        }
        position = line.end
      }
    }
  }

  /// Reads one line; its event is then in the scanner.
  private mutating func scanLine(
    _ start: BytePosition,
    _ json: JSONScanner
  ) -> (rejection: LineRejection?, end: BytePosition) {
    var lineStart = start
    while lineStart.byte == Byte.null { lineStart += 1 }
    let brace = lineStart.byte == Byte.openBrace ? lineStart : json.seek(Byte.openBrace, from: lineStart)
    let hasObject = brace.byte == Byte.openBrace
    let objectEnd = hasObject ? scanner.scanObject(brace + 1, json) : nil
    let stop = objectEnd.map { json.skipWhitespace($0) }
    let isObject = stop?.byte == Byte.newline
    let newline = isObject ? stop ?? brace : json.seek(Byte.newline, from: brace)

    let hasCarriageReturn = newline > lineStart && (newline + -1).byte == Byte.carriageReturn
    let rejection: LineRejection? =
      if newline - lineStart - (hasCarriageReturn ? 1 : 0) > maximumLineBytes {
        .oversized
      } else if isObject {
        scanner.hasWrongField ? .malformed : nil
      } else {
        !hasObject && isBlank(lineStart, to: newline, json) ? .blank : .malformed
      }
    return (rejection, newline + 1)
  }

  private func isBlank(_ start: BytePosition, to newline: BytePosition, _ json: JSONScanner) -> Bool {
    var position = json.skipWhitespace(start)
    while position.byte == Byte.null {
      position = json.skipWhitespace(position + 1)
    }
    return position == newline
  }
}
