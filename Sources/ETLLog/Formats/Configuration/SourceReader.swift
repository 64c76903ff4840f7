internal import JSON

/// Reads paths, sources, tests and conditions.
struct SourceReader {
  let services: ConfigurationServices

  private static let sourceKeys = ["path", "unit", "scale", "map", "default", "const", "as"]

  /// Reads a path as it is written.
  func path(_ text: String, at location: TextLocation) throws(ConfigurationError) -> FormatPath {
    if text == FormatPath.text.description { return .text }
    if text == FormatPath.time.description { return .time }
    let parts = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard !parts.contains("") else {
      throw ConfigurationError(
        "\"\(text)\" is no path; names joined by single dots are one, such as err.type",
        at: location
      )
    }
    guard parts.count <= FormatPath.maximumParts else {
      throw ConfigurationError(
        "the path \"\(text)\" has \(parts.count) parts; \(FormatPath.maximumParts) are the most",
        at: location
      )
    }
    guard text.utf8.count <= Self.maximumTextBytes else { throw tooLong("a path", at: location) }
    guard !parts.contains("*") else {
      throw ConfigurationError(
        "a path has no wildcards: \"\(text)\"; a number names one element of a list",
        at: location
      )
    }
    return .member(parts)
  }

  private static let maximumTextBytes = 512

  private func tooLong(_ what: String, at location: TextLocation) -> ConfigurationError {
    ConfigurationError("\(what) has more than \(Self.maximumTextBytes) bytes", at: location)
  }

  /// Reads a source: a path, a list of sources, or a mapping.
  ///
  /// - Parameters:
  ///   - value: The source.
  ///   - what: What it is, for errors.
  ///   - units: The units that the value may have.
  ///   - moreKeys: What else the mapping may have, which the caller reads.
  /// - Returns: The source.
  /// - Throws: What is wrong with it.
  func source(_ value: LocatedValue, _ what: String, units: [TimeUnit], moreKeys: [String] = [])
    throws(ConfigurationError) -> ValueSource
  {
    ValueSource(alternatives: try alternatives(value, what, units: units, moreKeys: moreKeys, isNested: false))
  }

  private func alternatives(
    _ value: LocatedValue,
    _ what: String,
    units: [TimeUnit],
    moreKeys: [String],
    isNested: Bool
  ) throws(ConfigurationError) -> [ValueSource.Alternative] {
    switch value.content {
    case .array(let elements):
      guard !isNested, !elements.isEmpty, elements.count <= 16 else {
        throw ConfigurationError(
          "\(what) is one source or a list of 1 to 16, of which the first present one counts",
          at: value.location
        )
      }
      var all: [ValueSource.Alternative] = []
      for element in elements {
        all += try alternatives(element, what, units: units, moreKeys: [], isNested: true)
      }
      return all
    case .object:
      return try object(value, what, units: units, moreKeys: moreKeys)
    default:
      let text = try value.text("\(what): a path")
      return [ValueSource.Alternative(origin: .path(try path(text, at: value.location)))]
    }
  }

  private func object(_ value: LocatedValue, _ what: String, units: [TimeUnit], moreKeys: [String])
    throws(ConfigurationError) -> [ValueSource.Alternative]
  {
    let reader = try ObjectReader(value, what, keys: Self.sourceKeys + moreKeys, services: services)
    if let constant = reader.value("const") {
      for key in Self.sourceKeys where key != "const" { try reader.refuse(key, beside: "const") }
      return [ValueSource.Alternative(origin: .constant(try constant.constant("const")))]
    }
    let path = try reader.required("path")
    var alternative = ValueSource.Alternative(
      origin: .path(try self.path(try path.text("a path"), at: path.location))
    )
    if let unit = reader.value("unit") { alternative.unit = try self.unit(unit, what, units) }
    if let scale = reader.member("scale") {
      guard alternative.unit == nil else {
        throw ConfigurationError("\"scale\" and \"unit\" exclude each other: a unit makes seconds", at: scale.location)
      }
      alternative.scale = try scale.value.number("scale")
    }
    if let map = reader.value("map") { alternative.map = try self.map(map) }
    if let word = reader.value("as") {
      guard case .string(ValueSource.exceptionTypeName) = word.content else {
        throw ConfigurationError("\"as\" can only be \(ValueSource.exceptionTypeName)", at: word.location)
      }
      try reader.refuse("map", beside: "as")
      alternative.takesExceptionType = true
    }
    guard let fallback = reader.value("default") else { return [alternative] }
    return [alternative, ValueSource.Alternative(origin: .constant(try fallback.constant("default")))]
  }

  private func unit(_ value: LocatedValue, _ what: String, _ units: [TimeUnit]) throws(ConfigurationError) -> TimeUnit {
    let text = try value.text("a unit")
    guard let unit = TimeUnit(rawValue: text), units.contains(unit) else {
      guard !units.isEmpty else {
        throw ConfigurationError("\(what) has no unit: it is not a duration", at: value.location)
      }
      throw ConfigurationError(services.unknown("unit", text, among: units.map(\.rawValue)), at: value.location)
    }
    return unit
  }

  private func map(_ value: LocatedValue) throws(ConfigurationError) -> [String: ConstantValue] {
    guard case .object(let members) = value.content, !members.isEmpty, members.count <= 256 else {
      throw ConfigurationError("\"map\" is a mapping of 1 to 256 texts to what they stand for", at: value.location)
    }
    var map: [String: ConstantValue] = [:]
    for member in members { map[member.name] = try member.value.constant("what \"\(member.name)\" stands for") }
    return map
  }

  /// Reads `when`.
  func condition(_ value: LocatedValue?) throws(ConfigurationError) -> Condition {
    guard let value else { return Condition(tests: []) }
    guard case .object(let members) = value.content else {
      throw ConfigurationError(
        "\"when\" is a mapping of paths to what they must be; this is \(value.kindName)",
        at: value.location
      )
    }
    guard !members.isEmpty else {
      throw ConfigurationError("\"when\" is empty; leave it out where every line is meant", at: value.location)
    }
    var tests: [(FormatPath, ValueTest)] = []
    for member in members {
      let path = try self.path(member.name, at: member.location)
      guard path != .time else {
        throw ConfigurationError("@time cannot be tested; it is a metric's value", at: member.location)
      }
      tests.append((path, try test(member.value)))
    }
    return Condition(tests: tests)
  }

  private static let testKeys = ["prefix", "suffix", "contains", "present", "not"]

  private func test(_ value: LocatedValue) throws(ConfigurationError) -> ValueTest {
    switch value.content {
    case .array(let elements):
      guard !elements.isEmpty, elements.count <= 100 else {
        throw ConfigurationError("a list of 1 to 100 constants is a test: any of them", at: value.location)
      }
      var constants: [ConstantValue] = []
      for element in elements { constants.append(try testedConstant(element)) }
      return .anyOf(constants)
    case .object:
      return try testObject(value)
    default:
      return .anyOf([try testedConstant(value)])
    }
  }

  private func testObject(_ value: LocatedValue) throws(ConfigurationError) -> ValueTest {
    let reader = try ObjectReader(value, "a test", keys: Self.testKeys, services: services)
    let set = Self.testKeys.filter { reader.value($0) != nil }
    guard set.count == 1, let key = set.first, let operand = reader.value(key) else {
      throw ConfigurationError(
        "a test has one of \(Self.testKeys.joined(separator: ", ")); no path can have two",
        at: value.location
      )
    }
    switch key {
    case "present": return .present(try operand.boolean("present"))
    case "not":
      let test = try test(operand)
      switch test {
      case .present, .not:
        throw ConfigurationError(
          "\"not\" takes no \"present\" or \"not\"; write {present: false} or the test itself",
          at: operand.location
        )
      default: return .not(test)
      }
    default:
      let text = try operand.text(key)
      guard text.utf8.count <= Self.maximumTextBytes else { throw tooLong(key, at: operand.location) }
      return key == "prefix" ? .prefix(text) : key == "suffix" ? .suffix(text) : .contains(text)
    }
  }

  private func testedConstant(_ value: LocatedValue) throws(ConfigurationError) -> ConstantValue {
    switch value.content {
    case .null, .string(""):
      throw ConfigurationError("an empty value is like a missing one; write {present: false}", at: value.location)
    default: break
    }
    let constant = try value.constant("what a path must be")
    if case .text(let text) = constant, text.utf8.count > Self.maximumTextBytes {
      throw tooLong("a text", at: value.location)
    }
    return constant
  }
}
