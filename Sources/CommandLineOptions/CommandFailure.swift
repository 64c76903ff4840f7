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

/// Why a program ends without having done its work.
package enum CommandFailure: Error, Equatable, CustomStringConvertible {
  /// The command line or the environment is wrong.
  case usage(UsageError)
  /// What it asks for cannot be done.
  case start(StartError)

  /// One line that says what is wrong and what would be right, without the program's name.
  package var description: String {
    switch self {
    case .usage(let error): error.description
    case .start(let error): error.description
    }
  }

  /// What the process exits with: 2 for a wrong command line, as is the custom, 1 for a failed start.
  package var exitCode: Int32 {
    switch self {
    case .usage: 2
    case .start: 1
    }
  }
}
