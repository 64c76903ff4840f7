/// Puts in quotes what YAML cannot take without: `@t`, `{Rows}`, `State.{OriginalFormat}`, a value with `: ` in it.
///
/// A guess at what was meant, which the caller tries: only a line that is then right is shown to anybody.
enum QuotingProposal {
  static let maximumLineBytes = 1_000

  /// The line with quotes around the texts that need them; nil where there is none, or the line has no such form.
  static func quoted(_ line: String) -> String? {
    var scanner = LineScanner(bytes: Array(line.utf8))
    scanner.scanBlock()
    let quoted = String(decoding: scanner.output, as: UTF8.self)
    return quoted == line ? nil : quoted
  }
}

/// Copies a line and quotes its texts on the way.
private struct LineScanner {
  let bytes: [UInt8]
  var index = 0
  var output: [UInt8] = []

  init(bytes: [UInt8]) {
    self.bytes = bytes
  }

  private static let colon = UInt8(ascii: ":")
  private static let space = UInt8(ascii: " ")
  private static let quotes = [UInt8(ascii: "\""), UInt8(ascii: "'")]

  private func byte(_ offset: Int = 0) -> UInt8? { index + offset < bytes.count ? bytes[index + offset] : nil }

  private mutating func copy() {
    output.append(bytes[index])
    index += 1
  }

  private mutating func copySpaces() {
    while byte() == Self.space { copy() }
  }

  /// Takes `- - key: value`, `key: value`, or a value alone.
  mutating func scanBlock() {
    copySpaces()
    while byte() == UInt8(ascii: "-"), byte(1) == Self.space {
      copy()
      copySpaces()
    }
    if let colon = keyEnd() {
      quoteIfNeeded(bytes[index..<colon], inBraces: false)
      index = colon
      copy()
      copySpaces()
    }
    scanValue()
  }

  /// The colon behind a key that stands here without quotes or brackets.
  private func keyEnd() -> Int? {
    guard let first = byte(), !Self.quotes.contains(first), first != UInt8(ascii: "["), first != UInt8(ascii: "{")
    else {
      return nil
    }
    return bytes.indices[index...].first { place in
      bytes[place] == Self.colon && (place + 1 == bytes.count || bytes[place + 1] == Self.space)
    }
  }

  private mutating func scanValue() {
    guard let first = byte() else { return }
    if Self.quotes.contains(first) || isBalanced(from: index) == false {
      // What is quoted, or goes on below, is left as it is.
      while index < bytes.count { copy() }
    } else if (first == UInt8(ascii: "{") || first == UInt8(ascii: "[")) && !isText(from: index) {
      scanBraces()
    } else {
      quoteIfNeeded(bytes[index...], inBraces: false)
      index = bytes.count
    }
  }

  /// Whether what stands in braces is one word, or has something behind it: no mapping, but a text such as `{Rows} rows`.
  private func isText(from start: Int) -> Bool {
    guard let end = closing(from: start) else { return false }
    let inside = bytes[(start + 1)..<end]
    let isWord =
      bytes[start] == UInt8(ascii: "{") && !inside.isEmpty && !inside.contains { $0 == Self.space || $0 == Self.colon }
    return isWord || bytes[(end + 1)...].first { $0 != Self.space }.map { !",]}#".utf8.contains($0) } ?? false
  }

  private func isBalanced(from start: Int) -> Bool? {
    "{[".utf8.contains(bytes[start]) ? closing(from: start) != nil : nil
  }

  /// Where the bracket that opens at a place is closed.
  private func closing(from start: Int) -> Int? {
    var depth = 0
    for place in bytes.indices[start...] {
      if "{[".utf8.contains(bytes[place]) { depth += 1 }
      if "}]".utf8.contains(bytes[place]) { depth -= 1 }
      if depth == 0 { return place }
    }
    return nil
  }

  /// Takes a mapping in braces or a list in brackets, and all that is in it.
  private mutating func scanBraces() {
    copy()
    var isValue = false
    while let first = byte() {
      if first == Self.space || first == UInt8(ascii: ",") || first == Self.colon || "]}".utf8.contains(first) {
        if first != Self.space { isValue = first == Self.colon }
        copy()
      } else if Self.quotes.contains(first) {
        copy()
        while let next = byte(), next != first { copy() }
        if byte() != nil { copy() }
      } else if "{[".utf8.contains(first), !isText(from: index) {
        isValue = false
        copy()
      } else {
        scanPlain(isValue: isValue)
      }
    }
  }

  /// Takes a text without quotes up to what ends it; braces in pairs belong to it, and to a value its colons.
  private mutating func scanPlain(isValue: Bool) {
    let start = index
    var depth = 0
    while let next = byte() {
      if "{[".utf8.contains(next) { depth += 1 }
      if "}]".utf8.contains(next) {
        if depth == 0 { break }
        depth -= 1
      }
      let endsKey = !isValue && next == Self.colon && (byte(1) ?? Self.space) == Self.space
      if depth == 0, next == UInt8(ascii: ",") || endsKey { break }
      index += 1
    }
    quoteIfNeeded(bytes[start..<index], inBraces: true)
  }

  private mutating func quoteIfNeeded(_ text: ArraySlice<UInt8>, inBraces: Bool) {
    let trailing = text.reversed().prefix { $0 == Self.space }.count
    let word = text.dropLast(trailing)
    guard let first = word.first, needsQuotes(word, first, inBraces: inBraces) else {
      output.append(contentsOf: text)
      return
    }
    let quote: UInt8 =
      word.contains(Self.quotes[0]) || word.contains(UInt8(ascii: "\\")) ? Self.quotes[1] : Self.quotes[0]
    output.append(quote)
    for byte in word {
      output.append(byte)
      // Doubled in single quotes, which is all that has to be escaped there.
      if byte == quote { output.append(byte) }
    }
    output.append(quote)
    output.append(contentsOf: repeatElement(Self.space, count: trailing))
  }

  private func needsQuotes(_ word: ArraySlice<UInt8>, _ first: UInt8, inBraces: Bool) -> Bool {
    if "@`%*&!|>{[".utf8.contains(first) || word.last == Self.colon { return true }
    if inBraces, word.contains(where: { "{}[]".utf8.contains($0) }) { return true }
    return zip(word, word.dropFirst()).contains { $0 == Self.colon && $1 == Self.space }
  }
}
