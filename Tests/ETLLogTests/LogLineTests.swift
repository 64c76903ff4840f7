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
}
