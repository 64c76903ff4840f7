package import ETLLog

/// Takes what the lines of a log say that has a format of its own.
extension EventAggregator: FormatSink {
  /// Counts an event; what became of it is the line's result.
  package mutating func receive(
    _ kind: EventKind,
    _ event: LogEvent,
    _ texts: borrowing LogTexts,
    isTimedSinceStart: Bool
  ) {
    customMetrics.notePipeline(of: texts)
    if case .runStarted = kind {
      customMetrics.startRun(format: formatIndex, pipeline: PipelineTable.name(texts, logName: logName))
    }
    eventResult = count(event, texts, isTimedSinceStart: isTimedSinceStart)
  }

  /// Adds to a metric of the format.
  package mutating func update(
    metric index: Int,
    value: Double,
    nanoseconds: Int64?,
    labels: borrowing MetricLabelValues
  ) {
    customMetrics.update(
      format: formatIndex,
      rule: index,
      value: value,
      nanoseconds: nanoseconds,
      readNanoseconds: readNanoseconds,
      labels: labels,
      logName: logName
    )
  }

  /// Counts a line of a rule.
  package mutating func noteRule(_ rule: Int) { formats[formatIndex].noteRule(rule) }

  /// Counts a value that cannot be used.
  package mutating func noteUnusable(_ use: Int, _ reason: UnusableReason) {
    formats[formatIndex].noteUnusable(use, reason)
  }

  /// Counts a line by what became of it.
  package mutating func finish(_ result: FormatLineResult, line: RawSpan) {
    defer { eventResult = nil }
    switch result {
    case .event, .other:
      if let eventResult, !eventResult.isCounted {
        lineCounts[eventResult] += 1
      } else {
        lineCounts[result == .event ? .event : .other] += 1
      }
    case .blank: lineCounts[.other] += 1
    case .text: lineCounts[.text] += 1
    case .partial: lineCounts[.partial] += 1
    case .malformed: reject(.malformed, line: line)
    case .oversized: reject(.oversized, line: line)
    }
  }
}
