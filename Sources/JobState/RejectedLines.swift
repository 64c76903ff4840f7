package import ETLLog

/// Lines that could not be counted: their number, and the first of them for somebody to find it by.
package struct RejectedLines {
  /// The log of the first one.
  package let path: String
  /// Why the first one was not counted.
  package let reason: LineResult
  /// What is wrong with the first one, and what would be right; nil where it was too long.
  package let fault: String?
  /// How the first one begins, at most `maximumBytes` of it; empty where none of it was kept.
  package let beginning: [UInt8]
  /// How many there were.
  package internal(set) var count = 0

  /// At most four bytes of UTF-8 for each of 80 characters that are shown.
  static let maximumBytes = 320

  /// Keeps what is worth saying of a line.
  ///
  /// - Parameters:
  ///   - path: The log.
  ///   - reason: Why it was not counted.
  ///   - line: The line with its newline, or a part of one; empty where it was skipped.
  init(path: String, reason: LineResult, line: RawSpan) {
    self.path = path
    self.reason = reason
    // Safe: the bytes stand during the call.
    fault = reason == .malformed ? LineFault.explain(unsafe line.withUnsafeBytes { unsafe Array($0) }) : nil
    let kept = line.extracting(first: min(line.byteCount, Self.maximumBytes))
    // Safe: the bytes stand during the call.
    beginning = unsafe kept.withUnsafeBytes { bytes in unsafe Array(bytes.prefix { $0 != UInt8(ascii: "\n") }) }
  }
}
