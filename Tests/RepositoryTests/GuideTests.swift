import Testing

@Suite("Guides")
struct GuideTests {
  @Test("a folder that readers look into has no README.md")
  func folders() throws {
    expectNone(GuideRules.missingFindings(try Repository.guides.get().keys))
  }

  @Test("the README.md at the top is longer than what a newcomer reads")
  func length() throws {
    expectNone(GuideRules.lengthFindings(top: try Repository.text("README.md")))
  }

  @Test("a link between the guides leads nowhere")
  func links() throws {
    let guides = try Repository.guides.get().mapValues(MarkdownText.init)
    #expect(guides.values.contains { !$0.links.isEmpty })
    expectNone(GuideRules.linkFindings(in: guides, exists: Repository.exists))
  }

  @Test("an alert or the dashboard names a section that does not exist")
  func mentions() throws {
    let guides = try Repository.guides.get().mapValues(MarkdownText.init)
    let paths = try ["compose", "grafana", "prometheus"].flatMap(Repository.paths).filter { path in
      [".json", ".yaml", ".yml"].contains { path.hasSuffix($0) }
    }
    #expect(paths.contains("prometheus/rules/etl.rules.yml"))
    for path in paths {
      let text = try Repository.text(path)
      expectNone(GuideRules.mentionFindings(path: path, text: text, in: guides, exists: Repository.exists))
    }
  }

  @Test("a missing README.md goes unnoticed")
  func missing() {
    let all = GuideRules.folders.map { $0.isEmpty ? "README.md" : "\($0)/README.md" }
    #expect(GuideRules.missingFindings(all) == [])
    for path in all { #expect(GuideRules.missingFindings(all.filter { $0 != path }).map(\.path) == [path]) }
  }

  @Test("a long README.md at the top goes unnoticed")
  func tooLong() {
    let longest = String(repeating: "line\n", count: GuideRules.topMaximumLines)
    #expect(GuideRules.lengthFindings(top: longest) == [])
    #expect(GuideRules.lengthFindings(top: longest + "line").count == 1)
  }

  @Test("the anchors of headings are not those that GitHub gives them")
  func anchors() {
    let text = """
      # What `--once` does, and *why*
      ## A_b-c: 1 % & more
      ## Again
      ### Again
      ```sh
      # no heading
      ```
      #none
      """
    let expected: Set = ["what---once-does-and-why", "a_b-c-1---more", "again", "again-1"]
    #expect(MarkdownText(text).anchors == expected)
  }

  @Test("a link is overlooked, or what is none is taken for one")
  func foundLinks() {
    let text = """
      [one](a.md), ![two](b.png) and [a text
      of two lines](#c). `[code](d.md)` `two
      lines` [three](e.md)
        ```
        [code](f.md) `
        ```
      [web](https://example.org/g.md)
      """
    let links = MarkdownText(text).links
    #expect(links.map(\.target) == ["a.md", "b.png", "#c", "e.md", "https://example.org/g.md"])
    #expect(links.map(\.line) == [1, 1, 2, 3, 7])
  }

  @Test(
    "a link that leads nowhere goes unnoticed",
    arguments: ["no.md", "sub/no", "../no.md", "../../README.md", "/README.md", "#no", "../README.md#no", "file#top"]
  )
  func brokenLink(target: String) {
    #expect(findings(linkingTo: target).map(\.line) == [3])
  }

  @Test(
    "a link that leads somewhere is taken for broken",
    arguments: ["#here", "README.md#here", "../README.md", "../README.md#top", "file", "..", "https://example.org/no"]
  )
  func soundLink(target: String) {
    #expect(findings(linkingTo: target) == [])
  }

  @Test("an alert's section that does not exist goes unnoticed")
  func wrongMention() {
    let guides = ["a/README.md": MarkdownText("# Here\n")]
    func lines(_ text: String) -> [Int] {
      GuideRules.mentionFindings(path: "rules.yml", text: text, in: guides) { guides[$0] != nil }.map(\.line)
    }
    #expect(lines("x: 1\nurl: a/README.md#here\n") == [])
    #expect(lines("x: 1\nurl: a/README.md#there\n") == [2])
    #expect(lines("url: README.md#here\n") == [1])
  }

  /// Of a guide in a folder below the top that has one link.
  private func findings(linkingTo target: String) -> [Finding] {
    let guides = [
      "README.md": MarkdownText("# Top\n"), "a/README.md": MarkdownText("# Here\n\n[text](\(target))\n"),
    ]
    let paths: Set = ["", "README.md", "a/README.md", "a/file"]
    return GuideRules.linkFindings(in: guides) { paths.contains($0) }
  }
}
