internal import JSON

/// What a value must be for a rule to hold.
///
/// A value that is missing, null or `""` passes none but `present(false)`, an object or array none but `present(true)`.
package indirect enum ValueTest: Hashable, Sendable {
  /// It is one of some constants of the same type.
  case anyOf([ConstantValue])
  /// It is a text that begins so.
  case prefix(String)
  /// It is a text that ends so.
  case suffix(String)
  /// It is a text with this in it.
  case contains(String)
  /// Whether it is there at all.
  case present(Bool)
  /// It is there, and does not pass another test, which is neither `present` nor `not`.
  case not(ValueTest)

  /// Whether whatever passes this test passes another one as well.
  ///
  /// - Parameter other: The other test.
  /// - Returns: False also where it cannot be told.
  package func implies(_ other: ValueTest) -> Bool {
    if self == other { return true }
    switch (self, other) {
    case (.present(false), _), (_, .present(false)): return false
    case (_, .present(true)): return true
    case (.present(true), _): return false
    case (.anyOf(let constants), _): return constants.allSatisfy(other.passes)
    case (.not(let refused), .not(let less)): return less.implies(refused)
    case (_, .not(let refused)): return excludes(refused)
    case (.prefix(let text), .prefix(let start)): return text.utf8.starts(with: start.utf8)
    case (.suffix(let text), .suffix(let end)): return text.utf8.reversed().starts(with: end.utf8.reversed())
    case (.prefix(let text), .contains(let part)), (.suffix(let text), .contains(let part)),
      (.contains(let text), .contains(let part)):
      return text.hasBytes(of: part)
    default: return false
    }
  }

  /// Whether nothing passes both this test and another one.
  private func excludes(_ other: ValueTest) -> Bool {
    switch (self, other) {
    case (_, .anyOf(let constants)): return !constants.contains(where: passes)
    case (.prefix(let text), .prefix(let start)):
      return !text.utf8.starts(with: start.utf8) && !start.utf8.starts(with: text.utf8)
    case (.suffix(let text), .suffix(let end)):
      let (backwards, otherBackwards) = (text.utf8.reversed(), end.utf8.reversed())
      return !backwards.starts(with: otherBackwards) && !otherBackwards.starts(with: backwards)
    default: return false
    }
  }

  /// Whether a constant passes, for what stands in a line is one or is not.
  func passes(_ constant: ConstantValue) -> Bool {
    switch self {
    case .anyOf(let constants): return constants.contains(constant)
    case .present(let isWanted): return isWanted
    case .not(let test): return !test.passes(constant)
    case .prefix, .suffix, .contains: break
    }
    guard case .text(let text) = constant else { return false }
    switch self {
    case .prefix(let start): return text.utf8.starts(with: start.utf8)
    case .suffix(let end): return text.utf8.reversed().starts(with: end.utf8.reversed())
    case .contains(let part): return text.hasBytes(of: part)
    case .anyOf, .present, .not: return false
    }
  }

  var json: JSONValue {
    switch self {
    case .anyOf(let constants): .array(constants.map(\.json))
    case .prefix(let text): .object([("prefix", .string(text))])
    case .suffix(let text): .object([("suffix", .string(text))])
    case .contains(let text): .object([("contains", .string(text))])
    case .present(let isWanted): .object([("present", .boolean(isWanted))])
    case .not(let test): .object([("not", test.json)])
    }
  }
}

extension String {
  /// Whether another text stands in this one, compared by bytes: `é` in two ways of writing is two texts.
  fileprivate func hasBytes(of part: String) -> Bool {
    let (bytes, wanted) = (Array(utf8), Array(part.utf8))
    guard wanted.count <= bytes.count else { return false }
    return (0...bytes.count - wanted.count).contains { bytes[$0...].starts(with: wanted) }
  }
}

/// What a line must be for a rule to hold: all tests pass. The paths are different ones.
package struct Condition: Equatable, Sendable {
  /// Each path with its test, in the order that they are written.
  package var tests: [(path: FormatPath, test: ValueTest)]

  /// Whether every line that fulfils this condition fulfils another one as well.
  ///
  /// - Parameter other: The other condition.
  /// - Returns: False also where it cannot be told.
  package func implies(_ other: Condition) -> Bool {
    other.tests.allSatisfy { wanted in
      tests.contains { $0.path == wanted.path && $0.test.implies(wanted.test) }
    }
  }

  package static func == (left: Condition, right: Condition) -> Bool {
    left.tests.elementsEqual(right.tests) { $0 == $1 }
  }

  var json: JSONValue {
    let sorted = tests.map { ($0.path.description, $0.test.json) }.sorted { $0.0 < $1.0 }
    return .object(sorted)
  }
}
