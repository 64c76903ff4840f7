/// A Swift file taken apart: what is code, what is comment, which string literals it has.
///
/// A scanner of the lexical rules only, as far as the rules here need them. It knows nested comments, all kinds of
/// string and code inside interpolations; regular expression literals between bare slashes it does not know.
struct SwiftText {
  /// A string literal without its quotation marks, as it is written.
  struct Literal: Equatable {
    /// Counted from 1, as all lines here.
    let line: Int
    /// Where it starts in the file, in characters.
    let offset: Int
    let text: String
  }

  /// An identifier, a keyword, an attribute's name after its `@`, a number, or one other character.
  struct Token: Equatable {
    let line: Int
    let offset: Int
    let text: String
  }

  private(set) var tokens: [Token] = []
  private(set) var literals: [Literal] = []
  /// The lines of the file, with nothing of them but their comments; the first line has the index 0.
  private(set) var comments: [String]
  /// Whether a line, counted from 0, has anything but comments and white space.
  private(set) var hasCode: [Bool]

  private let characters: [Character]
  private var position = 0
  private var line = 0

  init(_ text: String) {
    characters = Array(text)
    let lineCount = characters.count { $0.isNewline } + 1
    comments = Array(repeating: "", count: lineCount)
    hasCode = Array(repeating: false, count: lineCount)
    scanCode(untilClosingParenthesis: false)
  }

  private func has(_ text: String, at offset: Int = 0) -> Bool {
    characters[min(position + offset, characters.count)...].starts(with: text)
  }

  private mutating func advance() {
    if characters[position].isNewline { line += 1 }
    position += 1
  }

  private mutating func scanCode(untilClosingParenthesis: Bool) {
    var depth = 0
    while position < characters.count {
      let character = characters[position]
      if has("//") || has("/*") {
        scanComment()
      } else if character == "\"" || character == "#" && rawDelimiter == "\"" {
        scanString()
      } else if character == "#" && rawDelimiter == "/" {
        scanRegularExpression()
      } else if character.isWhitespace {
        advance()
      } else {
        if character == "(" { depth += 1 }
        if character == ")" {
          depth -= 1
          if untilClosingParenthesis, depth < 0 { return }
        }
        scanToken()
      }
    }
  }

  /// What stands behind number signs: a quotation mark begins a string, a slash a regular expression.
  private var rawDelimiter: Character? {
    characters[position...].first { $0 != "#" }
  }

  private mutating func scanRegularExpression() {
    let pounds = String(characters[position...].prefix { $0 == "#" })
    position += pounds.count + 1
    while position < characters.count, !has("/" + pounds) { advance() }
    position = min(position + 1 + pounds.count, characters.count)
  }

  private mutating func scanToken() {
    func isWord(_ character: Character) -> Bool {
      character.isLetter || character.isNumber || character == "_" || character == "`"
    }
    let start = position
    position += 1
    if isWord(characters[start]) || characters[start] == "@" {
      while position < characters.count, isWord(characters[position]) { position += 1 }
    }
    tokens.append(Token(line: line + 1, offset: start, text: String(characters[start..<position])))
    hasCode[line] = true
  }

  private mutating func scanComment() {
    if has("//") {
      while position < characters.count, !characters[position].isNewline {
        comments[line].append(characters[position])
        position += 1
      }
      return
    }
    var depth = 0
    repeat {
      let step = has("/*") || has("*/") ? 2 : 1
      if step == 2 { depth += has("/*") ? 1 : -1 }
      for _ in 0..<step where position < characters.count {
        if !characters[position].isNewline { comments[line].append(characters[position]) }
        advance()
      }
    } while depth > 0 && position < characters.count
  }

  private mutating func scanString() {
    let (firstLine, start) = (line + 1, position)
    hasCode[line] = true
    var pounds = ""
    while has("#") {
      pounds += "#"
      position += 1
    }
    let quotes = has("\"\"\"") ? "\"\"\"" : "\""
    position += quotes.count
    let index = literals.count
    literals.append(Literal(line: firstLine, offset: start, text: ""))
    var text = ""
    while position < characters.count, !has(quotes + pounds) {
      hasCode[line] = true
      if has("\\" + pounds + "(") {
        position += pounds.count + 2
        text += "\\(…)"
        scanCode(untilClosingParenthesis: true)
        position = min(position + 1, characters.count)
      } else {
        // An escaped character, a quotation mark above all, is no end.
        let length = has("\\" + pounds) ? pounds.count + 2 : 1
        for _ in 0..<length where position < characters.count {
          text.append(characters[position])
          advance()
        }
      }
    }
    hasCode[min(line, hasCode.count - 1)] = true
    position = min(position + quotes.count + pounds.count, characters.count)
    literals[index] = Literal(line: firstLine, offset: start, text: text)
  }
}
