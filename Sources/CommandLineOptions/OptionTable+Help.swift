extension OptionTable {
  /// The text of `--help`: lines of at most 80 columns, ended by a newline.
  ///
  /// It shows each option with its default, and once, how values and environment variables are written.
  package var help: String {
    let lineWidth = 80
    let widestUsage = 30
    let rows =
      options.map { (usage: "  \($0.usage)", text: text(of: $0)) } + [
        (usage: "  --version", text: "Show the version and exit"),
        (usage: "  -h, --help", text: "Show this help and exit"),
      ]
    let column = (rows.map(\.usage.count).filter { $0 <= widestUsage + 2 }.max() ?? 0) + 2
    let indent = String(repeating: " ", count: column)

    var lines = ["Usage: \(program) [OPTION]...", ""]
    lines += wrapped(summary, width: lineWidth)
    lines += ["", "Options:"]
    for row in rows {
      var texts = wrapped(row.text, width: lineWidth - column)[...]
      // A usage that reaches into the column of the texts has a line of its own.
      let first = row.usage.count + 2 <= column ? texts.popFirst() : nil
      lines.append(first.map { row.usage + indent.dropFirst(row.usage.count) + $0 } ?? row.usage)
      lines += texts.map { indent + $0 }
    }
    let footer = [notations, environmentRule].filter { !$0.isEmpty }
    lines += footer.isEmpty ? [] : [""]
    lines += footer.flatMap { wrapped($0, width: lineWidth) }
    return lines.joined(separator: "\n") + "\n"
  }

  /// What an option does, with its choices and its default.
  private func text(of option: CommandLineOption<Configuration>) -> String {
    var notes = option.choices.map { [$0] } ?? []
    if option.arity == .list {
      notes.append("repeatable")
    }
    let values = option.arity == .flag ? "" : option.values(defaults).joined(separator: ",")
    let sources = option.otherVariables.map { "$\($0)" } + (values.isEmpty ? [] : [values])
    if !sources.isEmpty {
      notes.append("default:\u{a0}" + sources.joined(separator: ", else "))
    }
    return notes.isEmpty ? option.help : "\(option.help) (\(notes.joined(separator: "; ")))"
  }

  /// How the values of the options are written, each notation once.
  private var notations: String {
    var sentences: [String] = []
    for notation in options.compactMap(\.notation) where !sentences.contains(notation) {
      sentences.append(notation)
    }
    return sentences.joined(separator: " ")
  }

  /// How the environment sets options, with one of them as the example.
  private var environmentRule: String {
    let valued = options.filter { $0.arity != .flag }
    let telling = valued.first { option in option.name.contains { ".-".contains($0) } }
    guard let example = telling ?? valued.first ?? options.first else { return "" }
    let value = example.arity == .flag ? "true" : example.values(defaults).first ?? example.placeholder
    let rule =
      "Options not given are taken from the environment: ETL_ and the name in capitals, with _ for . and -, "
      + "such as \(example.variable)=\(value)."
    let exceptions = [
      options.contains { $0.arity == .flag } ? "flags are true or false" : nil,
      options.contains { $0.arity == .list } ? "lists are separated by commas" : nil,
    ].compactMap(\.self)
    return exceptions.isEmpty ? rule : "\(rule) There, \(exceptions.joined(separator: " and "))."
  }
}

/// Breaks a text into lines at its spaces, but not at its no-break spaces, which become spaces.
///
/// - Parameters:
///   - text: The text.
///   - width: The most columns of a line, in characters; only a longer word exceeds it.
/// - Returns: The lines.
private func wrapped(_ text: String, width: Int) -> [String] {
  var lines: [String] = []
  for word in text.split(separator: " ") {
    if let last = lines.last, last.count + 1 + word.count <= width {
      lines[lines.count - 1] = "\(last) \(word)"
    } else {
      lines.append(String(word))
    }
  }
  return lines.map { line in String(line.map { $0 == "\u{a0}" ? " " : $0 }) }
}
