internal import JSON

/// Reads the lines of a log by a format.
package struct FormattedLogReader: ~Copyable {
  private let program: FormatProgram
  private let evaluator: SourceEvaluator
  private let envelope: LogEnvelope
  private let maximumLineBytes: Int
  private var scanner: FormatScanner
  private var envelopeTexts = LineTexts()
  /// Where pieces of a cut line were read, and its last one was not: those of standard output and of other streams.
  private var isInsideCutLine = (output: false, others: false)

  /// Makes a reader.
  ///
  /// - Parameters:
  ///   - format: What the lines mean.
  ///   - envelope: What stands around each line.
  ///   - maximumLineBytes: How long a line may be, envelope and all.
  ///   - localOffsetSeconds: How far the clock of a time without an offset is ahead of UTC, where the format does not say.
  package init(
    _ format: FormatDeclaration,
    envelope: LogEnvelope = .none,
    maximumLineBytes: Int,
    localOffsetSeconds: Int64 = 0
  ) {
    program = FormatProgram(format, localOffsetSeconds: localOffsetSeconds)
    evaluator = SourceEvaluator(program)
    scanner = FormatScanner(program)
    self.envelope = envelope
    self.maximumLineBytes = maximumLineBytes
  }

  /// What values are used for: `time`, `file_completed.records`, `orders_bytes_total`, `orders_bytes_total.region`.
  package var useNames: [String] { program.useNames }

  /// What the format's events and then its metrics are called: `file_completed`, `orders_bytes_total`.
  package var ruleNames: [String] { program.ruleNames }

  /// Reads lines and delivers what each one says, in order.
  ///
  /// - Parameters:
  ///   - lines: Whole lines, the last one with its newline, or nothing at all.
  ///   - sink: What takes it.
  package mutating func read<Sink: FormatSink & ~Copyable>(_ lines: RawSpan, into sink: inout Sink) {
    // The places are used only in here, where the bytes stand.
    unsafe lines.withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress, let last = unsafe bytes.last else { return }
      precondition(last == Byte.newline, "the last line has no end")
      let start = unsafe BytePosition(base)
      let json = JSONScanner(end: start + bytes.count)
      var position = start
      while position < json.end {
        let line = readLine(position, json, into: &sink)
        sink.finish(line.result, line: lines.extracting(position - start..<line.end - start))
        position = line.end
      }
    }
  }

  private mutating func readLine<Sink: FormatSink & ~Copyable>(
    _ start: BytePosition,
    _ json: JSONScanner,
    into sink: inout Sink
  ) -> (result: FormatLineResult, end: BytePosition) {
    var lineStart = start
    while lineStart.byte == Byte.null { lineStart += 1 }
    guard envelope == .none else { return readEnvelope(lineStart, json, into: &sink) }
    let (isObject, hasObject, newline) = scan(lineStart, json)
    if isOversized(lineStart, newline) { return (.oversized, newline + 1) }
    guard isObject else { return (unreadable(lineStart, newline, hasObject: hasObject, json), newline + 1) }
    return (deliver(envelopeTime: nil, into: &sink), newline + 1)
  }

  private mutating func readEnvelope<Sink: FormatSink & ~Copyable>(
    _ start: BytePosition,
    _ json: JSONScanner,
    into sink: inout Sink
  ) -> (result: FormatLineResult, end: BytePosition) {
    let newline = json.seek(Byte.newline, from: start)
    let end = newline + 1
    if isOversized(start, newline) { return (.oversized, end) }
    switch envelope.open(start, newline: newline, json, &envelopeTexts) {
    case .malformed:
      let hasObject = json.seek(Byte.openBrace, from: start).byte == Byte.openBrace
      return (unreadable(start, newline, hasObject: hasObject, json), end)
    case .noText:
      return (.text, end)
    case .piece(let stream):
      setInsideCutLine(stream, true)
      return (.partial, end)
    case .line(let content, let time, let stream):
      // Its last piece is no line of its own, although it looks like one.
      if setInsideCutLine(stream, false) { return (.partial, end) }
      let inner = JSONScanner(end: content.end + 1)
      let (isObject, hasObject, innerNewline) = scan(content.start, inner)
      guard isObject, innerNewline == content.end else {
        return (unreadable(content.start, innerNewline, hasObject: hasObject, inner), end)
      }
      return (deliver(envelopeTime: time, into: &sink), end)
    }
  }

  /// - Returns: What it was before.
  @discardableResult
  private mutating func setInsideCutLine(_ stream: JSONString?, _ isInside: Bool) -> Bool {
    // Of `stdout` and `stderr` the fourth letter tells which.
    let isOutput = stream.map { $0.byteCount == 6 && ($0.start + 3).byte == UInt8(ascii: "o") } ?? false
    let before = isOutput ? isInsideCutLine.output : isInsideCutLine.others
    if isOutput { isInsideCutLine.output = isInside } else { isInsideCutLine.others = isInside }
    return before
  }

  /// Reads the object of a line into the slots.
  private mutating func scan(_ start: BytePosition, _ json: JSONScanner)
    -> (isObject: Bool, hasObject: Bool, newline: BytePosition)
  {
    scanner.startLine()
    let brace = start.byte == Byte.openBrace ? start : json.seek(Byte.openBrace, from: start)
    let hasObject = brace.byte == Byte.openBrace
    if hasObject, brace > start { scanner.setTextBefore(trimmed(start, brace), end: json.end) }
    let objectEnd = hasObject ? scanner.scanObject(brace + 1, json) : nil
    let stop = objectEnd.map { json.skipWhitespace($0) }
    let isObject = stop?.byte == Byte.newline
    return (isObject, hasObject, isObject ? stop ?? brace : json.seek(Byte.newline, from: brace))
  }

  private func trimmed(_ start: BytePosition, _ end: BytePosition) -> JSONString {
    func isSpace(_ byte: UInt8) -> Bool { byte == Byte.space || byte == Byte.tab }
    var (start, end) = (start, end)
    while start < end, isSpace(start.byte) { start += 1 }
    while start < end, isSpace((end + -1).byte) { end += -1 }
    return JSONString(start: start, end: end, isEscaped: false)
  }

  private func isOversized(_ start: BytePosition, _ newline: BytePosition) -> Bool {
    let hasCarriageReturn = newline > start && (newline + -1).byte == Byte.carriageReturn
    return newline - start - (hasCarriageReturn ? 1 : 0) > maximumLineBytes
  }

  private func unreadable(_ start: BytePosition, _ newline: BytePosition, hasObject: Bool, _ json: JSONScanner)
    -> FormatLineResult
  {
    if hasObject { return program.ignoresText ? .text : .malformed }
    var position = json.skipWhitespace(start)
    while position.byte == Byte.null { position = json.skipWhitespace(position + 1) }
    return position == newline ? .blank : .text
  }
}

// MARK: - Delivering

extension FormattedLogReader {
  /// Runs the rules on the line that was read.
  private mutating func deliver<Sink: FormatSink & ~Copyable>(envelopeTime: JSONString?, into sink: inout Sink)
    -> FormatLineResult
  {
    scanner.finishTexts()
    let bits = scanner.bits
    let eventRule = program.eventMasks.firstIndex { $0.hold(bits) }
    var isKnown = false
    var moment: Int64?
    var pipeline: JSONString?
    if !program.eventMasks.isEmpty {
      moment = self.moment(envelopeTime, into: &sink)
      pipeline = self.pipeline(into: &sink)
      isKnown = eventRule.map { program.events[$0].kind != .other } ?? false
      deliverEvent(eventRule, moment, pipeline, into: &sink)
    }
    var hasMoment = !program.eventMasks.isEmpty
    for index in program.metricMasks.indices where program.metricMasks[index].hold(bits) {
      if !hasMoment {
        moment = self.moment(envelopeTime, into: &sink)
        pipeline = self.pipeline(into: &sink)
      }
      (hasMoment, isKnown) = (true, true)
      sink.noteRule(program.events.count + index)
      deliverMetric(index, moment, pipeline, into: &sink)
    }
    return isKnown ? .event : .other
  }

  private func moment<Sink: FormatSink & ~Copyable>(_ envelopeTime: JSONString?, into sink: inout Sink) -> Int64? {
    if let source = program.time, let moment = usable(evaluator.moment(source, scanner), source, into: &sink) {
      return moment
    }
    guard let envelopeTime, !envelopeTime.isEscaped else { return nil }
    return evaluator.moment(ScalarValue(.text, text: envelopeTime), unit: nil)
  }

  private func pipeline<Sink: FormatSink & ~Copyable>(into sink: inout Sink) -> JSONString? {
    program.pipeline.flatMap { usable(evaluator.text($0, scanner), $0, into: &sink) }
  }

  /// A value, nil where it is missing or cannot be used, which is noted.
  private func usable<Value, Sink: FormatSink & ~Copyable>(
    _ evaluated: Evaluated<Value>,
    _ source: FormatProgram.Source,
    into sink: inout Sink
  ) -> Value? {
    switch evaluated {
    case .value(let value): return value
    case .missing: return nil
    case .unusable(let reason):
      sink.noteUnusable(source.use, reason)
      return nil
    }
  }

  private mutating func deliverEvent<Sink: FormatSink & ~Copyable>(
    _ index: Int?,
    _ moment: Int64?,
    _ pipeline: JSONString?,
    into sink: inout Sink
  ) {
    var texts = LogTexts()
    texts.pipeline = pipeline
    guard let index else {
      sink.receive(.other, LogEvent(timestampNanoseconds: moment), texts, isTimedSinceStart: false)
      return
    }
    sink.noteRule(index)
    let rule = program.events[index]
    var event = LogEvent(message: rule.kind.message, timestampNanoseconds: moment)
    func count(_ source: FormatProgram.Source?, _ sink: inout Sink) -> Int64? {
      source.flatMap { usable(evaluator.count($0, scanner), $0, into: &sink) }
    }
    func decimal(_ source: FormatProgram.Source?, _ sink: inout Sink) -> Double? {
      source.flatMap { usable(evaluator.decimal($0, scanner), $0, into: &sink) }
    }
    func text(_ source: FormatProgram.Source?, _ sink: inout Sink) -> JSONString? {
      source.flatMap { usable(evaluator.text($0, scanner), $0, into: &sink) }
    }
    texts.fileID = text(rule.file, &sink)
    texts.errorType = text(rule.errorType, &sink)
    event.recordsProcessed = count(rule.records, &sink)
    event.processingTimeSeconds = decimal(rule.seconds, &sink)
    event.currentRate = decimal(rule.rate, &sink)
    event.totalRecords = count(rule.totalRecords, &sink)
    event.totalFiles = count(rule.totalFiles, &sink)
    event.totalFailures = count(rule.totalFailures, &sink)
    sink.receive(rule.kind, event, texts, isTimedSinceStart: rule.isTimedSinceStart)
  }

  private func deliverMetric<Sink: FormatSink & ~Copyable>(
    _ index: Int,
    _ moment: Int64?,
    _ pipeline: JSONString?,
    into sink: inout Sink
  ) {
    let metric = program.metrics[index]
    guard let value = value(of: metric, moment, into: &sink) else { return }
    var labels = MetricLabelValues(pipeline: pipeline)
    for source in metric.labels { labels.append(usable(evaluator.text(source, scanner), source, into: &sink)) }
    sink.update(metric: index, value: value, nanoseconds: moment, labels: labels)
  }

  private func value<Sink: FormatSink & ~Copyable>(
    of metric: FormatProgram.Metric,
    _ moment: Int64?,
    into sink: inout Sink
  ) -> Double? {
    let source: FormatProgram.Source
    switch metric.amount {
    case .one: return 1
    case .value(let value): source = value
    case .total(let total): source = total
    }
    if source.alternatives.first?.isTime == true {
      guard let moment else {
        sink.noteUnusable(source.use, .missing)
        return nil
      }
      return Double(moment) / 1e9
    }
    let evaluated = evaluator.decimal(source, scanner, mayBeNegative: metric.mayBeNegative)
    if case .missing = evaluated { sink.noteUnusable(source.use, .missing) }
    return usable(evaluated, source, into: &sink)
  }
}
