internal import CommandLineOptions
internal import HTTPServer

/// What `--health-check` does: asks the exporter that runs with the same options, for images that hold nothing to ask with.
enum HealthCheck {
  private static let timeoutSeconds = 3.0

  /// Asks whether the exporter lives and serves.
  ///
  /// A log that cannot be read is none of it: restarting the exporter would not mend that, and what waits for a healthy
  /// container, such as the Prometheus that is to alert on it, would never start. `/health` and the alerts tell of it.
  ///
  /// - Parameter configuration: Says where it listens; of several addresses the first is asked.
  /// - Throws: `StartError` with one line that says why it is not healthy.
  static func run(_ configuration: ExporterConfiguration) throws(StartError) {
    guard let address = configuration.addresses.first?.withinReach, address.port != 0 else {
      throw StartError("--health-check needs to know the port; the exporter listens on one that the kernel chose")
    }
    let path = Endpoints.livenessPath
    let answer: HTTPProbe.Answer
    do throws(HTTPProbe.Failure) {
      answer = try HTTPProbe.answer(of: path, at: address, withinSeconds: timeoutSeconds)
    } catch {
      throw StartError("not healthy: \(error)")
    }
    guard answer.status == HTTPStatus.ok.rawValue else {
      throw StartError("not healthy: http://\(address)\(path) answers with status \(answer.status)")
    }
  }
}
