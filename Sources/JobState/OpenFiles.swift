internal import ETLLog

/// The files that were started and neither completed nor failed, of jobs that work on several at a time.
struct OpenFiles: Equatable {
  /// More are not told apart: the ones that were started first are forgotten.
  static let maximumCount = 1_000

  private(set) var files: [JobStatus.OpenFile] = []

  /// When the file was started that has been open for longest, since 1970; nil where none is open.
  var oldestNanoseconds: Int64? {
    // A loop, because this is asked with each scrape of each pipeline.
    var oldest: Int64?
    for file in files { oldest = min(oldest ?? file.startedNanoseconds, file.startedNanoseconds) }
    return oldest
  }

  /// What a file is known by that has no name.
  private static let unnamed: UInt64 = 0xcbf2_9ce4_8422_2325

  /// What the file of a line is known by.
  static func nameHash(_ texts: borrowing LogTexts) -> UInt64 {
    var hash = unnamed
    // FNV-1a, which is the same in the next process.
    texts.withBytes(of: .fileID) { name in
      for index in name.indices { hash = (hash ^ UInt64(name[index])) &* 0x100_0000_01b3 }
    }
    return hash
  }

  /// Opens a file; one of the same name is then a new one.
  mutating func start(_ nameHash: UInt64, at nanoseconds: Int64) {
    files.removeAll { $0.nameHash == nameHash }
    if files.count == Self.maximumCount { files.removeFirst() }
    files.append(JobStatus.OpenFile(nameHash: nameHash, startedNanoseconds: nanoseconds))
  }

  /// Closes a file.
  ///
  /// - Parameter nameHash: What it is known by. Without a name all are closed, since it may be any; and one that was not seen
  ///   to start may be that which was started without a name.
  /// - Returns: When it was started; nil where that was not seen.
  mutating func finish(_ nameHash: UInt64) -> Int64? {
    guard let index = files.firstIndex(where: { $0.nameHash == nameHash }) else {
      files.removeAll { nameHash == Self.unnamed || $0.nameHash == Self.unnamed }
      return nil
    }
    return files.remove(at: index).startedNanoseconds
  }

  /// Closes all files, as a run's beginning and end do.
  mutating func removeAll() { files.removeAll(keepingCapacity: true) }
}

// MARK: In a snapshot

extension JobStatus {
  /// A file that is being worked on.
  package struct OpenFile: Equatable, BitwiseCopyable {
    /// What its name is known by: a hash, so that a file that is started asks for no memory.
    package var nameHash: UInt64
    /// When it was started, since 1970.
    package var startedNanoseconds: Int64

    /// Makes one of no name.
    package init() {
      self.init(nameHash: 0, startedNanoseconds: 0)
    }

    init(nameHash: UInt64, startedNanoseconds: Int64) {
      self.nameHash = nameHash
      self.startedNanoseconds = startedNanoseconds
    }
  }
}

extension OpenFiles {
  /// Makes those that an earlier process left.
  ///
  /// - Parameters:
  ///   - files: The files; nil in older snapshots.
  ///   - startedNanoseconds: What those have in its place.
  init(_ files: [JobStatus.OpenFile]?, startedNanoseconds: Int64?) {
    guard let files else {
      if let startedNanoseconds { start(Self.unnamed, at: startedNanoseconds) }
      return
    }
    for file in files.suffix(Self.maximumCount) { start(file.nameHash, at: file.startedNanoseconds) }
  }
}
