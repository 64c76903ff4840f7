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
