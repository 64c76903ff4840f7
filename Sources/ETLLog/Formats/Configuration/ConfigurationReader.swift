package import JSON

/// What a configuration file says.
package struct LogConfiguration: Equatable, Sendable {
  /// The formats of the file, in its order.
  package let formats: [FormatDeclaration]
  /// The logs to follow; empty where the command line says them.
  package let logs: [ConfiguredLog]

  /// A log to follow.
  package struct ConfiguredLog: Equatable, Sendable {
    /// Where it is, or a pattern of it.
    package let path: String
    /// Which job it is of, where its lines do not say.
    package let pipeline: String?
    /// What its format is called.
    package let format: String
    /// What stands around its lines.
    package let envelope: LogEnvelope
  }

  /// The most formats and logs of one file.
  package static let maximumFormats = 64
  package static let maximumLogs = 1_000
}

/// Reads a configuration file's tree.
package struct ConfigurationReader: Sendable {
  private let services: ConfigurationServices

  /// Makes a reader.
  ///
  /// - Parameter services: What it needs of other modules.
  package init(services: ConfigurationServices) {
    self.services = services
  }

  /// Reads a configuration.
  ///
  /// - Parameter root: The file's tree.
  /// - Returns: What it says.
  /// - Throws: The first thing that is wrong, where, and what would be right.
  package func configuration(_ root: LocatedValue) throws(ConfigurationError) -> LogConfiguration {
    let reader = try ObjectReader(root, "a configuration", keys: ["formats", "logs"], services: services)
    var formats: [FormatDeclaration] = []
    var families = FamilyTable()
    if let value = reader.value("formats") {
      guard case .object(let members) = value.content, members.count <= LogConfiguration.maximumFormats else {
        throw ConfigurationError(
          "\"formats\" is a mapping of at most \(LogConfiguration.maximumFormats) names to formats",
          at: value.location
        )
      }
      for member in members {
        try checkName(member)
        let format = try FormatDeclarationReader(services: services, builtIn: builtIn).format(member)
        try families.add(format, at: member.location)
        formats.append(format)
      }
    }
    return LogConfiguration(formats: formats, logs: try logs(reader.value("logs"), formats))
  }

  /// Reads a built-in format.
  ///
  /// - Parameter name: Its name.
  /// - Returns: The format; nil where there is none of that name.
  /// - Throws: What is wrong with its text, which would be a fault of the exporter.
  package func builtIn(_ name: String) throws(ConfigurationError) -> FormatDeclaration? {
    guard let text = BuiltInFormats.text(of: name) else { return nil }
    let root = try services.parse(text)
    guard case .object(let members) = root.content, let formats = members.first,
      case .object(let inner) = formats.value.content, let member = inner.first
    else { return nil }
    return try FormatDeclarationReader(services: services, builtIn: { _ throws(ConfigurationError) in nil }).format(
      member
    )
  }

  /// Checks that the metrics of formats are no hindrance to each other.
  ///
  /// - Parameter formats: Formats of the file, built-in ones, or both.
  /// - Returns: What is wrong; nil where they can be used together.
  package func conflict(between formats: [FormatDeclaration]) -> String? {
    var families = FamilyTable()
    for format in formats {
      do throws(ConfigurationError) {
        try families.add(format, at: TextLocation(line: 1, column: 1))
      } catch {
        return "format \(format.name): \(error.message)"
      }
    }
    return nil
  }

  private func checkName(_ member: LocatedValue.Member) throws(ConfigurationError) {
    let isRight =
      !member.name.isEmpty && member.name.utf8.count <= 64
      && member.name.unicodeScalars.allSatisfy {
        $0.properties.isAlphabetic && $0.isASCII || "0123456789_-.".unicodeScalars.contains($0)
      }
    guard isRight else {
      throw ConfigurationError(
        "a format's name is up to 64 letters, digits, -, _ and dots; this is \"\(member.name)\"",
        at: member.location
      )
    }
  }

  private typealias ConfiguredLog = LogConfiguration.ConfiguredLog

  private func logs(_ value: LocatedValue?, _ formats: [FormatDeclaration]) throws(ConfigurationError)
    -> [ConfiguredLog]
  {
    guard let value else { return [] }
    let elements = try value.elements("\"logs\"")
    guard 1...LogConfiguration.maximumLogs ~= elements.count else {
      throw ConfigurationError("\"logs\" has 1 to \(LogConfiguration.maximumLogs) logs", at: value.location)
    }
    let names = formats.map(\.name) + BuiltInFormats.names
    var logs: [ConfiguredLog] = []
    for element in elements {
      let reader = try ObjectReader(
        element,
        "a log",
        keys: ["path", "pipeline", "format", "envelope"],
        services: services
      )
      let pathValue = try reader.required("path")
      let path = try pathValue.text("path")
      guard !logs.contains(where: { $0.path == path }) else {
        throw ConfigurationError("\"\(path)\" is there twice; one log has one format", at: pathValue.location)
      }
      var format = BuiltInFormats.defaultName
      if let value = reader.value("format") {
        format = try value.text("a format's name")
        guard names.contains(format) else {
          throw ConfigurationError(services.unknown("format", format, among: names), at: value.location)
        }
      }
      let pipeline = try reader.value("pipeline").map { value throws(ConfigurationError) in try value.text("pipeline") }
      logs.append(
        .init(path: path, pipeline: pipeline, format: format, envelope: try envelope(reader.value("envelope")))
      )
    }
    return logs
  }

  private func envelope(_ value: LocatedValue?) throws(ConfigurationError) -> LogEnvelope {
    guard let value else { return .none }
    let text = try value.text("an envelope")
    guard let envelope = LogEnvelope(rawValue: text) else {
      throw ConfigurationError(
        services.unknown("envelope", text, among: LogEnvelope.allCases.map(\.rawValue)),
        at: value.location
      )
    }
    return envelope
  }
}

/// The metrics of all formats: one name is one metric.
struct FamilyTable {
  private var declarations: [String: (declaration: MetricFamilyDeclaration, format: String)] = [:]

  /// Adds a format's metrics.
  mutating func add(_ format: FormatDeclaration, at location: TextLocation) throws(ConfigurationError) {
    for metric in format.metrics {
      let name = MetricNames.family(metric.family.name)
      if let earlier = declarations[name] {
        guard earlier.declaration.isAlike(metric.family) else {
          throw ConfigurationError(
            "the metric \"\(metric.family.name)\" is declared otherwise in \"\(earlier.format)\"; type, help, labels, buckets and limits must be the same",
            at: location
          )
        }
      } else {
        declarations[name] = (metric.family, format.name)
      }
    }
  }
}
