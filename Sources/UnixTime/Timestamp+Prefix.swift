extension Timestamp {
  /// Reads a timestamp as `parse` does, behind which something else may stand.
  ///
  /// - Parameters:
  ///   - text: What begins with the timestamp.
  ///   - localOffsetSeconds: How far the clock of a timestamp without an offset is ahead of UTC.
  /// - Returns: Nanoseconds since 1970-01-01T00:00:00Z; nil where the text does not begin with a timestamp.
  package static func parse(prefixOf text: Span<UInt8>, localOffsetSeconds: Int64) -> Int64? {
    var end = 19
    guard text.count >= end else { return nil }
    func isDigit(_ index: Int) -> Bool { index < text.count && UInt8(ascii: "0")...UInt8(ascii: "9") ~= text[index] }
    if end < text.count, text[end] == UInt8(ascii: ".") || text[end] == UInt8(ascii: ","), isDigit(end + 1) {
      end += 1
      while isDigit(end) { end += 1 }
    }
    // The longest offset first: ` +01:00`, `+01:00` or ` +0100`, `+0100`, ` +01`, `+01`, `Z`, none.
    for offsetBytes in [7, 6, 5, 4, 3, 1, 0] where end + offsetBytes <= text.count {
      let candidate = text.extracting(0..<(end + offsetBytes))
      if let nanoseconds = parse(candidate, localOffsetSeconds: localOffsetSeconds) { return nanoseconds }
    }
    return nil
  }
}
