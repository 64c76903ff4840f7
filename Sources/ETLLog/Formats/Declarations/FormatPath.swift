internal import JSON

/// Where in a line a value stands.
package enum FormatPath: Hashable, Sendable {
  /// Names from the outermost object on. Dots in a line's keys and nesting are the same, and digits index arrays.
  case member([String])
  /// `@text`: what stands before the object.
  case text
  /// `@time`: when the event was.
  case time

  /// How deep a path may reach.
  package static let maximumParts = 8

  /// As it is written.
  package var description: String {
    switch self {
    case .member(let parts): parts.joined(separator: ".")
    case .text: "@text"
    case .time: "@time"
    }
  }
}

/// A value that a configuration states.
package enum ConstantValue: Hashable, Sendable {
  case text(String)
  /// A finite number, and how it is written.
  case number(Double, spelling: String)
  case boolean(Bool)

  /// Equal where a line's value would be the same: `30` and `30.0`, but not `"30"`.
  package static func == (left: ConstantValue, right: ConstantValue) -> Bool {
    switch (left, right) {
    case (.text(let left), .text(let right)): left == right
    case (.number(let left, _), .number(let right, _)): left == right
    case (.boolean(let left), .boolean(let right)): left == right
    default: false
    }
  }

  /// Equal ones have equal hashes: a number's spelling is no part of it.
  package func hash(into hasher: inout Hasher) {
    switch self {
    case .text(let text): hasher.combine(text)
    case .number(let number, _): hasher.combine(number)
    case .boolean(let value): hasher.combine(value)
    }
  }

  /// What it is as the value of a label.
  package var text: String {
    switch self {
    case .text(let text): text
    case .number(_, let spelling): spelling
    case .boolean(let value): value ? "true" : "false"
    }
  }

  var json: JSONValue {
    switch self {
    case .text(let text): .string(text)
    case .number(let number, _): .decimal(number)
    case .boolean(let value): .boolean(value)
    }
  }
}
