internal import HTTPServer
internal import JSON
internal import JobState
internal import Metrics

/// What the exporter serves, and under which paths.
enum Endpoints {
  static let pagePath = "/"
  static let historyPath = "/api/history"
  static let healthPath = "/health"
  static let livenessPath = "/-/healthy"
  static let readinessPath = "/-/ready"

  /// Paths that the metrics cannot have.
  static let fixedPaths = [pagePath, historyPath, healthPath, livenessPath, readinessPath]

  /// Sets the routes of a server.
  ///
  /// - Parameters:
  ///   - server: The server.
  ///   - telemetryPath: The path of the metrics.
  ///   - exporter: Where the answers come from; it owns the server.
  static func route(on server: HTTPServer, telemetryPath: String, to exporter: ExporterApplication) {
    let page = StatusPage(telemetryPath: telemetryPath)
    server.route(pagePath) { _ in page.response() }
    server.route(historyPath) { [unowned exporter] request in history(request, exporter) }
    server.route(livenessPath) { _ in HTTPResponse(text: "The exporter runs.\n") }
    server.route(readinessPath) { [unowned exporter] _ in readiness(exporter) }
    server.route(healthPath) { [unowned exporter] request in health(request, exporter) }
    server.route(telemetryPath) { [unowned exporter] request in metrics(request, exporter) }
  }

  private static func metrics(_ request: HTTPRequest, _ exporter: ExporterApplication) -> HTTPResponse {
    // Before that the counters are on their way up to what they were when the exporter was last asked.
    guard exporter.hasCaughtUp else { return notReady(exporter) }
    let negotiated = negotiatedFormat(for: request)
    return HTTPResponse(
      contentType: negotiated.format.contentType(namesEscaping: negotiated.namesEscaping),
      fields: metricsFields,
      body: exporter.renderMetrics(as: negotiated.format)
    )
  }

  /// The format that a client is best served with, as its Accept fields have it.
  ///
  /// - Parameter request: The client's request.
  /// - Returns: The choice.
  static func negotiatedFormat(for request: HTTPRequest) -> NegotiatedFormat {
    NegotiatedFormat { format in
      let (type, subtype) = format.mediaType
      let mediaType = MediaType(type, subtype, version: format.version)
      let acceptance = request.acceptance(of: mediaType, lookingFor: "escaping")
      return FormatPreference(quality: acceptance.quality, namesEscaping: acceptance.hasParameter)
    }
  }

  /// Caches must not hand one client what another one asked for.
  private static let metricsFields = [HTTPResponse.Field(name: "Vary", value: "Accept")]

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

  private static func health(_ request: HTTPRequest, _ exporter: ExporterApplication) -> HTTPResponse {
    let pipelines = request.query.flatMap { QueryString.value(of: "pipelines", in: $0) }
    let report = exporter.healthReport(isWhole: pipelines == "all")
    return HTTPResponse(status: report.exporterWorks ? .ok : .serviceUnavailable, json: report.json)
  }

  private static func history(_ request: HTTPRequest, _ exporter: ExporterApplication) -> HTTPResponse {
    let name = request.query.flatMap { QueryString.value(of: "pipeline", in: $0) }
    guard let report = exporter.historyReport(pipeline: name) else {
      return HTTPResponse(status: .notFound, json: .object([("error", .string("no pipeline has this name"))]))
    }
    return HTTPResponse(json: report.json)
  }
}

extension HTTPResponse {
  /// An answer in JSON that is right only now.
  ///
  /// - Parameters:
  ///   - status: The status code.
  ///   - json: The body.
  init(status: HTTPStatus = .ok, json: JSONValue) {
    var body: [UInt8] = []
    json.append(to: &body)
    body.append(UInt8(ascii: "\n"))
    self.init(status: status, contentType: "application/json", fields: [.notStored], body: body)
  }
}

extension HTTPResponse.Field {
  /// Keeps caches from giving anybody what was right earlier (RFC 9111 §5.2.2.5).
  static let notStored = Self(name: "Cache-Control", value: "no-store")
}
