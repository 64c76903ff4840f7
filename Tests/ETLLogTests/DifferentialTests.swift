import Foundation
import TestSupport
import Testing

@testable import ETLLog
@testable import JSON

/// The reader against two other parsers, on documents made and broken at random.
@Suite("Compared with other parsers")
struct DifferentialTests {
  /// Whether the scanner takes a line for an object, at the end of its chunk and before other lines.
  private func isTaken(_ document: [UInt8], _ scanner: inout EventScanner) -> [Bool] {
    [0, 64].map { padding in
      let line = document + [Byte.newline] + Array(repeating: Byte.newline, count: padding)
      return unsafe line.withUnsafeBytes { memory in
        guard let base = memory.baseAddress else { return false }
        let start = unsafe BytePosition(base)
        let json = JSONScanner(end: start + memory.count)
        let brace = json.skipWhitespace(start)
        guard brace.byte == Byte.openBrace, let end = scanner.scanObject(brace + 1, json) else { return false }
        return json.skipWhitespace(end).byte == Byte.newline
      }
    }
  }

  private func parsed(_ document: [UInt8]) -> [String: Any]? {
    (try? JSONSerialization.jsonObject(with: Data(document))) as? [String: Any]
  }

  private func readObject(_ document: [UInt8]) -> JSONValue? {
    guard let value = JSONValue.parse(document), case .object = value else { return nil }
    return value
  }

  /// Whether a document has what Foundation takes although RFC 8259 does not: a comma behind the last member or element,
  /// or NUL bytes, which it takes for a sign of UTF-16.
  private func hasMoreThanGrammar(_ document: [UInt8]) -> Bool {
    // A byte order mark in front, which RFC 8259 §8.1 lets a parser ignore.
    if document.starts(with: [0xEF, 0xBB, 0xBF]) { return true }
    return document.contains(0) || String(decoding: document, as: UTF8.self).contains(/,[ \t\r]*[}\]]/)
  }

  /// Whether two parsers have read the same value.
  private func isSame(_ value: JSONValue, _ other: Any) -> Bool {
    switch value {
    case .null: other is NSNull
    case .boolean(let value): (other as? NSNumber)?.boolValue == value
    case .integer(let value): (other as? NSNumber)?.int64Value == value
    // Foundation keeps long numbers as Decimal, which it does not always turn into the nearest Double.
    case .decimal(let value): (other as? NSNumber).map { abs($0.doubleValue - value) <= abs(value) * 1e-14 } ?? false
    case .string(let value): other as? String == value
    case .array(let elements):
      (other as? [Any]).map { others in
        elements.count == others.count && zip(elements, others).allSatisfy { isSame($0, $1) }
      } ?? false
    case .object(let members):
      (other as? [String: Any]).map { others in
        Set(members.map(\.0)) == Set(others.keys)
          && others.allSatisfy { name, other in value[name].map { isSame($0, other) } ?? false }
      } ?? false
    }
  }

  private static let documentCount = RandomSource.count(200_000)
  /// So many sequences of documents run beside each other.
  private static let parts = 0..<8

  @Test("a broken document is taken, or a valid one refused or read as another one", arguments: parts)
  func mutated(part: Int) {
    var random = RandomSource(named: "documents", part: part)
    var scanner = EventScanner(maximumLineBytes: 65_536)
    var (count, validCount, sameCount) = (0, 0, 0)
    while count < Self.documentCount / Self.parts.count {
      for document in random.documents() {
        let (isObject, isSame) = compare(document, &scanner, random.note)
        count += 1
        validCount += isObject ? 1 : 0
        sameCount += isSame ? 1 : 0
      }
    }
    print("documents: part \(part) compared \(count) of \(Self.documentCount), \(validCount) valid \(random.note)")
    // Neither all valid nor all broken, and the values of the valid ones compared, or this says nothing.
    #expect(validCount > count / 4 && validCount < count * 3 / 4 && sameCount > validCount * 9 / 10)
  }

  /// Compares what four parsers make of a document.
  ///
  /// - Returns: Whether it is an object, and whether two of them read the same value.
  private func compare(
    _ document: [UInt8],
    _ scanner: inout EventScanner,
    _ seed: String
  ) -> (isObject: Bool, isSame: Bool) {
    func expect(_ condition: Bool, _ complaint: @autoclosure () -> String) {
      // The text is made only now: for each document it would take longer than all the rest.
      if !condition {
        Issue.record("\(complaint()): \(String(decoding: document, as: UTF8.self)) \(document) \(seed)")
      }
    }
    let isObject = ReferenceGrammar.isObject(document)
    let mayHaveHugeNumber = isObject && ReferenceGrammar.mayHaveHugeNumber(document)
    let taken = isTaken(document, &scanner)
    expect(taken == [isObject, isObject], "the scanner says \(taken), the grammar \(isObject)")
    let (value, other) = (readObject(document), parsed(document))
    let isWider = isObject && ReferenceGrammar.isWiderThanJSON(document)
    expect((value != nil) == isObject || mayHaveHugeNumber, "the parser says \(value != nil), the grammar \(isObject)")
    expect(
      (other != nil) == isObject || mayHaveHugeNumber || isWider || other != nil && hasMoreThanGrammar(document),
      "Foundation says \(other != nil), the grammar \(isObject)"
    )
    guard let value, let other, !isWider else { return (isObject, false) }
    // Foundation drops a byte order mark in front of a name, so that two names become one.
    let hasMark = String(decoding: document, as: UTF8.self).unicodeScalars.contains("\u{FEFF}")
    guard !hasMark, !String(decoding: document, as: UTF8.self).lowercased().contains("\\ufeff") else {
      return (isObject, false)
    }
    let isSame = isSame(value, other)
    expect(isSame, "the parser reads \(value), Foundation \(other)")
    return (isObject, isSame)
  }

  @Test("a text does not say what another parser reads")
  func texts() throws {
    var random = RandomSource(named: "texts")
    var reader = LogReader(maximumLineBytes: 65_536)
    for _ in 0..<RandomSource.count(5_000) {
      let line =
        "{\"file_id\": \(random.string()), \(random.string()): \(random.string()), \"pipeline\":\(random.string())}"
      let expected = try #require(parsed(Array(line.utf8)), "\(line) \(random.note)")
      let outcome = reader.outcomes(of: Array("\(line)\n".utf8)).first
      #expect(outcome?.text(.fileID) == (expected["file_id"] as? String).map(shown), "\(line) \(random.note)")
      #expect(outcome?.text(.pipeline) == (expected["pipeline"] as? String).map(shown), "\(line) \(random.note)")
    }
  }
}

extension RandomSource {
  /// A few documents on one line each, made from one JSON object that most of them break.
  mutating func documents() -> [[UInt8]] {
    let object = Array(object(depth: 4).utf8)
    return (0..<4).compactMap { _ in
      var document = object
      for _ in 0..<below(4) {
        mutate(&document)
      }
      guard !document.contains(Byte.newline) else { return nil }
      // Within another object the document goes the way of values that are skipped.
      return below(2) == 0 ? document : Array("{\"a\":".utf8) + document + Array("}".utf8)
    }
  }

  /// A valid JSON object on one line.
  mutating func object(depth: Int) -> String {
    let members = (0..<below(6)).map { _ in
      "\(space())\(name())\(space()):\(space())\(value(depth: depth - 1))\(space())"
    }
    return "{\(members.isEmpty ? space() : members.joined(separator: ","))}"
  }

  /// A member's name; known ones go their own way.
  private mutating func name() -> String {
    below(2) == 0 ? string() : "\"\(element(Self.fieldNames))\""
  }

  private static let fieldNames = LogField.allCases.map(\.name)

  private mutating func value(depth: Int) -> String {
    switch below(depth > 0 ? 9 : 6) {
    case 0, 1: return string()
    case 2: return element(["", "-"]) + String(below(element([10, 1_000, 1_000_000_000])))
    case 3: return element(["0.0", "-0", "1e5", "1E-7", "25.3", "9.88e+1", "0.1", "-1.5", "123456789012345678"])
    case 4, 5: return below(60) == 0 ? element(["NaN", "Infinity", "-Infinity"]) : element(["true", "false", "null"])
    case 6, 7: return object(depth: depth)
    default:
      let elements = (0..<below(5)).map { _ in "\(space())\(value(depth: depth - 1))\(space())" }
      return "[\(elements.isEmpty ? space() : elements.joined(separator: ","))]"
    }
  }

  private mutating func space() -> String {
    element(["", "", "", " ", " ", "\t", "\r", "  \t "])
  }

  /// A string as it may stand in JSON.
  mutating func string() -> String {
    let pieces = (0..<below(6)).map { _ in
      element([
        "a", "total_records", "message", "12345678", "é", "日本", "😀", "\u{7F}", "\\n", "\\\"", "\\\\", "\\/", "\\u0041",
        "\\u00e9", "\\ud83d\\ude00",
        "\\u0000", "\\b", " ",
      ])
    }
    return "\"\(pieces.joined())\""
  }

  /// Any byte, most often one beside which the grammar changes.
  private mutating func byte() -> UInt8 {
    below(4) == 0
      ? UInt8.random(in: 0...255, using: &self)
      : element([
        0x00, 0x1F, 0x20, 0x22, 0x2C, 0x2D, 0x2E, 0x30, 0x39, 0x3A, 0x5C, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF,
        0xC0, 0xC2, 0xDF, 0xE0, 0xED, 0xEF, 0xF0, 0xF4, 0xF5, 0xFF,
      ])
  }

  /// UTF-8 on both sides of each boundary.
  private static let sequences: [[UInt8]] = [
    [0xC1, 0xBF], [0xC2, 0x80], [0xDF, 0xBF], [0xE0, 0x9F, 0xBF], [0xE0, 0xA0, 0x80], [0xED, 0x9F, 0xBF],
    [0xED, 0xA0, 0x80], [0xEE, 0x80, 0x80], [0xEF, 0xBF, 0xBF], [0xF0, 0x8F, 0xBF, 0xBF], [0xF0, 0x90, 0x80, 0x80],
    [0xF4, 0x8F, 0xBF, 0xBF], [0xF4, 0x90, 0x80, 0x80],
  ]

  /// Changes, removes, repeats or adds something.
  mutating func mutate(_ document: inout [UInt8]) {
    let index = below(document.count + 1)
    let end = min(document.count, index + 1 + below(4))
    switch below(7) {
    case 0: document.removeSubrange(index..<end)
    case 1: document.insert(contentsOf: document[index..<end], at: below(document.count + 1))
    case 2: document.insert(byte(), at: index)
    case 3 where index < document.count: document[index] = byte()
    case 4 where index < document.count: document[index] ^= 1 << UInt8(below(8))
    case 5: document.insert(contentsOf: element(Self.sequences), at: index)
    default:
      document.insert(
        contentsOf: element(["{", "}", "[", "]", ",", ":", "\"", "\\", "0", "-", ".", "e", "\\ud800", "\\u", "\t", "1"])
          .utf8,
        at: index
      )
    }
  }
}
