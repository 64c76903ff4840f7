internal import CommandLineOptions
internal import HTTPServer
internal import JSON

/// What `--health-check` does: asks the exporter that runs with the same options, for images that hold nothing to ask with.
enum HealthCheck {
  private static let timeoutSeconds = 3.0
  /// With many logs that fail alike, more reasons would only make a line that nobody reads.
  private static let maximumReasons = 10

  /// Asks whether the exporter runs and can do its work.
  ///
  /// - Parameter configuration: Says where it listens; of several addresses the first is asked.
  /// - Throws: `StartError` with one line that says why it is not healthy.
  static func run(_ configuration: ExporterConfiguration) throws(StartError) {
    guard let address = configuration.addresses.first?.withinReach, address.port != 0 else {
      throw StartError("--health-check needs to know the port; the exporter listens on one that the kernel chose")
    }
    let path = Endpoints.healthPath
    let answer: HTTPProbe.Answer
    do throws(HTTPProbe.Failure) {
      answer = try HTTPProbe.answer(of: path, at: address, withinSeconds: timeoutSeconds)
    } catch {
      throw StartError("not healthy: \(error)")
    }
    guard answer.status == HTTPStatus.ok.rawValue else {
      throw StartError(
        "not healthy: \(reasons(in: answer.body) ?? "http://\(address)\(path) answers with status \(answer.status)")"
      )
    }
  }

  /// Why the exporter cannot do its work, as its answer has it; nil where that says nothing of it.
  ///
  /// - Parameter body: The answer, or what something else answered.
  /// - Returns: The reasons, in one line.
  static func reasons(in body: [UInt8]) -> String? {
    // The answer's own newline is none that JSON on one line can have.
    let text = body.last == UInt8(ascii: "\n") ? Array(body.dropLast()) : body
    let reasons = JSONValue.parse(text)?["exporter"]?["reasons"]?.arrayValue?.compactMap(\.stringValue) ?? []
    guard !reasons.isEmpty else { return nil }
    let more = reasons.count - maximumReasons
    return reasons.prefix(maximumReasons).joined(separator: "; ") + (more > 0 ? "; and \(more) more" : "")
  }
}
