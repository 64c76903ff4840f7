/// What holds for the text of each Swift file, beyond what the compiler and the formatter check.
enum CodeRules {
  /// The house rule is about 300; the rest is for the last few lines of a file that is whole.
  static let maximumFileLines = 320
  /// Tables of cases are long, and easier to read in one piece.
  static let maximumTestFileLines = 400
  static let maximumFunctionLines = 70
  static let maximumMainLines = 40

  static func sizeFindings(in file: SourceFile) -> [Finding] {
    let isMain = file.path.hasSuffix("/Main.swift")
    let limit = isMain ? maximumMainLines - 1 : file.isSource ? maximumFileLines : maximumTestFileLines
    let size = file.lineCount > limit ? [Finding(file, "\(file.lineCount) lines, more than \(limit)")] : []
    let functions = Blocks(file.text).functions.filter { $0.lineCount > maximumFunctionLines }
    return size + functions.map { Finding(file, line: $0.line, "\($0.lineCount) lines in one function") }
  }

  /// Words that stand for what is decided otherwise: one thread and no locks, package access, no unchecked promises.
  private static let forbiddenWords: [String: String] = [
    "@unchecked": "a promise that the compiler cannot check",
    "@preconcurrency": "a promise that the compiler cannot check",
    "actor": "there is one thread",
    "async": "there is one thread",
    "await": "there is one thread",
    "Mutex": "there is one thread",
    "pthread_create": "there is one thread",
    "public": "what other modules use is package",
  ]

  /// The modules whose functions are to be inlined into those of others: the compiler does that with public ones only.
  private static let inlinedModules: Set<String> = ["JSON", "UnixTime"]

  static func wordFindings(in file: SourceFile) -> [Finding] {
    guard file.isSource else { return [] }
    let tokens = file.text.tokens
    return tokens.indices.compactMap { index in
      let token = tokens[index]
      if let reason = forbiddenWords[token.text], token.text != "public" || !inlinedModules.contains(file.module) {
        return Finding(file, line: token.line, "\(token.text): \(reason)")
      }
      if tokens[index...].prefix(4).map(\.text) == ["nonisolated", "(", "unsafe", ")"] {
        return Finding(file, line: token.line, "nonisolated(unsafe): a promise that the compiler cannot check")
      }
      return nil
    }
  }

  private static let cPrefixes = [
    "event_", "evbuffer_", "bufferevent_", "evconnlistener_", "evutil_", "EV_", "EVLOOP_", "BEV_", "LEV_",
  ]

  /// Nobody but these two sees libevent; C pointers without a type of their own are the kernel's as well.
  static func libeventFindings(in file: SourceFile) -> [Finding] {
    guard file.isSource, !["EventLoop", "HTTPServer"].contains(file.module) else { return [] }
    let tokens = file.text.tokens
    return tokens.indices.compactMap { index in
      let token = tokens[index]
      if cPrefixes.contains(where: token.text.hasPrefix) || token.text == "OpaquePointer" && file.module != "LinuxIO" {
        return Finding(file, line: token.line, "\(token.text) belongs into EventLoop or HTTPServer")
      }
      guard token.text == "base", index >= 2, tokens[index - 1].text == "." else { return nil }
      guard tokens[index - 2].text.lowercased().hasSuffix("loop") else { return nil }
      return Finding(file, line: token.line, "the loop's base is for EventLoop and HTTPServer")
    }
  }

  /// Why `unsafe` holds must be said at its use or for the whole type: at least once in each file. Whether it is true,
  /// no test can tell.
  static func unsafeFindings(in file: SourceFile) -> [Finding] {
    let uses = file.text.tokens.filter { $0.text == "unsafe" }.map(\.line)
    guard file.isSource, let first = uses.first else { return [] }
    let isExplained = uses.contains { line in
      // The comment above may be that of a statement over a few lines.
      file.text.comments[max(0, line - 5)..<line].contains { $0.hasPrefix("//") && !$0.hasPrefix("///") }
    }
    if isExplained || file.text.comments.contains(where: { $0.lowercased().contains("safe") }) { return [] }
    return [Finding(file, line: first, "no comment says why unsafe holds")]
  }

  private static let forbiddenNotes = ["TODO", "FIXME", "XXX", "HACK", "swift-format-ignore"]

  static func noteFindings(in file: SourceFile) -> [Finding] {
    file.text.comments.enumerated().flatMap { index, comment in
      forbiddenNotes.filter(comment.contains).map { Finding(file, line: index + 1, "\($0) in a comment") }
    }
  }

  /// A metric, and a message of the log as well, is declared once: its name is one literal in one place.
  static func nameFindings(in files: [SourceFile]) -> [Finding] {
    var firstPlaces: [String: String] = [:]
    var findings: [Finding] = []
    for file in files where file.isSource {
      for literal in file.text.literals where isName(literal.text) {
        if let place = firstPlaces[literal.text] {
          findings.append(Finding(file, line: literal.line, "\(literal.text) is also at \(place)"))
        } else {
          firstPlaces[literal.text] = "\(file.path):\(literal.line)"
        }
      }
    }
    return findings
  }

  static func isName(_ text: String) -> Bool {
    (text.hasPrefix("etl_") || text.hasPrefix("process_")) && text.last != "_"
      && text.allSatisfy { $0.isLowercase || $0 == "_" }
  }
}
