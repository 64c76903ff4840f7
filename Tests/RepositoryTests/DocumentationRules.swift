/// What other modules can use is documented where it is declared.
enum DocumentationRules {
  static func findings(in file: SourceFile) -> [Finding] {
    guard file.isSource else { return [] }
    let tokens = file.text.tokens
    return tokens.indices.flatMap { index -> [Finding] in
      guard ["package", "public"].contains(tokens[index].text), index + 1 < tokens.count else { return [] }
      switch tokens[index + 1].text {
      case "extension": return members(tokens[index...]).compactMap { finding(in: file, tokens[$0...]) }
      // `package(set)` stands beside an access level of its own.
      case "import", "(": return []
      default: return [finding(in: file, tokens[index...])].compactMap(\.self)
      }
    }
  }

  /// Looks at one declaration, given from its first word on the line on.
  private static func finding(in file: SourceFile, _ tokens: ArraySlice<SwiftText.Token>) -> Finding? {
    guard let first = tokens.first else { return nil }
    let words = tokens.prefix(4).map(\.text)
    if words.dropFirst().starts(with: ["static", "func", "="]) { return nil }
    if hasDocumentation(file.text, above: first.line, isConstant: isConstant(words)) { return nil }
    if !inherited.isDisjoint(with: words) || setsOnlyProperties(tokens) { return nil }
    return Finding(file, line: first.line, "no doc comment: \(words.joined(separator: " "))")
  }

  private static let memberKeywords: Set<String> = ["func", "init", "let", "subscript", "var"]

  /// Where the members of a `package extension` start: they are package without saying so.
  private static func members(_ tokens: ArraySlice<SwiftText.Token>) -> [Int] {
    var depth = 0
    var starts: [Int] = []
    for index in tokens.indices {
      switch tokens[index].text {
      case "{": depth += 1
      case "}":
        depth -= 1
        if depth == 0 { return starts }
      case let text where depth == 1 && memberKeywords.contains(text) && tokens[index - 1].text != ".":
        let line = tokens[..<index].reversed().prefix { $0.line == tokens[index].line }
        if !line.contains(where: { $0.text.hasSuffix("private") }) { starts.append(index) }
      default: break
      }
    }
    return starts
  }

  /// What the standard library's protocols require is documented there.
  private static let inherited: Set<String> = ["description", "rawValue", "<", "=="]

  private static func isConstant(_ words: [String]) -> Bool {
    // What other modules are to fold into their code is computed.
    let declaration = words.drop { $0.hasPrefix("@") || $0 == "inlinable" }
    return declaration.starts(with: ["package", "static", "let"])
      || declaration.starts(with: ["public", "static", "var"])
  }

  /// Looks up from a declaration, past its attributes and ordinary comments, and from a constant past those right above
  /// it, for a row of constants may share one comment.
  private static func hasDocumentation(_ text: SwiftText, above line: Int, isConstant: Bool) -> Bool {
    let words = Dictionary(grouping: text.tokens, by: \.line).mapValues { $0.prefix(4).map(\.text) }
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
    let words = tokens.drop { $0.text == "package" || $0.text == "public" }.map(\.text)
    guard words.first == "init" else { return false }
    guard let start = words.firstIndex(of: "{"), let end = words[start...].firstIndex(of: "}") else { return false }
    var body = words[(start + 1)..<end]
    while let name = body.dropFirst(2).first {
      guard Array(body.prefix(5)) == ["self", ".", name, "=", name] else { return false }
      body = body.dropFirst(5)
    }
    return body.isEmpty
  }
}
