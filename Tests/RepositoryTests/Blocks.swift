/// The functions of a file: its outermost blocks that hold statements, those of initializers and properties included.
struct Blocks {
  struct Function: Equatable {
    /// Where its declaration starts.
    let line: Int
    /// From the declaration to the closing brace, both included.
    let lineCount: Int
  }

  private(set) var functions: [Function] = []

  private static let typeKeywords: Set<String> = ["actor", "class", "enum", "extension", "protocol", "struct"]
  private static let memberKeywords: Set<String> = ["deinit", "func", "init", "let", "subscript", "var"]

  init(_ text: SwiftText) {
    let tokens = text.tokens
    var isTypeNext = false
    var declarationLine: Int?
    // How many blocks are open inside a function, that one included; 0 between declarations.
    var functionDepth = 0
    for index in tokens.indices {
      let token = tokens[index]
      let before = index > 0 ? tokens[index - 1].text : ""
      let after = index + 1 < tokens.count ? tokens[index + 1].text : ""
      switch token.text {
      case "{" where functionDepth > 0 || !isTypeNext:
        functionDepth += 1
      case "{":
        (isTypeNext, declarationLine) = (false, nil)
      case "}" where functionDepth > 0:
        functionDepth -= 1
        if functionDepth == 0 {
          let line = declarationLine ?? token.line
          functions.append(Function(line: line, lineCount: token.line - line + 1))
          declarationLine = nil
        }
      case _ where functionDepth > 0 || before == ".":
        break
      case let text
      where Self.typeKeywords.contains(text) && before != "import" && !["func", "var", "let"].contains(after):
        isTypeNext = true
      case let text where Self.memberKeywords.contains(text) && !isTypeNext:
        declarationLine = token.line
      default:
        break
      }
    }
  }
}
