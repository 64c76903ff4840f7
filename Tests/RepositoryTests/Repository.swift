import Foundation
import Testing

/// One Swift file of the repository, or one made up to break a rule.
struct SourceFile {
  /// The path from the repository's top, such as `Sources/LinuxIO/Errno.swift`.
  let path: String
  let text: SwiftText
  /// Without a last empty line.
  let lineCount: Int

  init(_ path: String, _ text: String) {
    self.path = path
    self.text = SwiftText(text)
    lineCount = text.split(separator: "\n", omittingEmptySubsequences: false).count - (text.hasSuffix("\n") ? 1 : 0)
  }

  /// The folder below `Sources` or `Tests`.
  var module: String {
    let parts = path.split(separator: "/")
    return parts.count > 2 ? String(parts[1]) : ""
  }

  /// The module and the folder in it, such as `Exporter/Web`; the module alone for a file that is in none.
  var folder: String {
    path.split(separator: "/").dropFirst().prefix(2).filter { !$0.hasSuffix(".swift") }.joined(separator: "/")
  }

  var isSource: Bool { path.hasPrefix("Sources/") }
}

/// A place that breaks a rule.
struct Finding: Equatable, CustomStringConvertible {
  let path: String
  /// Counted from 1; 0 for the whole file.
  let line: Int
  let text: String

  init(_ file: SourceFile, line: Int = 0, _ text: String) {
    self.init(path: file.path, line: line, text)
  }

  init(path: String, line: Int = 0, _ text: String) {
    self.path = path
    self.line = line
    self.text = text
  }

  var description: String { "\(path):\(line): \(text)" }
}

/// The repository that these tests belong to.
enum Repository {
  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  static func text(_ path: String) throws -> String {
    try String(contentsOf: root.appending(path: path), encoding: .utf8)
  }

  /// The paths of all files below a folder, hidden ones left out.
  static func paths(below folder: String) throws -> [String] {
    try FileManager.default.subpathsOfDirectory(atPath: root.appending(path: folder).path)
      .map { "\(folder)/\($0)" }
      .filter { !$0.contains("/.") }
      .sorted()
  }

  static let sources = Result { try swiftFiles(below: "Sources") }
  static let tests = Result { try swiftFiles(below: "Tests") }

  private static func swiftFiles(below folder: String) throws -> [SourceFile] {
    try paths(below: folder).filter { $0.hasSuffix(".swift") }.map { SourceFile($0, try text($0)) }
  }
}

/// Records each finding as an issue of its own, so that a failed test lists the places.
func expectNone(_ findings: [Finding], sourceLocation: SourceLocation = #_sourceLocation) {
  for finding in findings { Issue.record("\(finding)", sourceLocation: sourceLocation) }
}
