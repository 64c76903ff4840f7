import Foundation

/// What one scrape showed, and when it was asked for.
struct ScrapedMetrics {
  /// Each sample's value by its series as it is written: `name` or `name{label="value"}`.
  private(set) var values: [String: Double] = [:]
  /// Each metric's type by its name.
  private(set) var types: [String: String] = [:]
  /// Seconds since 1970 just before and just after the scrape.
  let askedBetween: ClosedRange<Double>

  /// Reads the text format 0.0.4, as far as the exporter's series need it.
  init(parsing text: String, askedBetween: ClosedRange<Double>) throws {
    self.askedBetween = askedBetween
    guard text.hasSuffix("\n") else { throw TestFailure("the exposition does not end with a newline") }
    for line in textLines(text) {
      if line.hasPrefix("# TYPE ") {
        let words = line.split(separator: " ")
        guard words.count == 4 else { throw TestFailure("not a TYPE line: \(line)") }
        types[String(words[2])] = String(words[3])
      } else if !line.hasPrefix("#") {
        guard let space = line.lastIndex(of: " "), let value = Double(line[line.index(after: space)...]) else {
          throw TestFailure("not a sample: \(line)")
        }
        guard values.updateValue(value, forKey: String(line[..<space])) == nil else {
          throw TestFailure("a series stands there twice: \(line)")
        }
      }
    }
  }

  subscript(series: String) -> Double? { values[series] }

  func lines(_ result: String) -> Double? {
    self["etl_exporter_log_lines_total{result=\"\(result)\"}"]
  }

  func errors(_ type: String) -> Double? {
    self["etl_errors_by_type_total{error_type=\"\(type)\"}"]
  }

  /// Failures by type, without the types that have none.
  var errorsByType: [String: Int] {
    var errors: [String: Int] = [:]
    for (series, value) in values where series.hasPrefix("etl_errors_by_type_total{") && value != 0 {
      errors[series.components(separatedBy: "\"")[1]] = Int(value)
    }
    return errors
  }

  /// The counters, by which a scrape is compared with the one before.
  var counters: [String: Double] {
    values.filter { types[$0.key.components(separatedBy: "{")[0]] == "counter" }
  }
}
