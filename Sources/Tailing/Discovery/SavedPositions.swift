internal import LinuxIO

/// How far a log was read.
package struct SavedPosition: Equatable {
  /// The log's path.
  package let path: String
  /// How far it was read.
  package let position: TailPosition

  package init(path: String, position: TailPosition) {
    self.path = path
    self.position = position
  }
}

/// Logs that are not followed any more, or not yet, and how far they were read: where one comes back it goes on, instead
/// of counting what was counted.
struct DroppedLogs {
  /// The newest last.
  private(set) var positions: [SavedPosition]
  /// As many as were there at once may come back together, such as with their directory; and what was away when the
  /// process started is away for no fault of its own.
  private var maximum = LogGlob.maximumMatches

  /// The number of logs that were let go whose positions are kept, at least.
  static let minimumKept = 100

  init(_ positions: [SavedPosition]) {
    self.positions = positions
  }

  /// Ends the start, at which all that an earlier process knew is kept.
  mutating func endStart() {
    forgetOldest()
    maximum = max(Self.minimumKept, positions.count)
  }

  /// Makes room for as many as are followed at once.
  mutating func keep(atLeast count: Int) {
    maximum = max(maximum, min(count, LogGlob.maximumMatches))
  }

  mutating func append(_ gone: [SavedPosition]) {
    positions += gone
    forgetOldest()
  }

  func index(of key: String) -> Int? { positions.firstIndex { $0.path == key } }

  /// Whether one of the logs has read a file, under whatever name.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - key: What it is known by; what was read under this name is not asked for.
  /// - Returns: True where reading it from its start would count lines again.
  func hasRead(_ path: String, besides key: String) -> Bool {
    guard !positions.isEmpty, let status = try? FileStatus(of: path) else { return false }
    return positions.contains { saved in
      guard saved.path != key else { return false }
      // With less of it, another file with its number cannot be told from it.
      let files = (saved.position.files + saved.position.knownSiblings).filter {
        $0.offset >= ReadFileIndex.minimumFingerprintBytes
      }
      let hasNumber = files.contains {
        $0.identity.inode == status.inode && $0.identity.device == status.device
      }
      return hasNumber && saved.position.hasRead(path)
    }
  }

  mutating func remove(at index: Int) { positions.remove(at: index) }

  private mutating func forgetOldest() {
    positions.removeFirst(max(0, positions.count - maximum))
  }
}

/// How far files were read by an earlier process that may have other names by now.
struct SavedFiles {
  private var files: [FileNumber: FilePosition] = [:]

  init(_ positions: [SavedPosition]) {
    for file in positions.lazy.flatMap(\.position.files) where file.offset > 0 {
      files[FileNumber(device: file.identity.device, inode: file.identity.inode)] = file
    }
  }

  func contains(_ number: FileNumber) -> Bool { files[number] != nil }

  /// Where to go on in a file that had another name when an earlier process read it; nil where none did.
  mutating func takePosition(of path: String) -> TailPosition? {
    guard !files.isEmpty, let number = try? FileStatus(of: path).number, let file = files[number] else { return nil }
    files[number] = nil
    // If it is another file after all, the tailer sees it and begins at its start; nothing that is beside it is newer.
    return TailPosition(
      files: [file],
      modifiedNanoseconds: .max,
      knownSiblings: [],
      siblingPaths: TailPosition.beforeSiblings(of: path).siblingPaths
    )
  }
}
