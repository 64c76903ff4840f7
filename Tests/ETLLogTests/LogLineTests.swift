import TestSupport
import Testing

@testable import ETLLog

@Suite("Writing the log")
struct LogLineTests {
  private func written(_ fields: [(LogField, LogValue)]) -> String {
    var buffer: [UInt8] = []
    LogLine.append(fields, to: &buffer)
    return String(decoding: buffer, as: UTF8.self)
  }

  @Test("the line that the mission names comes out differently")
  func golden() {
    let line = written([
      (.timestamp, .timestamp(nanoseconds: 1_737_172_800_000_000_000)),
      (.message, .message(.fileCompleted)),
      (.totalRecords, .count(1250)),
      (.totalFiles, .count(5)),
      (.totalFailures, .count(1)),
      (.fileID, .text("file_000005")),
      (.recordsProcessed, .count(250)),
      (.processingTime, .decimal(25.3)),
      (.currentRate, .decimal(9.88)),
    ])
    #expect(
      line
        == #"{"timestamp": "2025-01-18T04:00:00.000Z", "message": "file_processing_completed", "total_records": 1250, "#
        + #""total_files": 5, "total_failures": 1, "file_id": "file_000005", "records_processed": 250, "#
        + #""processing_time": 25.3, "current_rate": 9.88}"# + "\n"
    )
    #expect(
      outcome(of: String(line.dropLast()))
        == .event(
          LogEvent(
            message: .fileCompleted,
            timestampNanoseconds: 1_737_172_800_000_000_000,
            totalRecords: 1250,
            totalFiles: 5,
            totalFailures: 1,
            recordsProcessed: 250,
            processingTimeSeconds: 25.3,
            currentRate: 9.88
          ),
          [.fileID: "file_000005"]
        )
    )
  }

  @Test(
    "a value is written otherwise",
    arguments: [
      (.count(0), "0"), (.count(.max), "9223372036854775807"), (.decimal(25), "25.0"), (.decimal(0.1), "0.1"),
      (.decimal(1e300), "1e+300"),
      (.decimal(.leastNonzeroMagnitude), "5e-324"), (.decimal(.infinity), "null"), (.decimal(-.infinity), "null"),
      (.decimal(.nan), "null"),
      (.message(.jobStarted), #""etl_simulator_started""#), (.message(.jobStopped), #""etl_simulator_stopped""#),
      (.message(.jobCrashed), #""etl_simulator_crashed""#), (.message(.other), "null"),
      (.timestamp(nanoseconds: 1_737_172_800_123_999_999), #""2025-01-18T04:00:00.123Z""#),
      (
        .text("a\"\\/\n\r\t\u{0}\u{8}\u{C}\u{1F}\u{7F}é😀\u{2028}"),
        "\"a\\\"\\\\/\\n\\r\\t\\u0000\\u0008\\u000c\\u001f\u{7F}é😀\u{2028}\""
      ),
      (.object([]), "{}"),
      (
        .object([(.totalRecords, .count(5)), (.finalStats, .object([(.error, .text("x"))]))]),
        #"{"total_records": 5, "final_stats": {"error": "x"}}"#
      ),
    ] as [(LogValue, String)]
  )
  func values(_ value: LogValue, _ text: String) {
    #expect(written([(.error, value)]) == "{\"error\": \(text)}\n")
  }

  @Test("a line is written over what is in the buffer, or without its fields")
  func appends() {
    var buffer = Array("before\n".utf8)
    LogLine.append([], to: &buffer)
    LogLine.append([(.finalStats, .object([(.totalFiles, .count(1))]))], to: &buffer)
    #expect(String(decoding: buffer, as: UTF8.self) == "before\n{}\n{\"final_stats\": {\"total_files\": 1}}\n")
  }

  @Test("what was written is read as something else")
  func roundTrip() {
    var random = RandomSource(named: "round trip")
    var reader = LogReader(maximumLineBytes: 65_536)
    for _ in 0..<RandomSource.count(5_000) {
      var event = LogEvent()
      var texts: [LogTextField: String] = [:]
      var fields: [(LogField, LogValue)] = []
      for field in LogField.allCases.shuffled(using: &random) where random.below(3) > 0 {
        let count = Int64.random(in: 0...(Int64.max >> random.below(63)), using: &random)
        let decimal = Double(random.decimal()).flatMap { $0.isFinite ? $0 : nil } ?? 0.5
        let text = random.text()
        switch field {
        case .timestamp:
          event.timestampNanoseconds = count / 1_000_000 * 1_000_000
          fields.append((field, .timestamp(nanoseconds: count)))
        case .message:
          event.message = random.element(LogMessage.allCases.filter { $0 != .recordsProcessed })
          fields.append((field, .message(event.message)))
        case .totalRecords, .totalFiles, .totalFailures, .recordsProcessed:
          fields.append((field, .count(count)))
          if field == .totalRecords { event.totalRecords = count }
          if field == .totalFiles { event.totalFiles = count }
          if field == .totalFailures { event.totalFailures = count }
          if field == .recordsProcessed { event.recordsProcessed = count }
        case .processingTime:
          event.processingTimeSeconds = decimal
          fields.append((field, .decimal(decimal)))
        case .currentRate:
          event.currentRate = decimal
          fields.append((field, .decimal(decimal)))
        case .fileID, .errorType, .pipeline:
          texts[field == .fileID ? .fileID : field == .errorType ? .errorType : .pipeline] = shown(text)
          fields.append((field, .text(text)))
        case .failureReason, .expectedRecords, .estimatedDuration, .retryAfter, .error, .finalStats:
          guard field != .failureReason else { continue }
          fields.append((field, .object([(.totalRecords, .text(text)), (.error, .decimal(decimal))])))
        }
      }
      let line = written(fields)
      #expect(reader.outcomes(of: Array(line.utf8)) == [.event(event, texts)], "\(line) \(random.note)")
    }
  }
}
