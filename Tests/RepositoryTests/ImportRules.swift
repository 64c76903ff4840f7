/// Who may import whom: one way only, so that each module can be understood and tested without those above it.
enum ImportRules {
  /// What each module under Sources may import beside the standard library.
  static let allowed: [String: Set<String>] = [
    "LinuxIO": ["Glibc"],
    "UnixTime": [],
    "JSON": [],
    "CommandLineOptions": [],
    "EventLoop": ["CLibEvent", "Glibc", "LinuxIO"],
    "HTTPServer": ["CLibEvent", "EventLoop", "Glibc", "LinuxIO"],
    "YAML": ["CYAML", "JSON"],
    "ETLLog": ["JSON", "UnixTime"],
    "Tailing": ["LinuxIO"],
    "Metrics": [],
    "JobState": ["ETLLog", "Metrics", "UnixTime"],
    "Exporter": [
      "CommandLineOptions", "ETLLog", "EventLoop", "HTTPServer", "JSON", "JobState", "LinuxIO", "Metrics", "Tailing",
      "UnixTime", "YAML",
    ],
    "Simulator": ["CommandLineOptions", "ETLLog", "EventLoop", "LinuxIO", "UnixTime"],
    // For exit, and the error that says with which status.
    "etl-exporter": ["CommandLineOptions", "Exporter", "Glibc"],
    "etl-simulator": ["CommandLineOptions", "Glibc", "Simulator"],
  ]

  /// What a folder of a module may not import although its module may.
  static let forbiddenInFolders: [String: Set<String>] = [
    "Exporter/Application": [],
    "Exporter/Following": ["HTTPServer"],
    "Exporter/Persistence": ["EventLoop", "HTTPServer"],
    "Exporter/Web": ["Tailing"],
    "Exporter/Logging": ["ETLLog", "EventLoop", "HTTPServer", "Tailing"],
  ]

  /// The folders that a module is divided into, for those that are.
  static let folders: [String: Set<String>] = [
    "ETLLog": ["Formats", "Reading", "Schema", "Writing"],
    "Exporter": ["Application", "Following", "Logging", "Persistence", "Web"],
    "HTTPServer": ["Client", "Protocol", "Server", "Transport"],
    "Tailing": ["Discovery", "Files", "Tailer", "Watching"],
  ]

  /// What comes with the toolchain, so that Package.swift does not name it.
  private static let withoutTarget: Set<String> = ["Glibc"]

  private static let importKinds: Set<String> = [
    "class", "enum", "func", "let", "protocol", "struct", "typealias", "var",
  ]

  struct Import: Equatable {
    let line: Int
    let module: String
    /// The word right before `import`, if it is on the same line: an access level or an attribute.
    let modifier: String?
  }

  static func imports(of text: SwiftText) -> [Import] {
    let tokens = text.tokens
    return tokens.indices.compactMap { index in
      guard tokens[index].text == "import", index + 1 < tokens.count else { return nil }
      let before = index > 0 && tokens[index - 1].line == tokens[index].line ? tokens[index - 1].text : nil
      var name = index + 1
      if importKinds.contains(tokens[name].text), name + 1 < tokens.count { name += 1 }
      let module = tokens[name].text.filter { $0 != "`" }
      return Import(line: tokens[index].line, module: module, modifier: before == ";" ? nil : before)
    }
  }

  static func findings(in file: SourceFile) -> [Finding] {
    guard file.isSource else { return [] }
    guard let allowed = allowed[file.module] else {
      return [Finding(file, "\(file.module) is no module of the import table")]
    }
    return folderFindings(in: file)
      + imports(of: file.text).flatMap { found -> [Finding] in
        var findings: [Finding] = []
        if !allowed.contains(found.module) {
          findings.append(Finding(file, line: found.line, "\(file.module) may not import \(found.module)"))
        }
        if forbiddenInFolders[file.folder]?.contains(found.module) == true {
          findings.append(Finding(file, line: found.line, "\(file.folder) may not import \(found.module)"))
        }
        if found.modifier != "internal", found.modifier != "package" {
          findings.append(Finding(file, line: found.line, "import \(found.module) says neither internal nor package"))
        }
        return findings
      }
  }

  /// A module's files are in its folders, where it has such.
  private static func folderFindings(in file: SourceFile) -> [Finding] {
    guard let folders = folders[file.module] else { return [] }
    let folder = file.folder.dropFirst(file.module.count + 1)
    return folders.contains(String(folder)) ? [] : [Finding(file, "is in none of the folders of \(file.module)")]
  }

  /// A module may use what it imports only if Package.swift lets it, so the two lists must be one.
  static func findings(inManifest text: String) -> [Finding] {
    let targets = Manifest(text).targets
    var findings: [Finding] = []
    for (module, allowed) in allowed.sorted(by: { $0.key < $1.key }) {
      let expected = allowed.subtracting(withoutTarget)
      guard let target = targets.first(where: { $0.name == module }) else {
        findings.append(Finding(path: "Package.swift", "there is no target \(module)"))
        continue
      }
      if Set(target.dependencies) != expected {
        let list = expected.sorted().joined(separator: ", ")
        findings.append(Finding(path: "Package.swift", line: target.line, "\(module) should depend on [\(list)]"))
      }
    }
    for target in targets
    where allowed[target.name] == nil && target.name != "TestSupport"
      && ["target", "executableTarget"].contains(target.kind)
    {
      findings.append(
        Finding(path: "Package.swift", line: target.line, "\(target.name) is no module of the import table")
      )
    }
    return findings
  }
}

/// The targets of a Package.swift, read without running it: SwiftPM holds its lock while tests run.
struct Manifest {
  struct Target: Equatable {
    let line: Int
    /// `target`, `executableTarget`, `testTarget` or `systemLibrary`.
    let kind: String
    let name: String
    let dependencies: [String]
  }

  private(set) var targets: [Target] = []

  init(_ text: String) {
    // Put one after the other, tokens and literals tell which string is which argument's.
    var parts = Self.parts(of: SwiftText(text))[...]
    while !parts.isEmpty {
      let words = parts.prefix(3).map(\.text)
      if words.count == 3, words[0] == ".", Self.kinds.contains(words[1]), words[2] == "(" {
        targets.append(Self.target(&parts))
      } else {
        parts.removeFirst()
      }
    }
  }

  private static let kinds: Set<String> = ["executableTarget", "systemLibrary", "target", "testTarget"]

  /// Takes one target off the front.
  private static func target(_ parts: inout ArraySlice<Part>) -> Target {
    parts.removeFirst()
    let kind = parts.removeFirst()
    var depth = 0
    var argument = ""
    var name = ""
    var dependencies: [String] = []
    repeat {
      let part = parts.removeFirst()
      if part.isLiteral {
        if argument == "name" { name = part.text }
        if argument == "dependencies" { dependencies.append(part.text) }
        continue
      }
      if part.text == "(" || part.text == "[" { depth += 1 }
      if part.text == ")" || part.text == "]" { depth -= 1 }
      if depth == 1, part.text.first?.isLetter == true { argument = part.text }
    } while depth > 0 && !parts.isEmpty
    return Target(line: kind.line, kind: kind.text, name: name, dependencies: dependencies)
  }

  private struct Part {
    let line: Int
    let offset: Int
    let text: String
    let isLiteral: Bool
  }

  private static func parts(of text: SwiftText) -> [Part] {
    let tokens = text.tokens.map { Part(line: $0.line, offset: $0.offset, text: $0.text, isLiteral: false) }
    let literals = text.literals.map { Part(line: $0.line, offset: $0.offset, text: $0.text, isLiteral: true) }
    return (tokens + literals).sorted { $0.offset < $1.offset }
  }
}
