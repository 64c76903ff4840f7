import Testing

@testable import ETLLog
@testable import JSON

@Suite("why a line or a value cannot be used")
struct LineFaultTests {
  @Test(
    "another fault is named than the line has",
    arguments: [
      (#"{"total_files":1"#, "it is not valid JSON from its first { on"),
      (#"{'total_files':1}"#, "it is not valid JSON from its first { on"),
      (#"{"total_files":01e400}"#, "it is not valid JSON from its first { on"),
      (#"[{"total_files":1}]"#, "something stands behind its JSON object"),
      (#"{}x"#, "something stands behind its JSON object"),
      ("{\"a\":" + nested(128, "[", "]") + "}", "its JSON is nested deeper than 128 levels; no more are read"),
      ("x {\"a{\\\"\":" + nested(9_000, "{\"b\":", "}") + "}", "its JSON is nested deeper than 128 levels"),
      ("{\"a\":01," + nested(200, "[", "]") + "}", "it is not valid JSON from its first { on"),
    ]
  )
  func explains(_ line: String, _ fault: String) {
    #expect(outcome(of: line) == .rejected(.malformed), "the line is not malformed, so that this shows nothing")
    for end in ["", "\n", "\r\n"] {
      let explained = LineFault.explain(Array((line + end).utf8))
      #expect(explained.hasPrefix(fault), "\(explained)")
    }
  }

  @Test("a text in another encoding is blamed for its JSON")
  func otherEncoding() {
    let latin1 = Array(#"{"file_id":"caf"#.utf8) + [0xE9] + Array(#""}"#.utf8)
    #expect(outcome(of: latin1) == .rejected(.malformed))
    #expect(LineFault.explain(latin1) == "it is not UTF-8 from its first { on")
  }

  private static func nested(_ depth: Int, _ opening: String, _ closing: String) -> String {
    String(repeating: opening, count: depth) + "1" + String(repeating: closing, count: depth)
  }

  /// What was noted of a line's only object.
  private func unusableValue(_ line: String) -> (UnusableValue?, Set<LogField>) {
    var reader = LogReader(maximumLineBytes: 65_536)
    var sink = ValueSink()
    let bytes = Array("\(line)\n".utf8)
    // Every byte is initialized.
    reader.read(unsafe bytes.span.bytes, into: &sink)
    return (sink.value, Set(LogField.allCases.filter(sink.unusable.contains)))
  }

  private struct ValueSink: LogEventSink {
    var value: UnusableValue?
    var unusable = LogFieldSet()

    mutating func receive(_ event: LogEvent, _ texts: borrowing LogTexts) {}
    mutating func reject(_ reason: LineResult, line: RawSpan) {}
    mutating func note(unusable: LogFieldSet, replaced: LogFieldSet, object: RawSpan) {
      self.unusable = unusable
      // The bytes stand during the call.
      value = UnusableValue(in: unusable, object: unsafe object.withUnsafeBytes { unsafe Array($0) })
    }
  }

  @Test(
    "another fault is named than the value has",
    arguments: [
      (#"{"records_processed":"12"}"#, #""12""#, "a string; a whole number from 0 to 9223372036854775807"),
      (#"{"records_processed":12.5}"#, "12.5", "no whole number; a whole number from 0"),
      (#"{"records_processed":-5}"#, "-5", "negative; a whole number from 0"),
      (#"{"records_processed":1e30}"#, "1e30", "too large; a whole number from 0"),
      (#"{"total_records": 1e400 }"#, "1e400", "too large; a whole number from 0"),
      (#"{"total_records":9223372036854775808}"#, "9223372036854775808", "too large; a whole number from 0"),
      (#"{"total_records":true}"#, "true", "true or false; a whole number from 0"),
      (#"{"processing_time":-0.5}"#, "-0.5", "negative; a number from 0 to 1.7e308"),
      (#"{"current_rate":"9.8"}"#, #""9.8""#, "a string; a number from 0"),
      (#"{"current_rate":1e999}"#, "1e999", "too large; a number from 0 to 1.7e308"),
      (#"{"error_type":5}"#, "5", "a number; a string is right"),
      (#"{"error_type":1e400}"#, "1e400", "a number; a string is right"),
      (#"{"message":["x"]}"#, #"["x"]"#, "an array; a string is right"),
      (#"{"timestamp":-1,"score":1e400}"#, "-1", "negative; a time such as"),
      (#"{"timestamp":0}"#, "0", "zero; a time such as"),
      (#"{"timestamp":1e400}"#, "1e400", "not between the years 1970 and 2262; a time such as"),
      (#"{"timestamp":"24/11/2026"}"#, #""24/11/2026""#, "no such time; a time such as"),
      (#"{"timestamp":"0001-01-01T00:00:00Z"}"#, #""0001-01-01T00:00:00Z""#, "not between the years 1677 and 2262"),
      (#"{"timestamp":"9999-12-31T23:59:59Z"}"#, #""9999-12-31T23:59:59Z""#, "not between the years 1677 and 2262"),
      (#"INFO {"total_files":1,"total_files":{}} "#, "{}", "an object; a whole number from 0"),
      (#"{"total_files":-1,"\u0074otal_files":-2}"#, "-2", "negative; a whole number from 0"),
      (#"{"total_files":-1,"a":"# + nested(127, "[", "]") + "}", "-1", "negative; a whole number from 0"),
    ]
  )
  func explainsValue(_ line: String, _ text: String, _ fault: String) {
    let value = unusableValue(line).0
    #expect(value.map { String(decoding: $0.text, as: UTF8.self) } == text)
    #expect(value?.fault.hasPrefix(fault) == true, "\(value?.fault ?? "nil")")
  }

  /// Values of each kind that a field may have or not.
  private static let values = [
    "null", "true", "0", "-0", "12", "-1", "12.0", "12.5", "-12.5", "1e3", "1e30", "9223372036854775807", "NaN",
    "9223372036854775808", "\"\"", "\"12\"", "\"2025-01-18T04:00:00Z\"", "\"2025-13-18T04:00:00Z\"", "[]", "{}",
  ]

  @Test("a value is explained that the reader takes, or not one that it cannot use")
  func agreesWithReader() {
    for field in LogField.allCases {
      for value in Self.values {
        let (explained, unusable) = unusableValue("{\"\(field.name)\": \(value)}")
        #expect(explained?.field == unusable.first, "\(field) \(value)")
        #expect(unusable == outcome(of: "{\"\(field.name)\": \(value)}").unusable)
      }
    }
  }
}
