internal import JSON
internal import LinuxIO

/// The value of a field in a line of the own log.
enum LoggedValue: Equatable {
  case text(String)
  case number(Int64)
  case decimal(Double)

  var json: JSONValue {
    switch self {
    case .text(let text): .string(text)
    case .number(let number): .integer(number)
    case .decimal(let decimal): .decimal(decimal)
    }
  }
}

/// What can be the value of a field in a line of the own log.
protocol LoggedValueConvertible {
  var loggedValue: LoggedValue { get }
}

extension String: LoggedValueConvertible {
  var loggedValue: LoggedValue { .text(PathBytes.displayed(self)) }
}

extension Int: LoggedValueConvertible {
  var loggedValue: LoggedValue { .number(Int64(self)) }
}

extension Int64: LoggedValueConvertible {
  var loggedValue: LoggedValue { .number(self) }
}

extension Double: LoggedValueConvertible {
  var loggedValue: LoggedValue { .decimal(self) }
}
