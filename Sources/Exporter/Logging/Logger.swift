internal import JSON
internal import LinuxIO
internal import UnixTime

/// How important a line of the exporter's own log is.
enum LogLevel: String, CaseIterable, Comparable {
  case debug
  case info
  case warn
  case error

  static func < (left: LogLevel, right: LogLevel) -> Bool {
    left.rank < right.rank
  }

  private var rank: Int {
    switch self {
    case .debug: 0
    case .info: 1
    case .warn: 2
    case .error: 3
    }
  }
}

/// How the exporter's own log is written.
enum LogFormat: String, CaseIterable {
  case logfmt
  case json
}

/// The exporter's own log, on standard error: one line for each change worth noting, never one for each request or line.
final class Logger {
  private struct Line {
    let level: LogLevel
    let message: String
    let fields: [(name: String, value: LoggedValue)]
  }

  private let level: LogLevel
  private let format: LogFormat
  private let output: ([UInt8]) -> Void
  /// Enough for a rotation or a start, where a log is missed and found again.
  private var rateLimiter = LogRateLimiter<Line>(linesAtOnce: 6, intervalSeconds: 60)

  /// Makes a log.
  ///
  /// - Parameters:
  ///   - level: Less important lines are not written.
  ///   - format: How lines are written.
  ///   - output: Takes each line with its newline.
  init(
    level: LogLevel,
    format: LogFormat,
    output: @escaping ([UInt8]) -> Void = { _ = StandardError.write($0) }
  ) {
    self.level = level
    self.format = format
    self.output = output
  }

  /// Writes a line, unless it is less important than what is asked for, or nobody reads standard error.
  ///
  /// - Parameters:
  ///   - level: How important it is.
  ///   - message: What happened, without the particulars.
  ///   - fields: The particulars, in the order in which they are shown.
  func write(_ level: LogLevel, _ message: String, _ fields: KeyValuePairs<String, any LoggedValueConvertible> = [:]) {
    write(Line(level: level, message: message, fields: fields.map { ($0.key, $0.value.loggedValue) }))
  }

  /// Writes a line about something that may go to and fro: after the first few only one a minute.
  ///
  /// - Parameters:
  ///   - level: How important it is.
  ///   - message: What happened, without the particulars.
  ///   - fields: The particulars, in the order in which they are shown.
  ///   - subject: What it is about, such as a path.
  func write(
    _ level: LogLevel,
    _ message: String,
    _ fields: KeyValuePairs<String, any LoggedValueConvertible>,
    about subject: String
  ) {
    let now = MonotonicTime.now
    writeSuppressed(at: now)
    let line = Line(level: level, message: message, fields: fields.map { ($0.key, $0.value.loggedValue) })
    if level >= self.level, rateLimiter.allow(line, about: subject, at: now) { write(line) }
  }

  /// Writes the newest of the lines that were held back, with their number; to be called now and then.
  ///
  /// - Parameter now: The present; nil writes them although their time has not come.
  func writeSuppressed(at now: MonotonicTime?) {
    for due in rateLimiter.flush(at: now) {
      let number =
        due.suppressed > 0 ? [(name: "suppressed_lines", value: LoggedValue.number(Int64(due.suppressed)))] : []
      write(Line(level: due.line.level, message: due.line.message, fields: due.line.fields + number))
    }
  }

  private func write(_ line: Line) {
    guard line.level >= level else { return }
    var bytes = render(line.level, line.message, line.fields, at: .now)
    bytes.append(UInt8(ascii: "\n"))
    output(bytes)
  }

  func render(
    _ level: LogLevel,
    _ message: String,
    _ fields: [(name: String, value: LoggedValue)],
    at time: WallTime
  ) -> [UInt8] {
    var timestamp: [UInt8] = []
    Timestamp.append(time.nanoseconds, to: &timestamp)
    let head = [("time", String(decoding: timestamp, as: UTF8.self)), ("level", level.rawValue), ("msg", message)]
    let pairs = head.map { ($0.0, $0.1.loggedValue) } + fields.map { ($0.name, $0.value) }
    switch format {
    case .logfmt:
      return Array(pairs.map { "\($0.0)=\(Self.logfmtValue($0.1))" }.joined(separator: " ").utf8)
    case .json:
      var line: [UInt8] = []
      JSONValue.object(pairs.map { ($0.0, $0.1.json) }).append(to: &line)
      return line
    }
  }

  private static func logfmtValue(_ value: LoggedValue) -> String {
    switch value {
    case .text(let text): logfmtText(text)
    case .number(let number): "\(number)"
    case .decimal(let decimal): "\(decimal)"
    }
  }

  private static func logfmtText(_ value: String) -> String {
    let needsQuotes =
      value.isEmpty
      || value.utf8.contains { $0 <= UInt8(ascii: " ") || $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "=") }
    guard needsQuotes else { return value }
    var quoted = "\""
    for scalar in value.unicodeScalars {
      switch scalar {
      case "\"", "\\": quoted += "\\\(scalar)"
      case "\n": quoted += "\\n"
      case "\t": quoted += "\\t"
      case "\r": quoted += "\\r"
      case _ where scalar.value < 0x20: quoted += "?"
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }
}

@available(*, unavailable)
extension Logger: Sendable {}
