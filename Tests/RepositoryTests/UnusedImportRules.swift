/// Imports of the project's own modules that nothing in the file needs.
///
/// A file needs a module when it uses a name that the module declares for others. Names that two modules declare count for
/// both, so that an unneeded import may be overlooked, but a needed one is never reported.
enum UnusedImportRules {
  private static let declaringWords: Set<String> = [
    "associatedtype", "case", "class", "enum", "func", "let", "protocol", "struct", "typealias", "var",
  ]

  /// The names that each module declares, members included: under `MemberImportVisibility` a file that only uses a member
  /// needs the import as well.
  static func declaredNames(of files: [SourceFile]) -> [String: Set<String>] {
    var names: [String: Set<String>] = [:]
    for file in files where file.isSource {
      let tokens = file.text.tokens
      for index in tokens.indices.dropLast() where declaringWords.contains(tokens[index].text) {
        var next = index + 1
        while next < tokens.count, tokens[next].line == tokens[index].line || next == index + 1 {
          let text = tokens[next].text
          if text.first?.isLetter == true { names[file.module, default: []].insert(text) }
          // The cases of one line.
          guard tokens[index].text == "case", next + 1 < tokens.count, tokens[next + 1].text == "," else { break }
          next += 2
        }
      }
    }
    return names
  }

  static func findings(in files: [SourceFile]) -> [Finding] {
    let names = declaredNames(of: files)
    return files.filter(\.isSource).flatMap { file -> [Finding] in
      let used = Set(file.text.tokens.map(\.text))
      return ImportRules.imports(of: file.text).compactMap { found in
        guard let declared = names[found.module], declared.isDisjoint(with: used) else { return nil }
        return Finding(file, line: found.line, "nothing needs import \(found.module)")
      }
    }
  }
}
