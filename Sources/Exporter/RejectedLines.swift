internal import CommandLineOptions
internal import ETLLog

/// Lines that could not be counted: their number, and the first of them for somebody to find it by.
struct RejectedLines {
  /// The log of the first one.
  let path: String
  /// Why the first one was not counted.
  let reason: LineRejection
  /// What is wrong with the first one, and what would be right; nil where it was too long.
  let fault: String?
  /// How the first one begins, fit for a terminal; empty where none of it was kept.
  let beginning: String
  /// How many there were.
  var count = 0

  /// At most four bytes of UTF-8 for each character that is shown.
  private static let maximumBytes = 320

  /// Keeps what is worth saying of a line.
  ///
  /// - Parameters:
  ///   - path: The log.
  ///   - reason: Why it was not counted.
  ///   - line: The line with its newline; empty where it was skipped.
  init(path: String, reason: LineRejection, line: RawSpan) {
    self.path = path
    self.reason = reason
    // Safe: the bytes stand during the call.
    fault = reason == .malformed ? LineFault.explain(unsafe line.withUnsafeBytes { unsafe Array($0) }) : nil
    let kept = line.extracting(first: min(max(line.byteCount - 1, 0), Self.maximumBytes))
    // Safe: the bytes stand during the call.
    let text = unsafe kept.withUnsafeBytes { unsafe String(decoding: $0, as: UTF8.self) }
    // The own log has its own quotation marks.
    beginning = String(UsageError.quoted(text).dropFirst().dropLast())
  }
}
