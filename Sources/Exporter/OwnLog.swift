internal import ETLLog
internal import LinuxIO

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
struct OwnLog {
  let level: LogLevel
  let format: LogFormat

  /// Writes a line, unless it is less important than what is asked for, or nobody reads standard error.
  ///
  /// - Parameters:
  ///   - level: How important it is.
  ///   - message: What happened, without the particulars.
  ///   - fields: The particulars, in the order in which they are shown.
  func write(_ level: LogLevel, _ message: String, _ fields: KeyValuePairs<String, String> = [:]) {
    guard level >= self.level else { return }
    var line = render(level, message, fields, at: .now)
    line.append(UInt8(ascii: "\n"))
    _ = StandardError.write(line)
  }

  func render(
    _ level: LogLevel,
    _ message: String,
    _ fields: KeyValuePairs<String, String>,
    at time: WallTime
  ) -> [UInt8] {
    var timestamp: [UInt8] = []
    Timestamp.append(time.nanoseconds, to: &timestamp)
    var pairs = [("time", String(decoding: timestamp, as: UTF8.self)), ("level", level.rawValue), ("msg", message)]
    pairs += fields.map { ($0.key, $0.value) }
    switch format {
    case .logfmt:
      return Array(pairs.map { "\($0.0)=\(Self.logfmtValue($0.1))" }.joined(separator: " ").utf8)
    case .json:
      var line: [UInt8] = []
      JSONValue.object(pairs.map { ($0.0, .string($0.1)) }).append(to: &line)
      return line
    }
  }

  private static func logfmtValue(_ value: String) -> String {
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
