import Testing

@testable import JSON

@Suite("JSON values")
struct JSONValueTests {
  private func written(_ value: JSONValue) -> String {
    var bytes: [UInt8] = []
    value.append(to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  @Test(
    "what is written is read back the same",
    arguments: [
      "null", "true", "false", "0", "-7", "9223372036854775807", "-9223372036854775808", "25.3", "0.1", "1e+300",
      #""""#, #""a \"b\" \\ \n\r\t\u0001 é 😀""#, "[]", "{}", #"[1, [2, []], {"a": null}]"#,
      #"{"a": 1, "b": {"c": "d"}}"#,
    ]
  )
  func roundTrip(text: String) throws {
    let value = try #require(JSONValue.parse(Array(text.utf8)))
    #expect(written(value) == text)
  }

  @Test("a number that is not finite is written as null", arguments: [Double.nan, .infinity, -.infinity])
  func notFinite(value: Double) {
    #expect(written(.decimal(value)) == "null")
  }

  @Test("half a surrogate pair is U+FFFD, and a number that is not finite null")
  func wider() {
    let value = JSONValue.parse(Array(#"{"\udce9": ["a\ud800", "\udc00\ud83d\ude00", NaN, Infinity, -Infinity]}"#.utf8))
    #expect(value.map(written) == "{\"\u{FFFD}\": [\"a\u{FFFD}\", \"\u{FFFD}😀\", null, null, null]}")
  }

  @Test(
    "what breaks the grammar is refused",
    arguments: [
      "", " ", "nul", "tru", "[", "[1", "[1,", "[1,]", "{", #"{"a"}"#, #"{"a":}"#, #"{"a": 1,}"#, "{a: 1}", "01", "1.",
      "+1", #""a"#, "1 2", "[1] x", #""\ud800\u""#, "1e400", "nan", "-NaN", "\u{1}",
    ]
  )
  func refused(text: String) {
    #expect(JSONValue.parse(Array(text.utf8)) == nil)
  }

  @Test("nesting is bounded, so that no text overflows the stack")
  func nesting() {
    for inner in ["", "1", "\"a\", true"] {
      func nested(_ depth: Int) -> [UInt8] {
        Array((String(repeating: "[", count: depth) + inner + String(repeating: "]", count: depth)).utf8)
      }
      #expect(JSONValue.parse(nested(128)) != nil)
      #expect(JSONValue.parse(nested(129)) == nil)
      #expect(JSONValue.parse(nested(1_000_000)) == nil)
    }
  }

  @Test("members are found by name, the last one of equal names; each kind only as itself")
  func access() throws {
    let value = try #require(JSONValue.parse(Array(#"{"a": 1, "b": "x", "a": 2, "c": [1.5, true]}"#.utf8)))
    #expect(value["a"]?.integerValue == 2)
    #expect(value["a"]?.decimalValue == 2)
    #expect(value["a"]?.stringValue == nil)
    #expect(value["b"]?.stringValue == "x")
    #expect(value["b"]?.integerValue == nil)
    #expect(value["c"]?.arrayValue?.first?.decimalValue == 1.5)
    #expect(value["c"]?.arrayValue?.last?.booleanValue == true)
    #expect(value["d"] == nil)
    #expect(value["a"]?["b"] == nil)
  }
}
