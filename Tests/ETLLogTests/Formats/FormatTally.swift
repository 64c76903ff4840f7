import CommandLineOptions
import ETLLog
import Foundation
import JSON
import YAML

/// What the reader of configurations is given by the exporter.
let configurationServices = ConfigurationServices(
  parse: { bytes throws(ConfigurationError) in try YAMLReader.read(bytes) },
  nearestName: { nearestName(to: $0, among: $1) },
  durationSeconds: { text in
    guard let duration = try? Duration(prometheus: text) else { return nil }
    return Double(duration.components.seconds) + Double(duration.components.attoseconds) / 1e18
  }
)

/// Reads a configuration file's text.
func configuration(_ yaml: String) throws(ConfigurationError) -> LogConfiguration {
  let reader = ConfigurationReader(services: configurationServices)
  return try reader.configuration(try YAMLReader.read(Array(yaml.utf8)))
}

/// Counts what a format makes of lines, in the simplest way.
struct FormatTally: FormatSink {
  let format: FormatDeclaration
  let useNames: [String]
  var lines: [String: Int] = [:]
  var ruleLines: [Int64] = []
  var files = 0
  var records: Int64 = 0
  var failures = 0
  var runs = 0
  var ended = 0
  var crashed = 0
  var timed = 0
  var seconds = 0.0
  var errors: [String: Int] = [:]
  /// Values of each series; of a histogram the count and the sum.
  var metrics: [String: [Double]] = [:]
  var unusable: [String: Int] = [:]
  var moments: [Int64?] = []
  var pipelines: Set<String> = []
  var totals: [(records: Int64?, files: Int64?, failures: Int64?)] = []
  private var started: [String: Int64] = [:]

  init(_ format: FormatDeclaration, useNames: [String]) {
    self.format = format
    self.useNames = useNames
    ruleLines = Array(repeating: 0, count: format.events.count + format.metrics.count)
    for rule in format.metrics where rule.family.kind != .gauge {
      let zero = rule.family.kind == .histogram ? [0.0, 0] : [0]
      var combinations: [[String]] = [[]]
      for label in rule.family.labels {
        combinations = combinations.flatMap { start in (label.values ?? []).map { start + [$0] } }
      }
      for values in combinations { metrics[Self.series(rule.family, values)] = zero }
    }
  }

  static func series(_ family: MetricFamilyDeclaration, _ values: [String]) -> String {
    let labels = zip(family.labels, values).map { #"\#($0.name)="\#($1)""# }
    return "\(family.name){\(labels.joined(separator: ","))}"
  }

  mutating func receive(_ kind: EventKind, _ event: LogEvent, _ texts: borrowing LogTexts, isTimedSinceStart: Bool) {
    func text(_ field: LogTextField) -> String? {
      var text: String?
      texts.withBytes(of: field) { bytes in text = String(decoding: bytes.copied, as: UTF8.self) }
      return text
    }
    moments.append(event.timestampNanoseconds)
    if let pipeline = text(.pipeline) { pipelines.insert(pipeline) }
    totals.append((event.totalRecords, event.totalFiles, event.totalFailures))
    let file = text(.fileID)
    switch kind {
    case .runStarted:
      runs += 1
      started = [:]
      for rule in format.metrics where rule.family.resetsWithRun {
        metrics = metrics.filter { !$0.key.hasPrefix(rule.family.name + "{") }
      }
    case .fileStarted: if let file, let moment = event.timestampNanoseconds { started[file] = moment }
    case .fileCompleted:
      files += 1
      records += event.recordsProcessed ?? 0
      var duration = event.processingTimeSeconds
      if isTimedSinceStart, let file, let start = started[file], let end = event.timestampNanoseconds {
        duration = Double(end - start) / 1e9
      }
      if let duration {
        timed += 1
        seconds += duration
      }
      if let file { started[file] = nil }
    case .fileFailed:
      failures += 1
      errors[text(.errorType) ?? "unknown", default: 0] += 1
      if let file { started[file] = nil }
    case .records: records += event.recordsProcessed ?? 0
    case .runStopped: ended += 1
    case .runCrashed: crashed += 1
    case .other: break
    }
  }

  mutating func update(metric index: Int, value: Double, nanoseconds: Int64?, labels: borrowing MetricLabelValues) {
    let family = format.metrics[index].family
    var values: [String] = []
    for (place, label) in family.labels.enumerated() {
      var text = "unknown"
      labels.withBytes(at: place) { bytes in text = String(decoding: bytes.copied, as: UTF8.self) }
      values.append(label.values.map { $0.contains(text) ? text : "other" } ?? text)
    }
    let series = Self.series(family, values)
    switch family.kind {
    case .gauge: metrics[series] = [value]
    case .counter: metrics[series, default: [0]][0] += value
    case .histogram:
      metrics[series, default: [0, 0]][0] += 1
      metrics[series, default: [0, 0]][1] += value
    }
  }

  mutating func noteRule(_ rule: Int) { ruleLines[rule] += 1 }

  mutating func noteUnusable(_ use: Int, _ reason: UnusableReason) {
    unusable["\(useNames[use]): \(reason.rawValue)", default: 0] += 1
  }

  mutating func finish(_ result: FormatLineResult, line: RawSpan) {
    lines[result.rawValue, default: 0] += 1
  }
}

extension Span<UInt8> {
  var copied: [UInt8] { indices.map { self[$0] } }
}

/// Reads a log, from memory of exactly the right size, so that the address sanitizer sees every byte read beyond it.
func tally(_ format: FormatDeclaration, envelope: LogEnvelope = .none, maximumLineBytes: Int = 65_536, _ log: [UInt8])
  -> (tally: FormatTally, ruleLines: [Int64])
{
  var reader = FormattedLogReader(format, envelope: envelope, maximumLineBytes: maximumLineBytes)
  var tally = FormatTally(format, useNames: reader.useNames)
  let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: log.count, alignment: 1)
  defer { unsafe memory.deallocate() }
  unsafe memory.copyBytes(from: log)
  unsafe reader.read(memory.bytes, into: &tally)
  return (tally, tally.ruleLines)
}

/// The files beside the tests.
enum Fixtures {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(
    path: "../Fixtures/formats"
  )

  static func bytes(_ name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: folder.appending(path: name)))
  }

  static func text(_ name: String) throws -> String {
    String(decoding: try bytes(name), as: UTF8.self)
  }
}

/// The one line that a wrong configuration gives.
func configurationFault(_ yaml: String) -> String {
  do throws(ConfigurationError) {
    _ = try configuration(yaml)
    return "no error"
  } catch {
    return error.text(file: "f")
  }
}
