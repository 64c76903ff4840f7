import JSON
import Testing
import YAML

@Suite("YAML")
struct YAMLReaderTests {
  private func read(_ text: String) throws(ConfigurationError) -> LocatedValue {
    try YAMLReader.read(Array(text.utf8))
  }

  @Test("a value is not found, or not where it stands")
  func locations() throws {
    let root = try read("a: 1\nb:\n  - x\n  - {c: true, d: [2.5]}\n")
    guard case .object(let members) = root.content, members.count == 2 else {
      Issue.record("\(root)")
      return
    }
    #expect(members.map(\.name) == ["a", "b"])
    #expect(members.map(\.location) == [TextLocation(line: 1, column: 1), TextLocation(line: 2, column: 1)])
    guard case .array(let elements) = members[1].value.content, elements.count == 2 else {
      Issue.record("\(members[1])")
      return
    }
    #expect(elements.map(\.location) == [TextLocation(line: 3, column: 5), TextLocation(line: 4, column: 5)])
    guard case .object(let inner) = elements[1].content else {
      Issue.record("\(elements[1])")
      return
    }
    #expect(inner.map(\.location.column) == [6, 15])
  }

  @Test(
    "a plain scalar is taken for another type than the core schema gives it",
    arguments: [
      ("no", "text no"), ("yes", "text yes"), ("on", "text on"), ("true", "true"), ("FALSE", "false"),
      ("tRUE", "text tRUE"),
      ("~", "null"), ("null", "null"), ("nULL", "text nULL"), ("", "null"), ("30", "30"), ("-7", "-7"), ("+7", "7"),
      ("007", "7"), ("0x1F", "31"), ("0o17", "15"), ("0x-1", "text 0x-1"), ("1e3", "1000.0"), ("2.5", "2.5"),
      (".5", "0.5"),
      ("5.", "5.0"), ("1_000", "text 1_000"), ("1.2.3", "text 1.2.3"), ("12:30:45", "text 12:30:45"), ("e3", "text e3"),
      ("1e", "text 1e"), (".", "text ."), ("-.inf", "-inf"), ("2001-01-01", "text 2001-01-01"),
      ("'30'", "text 30"), ("\"30\"", "text 30"), ("'true'", "text true"), ("99999999999999999999", "1e+20"),
      ("infinity", "text infinity"), ("nan", "text nan"), ("0x", "text 0x"), ("é", "text é"),
    ]
  )
  func coreSchema(text: String, meaning: String) throws {
    guard case .object(let members) = try read("v: \(text)").content, let value = members.first?.value else {
      Issue.record("no mapping")
      return
    }
    let found =
      switch value.content {
      case .null: "null"
      case .boolean(let value): "\(value)"
      case .integer(let value): "\(value)"
      case .decimal(let value): "\(value)"
      case .string(let value): "text \(value)"
      case .array: "list"
      case .object: "mapping"
      }
    #expect(found == meaning)
  }
}
