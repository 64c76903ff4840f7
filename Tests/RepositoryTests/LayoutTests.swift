import Foundation
import Testing

@Suite("Layout")
struct LayoutTests {
  @Test("the top level holds what has no place there")
  func topLevel() throws {
    let names = try FileManager.default.contentsOfDirectory(atPath: Repository.root.path)
    #expect(names.contains("Package.swift"))
    expectNone(LayoutRules.topLevelFindings(names))
  }

  @Test("an executable is more than its Main.swift")
  func executables() throws {
    expectNone(LayoutRules.executableFindings(try Repository.sources.get()))
  }

  @Test("a module has no folder of tests, or a folder no module")
  func testFolders() throws {
    let folders = Set(try Repository.tests.get().map(\.module))
    expectNone(LayoutRules.testFolderFindings(folders.sorted()))
  }

  @Test("a script does not stop at its first error, or cannot be run")
  func scripts() throws {
    let folders = try ["Tests", "compose"].flatMap(Repository.paths).filter { $0.hasSuffix(".sh") }
    let scripts = folders + [".ci/run"]
    #expect(scripts.contains("Tests/run.sh") && scripts.contains("compose/start-etl-monitoring.sh"))
    for path in scripts {
      let isExecutable = FileManager.default.isExecutableFile(atPath: Repository.root.appending(path: path).path)
      let text = try Repository.text(path)
      expectNone(LayoutRules.scriptFindings(path: path, text: text, isExecutable: isExecutable))
    }
  }

  @Test("the guides leave a metric out, or name one that does not exist")
  func readme() throws {
    let literals = try Repository.sources.get().flatMap(\.text.literals).map(\.text)
    let declared = Set(literals.filter(LayoutRules.isMetricOrMessage))
    let configurations = try ["compose", "prometheus"].flatMap(Repository.paths).filter {
      $0.hasSuffix(".yaml") || $0.hasSuffix(".yml")
    }
    let configured = try Set(configurations.flatMap { LayoutRules.configuredNames(try Repository.text($0)) })
    #expect(configured.contains("etl_logs") && configured.contains("etl_metrics"))
    let guides = try Repository.guides.get()
    expectNone(LayoutRules.readmeFindings(guides, declared: declared, configured: configured))
  }

  @Test("a misplaced file goes unnoticed")
  func misplaced() {
    #expect(LayoutRules.topLevelFindings(["Sources", "Makefile", ".gitignore", "a.log", "docs"]).count == 2)
    let files = ["Sources/etl-exporter/Main.swift", "Sources/etl-exporter/Extra.swift", "Sources/Exporter/A.swift"]
    #expect(LayoutRules.executableFindings(files.map { SourceFile($0, "") }).map(\.path) == [files[1]])
  }

  @Test("a missing or unknown folder of tests goes unnoticed")
  func wrongTestFolders() {
    let modules = ImportRules.allowed.keys.filter { !$0.hasPrefix("etl-") }.map { $0 + "Tests" }
    let folders = modules + ["EndToEndTests", "RepositoryTests", "Benchmarks", "Fuzz"]
    #expect(LayoutRules.testFolderFindings(folders) == [])
    #expect(LayoutRules.testFolderFindings(folders.filter { $0 != "MetricsTests" }).count == 1)
    #expect(LayoutRules.testFolderFindings(folders + ["OtherTests"]).count == 1)
  }

  @Test("a careless script goes unnoticed")
  func wrongScripts() {
    let good = "#!/bin/bash\nset -euo pipefail\n"
    #expect(LayoutRules.scriptFindings(path: "a.sh", text: good, isExecutable: true) == [])
    #expect(LayoutRules.scriptFindings(path: "a.sh", text: good, isExecutable: false).count == 1)
    #expect(
      LayoutRules.scriptFindings(path: "a.sh", text: "#!/bin/sh\nset -euo pipefail\n", isExecutable: true).count == 1
    )
    #expect(LayoutRules.scriptFindings(path: "a.sh", text: "#!/bin/bash\nset -e\n", isExecutable: true).count == 1)
  }

  @Test("a guide that is wrong about a metric goes unnoticed")
  func wrongReadme() {
    let guides = ["README.md": "`etl_a_total{x=\"y\"}`. Not etl_process.log, not etl_.", "a/README.md": "And etl_b."]
    #expect(LayoutRules.readmeFindings(guides, declared: ["etl_a_total", "etl_b"]) == [])
    #expect(LayoutRules.readmeFindings(guides, declared: ["etl_a_total"]).map(\.path) == ["a/README.md"])
    #expect(LayoutRules.readmeFindings(guides, declared: ["etl_a_total", "etl_b", "etl_c"]).count == 1)
    #expect(LayoutRules.readmeFindings(guides, declared: ["etl_a_total"], configured: ["etl_b"]) == [])
    let yaml = "volumes:\n  etl_logs: {}\n- job_name: etl_metrics\n  expr: etl_a_total > 1\n"
    #expect(LayoutRules.configuredNames(yaml) == ["etl_logs", "etl_metrics"])
  }
}
