import LinuxIO
import Testing

@testable import Exporter

@Suite("The exporter's own log")
struct OwnLogTests {
  private let time = WallTime(nanoseconds: exampleNanoseconds)

  private func line(_ format: LogFormat, _ message: String, _ fields: KeyValuePairs<String, any LoggedValueConvertible>)
    -> String
  {
    let fields = fields.map { (name: $0.key, value: $0.value.loggedValue) }
    return String(
      decoding: Logger(level: .info, format: format).render(.warn, message, fields, at: time),
      as: UTF8.self
    )
  }

  @Test("logfmt: values with spaces, quotes, equals signs or nothing in them are quoted, and stay on one line")
  func logfmt() {
    #expect(
      line(
        .logfmt,
        "waiting",
        ["path": "/a b", "plain": "etl.log", "quote": "a\"b\\c", "empty": "", "break": "a\nb\u{1b}"]
      )
        == #"time=2025-01-18T04:00:00.000Z level=warn msg=waiting path="/a b" plain=etl.log quote="a\"b\\c" empty="" "#
        + #"break="a\nb?""#
    )
  }

  @Test("JSON: strings are escaped")
  func json() {
    #expect(
      line(.json, "waiting", ["path": "/a \"b\"\n"])
        == #"{"time": "2025-01-18T04:00:00.000Z", "level": "warn", "msg": "waiting", "path": "/a \"b\"\n"}"#
    )
  }

  @Test("JSON: numbers are numbers; logfmt: they stand as they are")
  func numbers() {
    let head = #""time": "2025-01-18T04:00:00.000Z", "level": "warn", "msg": "x""#
    #expect(
      line(.json, "x", ["a": 12, "b": Int64(-3), "c": 0.5, "d": "12"])
        == "{\(head), \"a\": 12, \"b\": -3, \"c\": 0.5, \"d\": \"12\"}"
    )
    #expect(line(.logfmt, "x", ["a": 12, "c": 0.5]).hasSuffix("msg=x a=12 c=0.5"))
  }

  @Test("levels are ordered")
  func levels() {
    #expect(LogLevel.debug < .info && LogLevel.info < .warn && LogLevel.warn < .error)
  }
}
