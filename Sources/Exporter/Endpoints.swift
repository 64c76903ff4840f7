internal import ETLLog
internal import HTTPServer
internal import Metrics

/// What the exporter serves, and under which paths.
enum Endpoints {
  static let landingPath = "/"
  static let healthPath = "/health"
  static let livenessPath = "/-/healthy"
  static let readinessPath = "/-/ready"

  /// Paths that the metrics cannot have.
  static let fixedPaths = [landingPath, healthPath, livenessPath, readinessPath]

  /// Sets the routes of a server.
  ///
  /// - Parameters:
  ///   - server: The server.
  ///   - telemetryPath: The path of the metrics.
  ///   - exporter: Where the answers come from; it owns the server.
  static func route(on server: HTTPServer, telemetryPath: String, to exporter: ExporterApplication) {
    let page = LandingPage.render(links: [
      (telemetryPath, "the metrics, for Prometheus"),
      (healthPath, "how the exporter and the job are, with reasons"),
      (readinessPath, "whether the exporter has caught up with the log"),
      (livenessPath, "whether the exporter runs"),
    ])
    server.route(landingPath) { _ in HTTPResponse(contentType: LandingPage.contentType, body: page) }
    server.route(livenessPath) { _ in HTTPResponse(text: "The exporter runs.\n") }
    server.route(readinessPath) { [unowned exporter] _ in readiness(exporter) }
    server.route(healthPath) { [unowned exporter] _ in health(exporter) }
    server.route(telemetryPath) { [unowned exporter] request in metrics(request, exporter) }
  }

  private static func metrics(_ request: HTTPRequest, _ exporter: ExporterApplication) -> HTTPResponse {
    // Before that the counters are on their way up to what they were when the exporter was last asked.
    guard exporter.hasCaughtUp else { return notReady(exporter) }
    let negotiated = NegotiatedFormat(accept: request.header("accept"))
    return HTTPResponse(
      contentType: negotiated.format.contentType(namesEscaping: negotiated.namesEscaping),
      // Caches must not hand one client what another one asked for.
      fields: [HTTPResponse.Field(name: "Vary", value: "Accept")],
      body: exporter.renderMetrics(as: negotiated.format)
    )
  }

  private static func readiness(_ exporter: ExporterApplication) -> HTTPResponse {
    exporter.hasCaughtUp ? HTTPResponse(text: "The exporter is ready.\n") : notReady(exporter)
  }

  private static func notReady(_ exporter: ExporterApplication) -> HTTPResponse {
    HTTPResponse(
      status: .serviceUnavailable,
      text: "The exporter is still reading the log: \(exporter.lagBytes) bytes to go.\n",
      fields: [HTTPResponse.Field(name: "Retry-After", value: "1")]
    )
  }

  private static func health(_ exporter: ExporterApplication) -> HTTPResponse {
    let report = exporter.healthReport()
    var body: [UInt8] = []
    report.json.append(to: &body)
    body.append(UInt8(ascii: "\n"))
    return HTTPResponse(
      status: report.exporterWorks ? .ok : .serviceUnavailable,
      contentType: "application/json",
      body: body
    )
  }
}
