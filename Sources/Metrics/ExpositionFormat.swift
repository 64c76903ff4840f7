/// A text format that metrics can be shown in.
package enum ExpositionFormat: CaseIterable {
  /// Prometheus's own text format, version 0.0.4.
  case text
  /// OpenMetrics 1.0.0: the same with exemplars, and with an end mark that tells a whole answer from a cut one.
  case openMetrics

  /// The media type without parameters.
  var mediaType: (type: Substring, subtype: Substring) {
    switch self {
    case .text: ("text", "plain")
    case .openMetrics: ("application", "openmetrics-text")
    }
  }

  /// The version of the format that is written.
  var version: String {
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
    let (type, subtype) = mediaType
    // No name here needs escaping, so that the plainest scheme is as true as any.
    let escaping = namesEscaping ? "; escaping=underscores" : ""
    return "\(type)/\(subtype); version=\(version); charset=utf-8\(escaping)"
  }
}

/// The format that a client is best served with.
package struct NegotiatedFormat: Equatable {
  /// The format.
  package let format: ExpositionFormat
  /// Whether the client named an escaping of names for it.
  package let namesEscaping: Bool

  /// Chooses a format by an Accept header (RFC 9110 §12.5.1): the one of the higher quality, of equal ones the text format.
  ///
  /// A client that accepts neither, or whose header makes no sense, gets the text format, which every reader knows.
  ///
  /// - Parameter accept: The header field's value; nil where there is none.
  package init(accept: String?) {
    let ranges = (accept ?? "").split(separator: ",").prefix(Self.maximumRanges).compactMap(MediaRange.init)
    var best: (format: ExpositionFormat, range: MediaRange)?
    for format in ExpositionFormat.allCases {
      // The most specific range that matches says the quality, even where a broader one has a higher one.
      let matching = ranges.filter { $0.matches(format) }
      guard let range = matching.max(by: { $0.specificity < $1.specificity }), range.quality > 0 else { continue }
      if range.quality > best?.range.quality ?? 0 { best = (format, range) }
    }
    format = best?.format ?? .text
    namesEscaping = best?.range.namesEscaping ?? false
  }

  /// Longer lists are cut; no client has so many.
  private static let maximumRanges = 32
}

/// One media range of an Accept header with its parameters.
private struct MediaRange {
  let type: Substring
  let subtype: Substring
  var version: Substring?
  var quality = 1000
  var namesEscaping = false

  init?(_ text: Substring) {
    let parts = text.split(separator: ";", omittingEmptySubsequences: false).map(trimmed)
    let types = parts[0].split(separator: "/", omittingEmptySubsequences: false)
    guard types.count == 2, !types[0].isEmpty, !types[1].isEmpty else { return nil }
    type = Substring(types[0].lowercased())
    subtype = Substring(types[1].lowercased())
    guard type != "*" || subtype == "*" else { return nil }
    for part in parts.dropFirst() {
      guard let equals = part.firstIndex(of: "=") else { continue }
      let name = trimmed(part[..<equals]).lowercased()
      let value = unquoted(trimmed(part[part.index(after: equals)...]))
      switch name {
      case "q":
        guard let thousandths = Self.thousandths(value) else { return nil }
        quality = thousandths
      case "version": version = value
      case "escaping": namesEscaping = true
      default: break
      }
    }
  }

  /// How narrow the range is: a wildcard, a type, a media type, a version of it.
  var specificity: Int {
    (type == "*" ? 0 : 1) + (subtype == "*" ? 0 : 1) + (version == nil ? 0 : 1)
  }

  func matches(_ format: ExpositionFormat) -> Bool {
    let (formatType, formatSubtype) = format.mediaType
    return (type == "*" || type == formatType) && (subtype == "*" || subtype == formatSubtype)
      && (version ?? Substring(format.version)) == format.version
  }

  /// A weight of RFC 9110 §12.4.2 in thousandths: 0 to 1 with up to three decimals.
  private static func thousandths(_ text: Substring) -> Int? {
    let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts[0] == "0" || parts[0] == "1" else { return nil }
    let decimals = parts.count == 2 ? parts[1] : ""
    guard decimals.utf8.count <= 3, decimals.utf8.allSatisfy(isDigit) else { return nil }
    let fraction = Int(decimals + String(repeating: "0", count: 3 - decimals.utf8.count)) ?? 0
    guard parts[0] == "0" || fraction == 0 else { return nil }
    return parts[0] == "1" ? 1000 : fraction
  }
}

private func trimmed(_ text: Substring) -> Substring {
  var text = text
  while let first = text.first, first == " " || first == "\t" { text.removeFirst() }
  while let last = text.last, last == " " || last == "\t" { text.removeLast() }
  return text
}

private func unquoted(_ text: Substring) -> Substring {
  guard text.count >= 2, text.hasPrefix("\""), text.hasSuffix("\"") else { return text }
  return text.dropFirst().dropLast()
}
