import ETLLog
import JSON
import Testing
import UnixTime

/// What times, durations and numbers say.
@Suite("Values of lines")
struct ValueTests {
  private func moment(_ text: String, zone: Int64 = 0, isPrefix: Bool = false) -> Int64? {
    let text = Array(text.utf8)
    return isPrefix
      ? Timestamp.parse(prefixOf: text.span, localOffsetSeconds: zone)
      : Timestamp.parse(text.span, localOffsetSeconds: zone)
  }

  @Test(
    "a library's time is not read",
    arguments: [
      "2026-11-29T01:00:00Z", "2026-11-29t01:00:00z", "2026-11-29 01:00:00", "2026-11-29T02:00:00+01:00",
      "2026-11-29T02:00:00+0100", "2026-11-29T02:00:00+01", "2026-11-29 02:00:00 +01:00", "2026-11-28T19:30:00-05:30",
      "2026-11-29T01:00:00,000", "2026-11-29T00:59:60Z", "2026-11-29 01:00:00.0000000000001Z",
    ]
  )
  func times(text: String) {
    #expect(moment(text) == 1_795_914_000_000_000_000)
  }

  @Test(
    "what is no time is read as one",
    arguments: [
      "", "2026-11-29", "2026-13-29T01:00:00Z", "2026-02-29T01:00:00Z", "2026-11-29T24:00:00Z", "2026-11-29T01:00:00.",
      "2026-11-29T01:00:00 Z", "2026-11-29T01:00:00+1", "2026-11-29T01:00:00+24:00", "2026-11-29T01:00:00Zx",
      "2026-11-29T01:00:00 UTC", "1500-01-01T00:00:00Z", "9999-01-01T00:00:00Z", "2026-11-29X01:00:00Z",
    ]
  )
  func wrongTimes(text: String) {
    #expect(moment(text) == nil)
  }

  @Test("a fraction, a zone or what stands behind a time changes it")
  func details() {
    #expect(moment("2026-11-29T01:00:00.123456789Z") == 1_795_914_000_123_456_789)
    #expect(moment("2026-11-29 01:00:00,5", zone: 3_600) == 1_795_910_400_500_000_000)
    #expect(moment("2026-11-29 01:00:00+00:00", zone: 3_600) == 1_795_914_000_000_000_000)
    #expect(moment("2026-11-29 01:00:00.5|INFO|x", isPrefix: true) == 1_795_914_000_500_000_000)
    #expect(moment("2026-11-29 01:00:00 INFO", isPrefix: true) == 1_795_914_000_000_000_000)
    #expect(moment("2026-11-29 01:00:00,INFO", isPrefix: true) == 1_795_914_000_000_000_000)
    #expect(Timestamp.offsetSeconds(Array("-07:30".utf8).span) == -27_000)
    #expect(Timestamp.offsetSeconds(Array(" +01:00".utf8).span) == nil)
  }

  /// When a line was, and what its member `v` of a kind is.
  private func event(_ members: String, time: String = "t", source: String = "v", kind: String = "seconds") throws
    -> LogEvent?
  {
    let yaml =
      #"{"formats": {"f": {"time": \#(time), "events": [{"event": "file_completed", "\#(kind)": \#(source)}]}}}"#
    let format = try #require(try configuration(yaml).formats.first)
    var reader = FormattedLogReader(format, maximumLineBytes: 65_536)
    var sink = EventKeeper()
    let line = Array("{\(members)}\n".utf8)
    unsafe line.span.bytes.withUnsafeBytes { bytes in unsafe reader.read(bytes.bytes, into: &sink) }
    return sink.event
  }

  private struct EventKeeper: FormatSink {
    var event: LogEvent?

    mutating func receive(_ kind: EventKind, _ event: LogEvent, _ texts: borrowing LogTexts, isTimedSinceStart: Bool) {
      self.event = event
    }

    mutating func update(metric: Int, value: Double, nanoseconds: Int64?, labels: borrowing MetricLabelValues) {}

    mutating func noteRule(_ rule: Int) {}

    mutating func noteUnusable(_ use: Int, _ reason: UnusableReason) {}

    mutating func finish(_ result: FormatLineResult, line: RawSpan) {}
  }

  @Test("a number of seconds to nanoseconds is taken for another time than its size says")
  func numericTimes() throws {
    let moment: Int64 = 1_795_914_000_500_000_000
    for number in [
      "1795914000.5", "1795914000500", "1795914000500000", "1795914000500000000", #""1795914000500000""#,
      "1795914000500.0",
      "1.7959140005e9",
    ] {
      #expect(try event(#""t":\#(number)"#)?.timestampNanoseconds == moment, "\(number)")
    }
    #expect(try event(#""t":1793584812.903456789"#)?.timestampNanoseconds == 1_793_584_812_903_456_789)
    #expect(try event(#""t":5000"#, time: #"{"path": "t", "unit": "ms"}"#)?.timestampNanoseconds == 5_000_000_000)
    for wrong in ["0", "-1.5", "true", "{}", "[5]", "1e400", "99999999999999999999", #""x""#, "null", #""""#] {
      #expect(try event(#""t":\#(wrong)"#)?.timestampNanoseconds == nil, "\(wrong)")
    }
    let escaped = #""t":"2026-11-29T02:00:00.5\u002B01:00""#
    #expect(try event(escaped)?.timestampNanoseconds == moment)
  }

  @Test("a duration is not read, or in another unit")
  func durations() throws {
    for (unit, written, seconds) in [
      ("ms", "12530", 12.53), ("ns", "12530000000", 12.53), ("us", "5", 5e-6), ("min", "1.5", 90),
      ("h", #""2""#, 7_200),
      ("text", #""12.53s""#, 12.53), ("text", #""1m2.5s""#, 62.5), ("text", #""1h0m0.5s""#, 3_600.5),
      ("text", #""250ms""#, 0.25),
      ("text", #""1.02:03:04.5""#, 93_784.5), ("text", #""0:00:12.79""#, 12.79), ("text", #""00:00:10""#, 10),
      ("text", #""00:00:12.5300000""#, 12.53), ("text", #""3µs""#, 3e-6), ("text", #""3μs""#, 3e-6),
      ("text", #""7ns""#, 7e-9),
    ] {
      #expect(
        try event(#""v":\#(written)"#, source: #"{"path": "v", "unit": "\#(unit)"}"#)?.processingTimeSeconds == seconds,
        "\(written)"
      )
    }
    for wrong in [
      "5", #""5""#, #""1:2:3""#, #""12:30""#, #""-12.5s""#, #""-00:00:01""#, #""5 s""#, #""s""#, #""1d""#, #""1.s""#,
      #""00:00:5x""#,
    ] {
      #expect(
        try event(#""v":\#(wrong)"#, source: #"{"path": "v", "unit": "text"}"#)?.processingTimeSeconds == nil,
        "\(wrong)"
      )
    }
  }

  @Test("a count is not read, or what is none")
  func counts() throws {
    for (written, count) in [
      ("5", 5 as Int64), ("3.0", 3), (#""116""#, 116), ("2.5e2", 250), ("9223372036854775807", .max), (#""3.0""#, 3),
      ("-0", 0),
    ] {
      #expect(try event(#""v":\#(written)"#, kind: "records")?.recordsProcessed == count, "\(written)")
    }
    for wrong in ["-1", "2.5", "1e30", "true", #"" 5""#, #""5 ""#, #""0x5""#, "[]", #""05""#, #""+5""#] {
      #expect(try event(#""v":\#(wrong)"#, kind: "records")?.recordsProcessed == nil, "\(wrong)")
    }
  }

  @Test(
    "the type of an exception is not found in its trace",
    arguments: [
      (
        "java.lang.IllegalStateException: boom\n\tat a.B.c(B.java:1)\nCaused by: x.Y: z",
        "java.lang.IllegalStateException"
      ),
      ("System.TimeoutException: late\r\n   at Acme.Load()", "System.TimeoutException"),
      ("TypeError\n    at f", "TypeError"),
      ("Traceback (most recent call last):\n  File \"a.py\"\n    f()\nValueError: boom: x", "ValueError"),
      (
        "Traceback (most recent call last):\n  x\nKeyError: 1\n\nDuring handling:\n\nTraceback (most recent call last):\n  y\na.b.C\n",
        "a.b.C"
      ),
      ("\n  Error: x", "Error"), ("", nil), (": x", nil), (" \n ", nil),
      ("Traceback (most recent call last):", "Traceback"),
    ] as [(String, String?)]
  )
  func exceptions(trace: String, type: String?) throws {
    let yaml =
      #"{"formats": {"f": {"events": [{"event": "file_failed", "error_type": {"path": "e", "as": "exception_type"}}]}}}"#
    let format = try #require(try configuration(yaml).formats.first)
    var line: [UInt8] = []
    JSONValue.object([("e", .string(trace))]).append(to: &line)
    let (tally, _) = tally(format, line + [UInt8(ascii: "\n")])
    #expect(tally.errors == [type ?? "unknown": 1])
  }

  @Test("one test implies another, or refuses it, and is not seen to")
  func implications() {
    let x = ValueTest.anyOf([.text("xy")])
    #expect(
      x.implies(.prefix("x")) && x.implies(.suffix("y")) && x.implies(.contains("x")) && x.implies(.present(true))
    )
    #expect(
      x.implies(.not(.anyOf([.text("z")]))) && !x.implies(.prefix("y"))
        && !x.implies(.anyOf([.number(5, spelling: "5")]))
    )
    #expect(ValueTest.prefix("abc").implies(.prefix("ab")) && !ValueTest.prefix("ab").implies(.prefix("abc")))
    #expect(
      ValueTest.not(.prefix("a")).implies(.not(.prefix("ab")))
        && !ValueTest.not(.prefix("ab")).implies(.not(.prefix("a")))
    )
    #expect(ValueTest.prefix("b").implies(.not(.prefix("a"))) && !ValueTest.prefix("b").implies(.not(.suffix("a"))))
    #expect(!ValueTest.present(false).implies(.not(x)) && !ValueTest.present(true).implies(x))
    let thirty = ValueTest.anyOf([.number(30, spelling: "30")])
    #expect(thirty.implies(.anyOf([.number(30, spelling: "3e1")])) && !thirty.implies(.anyOf([.text("30")])))
  }
}
