internal import JSON

/// Finds the type of an exception in the text of its stack trace.
enum ExceptionType {
  private static let traceback = Array("Traceback (most recent call last)".utf8)

  /// Finds it: Java, .NET and Node say it first, Python in the last line that is not indented.
  ///
  /// - Parameter text: The trace.
  /// - Returns: Where in the text the type stands; nil where there is none.
  static func range(in text: Span<UInt8>) -> Range<Int>? {
    var line = nextLine(text, from: 0)
    while let found = line, isBlank(text, found) { line = nextLine(text, from: found.upperBound) }
    guard let first = line else { return nil }
    guard starts(text, first, with: traceback) else { return name(text, first) }
    var last: Range<Int>?
    while let found = line {
      if !isBlank(text, found), !isSpace(text[found.lowerBound]) { last = found }
      line = nextLine(text, from: found.upperBound)
    }
    return last.flatMap { name(text, $0) }
  }

  /// The next line that has bytes in it, without its end.
  private static func nextLine(_ text: Span<UInt8>, from start: Int) -> Range<Int>? {
    var lower = start
    while lower < text.count, isLineEnd(text[lower]) { lower += 1 }
    guard lower < text.count else { return nil }
    var upper = lower
    while upper < text.count, !isLineEnd(text[upper]) { upper += 1 }
    return lower..<upper
  }

  /// What stands before the first colon or white space.
  private static func name(_ text: Span<UInt8>, _ line: Range<Int>) -> Range<Int>? {
    var lower = line.lowerBound
    while lower < line.upperBound, isSpace(text[lower]) { lower += 1 }
    var upper = lower
    while upper < line.upperBound, !isSpace(text[upper]), text[upper] != Byte.colon { upper += 1 }
    return lower < upper ? lower..<upper : nil
  }

  private static func starts(_ text: Span<UInt8>, _ line: Range<Int>, with start: [UInt8]) -> Bool {
    guard line.count >= start.count else { return false }
    for index in start.indices where text[line.lowerBound + index] != start[index] { return false }
    return true
  }

  private static func isBlank(_ text: Span<UInt8>, _ line: Range<Int>) -> Bool {
    for index in line where !isSpace(text[index]) { return false }
    return true
  }

  private static func isLineEnd(_ byte: UInt8) -> Bool { byte == Byte.newline || byte == Byte.carriageReturn }

  private static func isSpace(_ byte: UInt8) -> Bool { byte == Byte.space || byte == Byte.tab }
}
