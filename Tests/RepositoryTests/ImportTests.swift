import Testing

@Suite("Imports")
struct ImportTests {
  @Test("a module under Sources imports what the table does not allow it")
  func sources() throws {
    expectNone(try Repository.sources.get().flatMap(ImportRules.findings))
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
    #expect(ImportRules.findings(in: SourceFile("Sources/\(module)/A.swift", text)).count == 1)
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
    #expect(ImportRules.findings(in: SourceFile("Sources/\(module)/A.swift", text)) == [])
  }

  @Test("tests are held to the table of the sources")
  func testsAreFree() {
    #expect(ImportRules.findings(in: SourceFile("Tests/MetricsTests/A.swift", "import Foundation")) == [])
  }

  @Test(
    "a wrong dependency goes unnoticed",
    arguments: [
      (#".target(name: "LinuxIO", dependencies: [])"#, #".target(name: "LinuxIO", dependencies: ["Metrics"])"#),
      (#".target(name: "Tailing", dependencies: ["ETLLog", "LinuxIO"])"#, #".target(name: "Tailing")"#),
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
