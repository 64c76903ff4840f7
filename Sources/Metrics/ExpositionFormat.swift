/// A text format that metrics can be shown in.
package enum ExpositionFormat: CaseIterable {
  /// Prometheus's own text format, version 0.0.4.
  case text
  /// OpenMetrics 1.0.0: the same with exemplars, and with an end mark that tells a whole answer from a cut one.
  case openMetrics

  /// The media type without parameters.
  package var mediaType: (type: String, subtype: String) {
    switch self {
    case .text: ("text", "plain")
    case .openMetrics: ("application", "openmetrics-text")
    }
  }

  /// The version of the format that is written.
  package var version: String {
    switch self {
    case .text: "0.0.4"
    case .openMetrics: "1.0.0"
    }
  }

  /// What an answer must carry as Content-Type; Prometheus 3 refuses a missing or wrong one.
  ///
  /// - Parameter namesEscaping: Whether the request named an escaping of names, which the answer must then name, too.
  /// - Returns: The header field's value.
  package func contentType(namesEscaping: Bool = false) -> String {
    switch self {
    case .text: namesEscaping ? Self.textTypes.escaping : Self.textTypes.plain
    case .openMetrics: namesEscaping ? Self.openMetricsTypes.escaping : Self.openMetricsTypes.plain
    }
  }

  private static let textTypes = contentTypes(of: .text)
  private static let openMetricsTypes = contentTypes(of: .openMetrics)

  private static func contentTypes(of format: ExpositionFormat) -> (plain: String, escaping: String) {
    let (type, subtype) = format.mediaType
    let plain = "\(type)/\(subtype); version=\(format.version); charset=utf-8"
    // No name here needs escaping, so that the plainest scheme is as true as any.
    return (plain, plain + "; escaping=underscores")
  }
}
