import ETLLog
import LinuxIO
import Metrics
import Tailing

@testable import Exporter
@testable import JobState

/// 2025-01-18T04:00:00Z, when the mission's example happened.
let exampleNanoseconds: Int64 = 1_737_172_800_000_000_000

/// Log lines on their way to numbers, with a clock that stands where the test puts it.
struct Fixture: ~Copyable {
  var processor: LineProcessor
  var now = WallTime(nanoseconds: exampleNanoseconds + 10_000_000_000)

  init(logNames: [String?] = [nil]) {
    processor = LineProcessor(maximumLineBytes: 64 << 10, pipelines: PipelineTable(logNames: logNames))
  }

  init(resuming snapshot: Snapshot) {
    processor = LineProcessor(
      maximumLineBytes: 64 << 10,
      pipelines: snapshot.pipelines,
      lineCounts: snapshot.lineCounts
    )
  }

  /// Reads lines as the tailer would hand them over.
  mutating func read(_ lines: String..., from logName: String? = nil) {
    processor.setContext(logName: logName.map { Array($0.utf8) }, readTime: now)
    for line in lines {
      let bytes = Array("\(line)\n".utf8)
      // Every byte is initialized.
      processor.receive(unsafe bytes.span.bytes)
    }
  }

  /// What a process that ends here would leave.
  var snapshot: Snapshot {
    Snapshot(
      logs: [],
      lineCounts: processor.aggregator.lineCounts,
      totals: ReadCounters(),
      pipelines: processor.aggregator.pipelines
    )
  }

  /// A new process that goes on where this one is.
  func resumed() throws -> Fixture {
    var new = Fixture(resuming: try Snapshot(document: snapshot.document(writtenAt: 0), logNames: [nil]))
    new.now = now
    return new
  }

  var delaySeconds: Double? { processor.aggregator.eventDelaySeconds }

  /// What an exporter shows that has read these lines.
  func state(logs: ReadCounters = ReadCounters()) -> ExporterState {
    var state = ExporterState(
      now: now,
      staleAfterSeconds: 120,
      events: processor.aggregator,
      readCounters: logs,
      processStart: WallTime(nanoseconds: exampleNanoseconds - 5_000_000_000)
    )
    state.buildLabels = .none.adding("version", "1.2.3")
    return state
  }

  /// The whole exposition.
  func metrics(logs: ReadCounters = ReadCounters(), as format: ExpositionFormat = .text) -> String {
    var output: [UInt8] = []
    MetricCatalogue.exposition().render(state(logs: logs), as: format, into: &output)
    return String(decoding: output, as: UTF8.self)
  }

  /// The samples whose lines begin with a text, without help and type.
  func samples(_ prefix: String) -> [String] {
    metrics().split(separator: "\n").map(String.init).filter { $0.hasPrefix(prefix) }
  }
}

extension Fixture {
  /// A line as the simulator writes it, some seconds after the example's time.
  static func completed(
    _ seconds: Int,
    records: Int = 250,
    totals: (Int, Int, Int),
    time: Double = 25.3,
    rate: Double = 9.88,
    pipeline: String? = nil
  ) -> String {
    let name = pipeline.map { ", \"pipeline\": \"\($0)\"" } ?? ""
    return """
      {"timestamp": "2025-01-18T04:00:0\(seconds)Z", "message": "file_processing_completed", \
      "total_records": \(totals.0), "total_files": \(totals.1), "total_failures": \(totals.2), \
      "file_id": "file_000005", "records_processed": \(records), "processing_time": \(time), \
      "current_rate": \(rate)\(name)}
      """
  }

  static func failed(_ seconds: Int, type: String?, totals: (Int, Int, Int)) -> String {
    let errorType = type.map { ", \"error_type\": \"\($0)\"" } ?? ""
    return """
      {"timestamp": "2025-01-18T04:00:0\(seconds)Z", "message": "file_processing_failed", \
      "total_records": \(totals.0), "total_files": \(totals.1), "total_failures": \(totals.2), \
      "file_id": "file_000006"\(errorType), "retry_after": 30}
      """
  }

  static func message(_ seconds: Int, _ message: String) -> String {
    "{\"timestamp\": \"2025-01-18T04:00:0\(seconds)Z\", \"message\": \"\(message)\"}"
  }
}
