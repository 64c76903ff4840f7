import Foundation
import Testing

@Suite("Version")
struct VersionTests {
  @Test("the version is no version, or is stated somewhere else as well")
  func oneSource() throws {
    #expect(VersionRules.version(of: try Repository.text(VersionRules.sourcePath)) != nil)
    let folders = ["Sources", "Tests", "compose", "grafana", "prometheus", ".github", ".ci"]
    let paths = try folders.flatMap(Repository.paths) + ["README.md", "Package.swift"]
    #expect(paths.contains("compose/Dockerfile") && paths.contains(".github/workflows/tests.yml"))
    // These tests state some, to see that they are found.
    let others = paths.filter { $0 != VersionRules.sourcePath && !$0.hasPrefix("Tests/RepositoryTests/") }
    // What is no text states nothing.
    expectNone(others.flatMap { VersionRules.findings(path: $0, text: (try? Repository.text($0)) ?? "") })
  }

  @Test(
    "a second statement goes unnoticed",
    arguments: [
      "    image: etl-exporter:0.1.0", "docker run etl-simulator:v12.0.1 --help", "ARG VERSION=0.1.0",
      "args: {ETL_VERSION: 1.20.0}", "image: etl-exporter:${ETL_VERSION:-1.0.0}", "let productVersion = \"0.1.0\"",
      "{\"status\": \"ok\", \"version\": \"0.1.0\"}", "LABEL org.opencontainers.image.version=\"0.1.0\"",
    ]
  )
  func secondStatement(text: String) {
    #expect(VersionRules.findings(path: "a", text: "b\n\(text)\n").map(\.line) == [2])
  }

  @Test(
    "what is no statement is refused",
    arguments: [
      "etl-exporter 0.1.0, mtail 3.0.0", "image: etl-exporter:${ETL_VERSION:-latest}", "grafana/grafana:13.1.3",
      "\"version\": \"\\(productVersion)\"", "LIBEVENT_VERSION=2.1.12-stable", "version=0.0.4", "etl-exporter:8083",
    ]
  )
  func noStatement(text: String) {
    #expect(VersionRules.findings(path: "a", text: text) == [])
  }

  @Test(
    "a source that a release could not be made of is taken",
    arguments: [
      "", "ETL_VERSION=0.1\n", "ETL_VERSION=0.1.0", "ETL_VERSION=01.0.0\n", "ETL_VERSION=0.1.0 \n", "0.1.0\n",
    ]
  )
  func wrongSource(text: String) {
    #expect(VersionRules.version(of: text) == nil)
    #expect(VersionRules.version(of: "ETL_VERSION=10.0.12\n") == "10.0.12")
  }
}
