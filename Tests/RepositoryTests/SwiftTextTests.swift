import Testing

@Suite("Taking Swift apart")
struct SwiftTextTests {
  private func words(_ text: String) -> [String] {
    SwiftText(text).tokens.map(\.text)
  }

  @Test(
    "what only looks like code is taken for code",
    arguments: [
      "a // b { \"",
      "a /* b { /* c \" */ } */",
      "a \"b { \\\" // c\"",
      "a \"\"\"\n  b { \" \"\" c }\n  \\\"\"\" d\n  \"\"\"",
      "a #\"b \" { \\\" c\"#",
      "a #/b{\"/ c/#",
      "a ##\"\"\"\n b \"\"\"# c\n\"\"\"##",
    ]
  )
  func noCode(text: String) {
    #expect(words(text) == ["a"])
  }

  @Test("what follows a string or a comment is lost")
  func codeAfter() {
    #expect(words("f(\"x\\\\\") /* y */ + #\"\\#(z)\"# // w\n g") == ["f", "(", ")", "+", "z", "g"])
    #expect(words("\"\\(a(\"b)\")) c\" d") == ["a", "(", ")", "d"])
    #expect(
      words("#if canImport(X)\n@testable import `Y`") == [
        "#", "if", "canImport", "(", "X", ")", "@testable", "import", "`Y`",
      ]
    )
  }

  @Test("literals, comments and their lines are mixed up")
  func lines() {
    let text = SwiftText("/// A\nlet b = \"c\\n\"\n\n/* d\ne */ f(\"\"\"\n  g\n  \"\"\")")
    #expect(text.comments == ["/// A", "", "", "/* d", "e */", "", ""])
    #expect(text.hasCode == [false, true, false, false, true, true, true])
    #expect(text.literals.map(\.line) == [2, 5])
    #expect(text.literals.map(\.text) == ["c\\n", "\n  g\n  "])
    #expect(text.tokens.last?.line == 7)
  }

  @Test(
    "an unfinished file is read beyond its end",
    arguments: ["\"", "/*", "\"\\(", "\"\\", "#\"", "\"\"\"\n", "a /", "#/a", "##"]
  )
  func unfinished(text: String) {
    _ = SwiftText(text)
  }
}
