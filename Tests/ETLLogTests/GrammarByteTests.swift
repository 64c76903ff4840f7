import Testing

@testable import ETLLog
@testable import JSON

/// Where the grammar is about single bytes, all of them.
@Suite("RFC 8259, byte by byte")
struct GrammarByteTests {
  private static let bytes = (UInt8.min...UInt8.max).filter { $0 != Byte.newline }

  private func object(_ value: [UInt8]) -> [UInt8] {
    Array("{\"a\":".utf8) + value + Array("}".utf8)
  }

  private func string(_ content: [UInt8]) -> [UInt8] {
    [Byte.quote] + content + [Byte.quote]
  }

  private func escape(_ unit: UInt16) -> String {
    let digits = String(unit, radix: 16)
    return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
  }

  /// Those of which the line is taken; all lines are in one chunk.
  private func taken(_ elements: [some Any], _ line: (Int) -> [UInt8]) -> [Int] {
    var reader = LogReader(maximumLineBytes: 65_536)
    let outcomes = reader.outcomes(of: elements.indices.flatMap { line($0) + [Byte.newline] })
    #expect(outcomes.count == elements.count)
    return outcomes.indices.filter { outcomes[$0] != .rejected(.malformed) }
  }

  private func takenBytes(_ line: (UInt8) -> [UInt8]) -> [UInt8] {
    taken(Self.bytes) { line(Self.bytes[$0]) }.map { Self.bytes[$0] }
  }

  @Test("a byte that starts no value is taken for one, or a digit is not (§3, §6)")
  func values() {
    #expect(takenBytes { object([$0]) } == Array("0123456789".utf8))
  }

  @Test(
    "a byte that is no white space is taken for it, or one that is is not (§2)",
    arguments: [
      ("{", "}"), ("{\"a\"", ":true}"), ("{\"a\":", "true}"), ("{\"a\":true", "}"), ("{\"a\":[", "]}"),
      ("{\"a\":[true,", "true]}"), ("{\"a\":[true", ",true]}"), ("{\"a\":{", "}}"), ("{}", ""),
    ]
  )
  func whitespace(before: String, after: String) {
    // Behind an object or before one, a brace is a line or a text of its own.
    let bytes = Self.bytes.filter { $0 != Byte.openBrace }
    let taken = taken(bytes) { Array(before.utf8) + [bytes[$0]] + Array(after.utf8) }.map { bytes[$0] }
    // A number may be all that an array holds.
    #expect(taken.filter { !(Byte.zero...Byte.nine).contains($0) } == [Byte.tab, Byte.carriageReturn, Byte.space])
  }

  @Test("a control character is taken in a string, or its escape refused (§7)")
  func controlCharacters() {
    let allowed = Self.bytes.filter { (0x20..<0x80).contains($0) && $0 != Byte.quote && $0 != Byte.backslash }
    for padding in 0...17 {
      let text = Array(repeating: UInt8(ascii: "a"), count: padding)
      #expect(takenBytes { object(string(text + [$0])) } == allowed, "behind \(padding)")
      #expect(takenBytes { object(string([$0] + text)) } == allowed, "before \(padding)")
    }
    for unit in UInt16(0)...0x1F {
      let text = outcome(of: "{\"file_id\":\"\(escape(unit))\"}").text(.fileID)
      #expect(text?.unicodeScalars.map(\.value) == [unit == 9 || unit == 10 ? UInt32(unit) : 0xFFFD])
    }
  }

  @Test("an escape that is none is taken, or one of the eight is not (§7)")
  func escapes() {
    #expect(takenBytes { object(string([Byte.backslash, $0])) } == Array("\"/\\bfnrt".utf8))
  }

  @Test("a byte that is no hexadecimal digit is taken for one, or one that is is not (§7)", arguments: 0..<4)
  func hexadecimalDigits(index: Int) {
    let taken = takenBytes { byte in
      var digits = Array("0041".utf8)
      digits[index] = byte
      return object(string(Array("\\u".utf8) + digits))
    }
    #expect(taken == Array("0123456789ABCDEFabcdef".utf8))
  }

  @Test("half a pair of surrogates is not U+FFFD, or a pair is not read (§7, §8.2)")
  func surrogates() {
    let units: [UInt16] = [0x0000, 0xD7FF, 0xD800, 0xDABC, 0xDBFF, 0xDC00, 0xDDEF, 0xDFFF, 0xE000, 0xFFFF]
    for first in units {
      for second in units {
        let text = outcome(of: "{\"file_id\":\"\(escape(first))\(escape(second))\"}").text(.fileID)
        // The standard library puts U+FFFD for half a pair, too.
        let expected = shown(String(decoding: [first, second], as: UTF16.self))
        #expect(text.map { Array($0.utf16) } == Array(expected.utf16), "\(first) \(second)")
      }
    }
  }

  @Test("ill-formed UTF-8 is taken, or well-formed refused (§8.1)")
  func sequences() {
    let edges: [UInt8] = [0x00, 0x22, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xFF]
    let continuations: [UInt8] = [0x7F, 0x80, 0xBF, 0xC0]
    for first in UInt8(0x80)...0xFF {
      var sequences = Self.bytes.map { [first, $0] }
      for second in edges {
        sequences += edges.map { [first, second, $0] }
        sequences += continuations.map { [first, second, 0x80, $0] } + continuations.map { [first, second, $0, 0x80] }
      }
      let lines = sequences.map { object(string($0)) }
      // The plain grammar leaves UTF-8 to the standard library.
      let expected = lines.indices.filter { ReferenceGrammar.isObject(lines[$0]) }
      #expect(taken(lines) { lines[$0] } == expected, "\(first)")
    }
  }
}
