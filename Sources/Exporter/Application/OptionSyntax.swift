internal import CommandLineOptions
internal import HTTPServer
internal import LinuxIO
internal import Metrics
internal import UnixTime

extension ValueSyntax where Value == LogSource {
  /// A log: a path, or a pipeline's name, `=` and a path.
  static var logSource: ValueSyntax {
    ValueSyntax(
      placeholder: "[NAME=]PATH",
      parse: { text throws(InvalidValue) in
        // A name has no slash, so that a path with `=` in it can always be given as ./path.
        guard let equals = text.firstIndex(of: "="), !text[..<equals].contains("/") else {
          return LogSource(name: nil, path: text)
        }
        let (name, path) = (String(text[..<equals]), String(text[text.index(after: equals)...]))
        guard !name.isEmpty, !path.isEmpty else {
          throw InvalidValue("lacks a name or a path", remedy: "use PATH, or NAME=PATH to name its pipeline")
        }
        guard !isPathWithEquals(text, ifNot: path) else { return LogSource(name: nil, path: text) }
        guard name.utf8.count <= LabelValueTable.maximumNameBytes else {
          throw InvalidValue(
            "has a name that is too long",
            remedy: "use a name of at most \(LabelValueTable.maximumNameBytes) bytes"
          )
        }
        return LogSource(name: name, path: path)
      },
      format: { source in source.name.map { "\($0)=\(source.path)" } ?? source.path }
    )
  }
}

extension ValueSyntax where Value == LogZone {
  /// An offset from UTC.
  static var logZone: ValueSyntax {
    ValueSyntax(
      placeholder: "OFFSET",
      parse: { text throws(InvalidValue) in
        guard let seconds = Timestamp.offsetSeconds(Array(text.utf8).span) else {
          throw InvalidValue("is no offset from UTC", remedy: "use one such as +01:00, -03:30 or Z")
        }
        return LogZone(secondsAheadOfUTC: seconds)
      },
      format: { zone in
        let minutes = abs(zone.secondsAheadOfUTC) / 60
        func twoDigits(_ value: Int64) -> String { "\(value < 10 ? "0" : "")\(value)" }
        return "\(zone.secondsAheadOfUTC < 0 ? "-" : "+")\(twoDigits(minutes / 60)):\(twoDigits(minutes % 60))"
      }
    )
  }
}

/// Whether a text is a path such as `day=1/etl.log`, though it could be a name and a path as well: the one of the two that
/// leads to something is meant.
///
/// - Parameters:
///   - text: The text.
///   - path: What stands behind its equals sign.
/// - Returns: True where the text as a whole names a file, or one that could be made, and the path does not.
private func isPathWithEquals(_ text: String, ifNot path: String) -> Bool {
  func exists(_ path: String) -> Bool { (try? FileStatus(of: path)) != nil }
  func hasDirectory(_ path: String) -> Bool {
    guard let slash = path.lastIndex(of: "/") else { return true }
    return exists(String(path[...slash]))
  }
  if path == "-" || exists(path) { return false }
  return exists(text) || (!hasDirectory(path) && hasDirectory(text))
}

extension ValueSyntax where Value == String {
  /// The path of a URL: it begins with a slash and holds nothing that would have to be encoded.
  static var urlPath: ValueSyntax {
    ValueSyntax(
      placeholder: "PATH",
      parse: { text throws(InvalidValue) in
        let isPath =
          text.hasPrefix("/")
          && text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
              UInt8(ascii: "0")...UInt8(ascii: "9"):
              true
            default: "/-._~".utf8.contains(byte)
            }
          }
        guard isPath else {
          throw InvalidValue("is not a path", remedy: "use a slash and letters, digits or -._~/ such as /metrics")
        }
        return text
      },
      format: { $0 }
    )
  }
}

extension ValueSyntax where Value == SocketAddress {
  /// An address to listen on.
  static var listenAddress: ValueSyntax {
    ValueSyntax(
      placeholder: "ADDRESS",
      parse: { text throws(InvalidValue) in
        do {
          return try SocketAddress(parsing: text)
        } catch {
          throw InvalidValue(
            "is not an address to listen on",
            remedy: "use :8083, 127.0.0.1:8083 or [::1]:8083; names are not looked up"
          )
        }
      },
      format: { "\($0)" }
    )
  }
}

extension ValueSyntax where Value == Bool {
  /// A switch that is on unless it is turned off.
  static var onOrOff: ValueSyntax {
    ValueSyntax(
      placeholder: "on|off",
      parse: { text throws(InvalidValue) in
        switch text {
        case "on": return true
        case "off": return false
        default: throw InvalidValue("is neither on nor off", remedy: "use on or off")
        }
      },
      format: { $0 ? "on" : "off" }
    )
  }
}
