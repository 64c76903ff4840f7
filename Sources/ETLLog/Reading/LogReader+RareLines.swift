internal import JSON

/// Lines that are not one object with text before it.
extension LogReader {
  /// So many objects of a line may break off before the rest of it is given up: each is looked at to where it breaks.
  static let maximumBrokenObjects = 16

  /// Reads a line from where its NUL bytes end.
  ///
  /// Each object that reaches to the line's end, or to where another one begins, is a line of its own. Text before an object may
  /// have braces; where it begins an object that breaks off, as the half line of a job that was killed does, that part is
  /// malformed, and an object behind it counts only where it says what happened or when: it could be a part of the broken one.
  ///
  /// - Parameters:
  ///   - start: The line's first byte.
  ///   - brace: The line's first opening brace, or its newline.
  ///   - objectEnd: The end of the object from there, which the scanner has read last; nil where there is none.
  ///   - lines: The lines that are being read.
  ///   - chunk: Where they stand.
  ///   - sink: What takes the events.
  /// - Returns: The place behind the line's newline.
  @inline(never)
  mutating func readRareLine<Sink: LogEventSink & ~Copyable>(
    _ start: BytePosition,
    brace: BytePosition,
    objectEnd: BytePosition?,
    of lines: RawSpan,
    _ chunk: Chunk,
    into sink: inout Sink
  ) -> BytePosition {
    let json = chunk.json
    let newline = json.seek(Byte.newline, from: brace)
    let hasCarriageReturn = newline > start && (newline + -1).byte == Byte.carriageReturn
    guard newline - start - (hasCarriageReturn ? 1 : 0) <= maximumLineBytes, brace < newline else {
      let isTooLong = newline - start - (hasCarriageReturn ? 1 : 0) > maximumLineBytes
      let reason: LineResult = isTooLong ? .oversized : isBlank(start, to: newline, json) ? .other : .text
      sink.reject(reason, line: lines.extracting(chunk.range(start, newline + 1)))
      return newline + 1
    }
    var (partStart, candidate, objectEnd) = (start, brace, objectEnd)
    var (isPartBroken, brokenObjects) = (false, 0)
    while candidate < newline, brokenObjects < Self.maximumBrokenObjects {
      guard let end = objectEnd else {
        if beginsObject(candidate, json) { (isPartBroken, brokenObjects) = (true, brokenObjects + 1) }
        candidate = json.seek(Byte.openBrace, from: candidate + 1)
        objectEnd = beginsObject(candidate, json) ? scanner.scanObject(candidate + 1, json) : nil
        continue
      }
      let stop = skipColours(end, json)
      let next = json.seek(Byte.openBrace, from: stop)
      let isLine = stop == newline || next < newline && (next == stop || scanner.hasKnownField)
      if isLine, !isPartBroken || scanner.saysWhatOrWhen {
        if isPartBroken { sink.reject(.malformed, line: lines.extracting(chunk.range(partStart, candidate))) }
        deliver(from: candidate, to: end, of: lines, chunk, into: &sink)
        if stop == newline { return newline + 1 }
        (partStart, isPartBroken) = (stop, false)
      }
      candidate = next
      objectEnd = beginsObject(candidate, json) ? scanner.scanObject(candidate + 1, json) : nil
    }
    sink.reject(.malformed, line: lines.extracting(chunk.range(partStart, newline + 1)))
    return newline + 1
  }

  /// Whether an object begins at a place, and no brace of some text.
  private func beginsObject(_ place: BytePosition, _ json: JSONScanner) -> Bool {
    guard place.byte == Byte.openBrace else { return false }
    let first = json.skipWhitespace(place + 1).byte
    return first == Byte.quote || first == Byte.closeBrace
  }

  /// Goes behind white space and the escape sequences of terminals (ECMA-48 §5.4, such as those of colours).
  private func skipColours(_ start: BytePosition, _ json: JSONScanner) -> BytePosition {
    var position = json.skipWhitespace(start)
    while position.byte == 0x1B, (position + 1).byte == Byte.openBracket {
      var end = position + 2
      while 0x20...0x3F ~= end.byte { end += 1 }
      guard 0x40...0x7E ~= end.byte else { break }
      position = json.skipWhitespace(end + 1)
    }
    return position
  }

  private func isBlank(_ start: BytePosition, to newline: BytePosition, _ json: JSONScanner) -> Bool {
    var position = json.skipWhitespace(start)
    while position.byte == Byte.null {
      position = json.skipWhitespace(position + 1)
    }
    return position == newline
  }
}
