import Testing

@testable import ETLLog

@Suite("why a line is malformed")
struct LineFaultTests {
  @Test(
    "another fault is named than the line has",
    arguments: [
      (#"{"records_processed":"12"}"#, "records_processed is a string; a whole number from 0"),
      (#"{"records_processed":12.5}"#, "records_processed is no whole number; a whole number from 0"),
      (#"{"records_processed":-5}"#, "records_processed is negative; a whole number from 0"),
      (#"{"records_processed":1e30}"#, "records_processed is too large; a whole number from 0"),
      (#"{"total_records":true}"#, "total_records is true or false; a whole number from 0"),
      (#"{"processing_time":-0.5}"#, "processing_time is negative; a number from 0"),
      (#"{"current_rate":"9.8"}"#, "current_rate is a string; a number from 0"),
      (#"{"current_rate":1e999}"#, "a number is too large"),
      (#"{"error_type":5}"#, "error_type is a number; a string is right"),
      (#"{"message":["x"]}"#, "message is an array; a string is right"),
      (#"{"timestamp":1737172800}"#, "timestamp is a number; an RFC 3339 time"),
      (#"{"timestamp":"24/11/2026"}"#, "timestamp is no such time; an RFC 3339 time"),
      (#"{"timestamp":"2026-11-24 00:20:00,123"}"#, "timestamp is no such time; an RFC 3339 time"),
      (#"{"timestamp":"2026-11-24T00:20:00+0100"}"#, "timestamp is no such time; an RFC 3339 time"),
      (#"INFO {"total_files":1,"total_files":{}}"#, "total_files is an object; a whole number from 0"),
      (#"{"total_files":1"#, "it is not valid JSON from its first { on"),
      (#"{'total_files':1}"#, "it is not valid JSON from its first { on"),
      (#"[{"total_files":1}]"#, "something stands behind its JSON object"),
      (#"{} {}"#, "something stands behind its JSON object"),
      ("[1, 2]", "it has no JSON object"),
      ("not JSON", "it has no JSON object"),
    ]
  )
  func explains(_ line: String, _ fault: String) {
    #expect(outcome(of: line) == .rejected(.malformed), "the line is not malformed, so that this shows nothing")
    for end in ["", "\n", "\r\n"] {
      let explained = LineFault.explain(Array((line + end).utf8))
      #expect(explained.hasPrefix(fault), "\(explained)")
    }
  }

  /// Values of each kind that a field may have or not.
  private static let values = [
    "null", "true", "0", "-0", "12", "-1", "12.0", "12.5", "-12.5", "1e3", "1e30", "9223372036854775807",
    "9223372036854775808", "\"\"", "\"12\"", "\"2025-01-18T04:00:00Z\"", "\"2025-13-18T04:00:00Z\"", "[]", "{}",
  ]

  @Test("a field is blamed with a value that the reader takes, or not with one that it rejects")
  func agreesWithReader() {
    for field in LogField.allCases {
      for value in Self.values {
        let line = "{\"\(field.name)\": \(value)}"
        let isBlamed = LineFault.explain(Array(line.utf8)).hasPrefix("\(field.name) is ")
        #expect(isBlamed == (outcome(of: line) == .rejected(.malformed)), "\(line)")
      }
    }
  }
}
