import ETLLog
import JSON
import Testing

/// Which value a path leads to.
@Suite("Paths")
struct PathTests {
  /// What the label `v` is, where a metric reads it from a path.
  private func value(_ path: String, in line: String, more: String = "") throws -> String {
    let yaml =
      #"{"formats": {"f": {\#(more)"metrics": [{"name": "a_total", "type": "counter", "help": "H.", "#
      + #""labels": {"v": "\#(path)"}}]}}}"#
    let format = try #require(try configuration(yaml).formats.first)
    let (tally, _) = tally(format, Array((line + "\n").utf8))
    if tally.lines["event"] != 1 { return "unreadable" }
    return tally.metrics.keys.compactMap { $0.firstMatch(of: /v="(.*)"}/)?.1 }.map(String.init).first ?? "nothing"
  }

  @Test(
    "dots and nesting are not the same",
    arguments: [
      #"{"a":{"b":{"c":1}}}"#, #"{"a.b.c":1}"#, #"{"a.b":{"c":1}}"#, #"{"a":{"b.c":1}}"#,
      // Another way to the same object does not make it new.
      #"{"a.b":{"c":1},"a":{"b":{"x":2}}}"#, #"{"a":{"b":{"x":2}},"a.b":{"c":1}}"#, #"{"a":{"b.c":1},"a.b":{"d":2}}"#,
      #"{"a":{"b":{"c":1}},"a.b":5}"#, #"{"a.x":{"b":{"c":2}},"a":{"b":{"c":1}}}"#,
      // Keys may be escaped, dots and all.
      #"{"\u0061\u002eb.c":1}"#, #"{"a":{"\u0062":{"c":1}}}"#,
    ]
  )
  func dots(line: String) throws {
    #expect(try value("a.b.c", in: line) == "1")
  }

  @Test("of equal keys the wrong one counts")
  func repeatedKeys() throws {
    let first = #""repeated_keys": "first", "#
    for (line, last, earlier) in [
      (#"{"a":{"b":1},"a":{"b":2}}"#, "2", "1"), (#"{"a":{"b":1},"a":{"c":2}}"#, "unknown", "1"),
      (#"{"a":{"b":1},"a":5}"#, "unknown", "1"), (#"{"a":{"b":1},"a":null}"#, "unknown", "1"),
      (#"{"a":5,"a":{"b":2}}"#, "2", "unknown"), (#"{"a":{"b":1,"b":2}}"#, "2", "1"),
      (#"{"a":{"b":1},"x":0,"a":{"b":""}}"#, "unknown", "1"), (#"{"a":{"b":1},"a.b":2}"#, "2", "1"),
      (#"{"a":{"b":1},"a":{"b":2},"a":{"b":3}}"#, "3", "1"),
    ] {
      #expect(try value("a.b", in: line) == last, "\(line)")
      #expect(try value("a.b", in: line, more: first) == earlier, "\(line)")
    }
  }

  @Test("an element of an array is not found, or another one")
  func arrays() throws {
    #expect(try value("a.1.b", in: #"{"a":[{"b":0},{"b":1},{"b":2}]}"#) == "1")
    #expect(try value("a.1", in: #"{"a":[7,8,9]}"#) == "8")
    #expect(try value("a.1", in: #"{"a":[7]}"#) == "unknown")
    #expect(try value("a.1", in: #"{"a":[]}"#) == "unknown")
    #expect(try value("a.1", in: #"{"a":{"1":5}}"#) == "5")
    #expect(try value("a.0.0", in: #"{"a":[[4]]}"#) == "4")
    #expect(try value("a.b", in: #"{"a":[{"b":1}]}"#) == "unknown")
  }

  @Test("a long name is not told from another one")
  func longNames() throws {
    let name = String(repeating: "n", count: 40)
    #expect(try value("a.\(name)", in: #"{"a":{"\#(name)":1}}"#) == "1")
    #expect(try value("a.\(name)", in: #"{"a.\#(name)":1}"#) == "1")
    #expect(try value("a.\(name)", in: #"{"a":{"\u006e\#(name.dropFirst())":1}}"#) == "1")
    #expect(try value("a.\(name)", in: #"{"a":{"\#(name)n":1,"\#(name.dropLast())m":2}}"#) == "unknown")
    #expect(try value("a.\(name)", in: #"{"a":{"\u006e\#(name)":1}}"#) == "unknown")
  }

  @Test("a value is shown in another way than it is written")
  func spellings() throws {
    for (written, shown) in [
      ("1.50", "1.50"), ("1e3", "1e3"), ("true", "true"), (#""x\u0041""#, "xA"), ("-0", "-0"), ("null", "unknown"),
      (#""""#, "unknown"),
      ("{}", "unknown"), ("[1]", "unknown"),
    ] {
      #expect(try value("a", in: #"{"a":\#(written)}"#) == shown)
    }
  }

  @Test(
    "what is skipped or looked into is not validated",
    arguments: [
      #"{"a":{"b":{"c":1}}"#, #"{"a":{"b":{"c":01}}}"#, #"{"a":{"b":{"c":1,}}}"#, #"{"x":[1,{"y":tru}],"a":1}"#,
      #"{"a":[{"b":1}}"#, #"{"a":{"b":"\q"}}"#, #"{"a":{"b":1}}}"#, #"{"a":{"b" 1}}"#, #"{"a":[1 2]}"#, #"{"a":{,}}"#,
    ]
  )
  func grammar(line: String) throws {
    #expect(try value("a.b.c", in: line) == "unreadable")
    #expect(try value("a.1", in: line) == "unreadable")
  }

  @Test("a line that is nested deep is not read, or one without end")
  func depth() throws {
    func nested(_ depth: Int) -> String {
      #"{"a":1,"x":"# + String(repeating: "[", count: depth) + String(repeating: "]", count: depth) + "}"
    }
    #expect(try value("a", in: nested(127)) == "1")
    #expect(try value("a", in: nested(128)) == "unreadable")
    #expect(try value("a", in: nested(100_000)) == "unreadable")
  }
}
