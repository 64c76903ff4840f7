package import JSON

/// What a configuration's reader needs of other modules.
package struct ConfigurationServices: Sendable {
  /// Reads a built-in format's YAML.
  package let parse: @Sendable ([UInt8]) throws(ConfigurationError) -> LocatedValue
  /// The name that was probably meant, of those that exist.
  package let nearestName: @Sendable (String, [String]) -> String?
  /// A duration such as `24h`; nil where the text is none.
  package let durationSeconds: @Sendable (String) -> Double?

  package init(
    parse: @escaping @Sendable ([UInt8]) throws(ConfigurationError) -> LocatedValue,
    nearestName: @escaping @Sendable (String, [String]) -> String?,
    durationSeconds: @escaping @Sendable (String) -> Double?
  ) {
    self.parse = parse
    self.nearestName = nearestName
    self.durationSeconds = durationSeconds
  }

  /// What is said of a name that does not exist.
  ///
  /// - Parameters:
  ///   - what: What kind of name: "unknown key".
  ///   - name: The name.
  ///   - names: Those that exist.
  /// - Returns: A sentence with the nearest name, or with all of them where none is near.
  package func unknown(_ what: String, _ name: String, among names: [String]) -> String {
    let near = nearestName(name, names).map { "did you mean \"\($0)\"?" }
    return "unknown \(what) \"\(name)\"; \(near ?? "there are \(names.joined(separator: ", "))")"
  }
}

/// The members of a mapping, whose names are known.
struct ObjectReader {
  /// Where the mapping starts.
  let location: TextLocation
  let services: ConfigurationServices
  private let members: [LocatedValue.Member]
  private let what: String

  /// Takes a mapping apart.
  ///
  /// - Parameters:
  ///   - value: What should be a mapping.
  ///   - what: What it is, for errors: "a metric".
  ///   - keys: The members that it may have.
  ///   - services: What finds the nearest name.
  /// - Throws: Where it is no mapping, or has another member.
  init(_ value: LocatedValue, _ what: String, keys: [String], services: ConfigurationServices)
    throws(ConfigurationError)
  {
    guard case .object(let members) = value.content else {
      throw ConfigurationError(
        "\(what) is a mapping with some of \(keys.joined(separator: ", ")); this is \(value.kindName)",
        at: value.location
      )
    }
    for member in members where !keys.contains(member.name) {
      throw ConfigurationError(services.unknown("key in \(what):", member.name, among: keys), at: member.location)
    }
    self.members = members
    self.what = what
    self.services = services
    location = value.location
  }

  /// A member, nil where it is not there.
  func member(_ name: String) -> LocatedValue.Member? { members.first { $0.name == name } }

  /// A member's value, nil where it is not there.
  func value(_ name: String) -> LocatedValue? { member(name)?.value }

  func required(_ name: String) throws(ConfigurationError) -> LocatedValue {
    guard let value = value(name) else { throw ConfigurationError("\(what) needs \"\(name)\"", at: location) }
    return value
  }

  /// Refuses the second of two members that exclude each other.
  func refuse(_ name: String, beside other: String) throws(ConfigurationError) {
    guard value(other) != nil, let member = member(name) else { return }
    throw ConfigurationError("\"\(name)\" and \"\(other)\" exclude each other in \(what)", at: member.location)
  }
}

extension LocatedValue {
  /// A text that is not empty; `what` names it in the error.
  func text(_ what: String) throws(ConfigurationError) -> String {
    guard case .string(let text) = content, !text.isEmpty else {
      // `no` is a text in YAML 1.2, but 30, true and ~ are none without quotes.
      let isScalar = !spelling.isEmpty && kindName != "a text"
      let remedy = isScalar ? "; \"\(spelling)\" with quotes is a text" : ""
      throw ConfigurationError(
        "\(what) is a text; this is \(spelling.isEmpty ? emptyOrKind : kindName)\(remedy)",
        at: location
      )
    }
    return text
  }

  private var emptyOrKind: String {
    if case .string = content { "empty" } else { kindName }
  }

  func boolean(_ what: String) throws(ConfigurationError) -> Bool {
    guard case .boolean(let value) = content else {
      throw ConfigurationError("\(what) is true or false; this is \(kindName)", at: location)
    }
    return value
  }

  /// A finite number.
  func number(_ what: String) throws(ConfigurationError) -> Double {
    switch content {
    case .integer(let value): return Double(value)
    case .decimal(let value) where value.isFinite: return value
    default:
      throw ConfigurationError(
        "\(what) is a number; this is \(kindName == "a number" ? spelling : kindName)",
        at: location
      )
    }
  }

  func integer(_ what: String, _ range: ClosedRange<Int>) throws(ConfigurationError) -> Int {
    guard case .integer(let value) = content, let number = Int(exactly: value), range.contains(number) else {
      throw ConfigurationError(
        "\(what) is a whole number from \(range.lowerBound) to \(range.upperBound); this is \(spelling.isEmpty ? kindName : spelling)",
        at: location
      )
    }
    return number
  }

  func elements(_ what: String) throws(ConfigurationError) -> [LocatedValue] {
    guard case .array(let elements) = content else {
      throw ConfigurationError("\(what) is a list; this is \(kindName)", at: location)
    }
    return elements
  }

  /// A text, number or truth value.
  func constant(_ what: String) throws(ConfigurationError) -> ConstantValue {
    switch content {
    case .string(let text): return .text(text)
    case .boolean(let value): return .boolean(value)
    case .integer(let value): return .number(Double(value), spelling: spelling)
    case .decimal(let value) where value.isFinite: return .number(value, spelling: spelling)
    default:
      throw ConfigurationError(
        "\(what) is a text, a number, true or false; this is \(kindName == "a number" ? spelling : kindName)",
        at: location
      )
    }
  }
}
