internal import CommandLineOptions
internal import HTTPServer

/// What `--health-check` does: asks the exporter that runs with the same options, for images that hold nothing to ask with.
enum HealthCheck {
  private static let timeoutSeconds = 3.0

  /// Asks whether the exporter runs.
  ///
  /// - Parameter configuration: Says where it listens; of several addresses the first is asked.
  /// - Throws: `StartError` with one line that says why it is not healthy.
  static func run(_ configuration: ExporterConfiguration) throws(StartError) {
    guard let address = configuration.addresses.first?.withinReach, address.port != 0 else {
      throw StartError("--health-check needs to know the port; the exporter listens on one that the kernel chose")
    }
    let path = Endpoints.livenessPath
    let status: Int
    do throws(HTTPProbe.Failure) {
      status = try HTTPProbe.status(of: path, at: address, withinSeconds: timeoutSeconds)
    } catch {
      throw StartError("not healthy: \(error)")
    }
    guard status == HTTPStatus.ok.rawValue else {
      throw StartError("not healthy: http://\(address)\(path) answers with status \(status)")
    }
  }
}
