/// What the reader made of a line, or of a part of one.
enum LineOutcome: Equatable {
  case event(LogEvent, [[UInt8]?], unusable: Set<LogField>)
  case rejected(LineResult)
}

private struct OutcomeRecorder: LogEventSink {
  var outcomes: [LineOutcome] = []
  /// The lines that were rejected, with their newlines, or parts of them.
  var rejectedLines: [[UInt8]] = []
  /// What was noted of the event that comes next.
  private var unusable: Set<LogField> = []

  mutating func receive(_ event: LogEvent, _ texts: borrowing LogTexts) {
    var copies: [[UInt8]?] = []
    for field in LogTextField.allCases {
      var copy: [UInt8]?
      texts.withBytes(of: field) { bytes in copy = bytes.indices.map { bytes[$0] } }
      require(texts.has(field) == (copy?.isEmpty == false), "\(field) is there or not, as one asks", [])
      copies.append(copy)
    }
    outcomes.append(.event(event, copies, unusable: unusable))
    unusable = []
  }

  mutating func note(unusable: LogFieldSet, replaced: LogFieldSet, object: RawSpan) {
    self.unusable = Set(LogField.allCases.filter(unusable.contains))
    // The bytes stand during the call.
    let bytes = unsafe object.withUnsafeBytes { unsafe Array($0) }
    require(ReferenceGrammar.isObject(bytes), "what is noted is no object", bytes)
    let value = UnusableValue(in: unusable, object: bytes)
    require((value != nil) == !unusable.isEmpty, "what is wrong with a value is not said", bytes)
  }

  mutating func reject(_ reason: LineResult, line: RawSpan) {
    outcomes.append(.rejected(reason))
    // The bytes stand during the call.
    rejectedLines.append(unsafe line.withUnsafeBytes { unsafe Array($0) })
  }
}

extension LogReader {
  /// Reads from memory of exactly the right size, so that the address sanitizer sees every byte read beyond it.
  fileprivate mutating func outcomes(of lines: some Sequence<[UInt8]>) -> [LineOutcome] {
    let bytes = lines.flatMap { $0 + [Byte.newline] }
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
    // Nothing keeps a place in it: texts were copied.
    defer { unsafe memory.deallocate() }
    unsafe memory.copyBytes(from: bytes)
    var recorder = OutcomeRecorder()
    unsafe read(memory.bytes, into: &recorder)
    let rejectedCount = recorder.outcomes.count { if case .rejected = $0 { true } else { false } }
    require(recorder.rejectedLines.count == rejectedCount, "a part is rejected twice or not at all", bytes)
    for part in recorder.rejectedLines {
      require(bytes.firstRange(of: part) != nil, "what is rejected is not in the lines", bytes)
      _ = LineFault.explain(part)
    }
    return recorder.outcomes
  }
}

/// Each line comes to what it should, however the lines come and whatever the reader has read before.
func checkLines(_ lines: [[UInt8]], limit: Int, cuts: UInt8) {
  var reader = LogReader(maximumLineBytes: limit)
  let together = reader.outcomes(of: lines)

  var chunk: [[UInt8]] = []
  var inChunks: [LineOutcome] = []
  var alone: [LineOutcome] = []
  for (index, line) in lines.enumerated() {
    var possibleCopies = LogReader(maximumLineBytes: limit)
    let outcomes = possibleCopies.outcomes(of: [line])
    let expectation = LineExpectation(line, limit: limit)
    require(expectation.allows(outcomes), "\(outcomes) is not \(expectation)", line)
    alone += outcomes
    chunk.append(line)
    guard cuts >> (index % 8) & 1 == 1 || index == lines.count - 1 else { continue }
    inChunks += reader.outcomes(of: chunk)
    chunk = []
  }
  let all = Array(lines.joined(separator: [Byte.newline]))
  require(together == alone, "lines before it change a line: \(together) to \(alone)", all)
  require(inChunks == alone, "a chunk changes a line: \(inChunks) to \(alone)", all)
}
