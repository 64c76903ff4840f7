/// A command line or environment that cannot be used: one line that says what is wrong and what would be right.
///
/// The line does not name the program; whoever prints it puts that in front. A bad combination of options is reported
/// with the same type by the executable that knows what excludes what.
package struct UsageError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The line.
  package let description: String

  /// Makes an error of a line of text.
  ///
  /// - Parameter description: One line without a full stop, such as `--once and --health-check exclude each other`.
  ///   Text that came from outside belongs in quotation marks (``quoted(_:)``).
  package init(_ description: String) {
    self.description = description
  }

  /// Text from outside in quotation marks, made fit for one line of a terminal or log.
  ///
  /// - Parameter text: Any text.
  /// - Returns: At most 80 scalars of it; control and format characters and line separators are written as `\u{…}`, so
  ///   that a value can neither break the line nor drive the terminal.
  package static func quoted(_ text: String) -> String {
    let longest = 80
    var result = "\""
    for scalar in text.unicodeScalars.prefix(longest) {
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator, .unassigned, .privateUse, .surrogate:
        result += "\\u{\(String(scalar.value, radix: 16))}"
      default:
        result.unicodeScalars.append(scalar)
      }
    }
    if text.unicodeScalars.dropFirst(longest).first != nil {
      result += "…"
    }
    return result + "\""
  }
}

/// Why a ``ValueSyntax`` refuses a text; the option table puts the option or variable and the text in front of it.
package struct InvalidValue: Error, Equatable, Sendable {
  /// What is wrong, as the rest of a sentence about the text.
  package let problem: String

  /// What would be right, as a sentence of its own.
  package let remedy: String

  /// Makes a refusal that reads as the end of a line: `--port: "70000" is not a port; use a number from 1 to 65535`.
  ///
  /// - Parameters:
  ///   - problem: What is wrong with the text, as the rest of a sentence about it: `is not a port`.
  ///   - remedy: What would be right, as a sentence of its own: `use a number from 1 to 65535`.
  package init(_ problem: String, remedy: String) {
    self.problem = problem
    self.remedy = remedy
  }
}
