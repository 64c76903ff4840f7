import Foundation
import Testing

/// What the files of a simulator's one run say, packed ones too: added up by zcat and awk, which are quick enough for
/// logs of a million lines, and are neither the exporter's reader nor the simulator's.
struct LogTally {
  /// Whole lines.
  private(set) var lines: Int
  /// Lines that do not end as they should: where a copy was made of half a line.
  private(set) var brokenLines: Int
  /// The lines' own work added up.
  private(set) var work: [Int]
  /// The newest running totals: records, files, failures.
  private(set) var totals: [Int]

  /// Fields are told apart by `, "`: timestamp, message, the three totals, then what belongs to the message.
  private static let script = #"""
    function number(field) { sub(/.*: /, "", field); return field + 0 }
    $0 == "" { next }
    !/^{.*}$/ { broken++; next }
    { lines++; for (i = 0; i < 3; i++) { total = number($(i + 3)); if (total > totals[i]) totals[i] = total } }
    $2 == "message\": \"file_processing_completed\"" { files++; records += number($7) }
    $2 == "message\": \"file_processing_failed\"" { failures++ }
    END { print lines + 0, broken + 0, records + 0, files + 0, failures + 0, totals[0] + 0, totals[1] + 0, totals[2] + 0 }
    """#

  fileprivate init(of paths: [String], in sandbox: Sandbox) throws {
    // A newline after each file, so that half a line at the end of one is not taken for the beginning of another's.
    let command = "for file do zcat --force \"$file\" && echo || exit 1; done | awk -F ', \"' '\(Self.script)'"
    let output = try sandbox.runTool(["sh", "-c", command, "sh"] + paths)
    let numbers = output.split(whereSeparator: \.isWhitespace).compactMap { Int($0) }
    guard numbers.count == 8 else { throw TestFailure("awk says \(output)") }
    lines = numbers[0]
    brokenLines = numbers[1]
    work = Array(numbers[2..<5])
    totals = Array(numbers[5..<8])
  }
}

extension Sandbox {
  /// Adds up a log with all of its rotated files.
  func tally(_ names: [String]? = nil) throws -> LogTally {
    try LogTally(of: (names ?? logNames()).map(path), in: self)
  }
}

extension ScrapedMetrics {
  /// Records, files and failures.
  var counts: [Int] {
    ["records", "files", "failures"].map { Int(self["etl_\($0)_total"] ?? -1) }
  }

  /// The part of them that was found in no line.
  var gaps: [Int] {
    ["records", "files", "failures"].map { Int(self["etl_exporter_log_gap_\($0)_total"] ?? -1) }
  }

  /// Failures whose lines were seen; one that was not has no known type.
  var failuresSeen: Int {
    errorsByType.filter { $0.key != "unknown" }.values.reduce(0, +)
  }

  /// Lines of files that were loaded, as they were seen.
  var filesSeen: Int { Int(self["etl_file_processing_seconds_count"] ?? -1) }

  var events: Int { Int(lines("event") ?? -1) }

  /// The rotations by kind, without the kinds that were not seen.
  var rotations: [String: Int] {
    var rotations: [String: Int] = [:]
    for (series, value) in values where series.hasPrefix("etl_exporter_log_rotations_total{") && value != 0 {
      rotations[series.components(separatedBy: "\"")[1]] = Int(value)
    }
    return rotations
  }
}

/// The counters of the job and its log as they were shown last, by whichever process. What an exporter counts of itself, its
/// requests and snapshots, begins anew with each process.
struct ShownCounters {
  private(set) var scrapes = 0
  private var shown: [String: Double] = [:]

  /// Sees that no counter has fallen or gone away.
  mutating func check(_ metrics: ScrapedMetrics, _ note: String = "", location: SourceLocation = #_sourceLocation) {
    scrapes += 1
    for (series, value) in shown {
      #expect(metrics[series] ?? -1 >= value, "\(series) fell \(note)", sourceLocation: location)
    }
    // Not the highest of all: what has fallen is said once and not in all later scrapes.
    shown = metrics.counters.filter { Self.lasts($0.key) }
  }

  private static func lasts(_ series: String) -> Bool {
    series.hasPrefix("etl_") && !series.hasPrefix("etl_exporter_http_") && !series.hasPrefix("etl_exporter_snapshot_")
  }
}
