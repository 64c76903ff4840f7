import Foundation

/// A job that a test makes up line by line, with its running totals.
struct WrittenJob {
  private(set) var records = 0
  private(set) var files = 0
  private(set) var failures = 0

  /// The line of a file that was loaded.
  mutating func completed(records count: Int = 250) -> String {
    records += count
    files += 1
    let fields = [
      "\"file_id\": \"file_\(files)\"", "\"records_processed\": \(count)", "\"processing_time\": 25.3",
      "\"current_rate\": 9.88",
    ]
    return line("file_processing_completed", fields)
  }

  /// The line of a file that failed.
  mutating func failed(_ type: String) -> String {
    failures += 1
    return line("file_processing_failed", ["\"error_type\": \"\(type)\""])
  }

  private func line(_ message: String, _ fields: [String]) -> String {
    let time = Date().formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    let head = [
      "\"timestamp\": \"\(time)\"", "\"message\": \"\(message)\"", "\"total_records\": \(records)",
      "\"total_files\": \(files)", "\"total_failures\": \(failures)",
    ]
    return "{\((head + fields).joined(separator: ", "))}\n"
  }
}
