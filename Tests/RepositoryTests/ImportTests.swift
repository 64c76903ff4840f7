import Testing

@Suite("Imports")
struct ImportTests {
  /// A file of a module, in one of its folders where it has such.
  private func file(of module: String, _ text: String) -> SourceFile {
    let folder = ImportRules.folders[module]?.sorted().first.map { "/\($0)" } ?? ""
    return SourceFile("Sources/\(module)\(folder)/A.swift", text)
  }

  @Test("a module under Sources imports what the table does not allow it")
  func sources() throws {
    expectNone(try Repository.sources.get().flatMap(ImportRules.findings))
  }

  @Test("a file imports a module of which it uses nothing")
  func unusedImports() throws {
    expectNone(UnusedImportRules.findings(in: try Repository.sources.get()))
  }

  @Test("an import that nothing needs goes unnoticed, or a needed one does not")
  func unusedImport() {
    let json = SourceFile(
      "Sources/JSON/A.swift",
      "package enum Value { case null, text(String)\n var size: Int { 1 } }"
    )
    func findings(_ text: String) -> [Finding] {
      UnusedImportRules.findings(in: [json, SourceFile("Sources/ETLLog/B.swift", "internal import JSON\n" + text)])
    }
    #expect(findings("let a = 1").map(\.line) == [1])
    #expect(findings("// Value\nlet a = \"Value\"").count == 1)
    for use in ["let a = Value.null", "f(.text(b))", "let a = b.size"] { #expect(findings(use) == []) }
  }

  @Test("a target in Package.swift depends on more or less than the table allows it")
  func manifest() throws {
    expectNone(ImportRules.findings(inManifest: try Repository.text("Package.swift")))
  }

  @Test("there are no sources to look at")
  func sourcesAreFound() throws {
    let modules = Set(try Repository.sources.get().map(\.module))
    #expect(modules == Set(ImportRules.allowed.keys))
  }

  @Test(
    "a wrong import goes unnoticed",
    arguments: [
      ("Tailing", "internal import EventLoop"),
      ("ETLLog", "package import LinuxIO"),
      ("Metrics", "internal import Foundation"),
      ("LinuxIO", "internal import FoundationEssentials"),
      ("Exporter", "internal import CLibEvent"),
      ("Simulator", "internal import HTTPServer"),
      ("EventLoop", "internal import HTTPServer"),
      ("Exporter", "@testable internal import Simulator"),
      ("Simulator", "internal import struct Foundation.Date"),
      ("CommandLineOptions", "#if canImport(Glibc)\n  internal import Glibc\n#endif"),
      ("Metrics", "internal import\n  Glibc"),
      ("Metrics", "internal import `Glibc`"),
      ("Metrics", "let a = 1; internal import Glibc"),
      ("LinuxIO", "import Glibc"),
      ("LinuxIO", "public import Glibc"),
      ("Tailing", "@testable import LinuxIO"),
      ("LinuxIO", "@_exported import Glibc"),
      ("Everything", "let a = 1"),
    ]
  )
  func wrongImport(module: String, text: String) {
    #expect(ImportRules.findings(in: file(of: module, text)).count == 1)
  }

  @Test("a folder imports what it may not, or a file is in no folder of its module, and nobody notices")
  func wrongFolder() {
    let findings = { (path: String, text: String) in ImportRules.findings(in: SourceFile(path, text)).count }
    #expect(findings("Sources/Exporter/Web/A.swift", "internal import Tailing") == 1)
    #expect(findings("Sources/Exporter/Following/A.swift", "internal import HTTPServer") == 1)
    #expect(findings("Sources/Exporter/Web/A.swift", "internal import HTTPServer") == 0)
    #expect(findings("Sources/Exporter/A.swift", "let a = 1") == 1)
    #expect(findings("Sources/Exporter/Other/A.swift", "let a = 1") == 1)
    #expect(findings("Sources/Metrics/A.swift", "let a = 1") == 0)
  }

  @Test(
    "a right import is refused",
    arguments: [
      ("EventLoop", "internal import CLibEvent\npackage import LinuxIO"),
      ("LinuxIO", "internal import struct Glibc.timeval"),
      ("Metrics", "// internal import Foundation\nlet a = \"internal import Foundation\""),
    ]
  )
  func rightImport(module: String, text: String) {
    #expect(ImportRules.findings(in: file(of: module, text)) == [])
  }

  @Test("tests are held to the table of the sources")
  func testsAreFree() {
    #expect(ImportRules.findings(in: SourceFile("Tests/MetricsTests/A.swift", "import Foundation")) == [])
  }

  @Test(
    "a wrong dependency goes unnoticed",
    arguments: [
      (#".target(name: "LinuxIO", dependencies: [])"#, #".target(name: "LinuxIO", dependencies: ["Metrics"])"#),
      (#".target(name: "Tailing", dependencies: ["LinuxIO"])"#, #".target(name: "Tailing")"#),
      (#"["CommandLineOptions", "Simulator"]"#, #"["CommandLineOptions", .target(name: "Simulator"), "Metrics"]"#),
      (#".target(name: "Metrics", dependencies: []),"#, ""),
      (#".target(name: "Metrics","#, #".target(name: "Extra"), .target(name: "Metrics","#),
      (#".target(name: "Metrics","#, #".executableTarget(name: "Extra"), .target(name: "Metrics","#),
    ]
  )
  func wrongDependency(old: String, new: String) {
    let targets = ImportRules.allowed.map { module, allowed in
      ".target(name: \"\(module)\", dependencies: \(allowed.subtracting(["Glibc"]).sorted())),"
    }
    let text = "let package = Package(name: \"p\", targets: [\n\(targets.joined(separator: "\n"))\n])"
    #expect(ImportRules.findings(inManifest: text) == [])
    let broken = text.replacing(old, with: new, maxReplacements: 1)
    #expect(broken != text)
    #expect(ImportRules.findings(inManifest: broken).count == 1)
  }

  @Test("the manifest is read wrongly")
  func manifestParts() {
    let text = """
      let package = Package(name: "p", products: [.executable(name: "x", targets: ["a"])], targets: [
        .systemLibrary(name: "C", path: "C", providers: [.apt(["c-dev"])]),
        .target(name: "a", dependencies: ["C", .target(name: "b")], path: "q"), // .target(name: "z")
        .testTarget(name: "aTests", dependencies: ["a"]),
      ])
      """
    let targets = Manifest(text).targets
    #expect(targets.map(\.name) == ["C", "a", "aTests"])
    #expect(targets.map(\.kind) == ["systemLibrary", "target", "testTarget"])
    #expect(targets.map(\.dependencies) == [[], ["C", "b"], ["a"]])
    #expect(targets.map(\.line) == [2, 3, 4])
  }
}
