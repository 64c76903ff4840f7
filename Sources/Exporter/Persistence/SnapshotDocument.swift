internal import ETLLog
internal import JSON
internal import JobState
internal import Tailing

/// What is read of a document before anything else is.
struct SnapshotHeader: SnapshotObject {
  var format: Int64 = 0
  var writtenNanoseconds: Int64?

  mutating func declare(_ members: inout SnapshotMembers) {
    members.required("format", &format, .integer)
    members.optional("written", &writtenNanoseconds, .orNull(.integer))
  }
}

/// The snapshot's document but for its checksum; `Sources/README.md` has the schema.
struct SnapshotDocument {
  var header = SnapshotHeader()
  var logs: [Snapshot.Log] = []
  var lineCounts = LineCounts()
  var valueCounts = ValueCounts()
  var counters = ReadCounters()
  var pipelines = PipelineTable.State()
  var customMetrics = CustomMetricTable.State()
}

extension SnapshotDocument: SnapshotObject {
  mutating func declare(_ members: inout SnapshotMembers) {
    // Members of the document itself.
    header.declare(&members)
    members.objects("logs", &logs)
    members.object("lines", &lineCounts)
    members.object("values", &valueCounts, mayBeMissing: true)
    members.object("totals", &counters)
    members.object("pipelines", &pipelines)
    members.part("custom_metrics", &customMetrics, .object, mayBeMissing: true)
  }
}

extension LineCounts: SnapshotObject {
  mutating func declare(_ members: inout SnapshotMembers) {
    // Older snapshots have none of text lines and of pieces.
    for result in LineResult.allCases {
      members.required(result.rawValue, &self[result], .count, mayBeMissing: result == .text || result == .partial)
    }
  }
}

extension ValueCounts: SnapshotObject {
  mutating func declare(_ members: inout SnapshotMembers) {
    members.object("unusable", &unusable)
    members.object("replaced", &replaced)
  }
}

extension ValueCounts.ByField: SnapshotObject {
  mutating func declare(_ members: inout SnapshotMembers) {
    for field in LogField.read { members.optional(field.name, &self[field], .count) }
  }
}

extension ReadCounters: SnapshotObject {
  mutating func declare(_ members: inout SnapshotMembers) {
    members.required("read_bytes", &readBytes, .count)
    members.required("read_errors", &readErrors, .count)
    members.object("rotations", &rotations, mayBeMissing: true)
    members.optional("abandoned_files", &abandonedFiles, .count)
    members.optional("lost_positions", &lostPositions, .count)
    members.optional("truncations_without_copy", &truncationsWithoutCopy, .count)
  }
}

extension RotationCounts: SnapshotObject {
  mutating func declare(_ members: inout SnapshotMembers) {
    for kind in RotationKind.allCases { members.optional(kind.rawValue, &self[kind], .count) }
  }
}

// MARK: How far the logs were read

extension Snapshot.Log: SnapshotObject {
  init() {
    self.init(path: "", position: TailPosition())
  }

  mutating func declare(_ members: inout SnapshotMembers) {
    members.required("path", &path, .string)
    members.object("position", &position)
  }
}

extension TailPosition: SnapshotObject {
  init() {
    self.init(files: [], modifiedNanoseconds: 0, knownSiblings: [], siblingPaths: [])
  }

  mutating func declare(_ members: inout SnapshotMembers) {
    members.objects("files", &files)
    members.required("modified", &modifiedNanoseconds, .integer)
    members.objects("known_siblings", &knownSiblings)
    members.required("sibling_paths", &siblingPaths, .list(.string))
  }
}

extension FilePosition: SnapshotObject {
  init() {
    self.init(
      identity: FileIdentity(device: 0, inode: 0, headBytes: 0, headHash: 0),
      offset: 0,
      precedingHash: 0,
      isInsideOversizedLine: false,
      seenBytes: 0,
      seenHash: 0
    )
  }

  mutating func declare(_ members: inout SnapshotMembers) {
    members.required("device", &identity.device, .hexadecimal)
    members.required("inode", &identity.inode, .hexadecimal)
    members.required("head_bytes", &identity.headBytes, .count)
    members.required("head_hash", &identity.headHash, .hexadecimal)
    members.required("offset", &offset, .count)
    members.required("preceding_hash", &precedingHash, .hexadecimal)
    members.required("inside_oversized_line", &isInsideOversizedLine, .boolean)
    members.required("seen_bytes", &seenBytes, .count)
    members.required("seen_hash", &seenHash, .hexadecimal)
  }
}
