/// Why a program could not start: one line that says what is wrong and what to do about it.
package struct StartError: Error, Equatable, CustomStringConvertible {
  /// The line, without the program's name.
  package let description: String

  /// Makes an error of a line of text.
  ///
  /// - Parameter description: One line without a full stop: what was tried, on what, and why it failed.
  package init(_ description: String) {
    self.description = description
  }
}
