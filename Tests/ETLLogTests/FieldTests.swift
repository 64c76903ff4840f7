import TestSupport
import Testing

@testable import ETLLog

@Suite("Known fields")
struct FieldTests {
  private static let counts: [(LogField, any KeyPath<LogEvent, Int64?> & Sendable)] = [
    (.totalRecords, \.totalRecords), (.totalFiles, \.totalFiles), (.totalFailures, \.totalFailures),
    (.recordsProcessed, \.recordsProcessed),
  ]
  private static let decimals: [(LogField, any KeyPath<LogEvent, Double?> & Sendable)] = [
    (.processingTime, \.processingTimeSeconds), (.currentRate, \.currentRate),
  ]

  @Test(
    "a whole number is read as another one",
    arguments: [
      ("0", 0), ("-0", 0), ("0.0", 0), ("0e99", 0), ("-0.000e5", 0), ("0e-99999999999999999999", 0), ("7", 7),
      ("1234567", 1_234_567),
      ("12345678", 12_345_678), ("123456789", 123_456_789), ("999999999999999", 999_999_999_999_999),
      ("1234567890123456", 1_234_567_890_123_456), ("9007199254740993", 9_007_199_254_740_993),
      ("999999999999999999", 999_999_999_999_999_999), ("1000000000000000000", 1_000_000_000_000_000_000),
      ("9223372036854775807", .max), ("9223372036854775807.000", .max), ("922337203685477580700e-2", .max),
      ("0.9223372036854775807e19", .max), ("250.0", 250), ("2.5e2", 250), ("2.5E+2", 250), ("2500e-1", 250),
      ("1e18", 1_000_000_000_000_000_000),
      ("123.4500e2", 12_345), ("10.00000000000000000000000000000000", 10), ("1000000000000000000000000e-24", 1),
      ("100e-2", 1),
      ("0.00000000000000000000000000000001e32", 1),
    ] as [(String, Int64)]
  )
  func takesCount(_ text: String, _ value: Int64) {
    for (field, path) in Self.counts {
      for line in ["{\"\(field.name)\": \(text)}", "{\"\(field.name)\":\(text) ,\"x\":0}"] {
        #expect(outcome(of: line).event?[keyPath: path] == value, "\(line)")
      }
    }
  }

  @Test(
    "what is no count is taken for one",
    arguments: [
      "-1", "1.5", "0.1", "1e-1", "1e30", "1e19", "9223372036854775808", "18446744073709551615", "18446744073709551616",
      "99999999999999999999", "9223372036854775807.5", "1234567890123456789.01", "100000000000000000000.5",
      "1e99999999999999999999",
      "1e-99999999999999999999", "-1e-400", "\"5\"", "true", "false", "[]", "[5]", "{}", "{\"a\":5}", "\"\"",
    ]
  )
  func refusesCount(_ text: String) {
    for (field, _) in Self.counts { expectUnusable(text, in: field) }
  }

  /// A value that its field cannot have is missing, and the rest of the line counts.
  private func expectUnusable(_ text: String, in field: LogField) {
    let name = field.name
    for line in ["{\"\(name)\": \(text)}", "{\"\(name)\":\(text) ,\"x\":0}", "{\"\(name)\":1,\"\(name)\":\(text)}"] {
      #expect(outcome(of: line) == .event(LogEvent(), [:], unusable: [field]), "\(line)")
    }
    let line = "{\"message\": \"etl_started\", \"\(name)\": \(text), \"pipeline\": \"p\"}"
    #expect(outcome(of: line) == .event(LogEvent(message: .jobStarted), [.pipeline: "p"], unusable: [field]), "\(line)")
  }

  @Test(
    "a decimal is not rounded to the nearest Double",
    arguments: [
      "0", "-0", "0.0", "-0.0", "0e5", "1", "25.3", "9.88", "0.1", "0.2", "0.30000000000000004", "1e18", "1e22", "1e23",
      "8.41e21", "9007199254740993",
      "9007199254740992.5", "9007199254740993.0000000000000000000000000001", "4.9e-324", "5e-324",
      "2.4703282292062327e-324",
      "2.4703282292062328e-324", "1e-324", "1e-400", "1e-99999999999999999999", "2.2250738585072011e-308",
      "2.2250738585072014e-308",
      "1.7976931348623157e308", "1.7976931348623158e308", "179769313486231570000e288", "123456789012345.678",
      "9.881422924901186", "25.300000000000001",
      "0.000000000000000001", "0.0000000000000000001234567890123456789", "12345678.12345678",
      "123456789012345.123456789012345",
      "1.00000005960464477539062499", "1.00000005960464477539062500", "6250000000000000.5e-3",
      "3.141592653589793238462643383279502884",
      "0.50000000000000005551115123125783", "5.0e-1", "1E5", "7205759403792793.5", "7205759403792794.5",
    ]
  )
  func takesDecimal(_ text: String) throws {
    let value = try #require(Double(text))
    for (field, path) in Self.decimals {
      for line in ["{\"\(field.name)\": \(text)}", "{\"\(field.name)\":\(text) ,\"x\":0}"] {
        let read = outcome(of: line).event?[keyPath: path]
        #expect(read?.bitPattern == (value == 0 ? 0 : value.bitPattern), "\(line): \(String(describing: read))")
      }
    }
  }

  @Test(
    "what is no decimal is taken for one",
    arguments: [
      "-1", "-0.1", "-1e-400", "-1e400", "1e400", "1.7976931348623159e308", "1e309", "2e308", "1e99999999999999999999",
      "\"1.5\"", "\"\"", "true", "[1.5]", "{}",
    ]
  )
  func refusesDecimal(_ text: String) {
    for (field, _) in Self.decimals { expectUnusable(text, in: field) }
  }

  @Test(
    "a value that says nothing is not the same as the field missing",
    arguments: ["null", "NaN", "Infinity", "-Infinity"]
  )
  func nothing(_ value: String) {
    for field in LogField.allCases {
      #expect(outcome(of: "{\"\(field.name)\": \(value)}") == .event(LogEvent(), [:]), "\(field)")
      let line = "{\"a\": [\(value), {\"b\":\(value)}], \"\(field.name)\":[1,\"x\"], \"\(field.name)\":\(value) }"
      #expect(outcome(of: line) == .event(LogEvent(), [:]), "\(line)")
    }
  }

  @Test("a random decimal is not rounded as the standard library does it")
  func randomDecimals() {
    var random = RandomSource(named: "decimals")
    var reader = LogReader(maximumLineBytes: 65_536)
    for _ in 0..<20_000 {
      let text = random.decimal()
      let line = "{\"current_rate\": \(text)}"
      let padding = String(repeating: " ", count: random.below(2) * 64)
      let expected = Double(text).flatMap { $0.isFinite ? $0 : nil }
      let read = reader.outcomes(of: Array("\(line)\(padding)\n".utf8)).first?.event?.currentRate
      #expect(read == expected, "\(text) \(random.note)")
    }
  }

  @Test("a message is taken for another one")
  func messages() {
    for message in LogMessage.allCases {
      for spelling in message.spellings {
        #expect(outcome(of: "{\"message\": \"\(spelling)\"}").event?.message == message)
        #expect(outcome(of: "{\"message\": \"\(spelling)x\"}").event?.message == .other)
        #expect(outcome(of: "{\"message\": \"\(spelling.dropLast())\"}").event?.message == .other)
        #expect(outcome(of: "{\"message\": \"\(spelling.uppercased())\"}").event?.message == .other)
        let escaped = spelling.unicodeScalars.map { "\\u00" + String($0.value, radix: 16) }.joined()
        #expect(outcome(of: "{\"message\": \"\(escaped)\"}").event?.message == message)
      }
    }
    for other in [
      #"{}"#, #"{"message": null}"#, #"{"message": ""}"#, #"{"message": "etl_started\u0000"}"#,
      "{\"message\": \"\(String(repeating: "etl_started", count: 40))\"}",
      "{\"message\": \"\(String(repeating: "\\u0065", count: 400))\"}",
    ] {
      #expect(outcome(of: other) == .event(LogEvent(), [:]), "\(other)")
    }
    for wrong in ["1", "true", "[]", "{}", "[\"etl_started\"]"] {
      #expect(outcome(of: "{\"message\": \(wrong)}") == .event(LogEvent(), [:], unusable: [.message]), "\(wrong)")
    }
  }

  @Test("the original's and the design's spelling of a message differ")
  func spellings() {
    #expect(
      LogMessage.allCases.flatMap(\.spellings).sorted() == [
        "etl_crashed", "etl_simulator_crashed", "etl_simulator_started", "etl_simulator_stopped", "etl_started",
        "etl_stopped",
        "file_processing_completed", "file_processing_failed", "file_processing_started",
      ]
    )
  }

  @Test(
    "a text comes out otherwise than it was written",
    arguments: [
      ("", ""), ("file_000005", "file_000005"), (#"\u0041\u00e9\ud83d\ude00"#, "Aé😀"),
      (#"a\"b\\c\/d\b\f\n\r\te"#, "a\"b\\c/d\u{FFFD}\u{FFFD}\n\u{FFFD}\te"),
      ("é日本語😀", "é日本語😀"), (#"a\u0062c"#, "abc"), (#"12345678\n"#, "12345678\n"), (#"\\\\"#, #"\\"#),
      (#"\\u0041"#, #"\u0041"#),
    ]
  )
  func texts(_ written: String, _ text: String) {
    for (name, field) in [
      ("file_id", LogTextField.fileID), ("error_type", .errorType), ("failure_reason", .errorType),
      ("pipeline", .pipeline),
    ] {
      let outcome = outcome(of: "{\"\(name)\": \"\(written)\"}")
      #expect(outcome == .event(LogEvent(), [field: text]), "\(name)")
    }
    #expect(
      outcome(of: #"{"file_id":"1\#(written)", "error_type":"2\#(written)", "pipeline":"3\#(written)"}"#)
        == .event(LogEvent(), [.fileID: "1" + text, .errorType: "2" + text, .pipeline: "3" + text])
    )
  }

  @Test("a text that is no string is taken", arguments: ["1", "1.5", "true", "false", "[]", "{}", "[\"a\"]"])
  func refusesTexts(_ value: String) {
    for field in [LogField.fileID, .errorType, .failureReason, .pipeline] {
      #expect(outcome(of: "{\"\(field.name)\": \(value)}") == .event(LogEvent(), [:], unusable: [field]), "\(field)")
    }
  }

  @Test("an error type does not win over a failure reason")
  func errorTypeFirst() {
    #expect(outcome(of: #"{"error_type":"a","failure_reason":"b"}"#).text(.errorType) == "a")
    #expect(outcome(of: #"{"failure_reason":"b","error_type":"a"}"#).text(.errorType) == "a")
    #expect(outcome(of: #"{"failure_reason":"b","error_type":null}"#).text(.errorType) == "b")
    #expect(outcome(of: #"{"failure_reason":"b","error_type":""}"#).text(.errorType) == "b")
    #expect(outcome(of: #"{"error_type":"","failure_reason":null}"#).text(.errorType) == "")
    #expect(outcome(of: #"{"failure_reason":"b","error_type":7}"#).text(.errorType) == "b")
    let line = #"{"failure_reason":7,"error_type":"a"}"#
    #expect(outcome(of: line) == .event(LogEvent(), [.errorType: "a"], unusable: [.failureReason]))
  }

  @Test(
    "a value counts although another one of the same field comes after it",
    arguments: [
      (#"{"total_files":1,"total_files":2}"#, .event(LogEvent(totalFiles: 2), [:])),
      (#"{"total_files":1,"total_files":null}"#, .event(LogEvent(), [:])),
      (#"{"total_files":-1,"total_files":2}"#, .event(LogEvent(totalFiles: 2), [:])),
      (#"{"total_files":"1","total_files":2}"#, .event(LogEvent(totalFiles: 2), [:])),
      (#"{"total_files":[],"total_files":null}"#, .event(LogEvent(), [:])),
      (#"{"total_files":1,"total_files":"2"}"#, .event(LogEvent(), [:], unusable: [.totalFiles])),
      (#"{"total_files":1,"total_files":-2}"#, .event(LogEvent(), [:], unusable: [.totalFiles])),
      (#"{"total_files":1,"total_files":1.5}"#, .event(LogEvent(), [:], unusable: [.totalFiles])),
      (#"{"total_files":1,"\u0074otal_files":3}"#, .event(LogEvent(totalFiles: 3), [:])),
      (#"{"current_rate":1,"current_rate":2.5}"#, .event(LogEvent(currentRate: 2.5), [:])),
      (#"{"current_rate":1e999,"current_rate":2.5}"#, .event(LogEvent(currentRate: 2.5), [:])),
      (#"{"current_rate":1,"current_rate":1e999}"#, .event(LogEvent(), [:], unusable: [.currentRate])),
      (#"{"file_id":"a","file_id":"b"}"#, .event(LogEvent(), [.fileID: "b"])),
      (#"{"file_id":"a","file_id":null}"#, .event(LogEvent(), [:])),
      (#"{"file_id":1,"file_id":"b"}"#, .event(LogEvent(), [.fileID: "b"])),
      (#"{"file_id":"a","file_id":1}"#, .event(LogEvent(), [:], unusable: [.fileID])),
      (#"{"message":"etl_started","message":"etl_stopped"}"#, .event(LogEvent(message: .jobStopped), [:])),
      (#"{"message":"etl_started","message":"x"}"#, .event(LogEvent(), [:])),
      (#"{"message":"etl_started","message":null}"#, .event(LogEvent(), [:])),
      (#"{"message":1,"message":"etl_stopped"}"#, .event(LogEvent(message: .jobStopped), [:])),
      (#"{"message":"etl_stopped","message":1}"#, .event(LogEvent(), [:], unusable: [.message])),
      (
        #"{"timestamp":"x","timestamp":"1970-01-01T00:00:01Z"}"#,
        .event(LogEvent(timestampNanoseconds: 1_000_000_000), [:])
      ),
      (#"{"timestamp":"1970-01-01T00:00:01Z","timestamp":"x"}"#, .event(LogEvent(), [:], unusable: [.timestamp])),
      (#"{"timestamp":"x","timestamp":null}"#, .event(LogEvent(), [:])),
      (
        #"{"timestamp":1,"timestamp":"1970-01-01T00:00:01Z"}"#,
        .event(LogEvent(timestampNanoseconds: 1_000_000_000), [:])
      ),
      (
        #"{"timestamp":"1970-01-01T00:00:02Z","timestamp":1}"#,
        .event(LogEvent(timestampNanoseconds: 1_000_000_000), [:])
      ),
      (#"{"timestamp":1,"timestamp":[]}"#, .event(LogEvent(), [:], unusable: [.timestamp])),
      (#"{"timestamp":1,"timestamp":NaN}"#, .event(LogEvent(), [:])),
      (#"{"timestamp":-1,"timestamp":1}"#, .event(LogEvent(timestampNanoseconds: 1_000_000_000), [:])),
    ] as [(String, Outcome)]
  )
  func duplicates(_ line: String, _ expected: Outcome) {
    #expect(outcome(of: line) == expected)
  }

  @Test(
    "a key is not compared by what it says",
    arguments: [
      #"{"\u0074otal_records": 5}"#, #"{"total\u005Frecords": 5}"#, #"{"total\u005frecords" :5}"#,
      #"{"\u0074\u006f\u0074\u0061\u006c_records": 5}"#,
    ]
  )
  func escapedKeys(_ line: String) {
    #expect(outcome(of: line) == .event(LogEvent(totalRecords: 5), [:]))
  }

  @Test(
    "another key is taken for a known one",
    arguments: [
      #"{"Total_records": -5}"#, #"{"total_record": -5}"#, #"{"total_recordss": -5}"#, #"{"total_records ": -5}"#,
      #"{"": -5}"#, #"{"total_records\u0000": -5}"#,
      #"{"final_stats": {"total_records": -5, "timestamp": "x"}}"#, #"{"a": [{"message": 5}]}"#,
      #"{"total_records\\": -5}"#, #"{"total_récords": -5}"#,
      #"{"a_key_that_is_longer_than_what_is_remembered_of_one": -5}"#, #"{"\ud83d\ude00": -5}"#,
      #"{"expected_records": -5, "estimated_duration": "x", "retry_after": [], "error": 5, "final_stats": 1e999}"#,
    ]
  )
  func otherKeys(_ line: String) {
    #expect(outcome(of: line) == .event(LogEvent(), [:]))
  }

  @Test("more fields than are remembered are not read")
  func manyFields() {
    let unknown = (0..<100).map { "\"field_\($0)\": [\($0)], " }.joined()
    #expect(outcome(of: "{\(unknown)\"total_records\": 5}") == .event(LogEvent(totalRecords: 5), [:]))
    #expect(outcome(of: "{\"message\": \"etl_started\", \(unknown)\"total_records\": -5}").unusable == [.totalRecords])
  }

  @Test("a field is read at another one's place because that stood there in the line before")
  func shuffledFields() {
    var reader = LogReader(maximumLineBytes: 65_536)
    var random = RandomSource(named: "fields")
    let fields = [
      #""total_records": 1"#, #""total_files": 2"#, #""total_failures": 3"#, #""records_processed": 4"#,
      #""processing_time": 5.5"#,
      #""current_rate":6.5"#, #""file_id" : "f""#, #""pipeline":"p""#, #""x": {}"#, #""message": "etl_stopped""#,
    ]
    for _ in 0..<2_000 {
      let line = "{\(fields.shuffled(using: &random).joined(separator: random.below(2) == 0 ? ", " : " ,"))}\n"
      let padding = String(repeating: " ", count: 80 * random.below(2)) + "\n"
      #expect(
        reader.outcomes(of: Array((line + padding).utf8)).first
          == .event(
            LogEvent(
              message: .jobStopped,
              totalRecords: 1,
              totalFiles: 2,
              totalFailures: 3,
              recordsProcessed: 4,
              processingTimeSeconds: 5.5,
              currentRate: 6.5
            ),
            [.fileID: "f", .pipeline: "p"]
          ),
        "\(line) \(random.note)"
      )
    }
  }
}
