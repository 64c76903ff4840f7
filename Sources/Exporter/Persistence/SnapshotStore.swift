internal import CommandLineOptions
internal import JobState
internal import LinuxIO

/// Keeps the newest snapshot in a directory that no other exporter uses at the same time.
struct SnapshotStore: ~Copyable {
  /// What became of the snapshots so far.
  struct Statistics: Equatable {
    var writes: Int64 = 0
    var errors: Int64 = 0
    /// When the newest one was written, since 1970; nil before the first.
    var writtenNanoseconds: Int64?
    var bytes: Int64 = 0
  }

  /// A hundred pipelines with a full history take about a tenth of it; the rest is for the logs' positions.
  static let usualMaximumBytes = 16 << 20

  private(set) var statistics = Statistics()
  /// More is not read, so that a wrong file cannot fill the memory, and so it must not be written either.
  private let maximumBytes: Int
  private let path: String
  private let logger: Logger
  private let lock: LockFile
  private var isFailing = false
  private var hasLeftOut = false

  /// Takes the directory over; makes it where it is missing.
  ///
  /// - Parameters:
  ///   - directory: The directory.
  ///   - logger: The exporter's own log.
  ///   - maximumBytes: The longest snapshot.
  /// - Throws: `StartError` when another process uses the directory, or it cannot be used at all.
  init(directory: String, logger: Logger, maximumBytes: Int = usualMaximumBytes) throws(StartError) {
    self.logger = logger
    self.maximumBytes = maximumBytes
    path = "\(directory)/etl-exporter.snapshot"
    do throws(SystemCallError) {
      try makeDirectory(directory)
    } catch {
      throw StartError("\(error); --storage.path needs a directory that can be written to")
    }
    do throws(LockFile.Failure) {
      lock = try LockFile.acquire("\(directory)/etl-exporter.lock")
    } catch {
      switch error {
      case .held(let process):
        let holder = process.map { "process \($0)" } ?? "another process"
        throw StartError(
          "storage directory \(directory) is in use by \(holder); give each exporter a --storage.path of its own"
        )
      case .system(let error):
        throw StartError("\(error); --storage.path needs a directory that can be written to")
      }
    }
  }

  /// Reads the snapshot that the last process left; one that cannot be understood is set aside, and said loudly.
  ///
  /// - Parameter logNames: The own names of the logs that are followed now.
  /// - Returns: The snapshot; nil where there is none to go on from.
  /// - Throws: `StartError` when the file is there and cannot be read: to begin anew would count everything twice.
  func load(logNames: [String?]) throws(StartError) -> Snapshot? {
    do {
      guard let document = try readFile(path, maximumBytes: maximumBytes) else { return nil }
      let snapshot = try Snapshot(document: document, logNames: logNames)
      if !snapshot.resetParts.isEmpty {
        logger.write(
          .warn,
          "parts of the snapshot cannot be used and start anew; all totals go on",
          ["path": path, "parts": snapshot.resetParts.joined(separator: ",")]
        )
      }
      return snapshot
    } catch let defect as Snapshot.Defect {
      try setAside(because: defect)
      return nil
    } catch let error as SystemCallError where error.errno == .fileTooLarge {
      throw StartError(
        "\(error); a snapshot has \(maximumBytes) bytes at most: move it away to count from the log's start"
      )
    } catch {
      throw StartError("\(error); let the exporter's user read it, or remove it to count from the log's start")
    }
  }

  private func setAside(because defect: Snapshot.Defect) throws(StartError) {
    let newPath = "\(path).corrupt"
    do {
      try renameFile(path, to: newPath)
    } catch {
      throw StartError("\(path) is no snapshot (\(defect)) and cannot be set aside: \(error)")
    }
    logger.write(
      .error,
      "the snapshot cannot be used; counting from the start of the log",
      ["path": path, "reason": "\(defect)", "kept_as": newPath]
    )
  }

  /// Writes a snapshot in the place of the last one; where that fails, the last one stands.
  ///
  /// - Parameter snapshot: The snapshot.
  /// - Returns: Whether it was written.
  mutating func save(_ snapshot: Snapshot) -> Bool {
    let now = WallTime.now.nanoseconds
    let document = fitting(snapshot, writtenAt: now)
    do throws(SystemCallError) {
      guard document.count <= maximumBytes else {
        throw SystemCallError(operation: "write \(document.count) bytes to", subject: path, errno: .fileTooLarge)
      }
      // Safe: every byte of the array is initialized.
      try replaceFile(path, with: unsafe document.span.bytes)
    } catch {
      noteFailure(error)
      return false
    }
    if isFailing { logger.write(.info, "the snapshot is written again", ["path": path], about: path) }
    isFailing = false
    statistics.writes += 1
    statistics.writtenNanoseconds = now
    statistics.bytes = Int64(document.count)
    return true
  }

  /// The snapshot's document, without as many logs that are gone as it takes to be read again; too long where that is not
  /// enough.
  private mutating func fitting(_ snapshot: Snapshot, writtenAt now: Int64) -> [UInt8] {
    let document = snapshot.document(writtenAt: now)
    guard document.count > maximumBytes, snapshot.droppedCount > 0 else { return document }
    var snapshot = snapshot
    let count = snapshot.omitDroppedLogs(toSave: document.count - maximumBytes)
    if !hasLeftOut {
      hasLeftOut = true
      logger.write(
        .warn,
        "the snapshot is full; of logs that are gone the oldest are left out, and would count anew if they came back",
        ["path": path, "left_out": count, "limit_bytes": maximumBytes]
      )
    }
    return snapshot.document(writtenAt: now)
  }

  private mutating func noteFailure(_ error: SystemCallError) {
    statistics.errors += 1
    if !isFailing {
      if error.errno == .fileTooLarge {
        logger.write(
          .error,
          "the snapshot is too large; the last one stands until fewer logs, or fewer rotated files beside them, are there",
          ["error": "\(error)", "limit_bytes": maximumBytes],
          about: path
        )
      } else {
        logger.write(.error, "the snapshot cannot be written; trying again", ["error": "\(error)"], about: path)
      }
    }
    isFailing = true
  }
}
