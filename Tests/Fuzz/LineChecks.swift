/// What the reader made of one line.
enum LineOutcome: Equatable {
  case event(LogEvent, [[UInt8]?])
  case rejected(LineRejection)
}

private struct OutcomeRecorder: LogEventSink {
  var outcomes: [LineOutcome] = []
  /// The lines that were rejected, with their newlines.
  var rejectedLines: [[UInt8]] = []

  mutating func receive(_ event: LogEvent, _ texts: borrowing LogTexts) {
    var copies: [[UInt8]?] = []
    for field in LogTextField.allCases {
      var copy: [UInt8]?
      texts.withBytes(of: field) { bytes in copy = bytes.indices.map { bytes[$0] } }
      require(texts.has(field) == (copy?.isEmpty == false), "\(field) is there or not, as one asks", [])
      copies.append(copy)
    }
    outcomes.append(.event(event, copies))
  }

  mutating func reject(_ reason: LineRejection, line: RawSpan) {
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
    let rejected = zip(lines, recorder.outcomes).filter { if case .rejected = $1 { true } else { false } }
    require(recorder.rejectedLines == rejected.map { $0.0 + [Byte.newline] }, "another line is rejected", bytes)
    return recorder.outcomes
  }
}

/// Each line is one outcome, the one that it should be, however the lines come and whatever the reader has read before.
func checkLines(_ lines: [[UInt8]], limit: Int, cuts: UInt8) {
  var reader = LogReader(maximumLineBytes: limit)
  let outcomes = reader.outcomes(of: lines)
  require(outcomes.count == lines.count, "\(outcomes.count) outcomes of \(lines.count) lines", [])

  var chunk: [[UInt8]] = []
  var inChunks: [LineOutcome] = []
  for (index, line) in lines.enumerated() {
    chunk.append(line)
    guard cuts >> (index % 8) & 1 == 1 || index == lines.count - 1 else { continue }
    inChunks += reader.outcomes(of: chunk)
    chunk = []
  }
  require(inChunks.count == lines.count, "\(inChunks.count) outcomes of \(lines.count) lines in chunks", [])

  for (index, line) in lines.enumerated() {
    require(inChunks[index] == outcomes[index], "a chunk changes \(outcomes[index]) to \(inChunks[index])", line)
    var possibleCopies = LogReader(maximumLineBytes: limit)
    let alone = possibleCopies.outcomes(of: [line])
    require(alone == [outcomes[index]], "lines before it change \(alone) to \(outcomes[index])", line)
    let expectation = LineExpectation(line, limit: limit)
    require(expectation.allows(outcomes[index]), "\(outcomes[index]) is not \(expectation)", line)
  }
}
