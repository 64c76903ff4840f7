import Foundation

/// What a log says, read by other means than the exporter's: Foundation's JSON, and every line's own work added up.
struct LogFacts {
  private(set) var lines = 0
  private(set) var records = 0
  private(set) var files = 0
  private(set) var failures = 0
  private(set) var failuresByType: [String: Int] = [:]
  private(set) var processingTimes: [Double] = []
  private(set) var newestRate: Double?
  /// Seconds since 1970.
  private(set) var runStarted: Double?
  private(set) var lastEvent: Double?
  private(set) var lastSuccess: Double?
  private(set) var lastFailure: Double?
  private(set) var lastMessage = ""

  /// The totals as the log states them, added up over its runs.
  private var totalsOfEarlierRuns = [0, 0, 0]
  private var totals = [0, 0, 0]

  var meanOfLast100ProcessingTimes: Double? {
    let newest = processingTimes.suffix(100)
    return newest.isEmpty ? nil : newest.reduce(0, +) / Double(newest.count)
  }

  /// Reads the files of a log.
  ///
  /// - Parameter paths: In any order: they are read in that of their first lines' times.
  /// - Throws: `TestFailure` when a line is not JSON, or when the lines' work and the totals do not agree.
  init(reading paths: [String]) throws {
    let texts = try paths.map { try String(contentsOfFile: $0, encoding: .utf8) }.filter { !$0.isEmpty }
    let files = try texts.map { text in
      try textLines(text).map { line in
        guard let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any] else {
          throw TestFailure("not an object: \(line)")
        }
        return object
      }
    }
    for file in try files.sorted(by: { try Self.time(of: $0[0]) < Self.time(of: $1[0]) }) {
      for event in file { try add(event) }
    }
    guard [records, self.files, failures] == zip(totalsOfEarlierRuns, totals).map(+) else {
      throw TestFailure("the log's lines do not add up to its totals")
    }
  }

  private mutating func add(_ event: [String: Any]) throws {
    let time = try Self.time(of: event)
    guard let message = event["message"] as? String else { throw TestFailure("an event without a message") }
    lines += 1
    lastEvent = max(time, lastEvent ?? time)
    lastMessage = message
    if message == "etl_simulator_started" {
      totalsOfEarlierRuns = zip(totalsOfEarlierRuns, totals).map(+)
      runStarted = time
    }
    totals = try ["total_records", "total_files", "total_failures"].map { try Self.integer($0, of: event) }
    if message == "file_processing_completed" {
      records += try Self.integer("records_processed", of: event)
      files += 1
      lastSuccess = time
      newestRate = event["current_rate"] as? Double
      guard let seconds = event["processing_time"] as? Double else { throw TestFailure("a file without its time") }
      processingTimes.append(seconds)
    }
    if message == "file_processing_failed" {
      failures += 1
      lastFailure = time
      failuresByType[event["error_type"] as? String ?? "unknown", default: 0] += 1
    }
  }

  private static func integer(_ name: String, of event: [String: Any]) throws -> Int {
    guard let number = event[name] as? Int else { throw TestFailure("\(name) is missing in \(event)") }
    return number
  }

  private static func time(of event: [String: Any]) throws -> Double {
    guard let text = event["timestamp"] as? String else { throw TestFailure("an event without a time") }
    let format = Date.ISO8601FormatStyle(includingFractionalSeconds: text.contains("."))
    return try format.parse(text).timeIntervalSince1970
  }
}
