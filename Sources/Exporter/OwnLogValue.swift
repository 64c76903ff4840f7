internal import ETLLog

/// The value of a field in a line of the own log.
enum OwnLogValue: Equatable {
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
protocol OwnLogValueConvertible {
  var ownLogValue: OwnLogValue { get }
}

extension String: OwnLogValueConvertible {
  var ownLogValue: OwnLogValue { .text(self) }
}

extension Int: OwnLogValueConvertible {
  var ownLogValue: OwnLogValue { .number(Int64(self)) }
}

extension Int64: OwnLogValueConvertible {
  var ownLogValue: OwnLogValue { .number(self) }
}

extension Double: OwnLogValueConvertible {
  var ownLogValue: OwnLogValue { .decimal(self) }
}
