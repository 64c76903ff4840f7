/// A media type that a server can answer with.
package struct MediaType {
  let type: String
  let subtype: String
  let version: String

  /// Names a media type.
  ///
  /// - Parameters:
  ///   - type: What stands before the slash, in lower case.
  ///   - subtype: What stands behind it, in lower case.
  ///   - version: The parameter `version`: a range that names another one does not match.
  package init(_ type: String, _ subtype: String, version: String) {
    self.type = type
    self.subtype = subtype
    self.version = version
  }
}

/// How far a client accepts a media type.
package struct Acceptance: Equatable {
  /// The weight in thousandths; 0 where the client does not accept the media type.
  package let quality: Int
  /// Whether the media range that says so has the parameter that was asked for.
  package let hasParameter: Bool
}

extension HTTPRequest {
  /// Longer lists are cut; no client has so many.
  private static let maximumMediaRanges = 32

  /// Finds out how far the client accepts a media type (RFC 9110 §12.5.1): what the most specific range says that matches
  /// it, even where a broader one has a higher quality. Ranges that make no sense are left out.
  ///
  /// - Parameters:
  ///   - mediaType: The media type.
  ///   - parameter: A parameter to look for in that range, in lower case.
  /// - Returns: What the Accept fields say; a quality of 0 where they do not name the media type.
  package func acceptance(of mediaType: MediaType, lookingFor parameter: String) -> Acceptance {
    var count = 0
    var specificity = -1
    var acceptance = Acceptance(quality: 0, hasParameter: false)
    forEachValue(of: "accept") { accept in
      accept.forEachListElement(in: 0..<accept.count, keepingQuoted: true) { element in
        guard !element.isEmpty, count < Self.maximumMediaRanges else { return }
        count += 1
        guard
          let range = MediaRange(element, of: accept), let quality = range.quality(in: accept),
          let match = range.specificity(for: mediaType, in: accept), match > specificity
        else { return }
        specificity = match
        acceptance = Acceptance(quality: quality, hasParameter: range.value(of: parameter, in: accept) != nil)
      }
    }
    return acceptance
  }
}

/// One media range of an Accept field with its parameters, as places in the field's value.
private struct MediaRange {
  private let type: Range<Int>
  private let subtype: Range<Int>
  private let parameters: Range<Int>
  private let isAnyType: Bool
  private let isAnySubtype: Bool

  /// Reads `type/subtype *( ; parameter )`; nil for anything else.
  init?(_ range: Range<Int>, of accept: Span<UInt8>) {
    let typeEnd = accept.firstIndex(of: UInt8(ascii: ";"), in: range) ?? range.upperBound
    let mediaType = accept.withoutOuterWhitespace(range.lowerBound..<typeEnd)
    guard let slash = accept.firstIndex(of: UInt8(ascii: "/"), in: mediaType) else { return nil }
    type = mediaType.lowerBound..<slash
    subtype = (slash + 1)..<mediaType.upperBound
    parameters = typeEnd..<range.upperBound
    guard !type.isEmpty, !subtype.isEmpty, accept.firstIndex(of: UInt8(ascii: "/"), in: subtype) == nil else {
      return nil
    }
    isAnyType = accept.extracting(type).equals("*")
    isAnySubtype = accept.extracting(subtype).equals("*")
    guard !isAnyType || isAnySubtype else { return nil }
  }

  /// How narrowly the range names a media type: by a wildcard, a type, a media type, a version of it; nil for not at all.
  func specificity(for mediaType: MediaType, in accept: Span<UInt8>) -> Int? {
    guard
      isAnyType || accept.extracting(type).equalsIgnoringCase(mediaType.type),
      isAnySubtype || accept.extracting(subtype).equalsIgnoringCase(mediaType.subtype)
    else { return nil }
    let specificity = (isAnyType ? 0 : 1) + (isAnySubtype ? 0 : 1)
    guard let version = value(of: "version", in: accept) else { return specificity }
    return accept.extracting(version).equals(mediaType.version) ? specificity + 1 : nil
  }

  /// The weight of RFC 9110 §12.4.2 in thousandths: 0 to 1 with up to three decimals, 1 where there is none; nil where it
  /// is something else.
  func quality(in accept: Span<UInt8>) -> Int? {
    guard let weight = value(of: "q", in: accept) else { return 1000 }
    guard let first = weight.first, accept[first] == UInt8(ascii: "0") || accept[first] == UInt8(ascii: "1") else {
      return nil
    }
    var result = accept[first] == UInt8(ascii: "1") ? 1000 : 0
    guard weight.count > 1 else { return result }
    guard accept[first + 1] == UInt8(ascii: "."), weight.count <= 5 else { return nil }
    var unit = 100
    for place in weight.dropFirst(2) {
      guard ByteSet.digit.contains(accept[place]) else { return nil }
      result += Int(accept[place] - UInt8(ascii: "0")) * unit
      unit /= 10
    }
    return result <= 1000 ? result : nil
  }

  /// The value of a parameter without its quotes, of the last one of that name; nil where there is none.
  func value(of lowercasedName: String, in accept: Span<UInt8>) -> Range<Int>? {
    var value: Range<Int>?
    accept.forEachListElement(in: parameters, separatedBy: UInt8(ascii: ";"), keepingQuoted: true) { parameter in
      guard let equals = accept.firstIndex(of: UInt8(ascii: "="), in: parameter) else { return }
      let name = accept.withoutOuterWhitespace(parameter.lowerBound..<equals)
      guard accept.extracting(name).equalsIgnoringCase(lowercasedName) else { return }
      value = accept.withoutQuotes(accept.withoutOuterWhitespace((equals + 1)..<parameter.upperBound))
    }
    return value
  }
}
