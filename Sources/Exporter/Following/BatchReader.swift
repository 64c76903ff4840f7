internal import CommandLineOptions
internal import ETLLog
internal import JobState
internal import LinuxIO
internal import Metrics
internal import Tailing
internal import UnixTime

/// Reads the logs to their end, their rotated siblings first, and says what is in them: a check of what a running exporter
/// shows, made from the files alone.
struct BatchReader: ~Copyable {
  /// Reading again is all that is done, so that it need not be cut into slices.
  private static let budget = 64 << 20

  private var registry: TailRegistry
  private var processor: LineProcessor
  /// Tells of each decision about a file; nil where that is not asked for.
  private var eventLog: TailEventLog?
  private let sourcePipelines: [[UInt8]?]
  private let staleAfterSeconds: Double
  /// What there is to say of logs that are not there, though files beside them are.
  private(set) var missingLogs: [String] = []

  /// The first line of all that could not be counted.
  private var firstRejected: RejectedLines?
  /// The first value of all that could not be used.
  private var firstUnusable: UnusableValues?

  /// Finds out what the paths name.
  ///
  /// - Parameter configuration: Which logs, and how.
  /// - Throws: `StartError` when a path cannot be read.
  init(_ configuration: ExporterConfiguration) throws(StartError) {
    var options = configuration.tailOptions
    // Nobody is waited for: what is not there now is not read.
    options.waitsForMore = false
    let registry = try TailRegistry(
      following: configuration,
      options: options,
      positions: [],
      readsSiblings: true,
      watcher: TailWatcher(usesInotify: false)
    )
    if let pattern = registry.unmatchedPatterns.first { throw StartError("no file matches \(pattern)") }
    processor = LineProcessor(
      maximumLineBytes: configuration.maximumLineBytes,
      silenceNanoseconds: configuration.staleAfter.inNanoseconds,
      localOffsetSeconds: configuration.logZone.secondsAheadOfUTC,
      pipelines: PipelineTable(logNames: configuration.logNames)
    )
    staleAfterSeconds = configuration.staleAfter.inSeconds
    sourcePipelines = configuration.sourcePipelines
    if configuration.logLevel == .debug {
      let logger = Logger(level: .debug, format: configuration.logFormat)
      eventLog = TailEventLog(logger: logger, rotateWaitSeconds: options.rotateWaitSeconds)
    }
    self.registry = registry
  }

  /// Reads everything.
  ///
  /// - Returns: Whether every line and value could be read and counted, and none was missing.
  /// - Throws: `StartError` when a log is not there, nor a file beside it that was rotated, or one cannot be read.
  mutating func read() throws(StartError) -> Bool {
    for log in registry.logs {
      processor.setContext(logName: sourcePipelines[log.sourceIndex], origin: log.origin, readTime: .now)
      while true {
        let progress = log.tailer.readAvailable(budget: Self.budget, into: &processor)
        eventLog?.take(registry.events.take(), at: .now)
        if case .failing(let error) = log.tailer.state { throw StartError("\(error)") }
        guard progress == .caughtUp else { continue }
        if case .waiting(let reason) = log.tailer.state {
          // Between a rotation and the job's next line there need not be a log. A path that was mistyped may have such
          // files as well, so that it must be said.
          guard log.tailer.holdsNamedFile else { throw StartError(reason) }
          missingLogs.append("\(reason); the files beside it whose names begin with its name were read")
        }
        guard let descriptor = log.tailer.streamDescriptor else { break }
        do throws(SystemCallError) {
          try wait(for: descriptor, toBe: .readable)
        } catch {
          throw StartError("\(error)")
        }
      }
    }
    processor.finish(at: .now)
    firstRejected = processor.takeRejectedLines()
    firstUnusable = processor.takeUnusableValues()
    return findings == nil
  }

  /// What was wrong with what was read, for people; nil where every line could be read and counted, and none was
  /// missing.
  var findings: String? {
    let parts = notRead + [conflict, contradictions, missing].compactMap { $0 }
    return parts.isEmpty ? nil : parts.joined(separator: "; ")
  }

  /// The lines and values that could not be read, and the files that were not.
  private var notRead: [String] {
    [
      Self.amount(processor.aggregator.lineCounts[.malformed], "malformed line").map { $0 + whereAndWhy },
      Self.amount(processor.aggregator.lineCounts[.oversized], "oversized line"),
      Self.amount(processor.aggregator.valueCounts.unusable.total, "unusable value").map { $0 + fieldAndWhy },
    ].compactMap { $0 }
      + registry.overfullPatterns.map { pattern, count in
        "\(count) \(count == 1 ? "file is" : "files are") not read, since more than \(LogGlob.maximumMatches) match "
          + pattern
      }
  }

  /// Where the first malformed line is, and what is wrong with it; empty where one that was too long came before it.
  private var whereAndWhy: String {
    guard let lines = firstRejected, let fault = lines.fault else { return "" }
    return " (\(lines.count > 1 ? "the first in" : "in") \(lines.path): \(fault): \(lines.quotedBeginning))"
  }

  /// Which field has the first value that could not be used, and what would be right.
  private var fieldAndWhy: String {
    guard let values = firstUnusable else { return "" }
    return " (\(values.count > 1 ? "the first in" : "in") \(values.path): \(values.fieldName) is \(values.fault): "
      + values.quotedBeginning + ")"
  }

  /// What the totals of two jobs make of each other is neither's.
  private var conflict: String? {
    processor.aggregator.conflictingLogs.map {
      "the totals of \($0.otherPath) and \($0.path) are mixed up in one pipeline; "
        + "give each log a name: --log-file NAME=PATH"
    }
  }

  /// What one log's totals make of each other that follow the work of several writers.
  private var contradictions: String? {
    let pipelines = processor.aggregator.pipelines.all.filter { $0.totals.conflictingLines > 0 }
    guard let pipeline = pipelines.first else { return nil }
    let lines = pipelines.reduce(0) { saturatingSum($0, $1.totals.conflictingLines) }
    return "\(Self.amount(lines, "line") ?? "") with totals that go back and forth"
      + "\(pipeline.name.map { " in pipeline \($0)" } ?? ""), so that the counts are wrong; \(ConflictAdvice.text)"
  }

  /// What the totals tell of and no line does.
  private var missing: String? {
    let totals = processor.aggregator.pipelines.all.map(\.totals)
    let missing = [
      Self.amount(totals.reduce(0) { saturatingSum($0, $1.records.gap) }, "record"),
      Self.amount(totals.reduce(0) { saturatingSum($0, $1.files.gap) }, "file"),
      Self.amount(totals.reduce(0) { saturatingSum($0, $1.failures.gap) }, "failure"),
    ].compactMap { $0 }
    guard let last = missing.last else { return nil }
    let list = missing.count > 1 ? missing.dropLast().joined(separator: ", ") + " and " + last : last
    return "\(list) \(missing.count == 1 && list.hasPrefix("1 ") ? "is" : "are") missing from the log"
  }

  private static func amount(_ count: Int64, _ noun: String) -> String? {
    count == 0 ? nil : "\(count) \(noun)\(count == 1 ? "" : "s")"
  }

  /// What a scrape would show.
  ///
  /// - Parameter start: When this process started.
  /// - Returns: The exposition.
  func metrics(processStart start: WallTime) -> String {
    var totals = ReadCounters()
    for log in registry.logs { totals.add(log.tailer) }
    let state = ExporterState(
      now: .now,
      staleAfterSeconds: staleAfterSeconds,
      events: processor.aggregator,
      readCounters: totals,
      processStart: start
    )
    var output: [UInt8] = []
    MetricCatalogue.exposition.render(state, as: .text, into: &output)
    return String(decoding: output, as: UTF8.self)
  }
}
