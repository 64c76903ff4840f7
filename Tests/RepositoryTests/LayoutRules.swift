import Foundation

/// Where things are.
enum LayoutRules {
  private static let topLevel: Set<String> = [
    "CLibEvent", "LICENSE", "Package.swift", "README.md", "Sources", "Tests", "compose", "grafana", "prometheus",
  ]

  /// Takes the names of what is in the top folder. What .gitignore names there is nobody's concern.
  static func topLevelFindings(_ names: [String]) -> [Finding] {
    names.filter { name in
      !topLevel.contains(name) && !name.hasPrefix(".") && !name.hasSuffix(".log") && !name.hasSuffix(".snapshot")
    }
    .map { Finding(path: $0, "has no place at the top level") }
  }

  /// An executable's folder holds a thin Main.swift, so that all that can go wrong is in a module that tests import.
  static func executableFindings(_ files: [SourceFile]) -> [Finding] {
    files.filter { $0.isSource && $0.module.hasPrefix("etl-") && $0.path != "Sources/\($0.module)/Main.swift" }
      .map { Finding($0, "belongs into a module") }
  }

  /// Takes the names of the folders in Tests.
  static func testFolderFindings(_ folders: [String]) -> [Finding] {
    let modules = ImportRules.allowed.keys.filter { !$0.hasPrefix("etl-") }
    let expected = Set(modules.map { $0 + "Tests" } + ["EndToEndTests", "RepositoryTests"])
    let missing = expected.subtracting(folders).map { Finding(path: "Tests/\($0)", "is missing") }
    // Beside the modules' tests: what is tested with its own tools.
    let others: Set = [
      "Allocations", "Benchmarks", "Browser", "Compose", "Fuzz", "Grafana", "Prometheus", "Sections", "TestSupport",
    ]
    let extra = Set(folders).subtracting(expected).subtracting(others)
    return missing + extra.map { Finding(path: "Tests/\($0)", "belongs to no module") }
  }

  static func scriptFindings(path: String, text: String, isExecutable: Bool) -> [Finding] {
    var findings: [Finding] = []
    if !isExecutable { findings.append(Finding(path: path, "is not executable")) }
    if !text.hasPrefix("#!/bin/bash\n") {
      findings.append(Finding(path: path, line: 1, "does not start with #!/bin/bash"))
    }
    if !text.contains("\nset -euo pipefail\n") { findings.append(Finding(path: path, "does not set -euo pipefail")) }
    return findings
  }

  /// The guides, taken by their paths, name each metric and message that the code declares, and none that it does not.
  /// They may name volumes, jobs and groups of rules as well, which are `configured`.
  static func readmeFindings(
    _ guides: [String: String],
    declared: Set<String>,
    configured: Set<String> = []
  ) -> [Finding] {
    let named = guides.mapValues { text in
      let words = text.split { !($0.isLetter || $0.isNumber || $0 == "_" || $0 == ".") }
      return Set(words.map { $0.hasSuffix(".") ? String($0.dropLast()) : String($0) }.filter(isMetricOrMessage))
    }
    let unknown = named.flatMap { path, names in
      names.subtracting(declared).subtracting(configured).map { Finding(path: path, "\($0) does not exist") }
    }
    let missing = named.values.reduce(declared) { $0.subtracting($1) }
      .map { Finding(path: "README.md", "no guide names \($0)") }
    return (unknown + missing).sorted { $0.text < $1.text }
  }

  /// The names that a YAML file gives to a volume, a job or a group: its keys, and its values of `name` and `job_name`.
  static func configuredNames(_ yaml: String) -> Set<String> {
    let names = yaml.split(separator: "\n").compactMap { line -> String? in
      let parts = line.trimmingCharacters(in: ["-", " "]).split(separator: ":", maxSplits: 1)
      guard let key = parts.first else { return nil }
      let isName = key == "name" || key == "job_name"
      return isName ? parts.last?.trimmingCharacters(in: [" ", "\""]) : String(key)
    }
    return Set(names.filter(isMetricOrMessage))
  }

  static func isMetricOrMessage(_ text: String) -> Bool {
    text.hasPrefix("etl_") && CodeRules.isName(text)
  }
}
