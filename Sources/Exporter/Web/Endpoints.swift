internal import HTTPServer
internal import JSON
internal import LinuxIO
internal import Metrics

/// What the exporter serves, and under which paths.
final class Endpoints {
  static let pagePath = "/"
  static let historyPath = "/api/history"
  static let healthPath = "/health"
  static let livenessPath = "/-/healthy"
  static let readinessPath = "/-/ready"

  /// Paths that the metrics cannot have.
  static let fixedPaths = [pagePath, historyPath, healthPath, livenessPath, readinessPath]

  /// Caches must not hand one client what another one asked for.
  private static let metricsFields = [HTTPResponse.Field(name: "Vary", value: "Accept")]

  private let telemetryPath: String
  private let hasCaughtUp: () -> Bool
  private let state: (ExporterState.Purpose) -> ExporterState
  private let exposition: Exposition<ExporterState>
  private var expositionCaches = [ExpositionFormat: ExpositionCache]()

  /// Answers nothing yet.
  ///
  /// - Parameters:
  ///   - telemetryPath: The path of the metrics.
  ///   - formats: The formats whose metrics are shown.
  ///   - hasCaughtUp: Whether everything was read that was in the logs when the exporter started.
  ///   - state: Puts together what is shown.
  init(
    telemetryPath: String,
    formats: FormatSet,
    hasCaughtUp: @escaping () -> Bool,
    state: @escaping (ExporterState.Purpose) -> ExporterState
  ) {
    self.telemetryPath = telemetryPath
    exposition = MetricCatalogue.exposition(formats)
    self.hasCaughtUp = hasCaughtUp
    self.state = state
  }

  /// Sets the routes of a server, which must not outlive this object.
  func route(on server: HTTPServer) {
    let page = StatusPage(telemetryPath: telemetryPath)
    server.route(Self.pagePath) { _ in page.response() }
    server.route(Self.historyPath) { [unowned self] request in history(request) }
    server.route(Self.livenessPath) { _ in HTTPResponse(text: "The exporter runs.\n") }
    server.route(Self.readinessPath) { [unowned self] _ in readiness() }
    server.route(Self.healthPath) { [unowned self] request in health(request) }
    server.route(telemetryPath) { [unowned self] request in metrics(request) }
  }

  private func metrics(_ request: HTTPRequest) -> HTTPResponse {
    // Before that the counters are on their way up to what they were when the exporter was last asked.
    guard hasCaughtUp() else { return notReady() }
    let negotiated = Self.negotiatedFormat(for: request)
    let format = negotiated.format
    return HTTPResponse(
      contentType: format.contentType(namesEscaping: negotiated.namesEscaping),
      fields: Self.metricsFields,
      body: expositionCaches[format, default: ExpositionCache()].body(at: .now) { output in
        exposition.render(state(.metrics), as: format, into: &output)
      }
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

  private func readiness() -> HTTPResponse {
    hasCaughtUp() ? HTTPResponse(text: "The exporter is ready.\n") : notReady()
  }

  private func notReady() -> HTTPResponse {
    HTTPResponse(
      status: .serviceUnavailable,
      text: "The exporter is still reading the log: \(state(.other).readCounters.lagBytes) bytes to go.\n",
      fields: [HTTPResponse.Field(name: "Retry-After", value: "1")]
    )
  }

  private func health(_ request: HTTPRequest) -> HTTPResponse {
    let pipelines = request.query.flatMap { QueryString.value(of: "pipelines", in: $0) }
    let report = HealthReport(state: state(.health), isWhole: pipelines == "all")
    return HTTPResponse(status: report.exporterWorks ? .ok : .serviceUnavailable, json: report.json)
  }

  private func history(_ request: HTTPRequest) -> HTTPResponse {
    let name = request.query.flatMap { QueryString.value(of: "pipeline", in: $0) }
    guard let report = HistoryReport(state(.other), pipeline: name) else {
      return HTTPResponse(status: .notFound, json: .object([("error", .string("no pipeline has this name"))]))
    }
    return HTTPResponse(json: report.json)
  }
}

@available(*, unavailable)
extension Endpoints: Sendable {}

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
