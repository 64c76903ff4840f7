import Foundation
import TestSupport

/// Makes configurations and lines that have something to do with each other.
struct FormatGenerator {
  var random: RandomSource

  private static let paths = [
    "a", "b", "c", "d", "a.b", "a.c", "a.b.c", "b.0", "b.1.a", "c.d.e", "d.e",
    "long_name_that_is_longer_than_a_word.and_a_half",
    "@text",
  ]
  private static let keys = [
    "a", "b", "c", "d", "e", "0", "1", "x", "long_name_that_is_longer_than_a_word", "and_a_half",
  ]
  private static let dottedKeys = [
    "a.b", "a.b.c", "a.c", "c.d", "c.d.e", "d.e", "long_name_that_is_longer_than_a_word.and_a_half",
  ]
  private static let texts = [
    "x", "xy", "yx", "30", "12.5", "-3", "1e2", "0", "file loaded and more than thirty-two bytes", "é\u{1F600}\n",
    "|E|", "true", "3.0",
  ]
  private static let numbers = ["30", "12.5", "-3", "0", "3", "1000"]

  // MARK: Configurations

  mutating func configuration() -> String {
    var members: [String] = []
    if random.below(2) == 0 { members.append("\"file\": \(source(units: false))") }
    if random.below(3) == 0 { members.append("\"repeated_keys\": \"first\"") }
    var rules: [String] = []
    for _ in 0..<random.below(5) { rules.append(event()) }
    var metrics: [String] = []
    for index in 0..<(random.below(4) + (rules.isEmpty ? 1 : 0)) { metrics.append(metric(index)) }
    if !rules.isEmpty { members.append("\"events\": [\(rules.joined(separator: ", "))]") }
    if !metrics.isEmpty { members.append("\"metrics\": [\(metrics.joined(separator: ", "))]") }
    return "{\"formats\": {\"f\": {\(members.joined(separator: ", "))}}}"
  }

  private mutating func event() -> String {
    let kind = random.element(["run_started", "file_started", "file_completed", "file_failed", "records", "other"])
    var members = ["\"event\": \"\(kind)\""]
    if random.below(6) > 0 { members.append("\"when\": \(condition())") }
    if kind.hasPrefix("file") || kind == "records", random.below(3) == 0 {
      members.append("\"file\": \(source(units: false))")
    }
    if kind == "file_completed" || kind == "records" { members.append("\"records\": \(source(units: false))") }
    if kind == "file_completed" { members.append("\"seconds\": \(source(units: true))") }
    if kind == "file_failed" { members.append("\"error_type\": \(source(units: false))") }
    return "{\(members.joined(separator: ", "))}"
  }

  private mutating func metric(_ index: Int) -> String {
    let kind = random.element(["counter", "gauge", "histogram"])
    var members = [
      "\"name\": \"m\(index)_\(kind == "counter" ? "total" : "x")\"", "\"type\": \"\(kind)\"", "\"help\": \"H.\"",
    ]
    if random.below(4) > 0 { members.append("\"when\": \(condition())") }
    if kind == "histogram" { members.append("\"buckets\": [1, 10]") }
    if kind != "counter" || random.below(2) == 0 {
      members.append("\"value\": \(source(units: true).replacing("@text", with: "a.c"))")
    }
    if random.below(2) == 0 {
      members.append(
        "\"labels\": {\"l\": \(source(units: false)), \"k\": {\"path\": \"d\", \"values\": [\"x\", \"30\"]}}"
      )
    }
    return "{\(members.joined(separator: ", "))}"
  }

  private mutating func source(units: Bool) -> String {
    switch random.below(6) {
    case 0: return "[\(object(units: units)), \(quoted(random.element(Self.paths)))]"
    case 1: return object(units: units)
    case 2: return "{\"const\": \(random.element(["5", "7", "\"x\""]))}"
    default: return quoted(random.element(Self.paths))
    }
  }

  private mutating func object(units: Bool) -> String {
    var members = ["\"path\": \(quoted(random.element(Self.paths)))"]
    switch random.below(4) {
    case 0 where units: members.append("\"unit\": \"\(random.element(["ms", "s", "min"]))\"")
    case 1: members.append("\"scale\": 4")
    case 2: members.append("\"map\": {\"x\": \"30\", \"30\": \"y\", \"true\": \"z\"}")
    default: break
    }
    if random.below(4) == 0 { members.append("\"default\": \(random.element(["2", "\"x\""]))") }
    return "{\(members.joined(separator: ", "))}"
  }

  private mutating func condition() -> String {
    var paths = Set((0..<(1 + random.below(2))).map { _ in random.element(Self.paths) })
    if paths.isEmpty { paths = ["a"] }
    return "{\(paths.sorted().map { "\(quoted($0)): \(test())" }.joined(separator: ", "))}"
  }

  private mutating func test() -> String {
    switch random.below(8) {
    case 0: return "[\(constant()), \(constant())]"
    case 1: return "{\"prefix\": \(quoted(random.element(["x", "file", "é", "3"])))}"
    case 2: return "{\"suffix\": \(quoted(random.element(["x", "bytes", "\n", "5"])))}"
    case 3: return "{\"contains\": \(quoted(random.element(["|E|", "y", "loaded", "."])))}"
    case 4: return "{\"present\": \(random.below(2) == 0)}"
    case 5: return "{\"not\": \(random.below(2) == 0 ? constant() : "{\"prefix\": \"x\"}")}"
    default: return constant()
    }
  }

  private mutating func constant() -> String {
    switch random.below(4) {
    case 0: random.element(Self.numbers)
    case 1: random.element(["true", "false"])
    default: quoted(random.element(Self.texts))
    }
  }

  // MARK: Lines

  /// A line without its newline, and what stands before its object.
  mutating func line() -> (line: String, textBefore: String) {
    // Keys that come again and keys with dots are not mixed: which of them counts then has no simple rule.
    let hasDots = random.below(2) == 0
    let object = self.object(depth: 0, hasDots: hasDots)
    let before = random.below(4) == 0 ? random.element(["x", "|E|", "30", "xy 2026"]) : ""
    let space = before.isEmpty ? random.element(["", " "]) : " "
    return (before + space + object, before)
  }

  private mutating func object(depth: Int, hasDots: Bool) -> String {
    var members: [String] = []
    var used: Set<String> = []
    for _ in 0..<random.below(depth == 0 ? 8 : 4) {
      let key = random.element(hasDots && random.below(2) == 0 ? Self.dottedKeys : Self.keys)
      if hasDots, !used.insert(key).inserted { continue }
      members.append("\(space())\(written(key))\(space()):\(space())\(value(depth: depth, hasDots: hasDots))\(space())")
    }
    return "{\(members.joined(separator: ","))}"
  }

  private mutating func value(depth: Int, hasDots: Bool) -> String {
    switch random.below(depth < 3 ? 9 : 6) {
    case 0: return random.element(["null", "true", "false", "\"\""])
    case 1, 2: return random.element(Self.numbers)
    case 6, 7: return object(depth: depth + 1, hasDots: hasDots)
    case 8:
      let elements = (0..<random.below(3)).map { _ in value(depth: depth + 1, hasDots: hasDots) }
      return "[\(elements.joined(separator: ", "))]"
    default: return written(random.element(Self.texts))
    }
  }

  private mutating func space() -> String { random.below(4) == 0 ? random.element([" ", "\t", "  "]) : "" }

  /// A string as JSON, with more escapes than are needed.
  private mutating func written(_ text: String) -> String {
    var result = "\""
    for unit in text.utf16 {
      let character = Unicode.Scalar(unit)
      let isPlain = character.map { $0.isASCII && $0.value >= 0x20 } ?? false
      if isPlain, random.below(12) > 0, let character {
        result.unicodeScalars.append(character)
      } else {
        result += "\\u" + String(repeating: "0", count: 4 - String(unit, radix: 16).count) + String(unit, radix: 16)
      }
    }
    return result + "\""
  }

  private func quoted(_ text: String) -> String {
    "\"" + text.replacing("\n", with: "\\n") + "\""
  }
}
