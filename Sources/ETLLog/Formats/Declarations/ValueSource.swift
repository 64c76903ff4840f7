internal import JSON

/// Where a value comes from: the first alternative that is present.
package struct ValueSource: Equatable, Sendable {
  /// At least one.
  package let alternatives: [Alternative]

  /// One place that a value may come from.
  package struct Alternative: Equatable, Sendable {
    /// A path, or what is said without one.
    package enum Origin: Equatable, Sendable {
      case path(FormatPath)
      case constant(ConstantValue)
    }

    /// Where it stands.
    package let origin: Origin
    /// What a duration or time is given in; nil where that was not said.
    package var unit: TimeUnit?
    /// What a number is multiplied by.
    package var scale = 1.0
    /// What each text stands for; one that is not there is missing.
    package var map: [String: ConstantValue]?
    /// Whether it is the text of a stack trace, of which the exception's type counts.
    package var takesExceptionType = false
  }

  var json: JSONValue { .array(alternatives.map(\.json)) }

  /// The paths that it reads.
  var paths: [FormatPath] {
    alternatives.compactMap { alternative in
      if case .path(let path) = alternative.origin { path } else { nil }
    }
  }
}

extension ValueSource.Alternative {
  fileprivate var json: JSONValue {
    var members: [(String, JSONValue)] = []
    switch origin {
    case .path(let path): members.append(("path", .string(path.description)))
    case .constant(let constant): members.append(("const", constant.json))
    }
    if let unit { members.append(("unit", .string(unit.rawValue))) }
    if scale != 1 { members.append(("scale", .decimal(scale))) }
    if let map { members.append(("map", .object(map.sorted { $0.key < $1.key }.map { ($0.key, $0.value.json) }))) }
    if takesExceptionType { members.append(("as", .string(ValueSource.exceptionTypeName))) }
    return .object(members)
  }
}

extension ValueSource {
  /// What `as` may be.
  package static let exceptionTypeName = "exception_type"
}

/// What a duration is given in.
package enum TimeUnit: String, CaseIterable, Sendable {
  case seconds = "s"
  case milliseconds = "ms"
  case microseconds = "us"
  case nanoseconds = "ns"
  case minutes = "min"
  case hours = "h"
  /// A text that says its units: `1m2.5s`, `12.53s`, `1.02:03:04.5`.
  case text

  /// How long one is, as a fraction: exact, so that a duration is rounded only once.
  var secondsFraction: (multiplier: Double, divisor: Double) {
    switch self {
    case .seconds, .text: (1, 1)
    case .milliseconds: (1, 1e3)
    case .microseconds: (1, 1e6)
    case .nanoseconds: (1, 1e9)
    case .minutes: (60, 1)
    case .hours: (3_600, 1)
    }
  }
}
