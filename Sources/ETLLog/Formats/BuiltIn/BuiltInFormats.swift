/// The formats that the exporter knows without a configuration, each a file of its own in the configuration's language.
package enum BuiltInFormats {
  /// The format of logs for which none is named.
  package static let defaultName = "etl"

  /// Their names, the default first, then tools and libraries.
  package static var names: [String] { files.map(\.name) }

  /// A format as the YAML of a configuration file.
  ///
  /// - Parameter name: Its name.
  /// - Returns: The text; nil where there is none of that name.
  package static func text(of name: String) -> [UInt8]? {
    files.first { $0.name == name }?.text
  }

  private static let files: [(name: String, text: [UInt8])] = []
}
