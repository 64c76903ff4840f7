/// The format that a client is best served with.
package struct NegotiatedFormat: Equatable {
  /// The format.
  package let format: ExpositionFormat
  /// Whether the client named an escaping of names for it.
  package let namesEscaping: Bool
}

/// Chooses a format by Accept header fields (RFC 9110 §12.5.1): the one of the higher quality, of equal ones the text
/// format.
///
/// A client that accepts neither, or whose header makes no sense, gets the text format, which every reader knows.
package struct FormatNegotiation {
  /// Longer lists are cut; no client has so many.
  private static let maximumRanges = 32

  private var rangeCount = 0
  /// The ranges that say the qualities: the most specific ones that match, even where a broader one has a higher quality.
  private var text: MediaRange?
  private var openMetrics: MediaRange?

  /// Begins without a field.
  package init() {}

  /// Takes a field in, or one more of the same name.
  ///
  /// - Parameter accept: The field's value.
  package mutating func take(_ accept: Span<UInt8>) {
    accept.forEachPart(in: 0..<accept.count, separatedBy: UInt8(ascii: ",")) { part in
      guard !part.isEmpty, rangeCount < Self.maximumRanges else { return }
      rangeCount += 1
      guard let range = MediaRange(part, of: accept) else { return }
      if range.matchesText, range.specificity > text?.specificity ?? -1 { text = range }
      if range.matchesOpenMetrics, range.specificity > openMetrics?.specificity ?? -1 { openMetrics = range }
    }
  }

  /// The choice.
  package var result: NegotiatedFormat {
    let textQuality = text?.quality ?? 0
    if let openMetrics, openMetrics.quality > textQuality {
      return NegotiatedFormat(format: .openMetrics, namesEscaping: openMetrics.namesEscaping)
    }
    return NegotiatedFormat(format: .text, namesEscaping: textQuality > 0 && text?.namesEscaping == true)
  }
}

/// One media range of an Accept header with its parameters.
private struct MediaRange {
  /// How narrow it is: a wildcard, a type, a media type, a version of it.
  private(set) var specificity = 0
  private(set) var quality = 1000
  private(set) var namesEscaping = false
  private(set) var matchesText: Bool
  private(set) var matchesOpenMetrics: Bool

  init?(_ range: Range<Int>, of bytes: Span<UInt8>) {
    let typeEnd = bytes.firstPlace(of: UInt8(ascii: ";"), in: range) ?? range.upperBound
    let mediaType = bytes.trimmed(range.lowerBound..<typeEnd)
    guard let slash = bytes.firstPlace(of: UInt8(ascii: "/"), in: mediaType) else { return nil }
    let type = mediaType.lowerBound..<slash
    let subtype = (slash + 1)..<mediaType.upperBound
    guard !type.isEmpty, !subtype.isEmpty, bytes.firstPlace(of: UInt8(ascii: "/"), in: subtype) == nil else {
      return nil
    }
    let isAnyType = bytes.isText("*", at: type)
    let isAnySubtype = bytes.isText("*", at: subtype)
    guard !isAnyType || isAnySubtype else { return nil }
    func matches(_ format: ExpositionFormat) -> Bool {
      (isAnyType || bytes.isText(format.mediaType.type, at: type))
        && (isAnySubtype || bytes.isText(format.mediaType.subtype, at: subtype))
    }
    matchesText = matches(.text)
    matchesOpenMetrics = matches(.openMetrics)
    specificity = (isAnyType ? 0 : 1) + (isAnySubtype ? 0 : 1)

    var isValid = true
    var version: Range<Int>?
    bytes.forEachPart(in: typeEnd..<range.upperBound, separatedBy: UInt8(ascii: ";")) { parameter in
      guard let equals = bytes.firstPlace(of: UInt8(ascii: "="), in: parameter) else { return }
      let name = bytes.trimmed(parameter.lowerBound..<equals)
      let value = bytes.unquoted(bytes.trimmed((equals + 1)..<parameter.upperBound))
      if bytes.isText("q", at: name) {
        if let thousandths = Self.thousandths(value, of: bytes) { quality = thousandths } else { isValid = false }
      } else if bytes.isText("version", at: name) {
        version = value
      } else if bytes.isText("escaping", at: name) {
        namesEscaping = true
      }
    }
    guard isValid else { return nil }
    guard let version else { return }
    specificity += 1
    matchesText = matchesText && bytes.isText(ExpositionFormat.text.version, at: version)
    matchesOpenMetrics = matchesOpenMetrics && bytes.isText(ExpositionFormat.openMetrics.version, at: version)
  }

  /// A weight of RFC 9110 §12.4.2 in thousandths: 0 to 1 with up to three decimals.
  private static func thousandths(_ weight: Range<Int>, of bytes: Span<UInt8>) -> Int? {
    guard let first = weight.first, bytes[first] == UInt8(ascii: "0") || bytes[first] == UInt8(ascii: "1") else {
      return nil
    }
    var result = bytes[first] == UInt8(ascii: "1") ? 1000 : 0
    guard weight.count > 1 else { return result }
    guard bytes[first + 1] == UInt8(ascii: "."), weight.count <= 5 else { return nil }
    var unit = 100
    for place in weight.dropFirst(2) {
      guard isDigit(bytes[place]) else { return nil }
      result += Int(bytes[place] - UInt8(ascii: "0")) * unit
      unit /= 10
    }
    return result <= 1000 ? result : nil
  }
}

extension Span<UInt8> {
  fileprivate func firstPlace(of byte: UInt8, in range: Range<Int>) -> Int? {
    for place in range where self[place] == byte { return place }
    return nil
  }

  /// Calls with each part of a list, also with an empty one.
  fileprivate func forEachPart(in range: Range<Int>, separatedBy separator: UInt8, _ body: (Range<Int>) -> Void) {
    var start = range.lowerBound
    while start <= range.upperBound {
      let end = firstPlace(of: separator, in: start..<range.upperBound) ?? range.upperBound
      body(start..<end)
      start = end + 1
    }
  }

  fileprivate func trimmed(_ range: Range<Int>) -> Range<Int> {
    func isBlank(_ place: Int) -> Bool { self[place] == UInt8(ascii: " ") || self[place] == UInt8(ascii: "\t") }
    var (start, end) = (range.lowerBound, range.upperBound)
    while start < end, isBlank(start) { start += 1 }
    while start < end, isBlank(end - 1) { end -= 1 }
    return start..<end
  }

  fileprivate func unquoted(_ range: Range<Int>) -> Range<Int> {
    let quote = UInt8(ascii: "\"")
    guard range.count >= 2, self[range.lowerBound] == quote, self[range.upperBound - 1] == quote else { return range }
    return (range.lowerBound + 1)..<(range.upperBound - 1)
  }

  /// Compares with a text, letters of both cases being the same.
  fileprivate func isText(_ lowercasedText: String, at range: Range<Int>) -> Bool {
    guard lowercasedText.utf8.count == range.count else { return false }
    var place = range.lowerBound
    for expected in lowercasedText.utf8 {
      let byte = self[place]
      let isCapital = byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z")
      guard (isCapital ? byte | 0x20 : byte) == expected else { return false }
      place += 1
    }
    return true
  }
}
