import Foundation
import TestSupport
import Testing

/// An exporter that a test has started, on a port that the kernel chose.
struct RunningExporter {
  let process: RunningProgram
  let port: UInt16

  /// Asks once, on a connection of its own.
  func get(_ path: String, method: String = "GET") async throws -> HTTPAnswer {
    let client = try HTTPClient(port: port)
    try client.request(path, method: method, fields: "Connection: close\r\n")
    return try await client.answer(toHead: method == "HEAD")
  }

  /// Reads the metrics; nil while the exporter says that it is not ready.
  func scrapeIfReady() async throws -> ScrapedMetrics? {
    let start = Date().timeIntervalSince1970
    let answer = try await get("/metrics")
    guard answer.status != 503 else { return nil }
    #expect(answer.status == 200)
    #expect(answer.fields["content-type"] == "text/plain; version=0.0.4; charset=utf-8")
    return try ScrapedMetrics(parsing: answer.body, askedBetween: start...Date().timeIntervalSince1970)
  }

  /// Reads the metrics once they are there and as the test wants them.
  ///
  /// - Parameters:
  ///   - what: What is waited for, to be said when it does not come.
  ///   - location: Where the test waits.
  ///   - condition: Whether it has come.
  /// - Returns: The first scrape that is so.
  /// - Throws: `TestFailure` when none is in time.
  func scrape(
    waitingFor what: String = "metrics",
    location: SourceLocation = #_sourceLocation,
    until condition: (ScrapedMetrics) -> Bool = { _ in true }
  ) async throws -> ScrapedMetrics {
    var newest: ScrapedMetrics?
    try await waitUntil("\(what); last seen: \(Self.summary(of: newest))", location: location) {
      newest = try await scrapeIfReady()
      return newest.map(condition) ?? false
    }
    guard let newest else { throw TestFailure("no metrics") }
    return newest
  }

  private static func summary(of metrics: ScrapedMetrics?) -> String {
    guard let metrics else { return "no metrics" }
    return metrics.values.filter { $0.key.hasPrefix("etl_") && $0.value != 0 }.sorted { $0.key < $1.key }
      .map { "\($0.key) \($0.value)" }.joined(separator: "\n")
  }

  /// What `/health` says.
  func health() async throws -> (httpStatus: Int, status: String, exporter: String, job: String, reasons: [String]) {
    let answer = try await get("/health")
    let object = try JSONSerialization.jsonObject(with: Data(answer.body.utf8)) as? [String: Any]
    let exporter = object?["exporter"] as? [String: Any]
    let job = object?["job"] as? [String: Any]
    return (
      answer.status, object?["status"] as? String ?? "", exporter?["status"] as? String ?? "",
      job?["status"] as? String ?? "",
      (exporter?["reasons"] as? [String] ?? []) + (job?["reasons"] as? [String] ?? [])
    )
  }
}

extension RunningProgram {
  /// The port that an exporter says it listens on; nil before that.
  var listeningPort: UInt16? {
    let line = errorLines.first { $0.contains("msg=listening address=127.0.0.1:") }
    return line?.components(separatedBy: "address=127.0.0.1:").last.flatMap { UInt16($0) }
  }
}

extension Sandbox {
  /// Starts an exporter and waits until it listens.
  ///
  /// - Parameters:
  ///   - log: The log's name in the folder.
  ///   - options: Further options.
  ///   - rotateWait: How long late lines are waited for.
  ///   - preparation: Shell commands for its process, such as `ulimit -n 40 &&`.
  ///   - pause: Seconds between two looks for its port.
  /// - Returns: The exporter.
  /// - Throws: `TestFailure` when it does not listen.
  func startExporter(
    log: String = "etl.log",
    _ options: [String] = [],
    rotateWait: String = "50ms",
    preparation: String = "",
    lookingEvery pause: Double = 0.005
  ) async throws -> RunningExporter {
    let process = try start(
      .exporter,
      ["--web.listen-address", "127.0.0.1:0", "--log-file", path(log), "--log.rotate-wait", rotateWait] + options,
      preparation: preparation
    )
    var port: UInt16?
    try await waitUntil("the exporter's port", lookingEvery: pause) {
      guard process.poll() == nil else { throw TestFailure("the exporter has ended: \(process.errors)") }
      port = process.listeningPort
      return port != nil
    }
    guard let port else { throw TestFailure("no port") }
    return RunningExporter(process: process, port: port)
  }

  /// Starts a simulator that works at once, quickly and without end.
  ///
  /// - Parameter options: Its options instead; the log and `--quiet` are added.
  /// - Returns: The process.
  /// - Throws: `TestFailure` when it cannot be started.
  func startSimulator(
    _ options: [String] = ["--records-per-second", "50000", "--failure-interval", "100ms"]
  ) throws -> RunningProgram {
    try start(.simulator, ["--log-file", path("etl.log"), "--quiet"] + options)
  }

  /// What the log says, with all of its rotated files.
  func logFacts() throws -> LogFacts {
    try LogFacts(reading: logNames().map(path))
  }
}
