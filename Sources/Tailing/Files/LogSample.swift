internal import LinuxIO

/// What a line says of the log that it is in.
package enum LineSketch: Equatable {
  /// Something happened; when, in nanoseconds since 1970, where the line says so.
  case event(nanoseconds: Int64?)
  /// No line of such a log.
  case other

  var nanoseconds: Int64? {
    if case .event(let nanoseconds) = self { return nanoseconds }
    return nil
  }
}

/// Reads a line's sketch; the line has its newline.
package typealias LineSketcher = (RawSpan) -> LineSketch

/// Lines of a file that tell whether it looks like a log, and from when to when it goes.
struct LogSample: Equatable {
  /// The first whole line; nil where there is none.
  var first: LineSketch?
  /// The last whole line.
  var last: LineSketch?
  /// The line before which most of the file is.
  var late: LineSketch?

  /// Whether two files were written at the same time, and so by different jobs: most of each after the other's beginning.
  /// What a second writer adds late to a file that was rotated away is little.
  func overlaps(_ other: LogSample) -> Bool {
    guard let start = first?.nanoseconds, let end = late?.nanoseconds,
      let otherStart = other.first?.nanoseconds, let otherEnd = other.late?.nanoseconds
    else { return false }
    return end > otherStart && otherEnd > start
  }
}

/// Reads samples of files.
struct LogSampler {
  let sketch: LineSketcher
  /// The longest line.
  let maximumLineBytes: Int

  private static let newline = UInt8(ascii: "\n")
  /// Most lines are shorter than this, so that more is read only where they are not.
  private static let usualBytes = 4 << 10

  /// Reads lines of a file.
  ///
  /// - Throws: `SystemCallError` as `pread(2)` lists them.
  func sample(_ file: OpenLogFile) throws(SystemCallError) -> LogSample {
    let start = try file.descriptor.nextData(from: 0) ?? 0
    let end = file.status.size
    for limit in [Self.usualBytes, maximumLineBytes + LineSplitter.maximumEndingBytes] {
      let window = Int(min(Int64(limit), end - start))
      guard window > 0 else { break }
      let first = try firstLine(of: file, from: start, in: window)
      guard let last = try lastLine(of: file, before: end, in: window), let first else { continue }
      // Of four fifths, since what comes late is less.
      let late = try lastLine(of: file, before: start + (end - start) / 5 * 4, in: window)
      return LogSample(first: first, last: last, late: late ?? first)
    }
    return LogSample()
  }

  private func firstLine(of file: OpenLogFile, from start: Int64, in window: Int) throws(SystemCallError) -> LineSketch?
  {
    var buffer = ReadBuffer(count: window)
    let count = try buffer.fill(from: file.descriptor, at: start, count: window)
    guard let begin = (0..<count).first(where: { buffer[$0] != 0 }),
      let end = (begin..<count).first(where: { buffer[$0] == Self.newline })
    else { return nil }
    return buffer.sketch(begin..<end + 1, with: sketch)
  }

  private func lastLine(of file: OpenLogFile, before end: Int64, in window: Int) throws(SystemCallError) -> LineSketch?
  {
    let window = Int(min(Int64(window), end))
    guard window > 0 else { return nil }
    var buffer = ReadBuffer(count: window)
    let count = try buffer.fill(from: file.descriptor, at: end - Int64(window), count: window)
    guard let end = (0..<count).last(where: { buffer[$0] == Self.newline }) else { return nil }
    let before = (0..<end).last { buffer[$0] == Self.newline }
    // Where it is the first line too, it may have begun before the window.
    guard before != nil || Int64(window) == file.status.size else { return nil }
    let start = before.map { $0 + 1 } ?? 0
    guard let begin = (start..<end).first(where: { buffer[$0] != 0 }) else { return nil }
    return buffer.sketch(begin..<end + 1, with: sketch)
  }
}
