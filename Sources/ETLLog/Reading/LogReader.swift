internal import JSON

/// Reads the lines of a log.
///
/// It has no state that changes what a line means; it only remembers what helps to read the next one faster.
package struct LogReader: ~Copyable {
  let maximumLineBytes: Int
  var scanner: EventScanner

  /// Makes a reader.
  ///
  /// - Parameters:
  ///   - maximumLineBytes: How long a line may be, without its end and without NUL bytes before it.
  ///   - localOffsetSeconds: How far the clock of a time without an offset is ahead of UTC.
  package init(maximumLineBytes: Int, localOffsetSeconds: Int64 = 0) {
    self.maximumLineBytes = maximumLineBytes
    scanner = EventScanner(maximumLineBytes: maximumLineBytes, localOffsetSeconds: localOffsetSeconds)
  }

  /// Reads lines and delivers each one, in order.
  ///
  /// A line ends with a newline, or a carriage return and a newline. Text before an object is skipped, because logging frameworks
  /// put time and level there, and so are the escape sequences of colours around it. Of fields that occur twice the last one
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
      let json = JSONScanner(end: start + bytes.count)
      let chunk = Chunk(start: start, json: json)
      var position = start
      while position < json.end {
        while position.byte == Byte.null { position += 1 }
        let brace = position.byte == Byte.openBrace ? position : json.seek(Byte.openBrace, from: position)
        let objectEnd = brace.byte == Byte.openBrace ? scanner.scanObject(brace + 1, json) : nil
        let stop = objectEnd.map { json.skipWhitespace($0) } ?? brace
        if let objectEnd, stop.byte == Byte.newline, stop - position <= maximumLineBytes {
          deliver(from: brace, to: objectEnd, of: lines, chunk, into: &sink)
          position = stop + 1
        } else {
          position = readRareLine(position, brace: brace, objectEnd: objectEnd, of: lines, chunk, into: &sink)
        }
      }
    }
  }

  /// Where the lines stand that are being read.
  struct Chunk: BitwiseCopyable {
    let start: BytePosition
    let json: JSONScanner

    /// The bytes between two places.
    func range(_ start: BytePosition, _ end: BytePosition) -> Range<Int> { start - self.start..<end - self.start }
  }

  /// Delivers the object that the scanner has read last.
  @inline(__always)
  mutating func deliver<Sink: LogEventSink & ~Copyable>(
    from brace: BytePosition,
    to end: BytePosition,
    of lines: RawSpan,
    _ chunk: Chunk,
    into sink: inout Sink
  ) {
    scanner.resolveTexts()
    if !scanner.unusableFields.isEmpty || !scanner.replacedFields.isEmpty {
      let object = lines.extracting(chunk.range(brace, end))
      sink.note(unusable: scanner.unusableFields, replaced: scanner.replacedFields, object: object)
    }
    sink.receive(scanner.event, scanner.texts)
  }
}
