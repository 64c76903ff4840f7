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
  var totals: ReadCounters
  var pipelines: PipelineTable
  /// When it was written, in nanoseconds since 1970; nil where it was not yet.
  private(set) var writtenNanoseconds: Int64?
  /// The parts that could not be read and start anew; totals and positions are never among them.
  private(set) var resetParts: [String] = []

  /// Writes the snapshot as one JSON document, whose last member is a checksum of all that stands before it.
  ///
  /// - Parameter nanoseconds: The present, since 1970; for people who look at the file.
  /// - Returns: The document, with a newline.
  func document(writtenAt nanoseconds: Int64) -> [UInt8] {
    var text: [UInt8] = []
    JSONValue.object([
      ("format", .integer(Self.format)),
      ("written", .integer(nanoseconds)),
      ("logs", .array(logs.map(\.json))),
      ("lines", lineCounts.json),
      ("totals", totals.json),
      ("pipelines", pipelines.json),
    ]).append(to: &text)
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
    guard let format = json["format"]?.integerValue else { throw .damaged }
    guard format == Self.format else { throw .format(format) }
    let logs = json["logs"]?.elements { log -> Log? in
      guard let path = log["path"]?.stringValue, let position = TailPosition(json: log["position"]) else { return nil }
      return Log(path: path, position: position)
    }
    guard
      let logs,
      let lineCounts = LineCounts(json: json["lines"]),
      let totals = ReadCounters(json: json["totals"]),
      let pipelines = PipelineTable(logNames: logNames, json: json["pipelines"], resetParts: &resetParts)
    else { throw .damaged }
    self.logs = logs
    self.lineCounts = lineCounts
    self.totals = totals
    self.pipelines = pipelines
    writtenNanoseconds = json["written"]?.integerValue
  }

  init(logs: [Log], lineCounts: LineCounts, totals: ReadCounters, pipelines: PipelineTable) {
    self.logs = logs
    self.lineCounts = lineCounts
    self.totals = totals
    self.pipelines = pipelines
  }

  /// The length of what `withChecksum` adds.
  static let checksumBytes = checksumMember(0).count

  /// Closes an object that lacks its last brace with a checksum of it.
  ///
  /// - Parameter content: The object without its last brace.
  /// - Returns: The whole document.
  static func withChecksum(_ content: ArraySlice<UInt8>) -> [UInt8] {
    // FNV-1a, which finds what a crash or a bad disk does to a file; it keeps nobody from changing it on purpose.
    let checksum = content.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    return content + checksumMember(checksum)
  }

  private static func checksumMember(_ checksum: UInt64) -> [UInt8] {
    Array(", \"checksum\": \"\(hexadecimal(checksum))\"}\n".utf8)
  }
}

/// Sixteen hexadecimal digits: JSON's numbers do not hold 64 bits everywhere.
private func hexadecimal(_ value: UInt64) -> String {
  let digits = String(value, radix: 16)
  return String(repeating: "0", count: 16 - digits.count) + digits
}

extension FilePosition {
  fileprivate var json: JSONValue {
    .object([
      ("device", .string(hexadecimal(identity.device))),
      ("inode", .string(hexadecimal(identity.inode))),
      ("head_bytes", .integer(Int64(identity.headBytes))),
      ("head_hash", .string(hexadecimal(identity.headHash))),
      ("offset", .integer(offset)),
      ("preceding_hash", .string(hexadecimal(precedingHash))),
      ("inside_oversized_line", .boolean(isInsideOversizedLine)),
      ("seen_bytes", .integer(seenBytes)),
      ("seen_hash", .string(hexadecimal(seenHash))),
      ("delivered", .string(delivered.text)),
    ])
  }

  fileprivate init?(json: JSONValue) {
    guard
      let device = json["device"]?.hexadecimalValue, let inode = json["inode"]?.hexadecimalValue,
      let headBytes = json["head_bytes"]?.count, let headHash = json["head_hash"]?.hexadecimalValue,
      let offset = json["offset"]?.count, let precedingHash = json["preceding_hash"]?.hexadecimalValue,
      let isInside = json["inside_oversized_line"]?.booleanValue,
      let seenBytes = json["seen_bytes"]?.count, let seenHash = json["seen_hash"]?.hexadecimalValue
    else { return nil }
    self.init(
      identity: FileIdentity(device: device, inode: inode, headBytes: Int(headBytes), headHash: headHash),
      offset: offset,
      precedingHash: precedingHash,
      isInsideOversizedLine: isInside,
      seenBytes: seenBytes,
      seenHash: seenHash,
      // Versions before 0.2 did not keep them.
      delivered: json["delivered"]?.stringValue.flatMap(DeliveredFingerprints.init(text:))
    )
  }
}

extension Snapshot.Log {
  fileprivate var json: JSONValue { .object([("path", .string(path)), ("position", position.json)]) }

  /// How long it is in a document, at least.
  fileprivate var documentBytes: Int {
    var text: [UInt8] = []
    json.append(to: &text)
    return text.count
  }
}

extension TailPosition {
  fileprivate var json: JSONValue {
    .object([
      ("files", .array(files.map(\.json))),
      ("modified", .integer(modifiedNanoseconds)),
      ("known_siblings", .array(knownSiblings.map(\.json))),
      ("sibling_paths", .array(siblingPaths.map(JSONValue.string))),
    ])
  }

  fileprivate init?(json: JSONValue?) {
    guard
      let files = json?["files"]?.elements(FilePosition.init(json:)),
      let modified = json?["modified"]?.integerValue,
      let knownSiblings = json?["known_siblings"]?.elements(FilePosition.init(json:)),
      let siblingPaths = json?["sibling_paths"]?.elements(\.stringValue)
    else { return nil }
    self.init(
      files: files,
      modifiedNanoseconds: modified,
      knownSiblings: knownSiblings,
      siblingPaths: siblingPaths
    )
  }
}

extension ReadCounters {
  fileprivate var json: JSONValue {
    .object([
      ("read_bytes", .integer(readBytes)),
      ("read_errors", .integer(readErrors)),
      ("rotations", rotations.json),
      ("abandoned_files", .integer(abandonedFiles)),
      ("lost_positions", .integer(lostPositions)),
      ("truncations_without_copy", .integer(truncationsWithoutCopy)),
      ("skipped_files", .integer(skippedFiles)),
      ("missed_files", .integer(missedFiles)),
    ])
  }

  fileprivate init?(json: JSONValue?) {
    guard let readBytes = json?["read_bytes"]?.count, let readErrors = json?["read_errors"]?.count else { return nil }
    self.init()
    self.readBytes = readBytes
    self.readErrors = readErrors
    // Versions before 0.2 did not count them.
    abandonedFiles = json?["abandoned_files"]?.count ?? 0
    lostPositions = json?["lost_positions"]?.count ?? 0
    truncationsWithoutCopy = json?["truncations_without_copy"]?.count ?? 0
    skippedFiles = json?["skipped_files"]?.count ?? 0
    missedFiles = json?["missed_files"]?.count ?? 0
    for kind in RotationKind.allCases { rotations[kind] = json?["rotations"]?[kind.rawValue]?.count ?? 0 }
  }
}
