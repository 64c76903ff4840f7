import ETLLog
import JSON
import TestSupport
import Testing

/// Keeps what each line gives.
private struct OutcomeRecorder: FormatSink {
  let format: FormatDeclaration
  let useNames: [String]
  var outcomes: [LineOutcome] = []
  private var current = LineOutcome()

  init(_ format: FormatDeclaration, useNames: [String]) {
    self.format = format
    self.useNames = useNames
  }

  mutating func receive(_ kind: EventKind, _ event: LogEvent, _ texts: borrowing LogTexts, isTimedSinceStart: Bool) {
    func text(_ field: LogTextField) -> String? {
      var text: String?
      texts.withBytes(of: field) { text = String(decoding: $0.copied, as: UTF8.self) }
      return text
    }
    current.file = text(.fileID)
    current.errorType = text(.errorType)
    current.records = event.recordsProcessed
    current.seconds = event.processingTimeSeconds
  }

  mutating func update(metric index: Int, value: Double, nanoseconds: Int64?, labels: borrowing MetricLabelValues) {
    var texts: [String?] = []
    for place in 0..<labels.count {
      var text: String?
      labels.withBytes(at: place) { text = String(decoding: $0.copied, as: UTF8.self) }
      texts.append(text)
    }
    current.updates.append(LineOutcome.Update(metric: index, value: value, labels: texts))
  }

  mutating func noteRule(_ rule: Int) {}

  mutating func noteUnusable(_ use: Int, _ reason: UnusableReason) {
    current.unusable.append("\(useNames[use]): \(reason.rawValue)")
  }

  mutating func finish(_ result: FormatLineResult, line: RawSpan) {
    current.isReadable = result == .event || result == .other
    outcomes.append(current)
    current = LineOutcome()
  }
}

@Suite("Formats compared with a slow model")
struct FormatDifferentialTests {
  private static let configurationCount = RandomSource.count(5_000)
  private static let linesPerConfiguration = 12

  @Test("a random format makes something else of random lines than its rules say")
  func differential() throws {
    var generator = FormatGenerator(random: RandomSource(named: "FormatDifferentialTests"))
    var (configurations, lines, held) = (0, 0, 0)
    while configurations < Self.configurationCount {
      let yaml = generator.configuration()
      // Rules that never hold are refused, as they should be.
      guard let format = try? configuration(yaml).formats.first else { continue }
      configurations += 1
      var reader = FormattedLogReader(format, maximumLineBytes: 65_536)
      var recorder = OutcomeRecorder(format, useNames: reader.useNames)
      var expected: [LineOutcome] = []
      var log: [UInt8] = []
      for _ in 0..<Self.linesPerConfiguration {
        var (line, textBefore) = generator.line()
        if generator.random.below(20) == 0 { line = String(line.dropLast()) }
        log += Array(line.utf8) + [UInt8(ascii: "\n")]
        let object = line.firstIndex(of: "{").flatMap { JSONValue.parse(Array(line[$0...].utf8)) }
        expected.append(SlowFormat(format: format).outcome(object, textBefore: textBefore))
      }
      unsafe log.span.bytes.withUnsafeBytes { bytes in unsafe reader.read(bytes.bytes, into: &recorder) }
      // What the reader does not say of each line.
      for index in expected.indices {
        if expected[index].rule != nil { held += 1 }
        expected[index].rule = nil
      }
      lines += expected.count
      guard recorder.outcomes == expected else {
        let index = zip(recorder.outcomes, expected).enumerated().first { $0.element.0 != $0.element.1 }?.offset ?? 0
        let line = log.split(separator: UInt8(ascii: "\n"))[index]
        Issue.record(
          """
          \(generator.random.note)
          \(yaml)
          \(String(decoding: line, as: UTF8.self))
          found    \(recorder.outcomes[index])
          expected \(expected[index])
          """
        )
        return
      }
    }
    // The two agree on something.
    #expect(held > lines / 10)
  }
}
