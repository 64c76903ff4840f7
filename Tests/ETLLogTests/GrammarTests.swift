import Testing

@testable import ETLLog

@Suite("RFC 8259, and no more than it needs")
struct GrammarTests {
  static let validValues: [String] = [
    // §3, literals
    "true", "false", "null",
    // §6, numbers
    "0", "-0", "1", "-1", "10", "123456789012345678901234567890", "0.0", "0.5", "-0.5", "1.0", "1e1", "1E1", "1e+1",
    "1e-1",
    "1.5e10", "-1.5E-10", "0e0", "0E+00", "1e400", "-1e400", "1e-400", "9e99999999999999999999",
    "1.000000000000000000001", "-0.0e-0", "1E+0", "0.00", "10.01e010",
    // §7, strings
    #""""#, #""a""#, #""\"""#, #""\\""#, #""\/""#, #""\b\f\n\r\t""#, #""\u0000""#, #""\u001F""#, #""\u00e9\u00E9""#,
    #""\uD83D\uDE00""#, #""\ud800\udc00""#, #""\uDBFF\uDFFF""#, #""\uFFFF""#, #""\uE000\uD7FF""#, "\"\u{7F}\"",
    #""'""#, #""/""#, #""{}[],:""#, #""\\\"""#, #""12345678""#, #""1234567\\""#, #""\uaBcD\uAbCd""#,
    // §8.1, UTF-8 up to each boundary
    "\"\u{80}\u{7FF}\u{800}\u{FFF}\u{1000}\u{D7FF}\u{E000}\u{FFFF}\u{10000}\u{3FFFF}\u{40000}\u{10FFFF}\"", #""é日本語😀""#,
    // A byte order mark is a character like any other there, and so are the noncharacters.
    "\"\u{FEFF}\"", "\"\u{FFFE}\u{1FFFF}\"",
    // §4, §5, objects and arrays
    "{}", "[]", "[ ]", "{ }", "[1]", "[1,2]", "[ 1 , 2 ]", "[[]]", "[{}]", #"{"a":1}"#, #"{ "a" : 1 , "b" : 2 }"#,
    #"{"a":{"b":[{"c":null},[],{}]}}"#, #"{"":0}"#, #"{"a":1,"a":"two"}"#, "[\t1\r,\t2 ]", #"{"\u0061":1}"#,
    // Wider than RFC 8259: what Python and JavaScript write, and §8.2, half a pair.
    "NaN", "Infinity", "-Infinity", "[NaN,-Infinity , Infinity]", #"{"a":NaN}"#,
    #""\uD800""#, #""\uDC00""#, #""\uDFFF""#, #""\uD800x""#, #""\uD800\n""#, #""\uD800\uD800""#, #""\uD800\u0041""#,
    #""\uDC00\uD800""#, #""\uD83D\\uDE00""#, #"{"\ud800":1}"#,
    #"[1, "a", null, {}, [], true]"#, #"{"true":1,"null":2,"1":3}"#,
  ]

  @Test("a valid value makes the line malformed", arguments: validValues)
  func acceptsValue(_ value: String) {
    for line in [
      "{\"unknown\": \(value)}", "{\"unknown\":\(value),\"x\":0}",
      "{\"retry_after\": \(value) , \"final_stats\":\(value)}",
      "{\"a\":[\(value),{\"b\":\(value)}]}",
    ] {
      #expect(outcome(of: line) == .event(LogEvent(), [:]), "\(line)")
    }
  }

  static let invalidValues: [String] = [
    // §3
    "", "True", "tru", "truee", "nul", "nil", "NULL", "falsey", "undefined", "TRUE", "fALSE", "t rue", "nullnull",
    "true false", "\\u0074rue", "nan", "NAN", "Nan", "-NaN", "+NaN", "NaN1", "NaNs", "infinity", "Inf", "+Infinity",
    "-infinity",
    "Infinit", "-Infinit", "--Infinity", "- Infinity", "Infinity1", "-Infinityy", "1Infinity", "0NaN", "1e-Infinity",
    // §6
    "+1", "01", "00", "-01", "-", "--1", "1.", ".5", "-.5", "1.e1", "1e", "1e+", "1E-", "1e1.5", "1ee1", "0x10",
    "1_000", "1,000,",
    "1 2", "0b1", "1f", "٣", "１", ".", "e5", "-e5", "0e", "00.5", "1.5.5", "- 1", "1 .5", "1. 5", "1e 5", "1e+ 5",
    "-+1", "1-1",
    "1e+-5", "1e5e5", "-Inf", "∞",
    // §7
    "\"", "\"a", "a\"", "'a'", #""\"#, #""\""#, #""\a""#, #""\'""#, #""\u""#, #""\u12""#, #""\u123""#, #""\u123g""#,
    #""\U0041""#,
    #""\x41""#, #""\0""#, #""\u+041""#, #""\u-041""#, #""\u 041""#, #""\u00 1""#, #""\u０041""#, #"\"a""#, "\"\t\"",
    "\"\u{0}\"", "\"\u{1F}\"", "\"1234567\u{1}\"", "\"12345678\u{1F}9\"", #""a"b""#,
    #""\u00"#,
    // §8.2: half a pair and a broken escape
    #""\uD83D\uDE0""#, #""\uD83D\u""#, #""\uD83D\x""#, #""\uD83""#, #""\uD83D\""#,
    // §4, §5
    "[", "]", "[1", "[1,", "[,]", "[1,]", "[,1]", "[1,,2]", "[1 2]", "{", "}", "{,}", #"{"a"}"#, #"{"a":}"#,
    #"{"a":1,}"#, #"{,"a":1}"#,
    #"{"a" 1}"#, #"{"a"::1}"#, "{a:1}", "{1:1}", "{'a':1}", #"{"a":1 "b":2}"#, #"{"a":1;"b":2}"#, "[}", "{]", "[1}",
    #"{"a":1]"#,
    "[[]", "[]]", #"{"a":[}]"#, "[1]]", "{}}", #"{null:1}"#, "{true:1}", "{[]:1}", "{{}:1}", #"{"a":1,"b"}"#,
    #"{"a":1 2}"#, #"{"a":,}"#, #"{"a" "b"}"#,
    #"["a":1]"#, "[1;2]", "[1:2]", #"{"a"=1}"#, "/**/1", "1//", "#", "\u{FEFF}1", "\u{A0}1", "\u{B}1",
    "\u{C}1", "\u{85}1", "\u{2028}1", "\u{3000}1", "1\u{A0}", "[1\u{B},2]", "1\u{FEFF}",
  ]

  @Test("an invalid value is taken", arguments: invalidValues)
  func refusesValue(_ value: String) {
    for line in [
      "{\"unknown\": \(value)}", "{\"unknown\":\(value),\"x\":0}", "{\"final_stats\":{\"a\":\(value)}}",
      "{\"a\":[0,\(value)],\"b\":0}",
      "{\"total_records\":\(value)}", "{\"processing_time\": \(value)}", "{\"file_id\": \(value)}",
      "{\"timestamp\":\(value)}", "{\"message\":\(value), \"a\":1}",
    ] {
      #expect(outcome(of: line) == .rejected(.malformed), "\(line)")
    }
  }

  @Test(
    "an invalid object is taken",
    arguments: [
      "{", "{\"", "{\"a", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,", "{\"a\":1,}", "{,\"a\":1}",
      "{\"a\":1,,\"b\":1}", "{\"a\":1 \"b\":2}",
      "{}x", "{},", "{}}", "{}\u{0}", "{}\u{B}", "{\"a\":1}]", "{\"a\":1}\u{FEFF}", "{{}}", "{[]}",
      "{\"a\",\"b\"}",
      "{\"a\":1:2}", "{\u{0}}", "{\"a\u{1}\":1}", "{\"\\x\":1}", "{\u{C}}", "{\u{FEFF}}",
      "{\u{FEFF}\"a\":1}", "{\"a\"\u{FEFF}:1}", "{\u{A0}}", "{\"a\":\u{0}1}",
      "{,\"total_records\": 1}", "{, \"timestamp\": \"2025-01-18T04:00:00Z\"}",
    ]
  )
  func refusesObject(_ line: String) {
    #expect(outcome(of: line) == .rejected(.malformed))
  }

  @Test(
    "white space around the object's parts makes it malformed",
    arguments: [
      "{}", " {}", "{ }", "{}\t", "{}\r", "{ \t\r}", " \t\r { \t\r\"a\" \t\r: \t\r1 \t\r, \t\r\"b\" : 2 \t\r} \t\r",
    ]
  )
  func acceptsWhitespace(_ line: String) {
    #expect(outcome(of: line) == .event(LogEvent(), [:]))
  }

  @Test(
    "ill-formed UTF-8 in a string is taken (Unicode, table 3-7)",
    arguments: [
      [0x80], [0xBF], [0xC0, 0x80], [0xC1, 0xBF], [0xC2], [0xC2, 0x7F], [0xC2, 0xC0], [0xE0, 0x80, 0x80],
      [0xE0, 0x9F, 0xBF],
      [0xE0, 0xA0], [0xE1, 0x80, 0x7F], [0xE1, 0x80, 0xC0], [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF], [0xEF, 0xBF],
      [0xF0, 0x80, 0x80, 0x80], [0xF0, 0x8F, 0xBF, 0xBF], [0xF0, 0x90, 0x80], [0xF1, 0x80, 0x80, 0x41],
      [0xF4, 0x90, 0x80, 0x80],
      [0xF5, 0x80, 0x80, 0x80], [0xF8, 0x88, 0x80, 0x80, 0x80], [0xFE], [0xFF], [0xE9], [0xC3, 0xA9, 0xA9],
    ] as [[UInt8]]
  )
  func refusesIllFormedUTF8(_ bytes: [UInt8]) {
    for padding in 0...9 {
      let text = Array(repeating: UInt8(ascii: "a"), count: padding) + bytes
      for key in ["unknown", "file_id", "message", "a\":[\"b\",\"c"] {
        let line = Array("{\"\(key)\":\"".utf8) + text + Array("\"}".utf8)
        #expect(outcome(of: line) == .rejected(.malformed), "\(key) \(text)")
      }
      #expect(outcome(of: Array("{\"".utf8) + text + Array("\":1}".utf8)) == .rejected(.malformed), "as a key: \(text)")
    }
  }

  @Test("nesting is limited elsewhere than at 128, or overflows the stack")
  func nesting() {
    for (opening, closing) in [("[", "]"), ("{\"a\":", "}")] {
      func line(depth: Int) -> String {
        let inner = String(repeating: opening, count: depth - 1) + "1" + String(repeating: closing, count: depth - 1)
        return "{\"a\":\(inner)}"
      }
      #expect(outcome(of: line(depth: 1)) == .event(LogEvent(), [:]))
      #expect(outcome(of: line(depth: 128)) == .event(LogEvent(), [:]))
      #expect(outcome(of: line(depth: 129)) == .rejected(.malformed))
      #expect(outcome(of: line(depth: 8_000)) == .rejected(.malformed))
      #expect(outcome(of: "{\"a\":" + String(repeating: opening, count: 9_000)) == .rejected(.malformed))
    }
    let mixed = String(repeating: "[{\"a\":", count: 63) + "[]" + String(repeating: "}]", count: 63)
    #expect(outcome(of: "{\"a\":\(mixed)}") == .event(LogEvent(), [:]))
    #expect(outcome(of: "{\"a\":\(mixed.dropLast(2))]}") == .rejected(.malformed))
  }

  @Test("a line that ends at any place is taken, or reads on into the next line")
  func truncatedAnywhere() {
    let line = Array(ordinaryLine.utf8.dropLast())
    for length in 1..<line.count {
      #expect(outcome(of: Array(line.prefix(length))) == .rejected(.malformed), "\(length)")
    }
  }
}
