/// The version of the programs stands in `version.env`, and all else takes it from there.
enum VersionRules {
  static let sourcePath = "Sources/CommandLineOptions/version.env"

  /// What stands before a version of these programs. A space is none of it: a table of measurements says of which
  /// version it is.
  private static let heralds = [
    "ETL_VERSION=", "ETL_VERSION: ", "ETL_VERSION:-", "ARG VERSION=", "productVersion = \"", "\"version\": \"",
    "image.version=\"", "etl-exporter:", "etl-exporter:v", "etl-simulator:", "etl-simulator:v", "etl-exporter@",
    "etl-simulator@",
  ]

  /// The version that the source states; nil where it is not `ETL_VERSION=` and three numbers in a line of its own.
  static func version(of text: String) -> String? {
    guard text.hasPrefix("ETL_VERSION="), text.hasSuffix("\n") else { return nil }
    let version = text.dropFirst("ETL_VERSION=".count).dropLast()
    let parts = version.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 3 && parts.allSatisfy { Int($0).map(String.init) == String($0) } ? String(version) : nil
  }

  /// Takes any text of the repository but the source.
  static func findings(path: String, text: String) -> [Finding] {
    text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().compactMap { index, line in
      let states = heralds.contains { herald in
        line.split(separator: herald, omittingEmptySubsequences: false).dropFirst().contains(where: startsWithVersion)
      }
      return states ? Finding(path: path, line: index + 1, "states a version that \(sourcePath) is to state") : nil
    }
  }

  private static func startsWithVersion(_ text: Substring) -> Bool {
    let numbers = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }.split(separator: ".")
    return text.first?.isNumber == true && numbers.count == 3
  }
}
