import Foundation

/// What holds of the guides, which are the repository's Markdown files.
enum GuideRules {
  /// The folders in which a reader looks for a README.md; the first one is the repository's top.
  static let folders = ["", "Sources", "Tests", "Tests/Benchmarks", "compose", "grafana", "prometheus"]

  /// More than this a newcomer does not read.
  static let topMaximumLines = 350

  /// Takes the paths of all guides.
  static func missingFindings(_ paths: some Collection<String>) -> [Finding] {
    folders.map { $0.isEmpty ? "README.md" : "\($0)/README.md" }
      .filter { !paths.contains($0) }
      .map { Finding(path: $0, "is missing") }
  }

  static func lengthFindings(top text: String) -> [Finding] {
    let count = text.split(separator: "\n", omittingEmptySubsequences: false).count - (text.hasSuffix("\n") ? 1 : 0)
    return count <= topMaximumLines
      ? [] : [Finding(path: "README.md", "has \(count) lines; \(topMaximumLines) are allowed")]
  }

  /// Every link to a file of the repository leads to one that exists, and every anchor to a heading.
  static func linkFindings(in guides: [String: MarkdownText], exists: (String) -> Bool) -> [Finding] {
    guides.sorted { $0.key < $1.key }.flatMap { path, guide in
      guide.links.compactMap { link in
        let from = path.split(separator: "/").dropLast().map(String.init)
        return fault(of: link.target, from: from, itself: path, in: guides, exists: exists)
          .map { Finding(path: path, line: link.line, $0) }
      }
    }
  }

  /// Configuration, such as that of alerts and dashboards, names sections of guides by their paths from the top.
  static func mentionFindings(
    path: String,
    text: String,
    in guides: [String: MarkdownText],
    exists: (String) -> Bool
  ) -> [Finding] {
    text.matches(of: /[\w\/.\-]*README\.md#[\w\-]+/).compactMap { match in
      let line = text[..<match.range.lowerBound].count { $0 == "\n" } + 1
      return fault(of: String(match.output), from: [], itself: "", in: guides, exists: exists)
        .map { Finding(path: path, line: line, $0) }
    }
  }

  /// Why a target leads nowhere; nil where it leads somewhere or out of the repository.
  private static func fault(
    of target: String,
    from folder: [String],
    itself: String,
    in guides: [String: MarkdownText],
    exists: (String) -> Bool
  ) -> String? {
    if target.contains("://") { return nil }
    let parts = target.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    guard !target.hasPrefix("/"), let resolved = resolve(parts[0], from: folder) else {
      return "\(target) leads out of the repository"
    }
    let path = parts[0].isEmpty ? itself : resolved
    guard exists(path) else { return "\(target): there is no \(path)" }
    guard let anchor = parts.dropFirst().first else { return nil }
    guard let guide = guides[path] else { return "\(target): \(path) is no guide" }
    return guide.anchors.contains(anchor) ? nil : "\(target): \(path) has no heading #\(anchor)"
  }

  private static func resolve(_ target: String, from folder: [String]) -> String? {
    var parts = folder
    for part in target.split(separator: "/") where part != "." {
      if part != ".." {
        parts.append(String(part))
      } else if parts.popLast() == nil {
        return nil
      }
    }
    return parts.joined(separator: "/")
  }
}

/// What of a Markdown file its readers can click on, and be led to.
struct MarkdownText {
  struct Link: Equatable {
    /// Counted from 1.
    let line: Int
    /// What stands in the parentheses.
    let target: String
  }

  /// The anchors that GitHub gives to the headings.
  let anchors: Set<String>
  let links: [Link]

  init(_ text: String) {
    let lines = Self.withoutFences(text)
    anchors = Self.anchors(of: lines)
    let prose = Self.withoutCodeSpans(lines.joined(separator: "\n"))
    links = prose.matches(of: /\]\(([^)\s]+)\)/).map { match in
      Link(line: prose[..<match.range.lowerBound].count { $0 == "\n" } + 1, target: String(match.output.1))
    }
  }

  /// The lines, with those of code blocks empty.
  private static func withoutFences(_ text: String) -> [String] {
    var isCode = false
    return text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      let isFence = line.drop { $0 == " " }.hasPrefix("```")
      defer { if isFence { isCode.toggle() } }
      return isCode || isFence ? "" : String(line)
    }
  }

  private static func anchors(of lines: [String]) -> Set<String> {
    var anchors: Set<String> = []
    for line in lines {
      guard let heading = line.wholeMatch(of: /#{1,6} (.+)/)?.output.1 else { continue }
      let kept = heading.lowercased().filter { $0.isLetter || $0.isNumber || "_- ".contains($0) }
      let anchor = kept.replacing(" ", with: "-")
      // A heading that is there again gets a number.
      let isNew = anchors.insert(anchor).inserted
      if !isNew, let number = (1...).first(where: { !anchors.contains("\(anchor)-\($0)") }) {
        anchors.insert("\(anchor)-\(number)")
      }
    }
    return anchors
  }

  /// The text with what stands between backticks left out, but for the ends of lines.
  private static func withoutCodeSpans(_ text: String) -> String {
    text.replacing(/`[^`]+`/) { match in String(match.output.filter { $0 == "\n" }) }
  }
}

extension Repository {
  /// The guides by their paths.
  static let guides = Result {
    // What is hidden has guides for contributors, if any.
    let hidden = FileManager.default.fileExists(atPath: root.appending(path: ".github").path) ? [".github"] : []
    let folders = ["CLibEvent", "Sources", "Tests", "compose", "grafana", "prometheus"] + hidden
    let guides = try ["README.md"] + folders.flatMap(paths).filter { $0.hasSuffix(".md") }
    return try Dictionary(uniqueKeysWithValues: guides.map { ($0, try text($0)) })
  }

  static func exists(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: root.appending(path: path).path)
  }
}
