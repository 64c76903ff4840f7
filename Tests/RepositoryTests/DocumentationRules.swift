/// What other modules can use is documented where it is declared.
enum DocumentationRules {
  static func findings(in file: SourceFile) -> [Finding] {
    guard file.isSource else { return [] }
    let tokens = file.text.tokens
    return tokens.indices.compactMap { index in
      guard tokens[index].text == "package", index + 1 < tokens.count else { return nil }
      // `package import`, and `package(set)` beside an access level of its own.
      guard !["import", "("].contains(tokens[index + 1].text) else { return nil }
      let words = tokens[index...].prefix(4).map(\.text)
      if hasDocumentation(file.text, above: tokens[index].line, isConstant: isConstant(words)) { return nil }
      if !inherited.isDisjoint(with: words) || setsOnlyProperties(tokens[index...]) { return nil }
      return Finding(file, line: tokens[index].line, "no doc comment: \(words.joined(separator: " "))")
    }
  }

  /// What the standard library's protocols require is documented there.
  private static let inherited: Set<String> = ["description", "rawValue", "<", "=="]

  private static func isConstant(_ words: [String]) -> Bool {
    words.starts(with: ["package", "static", "let"])
  }

  /// Looks up from a declaration, past its attributes and ordinary comments, and from a constant past those right above
  /// it, for a row of constants may share one comment.
  private static func hasDocumentation(_ text: SwiftText, above line: Int, isConstant: Bool) -> Bool {
    let words = Dictionary(grouping: text.tokens, by: \.line).mapValues { $0.prefix(3).map(\.text) }
    for above in stride(from: line - 1, to: 0, by: -1) {
      let comment = text.comments[above - 1].drop { $0 == " " }
      if comment.hasPrefix("///") || comment.hasSuffix("*/") { return true }
      let code = words[above] ?? []
      let isPassed = code.contains { $0.hasPrefix("@") } || isConstant && Self.isConstant(code)
      if text.hasCode[above - 1] ? !isPassed : comment.isEmpty { return false }
    }
    return false
  }

  /// An initializer that does nothing but give each property the argument of its name has nothing of its own to say:
  /// the properties are documented.
  private static func setsOnlyProperties(_ tokens: ArraySlice<SwiftText.Token>) -> Bool {
    guard let keyword = tokens.dropFirst().first, keyword.text == "init" else { return false }
    let words = tokens.map(\.text)
    guard let start = words.firstIndex(of: "{"), let end = words[start...].firstIndex(of: "}") else { return false }
    var body = words[(start + 1)..<end]
    while let name = body.dropFirst(2).first {
      guard Array(body.prefix(5)) == ["self", ".", name, "=", name] else { return false }
      body = body.dropFirst(5)
    }
    return body.isEmpty
  }
}
