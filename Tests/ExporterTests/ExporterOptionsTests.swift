import CommandLineOptions
import Foundation
import HTTPServer
import TestSupport
import Testing

@testable import Exporter

@Suite("Options of the exporter")
struct ExporterOptionsTests {
  private func parse(_ arguments: String..., environment: [String: String] = [:]) throws -> ExporterConfiguration {
    guard case .run(let configuration) = try ExporterOptions.table.parse(arguments, environment: environment) else {
      throw UsageError("not a run")
    }
    try ExporterOptions.check(configuration)
    return configuration
  }

  @Test("without options it follows etl_process.log and serves port 8083")
  func defaults() throws {
    let configuration = try parse()
    #expect(configuration.logSources == [LogSource(name: nil, path: "etl_process.log")])
    #expect(configuration.addresses.map(\.description) == [":8083"])
    #expect(configuration.staleAfter == .seconds(120))
    #expect(configuration.maximumLineBytes == 65_536)
    #expect(configuration.pollInterval == .seconds(1))
    #expect(configuration.rotateWait == .seconds(5))
    #expect(configuration.telemetryPath == "/metrics")
  }

  @Test("logs with and without names; a path with = can be given with a slash")
  func logSources() throws {
    let sources = try parse("--log-file", "a.log", "--log-file", "orders=/b.log", "--log-file", "./c=d.log").logSources
    #expect(
      sources == [
        LogSource(name: nil, path: "a.log"), LogSource(name: "orders", path: "/b.log"),
        LogSource(name: nil, path: "./c=d.log"),
      ]
    )
  }

  @Test("a path with an equals sign is told from a name by what there is")
  func equalsSigns() throws {
    let temporaryFolder = try TemporaryFolder()
    defer { temporaryFolder.remove() }
    let directory = temporaryFolder.path
    // A relative path begins where the tests run, and a name has no slash: so the file has to be made here.
    let name = "day\(UUID().uuidString)=1"
    defer { try? FileManager.default.removeItem(atPath: name) }
    try FileManager.default.createDirectory(atPath: name, withIntermediateDirectories: true)
    #expect(try parse("--log-file", "\(name)/x.log").logSources == [LogSource(name: nil, path: "\(name)/x.log")])
    #expect(try parse("--log-file", "\(name)/*.log").logSources.map(\.name) == [nil])
    try Data().write(to: URL(fileURLWithPath: "\(name)/y.log"))
    #expect(try parse("--log-file", "\(name)/y.log").logSources == [LogSource(name: nil, path: "\(name)/y.log")])
    // What stands behind the sign is there, or could be.
    let path = "\(directory)/x.log"
    #expect(try parse("--log-file", "orders=\(path)").logSources == [LogSource(name: "orders", path: path)])
    #expect(try parse("--log-file", "orders=x.log").logSources == [LogSource(name: "orders", path: "x.log")])
    #expect(try parse("--log-file", "orders=-").logSources == [LogSource(name: "orders", path: "-")])
    #expect(try parse("--log-file", "orders=missing/x.log").logSources.map(\.name) == ["orders"])
  }

  @Test("LOG_FILE names the log, and the exporter's own variable and option win over it")
  func environment() throws {
    let logFile = ["LOG_FILE": "a.log"]
    #expect(try parse(environment: logFile).logSources.map(\.path) == ["a.log"])
    let both = logFile.merging(["ETL_LOG_FILE": "b.log"]) { $1 }
    #expect(try parse(environment: both).logSources.map(\.path) == ["b.log"])
    #expect(try parse("--log-file", "c.log", environment: both).logSources.map(\.path) == ["c.log"])
  }

  @Test("a port stands for all addresses")
  func port() throws {
    #expect(try parse("--port", "9999").addresses.map(\.description) == [":9999"])
    let addresses = try parse("--web.listen-address", "127.0.0.1:1", "--web.listen-address=[::1]:2").addresses
    #expect(addresses.map(\.description) == ["127.0.0.1:1", "[::1]:2"])
    #expect(throws: UsageError.self) { try parse("--port", "9000", environment: ["ETL_WEB_LISTEN_ADDRESS": ":8083"]) }
    #expect(throws: UsageError.self) { try parse(environment: ["ETL_STORAGE_INTERVAL": "5s"]) }
  }

  @Test(
    "what cannot be used is refused with what would be right",
    arguments: [
      (["--port", "70000"], "--port: \"70000\" is not a port; use a whole number from 1 to 65535"),
      (
        ["--port", "80", "--web.listen-address", ":90"],
        "--port and --web.listen-address exclude each other; use one of them"
      ),
      (
        ["--port", "9000", "--web.listen-address", ":8083"],
        "--port and --web.listen-address exclude each other; use one of them"
      ),
      (
        ["--storage.interval", "5s"],
        "--storage.interval says how often to write a snapshot; give --storage.path DIR with it"
      ),
      (["--once", "--health-check"], "--once and --health-check exclude each other; use one of them"),
      (
        ["--web.listen-address", "localhost:80"],
        "--web.listen-address: \"localhost:80\" is not an address to listen on; use :8083, 127.0.0.1:8083 or [::1]:8083; "
          + "names are not looked up"
      ),
      (["--web.telemetry-path", "/health"], "--web.telemetry-path: \"/health\" is taken; use another path"),
      (
        ["--web.telemetry-path", "metrics"],
        "--web.telemetry-path: \"metrics\" is not a path; use a slash and letters, digits or -._~/ such as /metrics"
      ),
      (["--log-file", "a", "--log-file", "x=a"], "--log-file names \"a\" more than once; name it once"),
      (
        ["--log-file", "a/x.log", "--log-file", "./a//b/../x.log"],
        "--log-file names \"./a//b/../x.log\" more than once; name it once"
      ),
      (
        ["--web.listen-address", ":9199", "--web.listen-address", ":9199"],
        "--web.listen-address names \":9199\" more than once; name it once"
      ),
      (
        ["--web.listen-address", ":9199", "--web.listen-address", "127.0.0.1:9199"],
        "--web.listen-address: :9199 includes 127.0.0.1:9199; name one of them"
      ),
      (
        ["--storage.interval", "1s"],
        "--storage.interval says how often to write a snapshot; give --storage.path DIR with it"
      ),
      (
        ["--log-file", "=a"],
        "--log-file: \"=a\" lacks a name or a path; use PATH, or NAME=PATH to name its pipeline"
      ),
      (["--log-fil", "a"], "unknown option \"--log-fil\"; did you mean --log-file?"),
      (["etl.log"], "unexpected argument \"etl.log\"; did you mean --log-file \"etl.log\"?"),
    ]
  )
  func errors(arguments: [String], message: String) {
    do throws(UsageError) {
      guard case .run(let configuration) = try ExporterOptions.table.parse(arguments, environment: [:]) else { return }
      try ExporterOptions.check(configuration)
      Issue.record("\(arguments) was taken")
    } catch {
      #expect(error.description == message)
    }
  }

  @Test("the help fits a screen")
  func help() {
    let lines = ExporterOptions.table.help.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.count <= 61)
    #expect(lines.allSatisfy { $0.count <= 80 })
  }
}
