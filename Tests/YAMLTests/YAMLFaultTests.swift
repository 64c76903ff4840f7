import JSON
import Testing
import YAML

@Suite("YAML that is refused")
struct YAMLFaultTests {
  /// The one line that a wrong text gives.
  private func fault(_ bytes: [UInt8]) -> String {
    do throws(ConfigurationError) {
      _ = try YAMLReader.read(bytes)
      return "no error"
    } catch {
      return error.text(file: "f").replacing("; with quotes it is right: ", with: " | ")
    }
  }

  /// Behind a bar: the line with the quotes that make it right.
  private static let faults: [(text: String, line: String)] = [
    ("a: &x 1", #"1:4: an anchor (&) is not taken; put a text that begins with & in quotes | a: "&x 1""#),
    ("a: *x", #"1:4: an alias (*) is not taken; write the value again, or put a text in quotes | a: "*x""#),
    ("a: !!str 1", #"1:4: a tag (!) is not taken; put a text that begins with ! in quotes | a: "!!str 1""#),
    ("<<: {a: 1}", "1:1: a merge key (<<) is not taken; write the members again"),
    ("a: 1\n---\nb: 2", "2:1: a second document (---) is not taken; put all into one"),
    ("a: 1\nb: 2\na: 3", #"3:1: "a" is set twice, first on line 1; once is right"#),
    ("{a: 1, a: 2}", #"1:8: "a" is set twice, first on line 1; once is right"#),
    ("time: @t", #"1:7: no text can begin with this character without quotes | time: "@t""#),
    (
      "when: {@mt: Run started}",
      #"1:8: no text can begin with this character without quotes | when: {"@mt": Run started}"#
    ),
    ("when: {msg: {Rows}}", #"1:14: in braces "Rows" is a key, and it has no value | when: {msg: "{Rows}"}"#),
    ("msg: {Rows}", #"1:7: in braces "Rows" is a key, and it has no value | msg: "{Rows}""#),
    ("msg: {Rows} rows", #"1:7: in braces "Rows" is a key, and it has no value | msg: "{Rows} rows""#),
    (
      "when: {State.{OriginalFormat}: Run started}",
      #"1:8: in braces "State." is a key, and it has no value | when: {"State.{OriginalFormat}": Run started}"#
    ),
    (
      "when: {msg: Loaded {Rows} rows}",
      #"1:20: a comma or the closing } is missing | when: {msg: "Loaded {Rows} rows"}"#
    ),
    (
      "msg: error: timeout",
      #"1:11: a second key and colon are on this line, or it is indented wrongly | msg: "error: timeout""#
    ),
    (
      "  - msg: error: timeout",
      #"1:15: a second key and colon are on this line, or it is indented wrongly | - msg: "error: timeout""#
    ),
    ("a:\n  - b: 1\n   c: 2", "3:4: this is no element of the list above; indent it like the elements"),
    ("a: `x`", #"1:4: no text can begin with this character without quotes | a: "`x`""#),
    ("a: %x", #"1:4: no text can begin with this character without quotes | a: "%x""#),
    ("a: [1, 2", "2:1: a comma or the closing ] is missing"),
    ("a: {b: 1", "2:1: a comma or the closing } is missing"),
    (#"a: "x"#, "1:6: the closing quote is missing"),
    ("a:\n\tb: 1", "2:1: a tab indents nothing; use spaces"),
    ("? [a]\n: 1", "1:3: a key is a list; put a text with braces or brackets in quotes"),
    ("[a]: 1", #"1:1: a key is a list; put a text with braces or brackets in quotes | "[a]: 1""#),
    ("when: {a: b, c}", #"1:14: in braces "c" is a key, and it has no value"#),
    ("when: {msg: error: timeout}", #"1:18: a comma or the closing } is missing | when: {msg: "error: timeout"}"#),
    ("a: *", #"1:5: did not find expected alphabetic or numeric character | a: "*""#),
    ("msg: ***done***", #"1:7: did not find expected alphabetic or numeric character | msg: "***done***""#),
    ("msg: [done] all", #"1:13: a key is expected here; is it indented like those above? | msg: "[done] all""#),
    ("msg: !important", #"1:6: a tag (!) is not taken; put a text that begins with ! in quotes | msg: "!important""#),
    (#"prefix: "a" b"#, "1:13: a key is expected here; is it indented like those above?"),
    (
      "events: [{when: {msg: {Rows} rows}}]",
      #"1:24: in braces "Rows" is a key, and it has no value | events: [{when: {msg: "{Rows} rows"}}]"#
    ),
    ("msg: 'it's'", "1:10: a key is expected here; is it indented like those above?"),
  ]

  @Test("a mistake is not found, or its line does not say what would be right", arguments: faults)
  func mistakes(text: String, line: String) {
    #expect(fault(Array(text.utf8)) == "f:" + line)
  }

  @Test("a text that is no UTF-8 is read, or its place is not said")
  func encodings() {
    #expect(fault([0x61, 0x3A, 0x0A, 0x20, 0xFF, 0x0A]) == "f:2:2: it is no UTF-8 text: invalid leading UTF-8 octet")
    #expect(fault([0xFF, 0xFE, 0x61, 0]) == "f:1:1: it is no UTF-8 text: invalid leading UTF-8 octet")
    #expect(fault([0x61, 0x3A, 0]) == "f:1:3: it is no UTF-8 text: control characters are not allowed")
    // A byte order mark is none of the text.
    #expect(fault([0xEF, 0xBB, 0xBF, 0x61, 0x3A, 0x20, 0x31]) == "no error")
  }

  @Test("a text without bounds is read")
  func bounds() {
    #expect(fault(Array(repeating: UInt8(ascii: "["), count: 100_000)) == "f:1:34: it is nested deeper than 32")
    #expect(fault(Array(repeating: 0x20, count: 2_000_000)) == "f:1:1: it has 2000000 bytes; 1048576 is the most")
    let long = "a: [" + String(repeating: "1,", count: 60_000) + "]"
    #expect(fault(Array(long.utf8)) == "f:1:99999: it has more than 50000 values")
  }

  @Test("quotes are proposed that leave the line wrong")
  func proposals() {
    for (text, line) in Self.faults {
      guard let proposal = line.split(separator: " | ").dropFirst().first else { continue }
      #expect(fault(Array(proposal.utf8)) == "no error", "for \(text)")
    }
  }
}
