internal import CommandLineOptions
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

  /// A hundred pipelines with all that belongs to them take less than a twentieth of it.
  private static let maximumBytes = 16 << 20

  private(set) var statistics = Statistics()
  private let path: String
  private let log: OwnLog
  private let lock: LockFile
  private var isFailing = false

  /// Takes the directory over; makes it where it is missing.
  ///
  /// - Parameters:
  ///   - directory: The directory.
  ///   - log: The exporter's own log.
  /// - Throws: `StartError` when another process uses the directory, or it cannot be used at all.
  init(directory: String, log: OwnLog) throws(StartError) {
    self.log = log
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
      guard let document = try readFile(path, maximumBytes: Self.maximumBytes) else { return nil }
      return try Snapshot(document: document, logNames: logNames)
    } catch let defect as Snapshot.Defect {
      try setAside(because: defect)
      return nil
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
    log.write(
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
    let document = snapshot.document(writtenAt: now)
    do throws(SystemCallError) {
      // Safe: every byte of the array is initialized.
      try replaceFile(path, with: unsafe document.span.bytes)
    } catch {
      statistics.errors += 1
      if !isFailing {
        log.write(.error, "the snapshot cannot be written; trying again", ["error": "\(error)"], about: path)
      }
      isFailing = true
      return false
    }
    if isFailing { log.write(.info, "the snapshot is written again", ["path": path], about: path) }
    isFailing = false
    statistics.writes += 1
    statistics.writtenNanoseconds = now
    statistics.bytes = Int64(document.count)
    return true
  }
}
