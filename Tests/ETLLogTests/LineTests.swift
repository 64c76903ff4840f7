import TestSupport
import Testing

@testable import ETLLog
@testable import JSON

@Suite("Lines")
struct LineTests {
  private let five = Outcome.event(LogEvent(totalRecords: 5), [:])

  @Test(
    "text before the object is not skipped, or hides it",
    arguments: [
      #"2025-01-18T04:00:00 INFO {"total_records": 5}"#, #"  {"total_records": 5}"#, "\u{FEFF}{\"total_records\": 5}",
      #"x{"total_records": 5}"#,
      #"]}":,{"total_records": 5}"#, "\r\t{\"total_records\": 5}", #""quoted" {"total_records": 5}"#,
      "abc\0def {\"total_records\": 5}",
      "\u{1}\u{7F}é日本{\"total_records\": 5}", "1234567{\"total_records\": 5}", "12345678{\"total_records\": 5}",
      "123456789{\"total_records\": 5}",
    ]
  )
  func prefix(_ line: String) {
    #expect(outcome(of: line) == five)
  }

  @Test("a prefix that is no text at all is not skipped")
  func anyPrefix() {
    for byte in UInt8.min...UInt8.max where byte != Byte.newline && byte != Byte.openBrace {
      for count in [1, 7, 8, 9] {
        let line = Array(repeating: byte, count: count) + Array(#"{"total_records": 5}"#.utf8)
        #expect(outcome(of: line) == five, "\(byte)")
      }
    }
  }

  @Test("a line of the mission's own example is not read")
  func foreignLine() {
    let line =
      #"2025-01-18T04:00:00 INFO {"timestamp": "2025-01-18T04:00:00.123456Z", "message": "file_processing_failed", "total_records": 0, "#
      + #""total_files": 0, "total_failures": 1, "file_id": "file_000001_FAILED", "failure_reason": "disk_space_insufficient", "retry_after": 97}"#
    let event = LogEvent(
      message: .fileFailed,
      timestampNanoseconds: 1_737_172_800_123_456_000,
      totalRecords: 0,
      totalFiles: 0,
      totalFailures: 1
    )
    #expect(outcome(of: line) == .event(event, [.fileID: "file_000001_FAILED", .errorType: "disk_space_insufficient"]))
  }

  @Test(
    "a line without a brace is malformed, and no text",
    arguments: [
      "x", "null", "[1]", "5", "}", "text only", "\0x", "é", " . ", "\tat a.b.C.d(C.java:7)", "\u{1B}[31mx\u{1B}[0m",
    ]
  )
  func withoutBrace(_ line: String) {
    #expect(outcome(of: line) == .rejected(.text))
  }

  @Test(
    "a line with a brace and no object is not malformed",
    arguments: ["\"{\"", "{", "x {", "{job=x}", "{ a }", "[{'total_records': 5}]", "\u{1B}[31m{\u{1B}[0m"]
  )
  func withoutObject(_ line: String) {
    #expect(outcome(of: line) == .rejected(.malformed))
  }

  @Test(
    "an empty line is no blank one",
    arguments: ["", " ", "\t", "\r", " \t\r ", "\0", "\0\0\0\0\0\0\0\0\0\0", "\0 \0\r", " \0 "]
  )
  func blank(_ line: String) {
    #expect(outcome(of: line) == .rejected(.other))
  }

  @Test("a carriage return at the end of a line makes it another one")
  func carriageReturn() {
    var reader = LogReader(maximumLineBytes: 100)
    #expect(
      reader.outcomes(
        of: Array("{\"total_records\": 5}\r\n\r\n{\"total_records\": 5}\n\n{\"total_records\":\r5}\r\nx\r\n".utf8)
      )
        == [five, .rejected(.other), five, .rejected(.other), five, .rejected(.text)]
    )
  }

  @Test("the hole that a truncation leaves hides the line behind it")
  func hole() {
    for count in [1, 7, 8, 100, 100_000] {
      let line = Array(repeating: Byte.null, count: count) + Array(#"{"total_records": 5}"#.utf8)
      #expect(outcome(of: line, maximumLineBytes: 20) == five)
      #expect(outcome(of: Array(repeating: Byte.null, count: count), maximumLineBytes: 20) == .rejected(.other))
    }
  }

  @Test("the limit of a line's length is off by one, or counts what is no part of it")
  func oversized() {
    for limit in [20, 64, 1_000] {
      for length in limit - 2...limit + 2 {
        let expected = length <= limit
        let object = #"{"total_records": 5}"#
        let spaces = String(repeating: " ", count: max(0, length - object.utf8.count))
        for line in [spaces + object, object + spaces] where line.utf8.count == length {
          for end in ["", "\r"] {
            for start in ["", "\0", "\0\0\0"] {
              let outcome = outcome(of: Array((start + line + end).utf8), maximumLineBytes: limit)
              #expect(outcome == (expected ? five : .rejected(.oversized)), "\(length) of \(limit)")
            }
          }
        }
        let text = Array(repeating: UInt8(ascii: "x"), count: length)
        #expect(outcome(of: text, maximumLineBytes: limit) == .rejected(expected ? .text : .oversized))
        let blank = Array(repeating: Byte.space, count: length)
        #expect(outcome(of: blank, maximumLineBytes: limit) == .rejected(expected ? .other : .oversized))
        let half = Array("{\"a".utf8) + text
        #expect(outcome(of: half, maximumLineBytes: limit) == .rejected(half.count <= limit ? .malformed : .oversized))
      }
    }
    let wrong = Array(#"{"total_records": -5}"#.utf8)
    #expect(outcome(of: wrong, maximumLineBytes: wrong.count).unusable == [.totalRecords])
    #expect(outcome(of: wrong, maximumLineBytes: wrong.count - 1) == .rejected(.oversized))
    let escaped = Array(
      "{\"timestamp\": \"\(String(repeating: "\\u0030", count: 1_000))\", \"file_id\": \"\\u0031\"}".utf8
    )
    #expect(outcome(of: escaped, maximumLineBytes: 100) == .rejected(.oversized))
    #expect(outcome(of: Array("{}".utf8), maximumLineBytes: 0) == .rejected(.oversized))
  }

  @Test("nothing to read is something")
  func nothing() {
    var reader = LogReader(maximumLineBytes: 100)
    #expect(reader.outcomes(of: []) == [])
  }

  @Test("lines come out otherwise where the chunks are cut at other lines")
  func chunks() {
    var random = RandomSource(named: "chunks")
    let lines = [
      ordinaryLine, "\n", "\r\n", "x\n", "{}\n", "{\"file_id\": \"\\u0041\\n\"}\n",
      "{\"a\": [1, 2, {\"b\": \"é\"}]}\r\n", "\0\0{\"total_files\": 7}\n",
      "INFO {\"message\": \"etl_started\", \"timestamp\": \"2025-01-18T04:00:00+01:00\"}\n",
      "{\"total_records\": 12345678901}\n", "{\"current_rate\": 1.5e3}\n",
      "{\"pipeline\": \"orders\", \"error_type\": \"\\ud83d\\ude00\", \"file_id\": \"\"}\n", "{\"timestamp\": 5}\n",
      "{\n", "\"\n",
    ]
    for _ in 0..<500 {
      let log = (0..<1 + random.below(12)).map { _ in random.element(lines) }
      var whole = LogReader(maximumLineBytes: 1_000)
      let expected = whole.outcomes(of: log.flatMap { Array($0.utf8) })
      #expect(expected.count == log.count)
      var pieces = LogReader(maximumLineBytes: 1_000)
      var outcomes: [Outcome] = []
      var rest = log[...]
      while !rest.isEmpty {
        let chunk = rest.prefix(1 + random.below(rest.count))
        outcomes += pieces.outcomes(of: chunk.flatMap { Array($0.utf8) })
        rest = rest.dropFirst(chunk.count)
      }
      #expect(outcomes == expected, "\(log) \(random.note)")
    }
  }

  @Test("a byte beyond the chunk is read")
  func lengths() {
    var reader = LogReader(maximumLineBytes: 1_000)
    for padding in 0..<80 {
      let text = String(repeating: "a", count: padding)
      let digits = String(repeating: "1", count: min(padding, 18))
      for line in [
        "{\"file_id\": \"\(text)\"}", "{\"file_id\": \"\(text)", "{\"\(text)\": 1}", "{\"\(text)", text,
        "{\"total_records\": 1\(digits)}",
        "{\"total_records\": 1\(digits)", "{\"current_rate\": 1\(digits).1\(digits)}",
        "{\"current_rate\": 1\(digits).1\(digits)",
        "{\"timestamp\": \"2025-01-18T04:00:00.\(digits)", "{\"message\": \"\(text)\"}",
        "{\"message\": \"file_processing_\(text)", "{\"a\": {\"\(text)",
        "{\"a\": [\(text)", "{\"a\": \"\(text)\\", "{\"a\": \"\(text)\\u", "{\"a\": \"\(text)\\u12",
        "{\"a\": \"\(text)\\ud800", "{\"a\": \"\(text)\\ud800\\u",
        "{\"a\": t", "{\"a\": nul", "{\"a\": -", "{\"a\": 1.", "{\"a\": 1e",
      ] {
        #expect(reader.outcomes(of: Array("\(line)\n".utf8)).count == 1, "\(line)")
        #expect(reader.outcomes(of: Array("\(line)\n\n".utf8)).count == 2, "\(line)")
      }
      for cut: [UInt8] in [[0xC3], [0xE2], [0xE2, 0x82], [0xF0], [0xF0, 0x9F], [0xF0, 0x9F, 0x98]] {
        #expect(reader.outcomes(of: Array("{\"a\": \"\(text)".utf8) + cut + [Byte.newline]) == [.rejected(.malformed)])
      }
    }
  }

  @Test("a rejected line is handed over whole, and nothing of its neighbours")
  func rejectedLine() {
    var reader = LogReader(maximumLineBytes: 20)
    var recorder = Recorder()
    let lines = ["\u{0}\u{0}not one\r\n", "{\"total_files\": 1}\n", " \n", "{\"a\": \"xxxxxxxxxxxxxxxxxxxxxxx\"}\n"]
    let bytes = Array(lines.joined().utf8)
    // Every byte is initialized.
    reader.read(unsafe bytes.span.bytes, into: &recorder)
    let expected = [String(lines[0].dropFirst(2)), lines[2], lines[3]]
    #expect(recorder.rejectedLines == expected.map { Array($0.utf8) })
    #expect(recorder.outcomes.count == 4)
  }
}
