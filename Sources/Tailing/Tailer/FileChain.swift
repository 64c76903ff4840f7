internal import LinuxIO

/// The files of one log that are held, in the order in which their lines were written.
struct FileChain {
  /// The files that are read or to be read, oldest first.
  private(set) var files: [OpenLogFile] = []
  /// Whether there are more files to be read than may be held, whose bytes are not in `lagBytes` yet.
  var hasMoreFiles = false
  /// Whether nothing more is to come of files that have no name any more.
  var expectsNoMore = false
  /// Files that are held at the same time, at most.
  let maximumFiles: Int

  init(maximumFiles: Int) {
    self.maximumFiles = maximumFiles
  }

  var first: OpenLogFile? { files.first }
  var last: OpenLogFile? { files.last }
  var isFull: Bool { files.count >= maximumFiles }
  /// Bytes that are there and not delivered.
  var lagBytes: Int64 { files.reduce(0) { $0 + $1.lagBytes } }

  /// Whether a file is held, by its number.
  func contains(_ status: FileStatus) -> Bool { files.contains { $0.isSameFile(as: status) } }

  /// Whether a file is held, by its number.
  func contains(_ file: OpenLogFile) -> Bool { contains(file.status) }

  /// Puts a file behind all others.
  mutating func append(_ file: OpenLogFile) { files.append(file) }

  /// Puts a file in front of another one.
  mutating func insert(_ file: OpenLogFile, before next: OpenLogFile) {
    guard let index = files.firstIndex(where: { $0 === next }) else { return }
    files.insert(file, at: index)
  }

  mutating func remove(_ file: OpenLogFile) { files.removeAll { $0 === file } }

  mutating func replaceAll(with files: [OpenLogFile]) { self.files = files }

  /// Puts files between others, in front of one, because their lines were written before its lines.
  ///
  /// - Returns: Those that there was room for; the others cannot be put in their place later.
  mutating func insert(_ inserted: [OpenLogFile], before next: OpenLogFile, at now: MonotonicTime) -> Int {
    var count = 0
    // Beyond the bound for files that come after others.
    for file in inserted where files.count < 4 * maximumFiles {
      file.role = .rotated(since: now)
      file.isUnproven = true
      insert(file, before: next)
      count += 1
    }
    return count
  }

  /// Puts files that were rotated away behind all others, as long as there is room; those that are left over are still
  /// there, and still unknown, when there is.
  ///
  /// - Returns: Those that there was room for.
  mutating func append(rotated: [OpenLogFile], at now: MonotonicTime) -> [OpenLogFile] {
    let added = Array(rotated.prefix(max(0, maximumFiles - files.count)))
    if added.count < rotated.count { hasMoreFiles = true }
    for file in added {
      file.role = .rotated(since: now)
      file.isUnproven = true
      files.append(file)
    }
    return added
  }

  /// Whether a file that was read to its end is done with.
  ///
  /// - Parameters:
  ///   - file: The file.
  ///   - isClosed: Whether nobody could write to it any more before it was read to its end.
  ///   - now: The present.
  ///   - options: Limits and times.
  /// - Returns: True where no more is expected of it.
  func canFinish(_ file: OpenLogFile, isClosed: Bool, at now: MonotonicTime, with options: TailOptions) -> Bool {
    if expectsNoMore || isClosed, file.status.linkCount == 0 { return true }
    guard files.count > 1 else { return false }
    switch file.role {
    case .atPath: return false
    case .copy: return true
    case .rotated(let since):
      if hasMoreFiles || !options.waitsForMore { return true }
      // The scan that saw the newer lines came before the read that found the end.
      return files.dropFirst().contains(where: \.hasHadData)
        && (isClosed || now.seconds(since: since) >= options.rotateWaitSeconds)
    }
  }
}
