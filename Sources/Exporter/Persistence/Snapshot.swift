internal import JSON
internal import JobState
internal import Tailing

/// Everything that a new process needs to go on where an old one was ended: how far each log was read, and what was
/// counted by then. Both are of one moment, so that no line is counted twice or not at all.
struct Snapshot {
  /// How far one log was read.
  typealias Log = SavedPosition

  /// Changes whenever an older program would misread what this one writes.
  private static let format: Int64 = 1

  var logs: [Log]
  /// How many of the logs, from the first one on, are not followed any more: they can be left out where there is no room,
  /// the first ones first. It is not written.
  var droppedCount = 0
  var lineCounts: LineCounts
  var valueCounts = ValueCounts()
  var totals: ReadCounters
  var pipelines: PipelineTable
  /// What was counted of the metrics that formats declare.
  var customMetrics = CustomMetricTable.State()
  /// When it was written, in nanoseconds since 1970; nil where it was not yet.
  let writtenNanoseconds: Int64?
  /// The parts that could not be read and start anew; totals and positions are never among them.
  let resetParts: [String]

  /// Writes the snapshot as one JSON document, whose last member is a checksum of all that stands before it.
  ///
  /// - Parameter nanoseconds: The present, since 1970; for people who look at the file.
  /// - Returns: The document, with a newline.
  func document(writtenAt nanoseconds: Int64) -> [UInt8] {
    let document = SnapshotDocument(
      header: SnapshotHeader(format: Self.format, writtenNanoseconds: nanoseconds),
      logs: logs,
      lineCounts: lineCounts,
      valueCounts: valueCounts,
      counters: totals,
      pipelines: pipelines.state,
      customMetrics: customMetrics
    )
    var text: [UInt8] = []
    SnapshotMembers.json(of: document).append(to: &text)
    return Self.withChecksum(text.dropLast())
  }

  /// Leaves out logs that are not followed any more, the first ones first, until the document is so much shorter.
  ///
  /// - Parameter bytes: How much shorter it has to be.
  /// - Returns: How many were left out; all of `droppedCount` where even that is not enough.
  mutating func omitDroppedLogs(toSave bytes: Int) -> Int {
    var rest = bytes
    let leftOut = logs.prefix(droppedCount).prefix { log in
      defer { rest -= log.documentBytes }
      return rest > 0
    }.count
    logs.removeFirst(leftOut)
    droppedCount -= leftOut
    return leftOut
  }

  /// Why a document is no snapshot of this program.
  enum Defect: Error, Equatable, CustomStringConvertible {
    case damaged
    case format(Int64)

    var description: String {
      switch self {
      case .damaged: "it is damaged"
      case .format(let format): "it has format \(format), and this version reads format \(Snapshot.format)"
      }
    }
  }

  /// Reads what `document` wrote.
  ///
  /// - Parameters:
  ///   - document: The document.
  ///   - logNames: The own names of the logs that are followed now.
  /// - Throws: `Defect`.
  init(document: [UInt8], logNames: [String?]) throws(Defect) {
    guard
      document.count > Self.checksumBytes,
      document == Self.withChecksum(document.dropLast(Self.checksumBytes)),
      let json = JSONValue.parse(Array(document.dropLast()))
    else { throw .damaged }
    var parts: [String] = []
    guard let header: SnapshotHeader = SnapshotMembers.read(json, resetParts: &parts) else { throw .damaged }
    guard header.format == Self.format else { throw .format(header.format) }
    guard let document: SnapshotDocument = SnapshotMembers.read(json, resetParts: &parts) else { throw .damaged }
    logs = document.logs
    lineCounts = document.lineCounts
    valueCounts = document.valueCounts
    totals = document.counters
    pipelines = PipelineTable(logNames: logNames, state: document.pipelines)
    customMetrics = document.customMetrics
    writtenNanoseconds = document.header.writtenNanoseconds
    resetParts = parts
  }

  init(logs: [Log], lineCounts: LineCounts, totals: ReadCounters, pipelines: PipelineTable) {
    self.logs = logs
    self.lineCounts = lineCounts
    self.totals = totals
    self.pipelines = pipelines
    writtenNanoseconds = nil
    resetParts = []
  }

  /// The length of what `withChecksum` adds.
  static let checksumBytes = checksumMember(0).count

  /// Closes an object that lacks its last brace with a checksum of it.
  ///
  /// - Parameter content: The object without its last brace.
  /// - Returns: The whole document.
  static func withChecksum(_ content: ArraySlice<UInt8>) -> [UInt8] {
    // It finds what a crash or a bad disk does to a file; it keeps nobody from changing it on purpose.
    // Safe: every byte of the array is initialized.
    content + checksumMember(ContentHash(of: unsafe content.span.bytes).value)
  }

  private static func checksumMember(_ checksum: UInt64) -> [UInt8] {
    Array(", \"checksum\": \"\(hexadecimal(checksum))\"}\n".utf8)
  }

  /// Sixteen hexadecimal digits.
  static func hexadecimal(_ value: UInt64) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}

extension Snapshot.Log {
  /// How long it is in a document, at least.
  fileprivate var documentBytes: Int {
    var text: [UInt8] = []
    SnapshotMembers.json(of: self).append(to: &text)
    return text.count
  }
}
