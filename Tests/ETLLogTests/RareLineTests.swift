import Testing

@testable import ETLLog
@testable import JSON

/// Lines that are not one object with text before it.
@Suite("Lines of several parts")
struct RareLineTests {
  private static let five = Outcome.event(LogEvent(totalRecords: 5), [:])
  private static let six = Outcome.event(LogEvent(message: .jobStarted, totalRecords: 6), [:])
  private static let other = Outcome.event(LogEvent(), [:])
  private static let malformed = Outcome.rejected(.malformed)
  private static let fiveText = #"{"total_records": 5}"#
  private static let sixText = #"{"message":"etl_started","total_records":6}"#

  private func read(_ line: String) -> [Outcome] { outcomes(of: Array(line.utf8)) }

  @Test(
    "an object is not found behind text that has braces of its own",
    arguments: [
      "[{job=x}] ", "{} ", "${a} {b} ", "{{", "{ ", "f() { return {}; } ", #"[{"job":"x"}] "#, "{'a': 1} ", "{[] ",
    ]
  )
  func textWithBraces(_ text: String) {
    #expect(read(text + Self.fiveText).last == Self.five)
    #expect(!read(text + Self.fiveText).contains(Self.malformed), "\(text)")
  }

  @Test(
    "two objects in a line are not two lines",
    arguments: ["", " ", "\r", "\t ", "\u{1B}[0m", " \u{1B}[0m\u{1B}[32m "]
  )
  func objectsSideBySide(_ between: String) {
    #expect(read(Self.fiveText + between + Self.sixText) == [Self.five, Self.six])
    #expect(read("x " + Self.sixText + between + Self.fiveText + between + "{}") == [Self.six, Self.five, Self.other])
    let many = Array(repeating: Self.fiveText, count: 500).joined(separator: between)
    #expect(read(many) == Array(repeating: Self.five, count: 500))
  }

  @Test("text between two objects, such as a logging framework's, makes one of them lost")
  func textBetweenObjects() {
    #expect(read(Self.fiveText + "2025-01-18 INFO " + Self.sixText) == [Self.five, Self.six])
  }

  @Test(
    "what a terminal takes for colours makes a line malformed",
    arguments: ["\u{1B}[0m", "\u{1B}[m\u{1B}[K", " \u{1B}[38;5;10m \r", "\u{1B}[0;1m\t", "\u{1B}[?25h"]
  )
  func colours(_ end: String) {
    for start in ["", "\u{1B}[32m", "\u{1B}[1;32mINFO\u{1B}[0m "] {
      #expect(read(start + Self.fiveText + end) == [Self.five])
    }
  }

  @Test(
    "what is no such sequence is taken for one",
    arguments: [
      "\u{1B}", "\u{1B}[", "\u{1B}[0", "\u{1B}]0;x\u{7}", "\u{1B}[0mx", "x\u{1B}[0m", "\u{9B}0m", "\u{1B}[0\u{1}m",
    ]
  )
  func noColours(_ end: String) {
    #expect(read(Self.fiveText + end) == [Self.malformed])
  }

  @Test("the first line behind the half line of a job that was killed is lost, wherever that was cut")
  func halfLines() {
    let nested =
      #"{"message": "x{y", "final_stats": {"total_records": 7, "a": [{"b": 1}, {}]}, "timestamp": "2025-01-18T04:00:00Z"}"#
    for line in [ordinaryLine, nested] {
      for count in 1..<line.utf8.count - 1 {
        let half = String(line.prefix(count))
        let whole = read(half + Self.sixText)
        // A brace alone, or one in which an object may stand, begins nothing that could be told from text.
        if half.last == "{", count == 1 {
          #expect(whole == [Self.six])
        } else {
          #expect(whole == [Self.malformed, Self.six], "\(half)")
        }
      }
    }
    let half = #"{"total_records": 7, "a"#
    #expect(read("INFO " + half + Self.sixText + Self.fiveText) == [Self.malformed, Self.six, Self.five])
    #expect(read(Self.fiveText + half + Self.sixText) == [Self.five, Self.malformed, Self.six])
    #expect(read(Self.fiveText + half) == [Self.five, Self.malformed])
  }

  @Test("a part of an object that breaks off is taken for an event")
  func partsOfBrokenObjects() {
    for line in [
      #"{"final_stats": {"total_records": 7}"#, #"{"a":{"b":{}}"#, #"{"a":[{},{"total_files":1}"#, #"{"a":01,"b":{}"#,
      #"{"level":"error","error":{"error_type":"x"}"#, Self.fiveText + "#", Self.fiveText + "#{", "{}}", "{}]",
      #"{"a":{"message":"etl_started"}}}"#,
    ] {
      #expect(read(line).last == Self.malformed, "\(line)")
      #expect(read(line).count { $0.event?.totalRecords == 7 || $0.event?.totalFiles == 1 } == 0, "\(line)")
    }
  }

  @Test("a line of broken objects is looked at for ever, or the bound is another one")
  func manyBrokenObjects() {
    let broken = LogReader.maximumBrokenObjects
    for (count, isFound) in [(broken - 1, true), (broken, false), (10_000, false)] {
      let line = String(repeating: #"{"a" "#, count: count) + Self.sixText
      #expect(read(line) == [Self.malformed] + (isFound ? [Self.six] : []), "\(count)")
    }
    let text = String(repeating: "{a} ", count: 10_000) + Self.fiveText
    #expect(read(text) == [Self.five])
  }

  @Test("the limit of a line's length does not hold for all of its objects together")
  func oversized() {
    let line = Array((Self.fiveText + Self.sixText).utf8)
    #expect(outcomes(of: line, maximumLineBytes: line.count) == [Self.five, Self.six])
    #expect(outcomes(of: line, maximumLineBytes: line.count - 1) == [.rejected(.oversized)])
  }

  @Test("another part of a line is handed over than the one that is malformed, or that has the value")
  func parts() {
    var reader = LogReader(maximumLineBytes: 1_000)
    var recorder = Recorder()
    let (half, wrong) = (#"x {"a": 1, "#, #"{"timestamp": "now", "message": "etl_stopped"}"#)
    let bytes = Array("\(half)\(wrong) \(half)\n\(wrong)\r\n".utf8)
    // Every byte is initialized.
    reader.read(unsafe bytes.span.bytes, into: &recorder)
    let stopped = Outcome.event(LogEvent(message: .jobStopped), [:], unusable: [.timestamp])
    #expect(recorder.outcomes == [Self.malformed, stopped, Self.malformed, stopped])
    #expect(recorder.rejectedLines == [half, "\(half)\n"].map { Array($0.utf8) })
    #expect(recorder.notedObjects == [wrong, wrong].map { Array($0.utf8) })
  }

  @Test("a character that no label should have is handed over, or another one is not")
  func replaced() {
    for value in Array(UInt32(0)...0x3FF) + Array(0x1FF0...0x20FF) + [
      0xFDCF, 0xFDD0, 0xFDEF, 0xFDF0, 0xFFFD, 0xFFFE, 0xFFFF,
    ]
      + [0x1_0000, 0x1_FFFE, 0xE_0FFF, 0x10_FFFF, 0x378, 0xE000, 0x1F600]
    {
      guard let scalar = Unicode.Scalar(value) else { continue }
      let text = "a\(Character(scalar))b"
      let units = Array(text.utf16).map { unit in
        let digits = String(unit, radix: 16)
        return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      }
      let isRaw = value >= 0x20 && value != 0x22 && value != 0x5C
      for written in [units.joined()] + (isRaw ? [text] : []) {
        for field in [LogField.fileID, .errorType, .failureReason, .pipeline] {
          var reader = LogReader(maximumLineBytes: 1_000)
          var recorder = Recorder()
          let bytes = Array("{\"\(field.name)\": \"\(written)\"}\n".utf8)
          // Every byte is initialized.
          reader.read(unsafe bytes.span.bytes, into: &recorder)
          let texts: [String] = LogTextField.allCases.compactMap { recorder.outcomes.first?.text($0) }
          #expect(texts == [shown(text)], "U+\(String(value, radix: 16))")
          #expect(recorder.replaced == (shown(text) == text ? [] : [field]), "U+\(String(value, radix: 16))")
        }
      }
    }
  }
}
