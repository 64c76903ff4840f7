internal import JSON

/// What metrics and labels of one's own may be called.
enum MetricNames {
  private static let reservedPrefixes = ["etl_", "process_", "scrape_", "go_"]
  private static let suffixes = ["_total", "_count", "_sum", "_bucket", "_created", "_info"]
  private static let counterSuffix = suffixes[0]
  private static let wrongUnits: [(suffix: String, unit: TimeUnit)] = [
    ("_ms", .milliseconds), ("_milliseconds", .milliseconds), ("_us", .microseconds), ("_microseconds", .microseconds),
    ("_ns", .nanoseconds), ("_nanoseconds", .nanoseconds), ("_minutes", .minutes), ("_hours", .hours),
  ]
  private static let reservedLabels = ["job", "instance", "le", "quantile", "pipeline"]
  static let maximumNameBytes = 128

  /// The name without `_total`, which OpenMetrics gives to the whole family.
  static func family(_ name: String) -> String {
    name.hasSuffix(counterSuffix) ? String(name.dropLast(counterSuffix.count)) : name
  }

  /// What is wrong with a metric's name; nil where nothing is.
  static func problem(metric name: String, _ kind: MetricFamilyDeclaration.Kind) -> String? {
    if let problem = problem(form: name) { return problem }
    if let prefix = reservedPrefixes.first(where: name.hasPrefix) {
      return "\"\(name)\" begins with \(prefix), which is not for metrics of one's own"
    }
    if kind == .counter, !name.hasSuffix(counterSuffix) {
      return "a counter's name ends in _total: \"\(name)_total\""
    }
    if kind != .counter, let suffix = suffixes.first(where: name.hasSuffix) {
      return "\"\(name)\" ends in \(suffix), which a \(kind.rawValue) must not"
    }
    if let wrong = wrongUnits.first(where: { family(name).hasSuffix($0.suffix) }) {
      return
        "times are in seconds: end \"\(name)\" in _seconds, and write unit: \(wrong.unit.rawValue) beside the value's path"
    }
    return nil
  }

  /// What is wrong with a label's name; nil where nothing is.
  static func problem(label name: String) -> String? {
    if let problem = problem(form: name) { return problem }
    if name.hasPrefix("__") || reservedLabels.contains(name) {
      return "\"\(name)\" is set by Prometheus or the exporter; take another name for the label"
    }
    return nil
  }

  private static func problem(form name: String) -> String? {
    let bytes = Array(name.utf8)
    let isRight = !bytes.isEmpty && bytes.count <= maximumNameBytes && bytes.allSatisfy(isNameByte)
    if isRight, !isDigit(bytes[0]) { return nil }
    return "\"\(name)\" is no name; small letters, digits and _ are, up to \(maximumNameBytes), with no digit first"
  }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || isDigit(byte) || byte == UInt8(ascii: "_")
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (Byte.zero...Byte.nine).contains(byte) }
}
