internal import LinuxIO

/// Looking at the path and its siblings, and deciding what became of the log.
extension LogTailer {
  /// What the path names.
  private enum Sight {
    case missing
    case failing(SystemCallError)
    case file(FileStatus)
    case fifo
  }

  /// Looks that a turn takes when the files change under it.
  private static let looksPerTurn = 8

  func checkKind() throws(TailStartError) {
    guard let status = try? FileStatus(of: path) else { return }
    switch status.kind {
    case .regular, .fifo: return
    case .directory: throw .isDirectory(path: path)
    case .characterDevice, .other: throw .isNoLog(path: path)
    }
  }

  /// Brings the chain up to date with what is there.
  func look(at now: MonotonicTime) {
    for file in chain.dropLast() { try? file.refreshStatus() }
    for _ in 0..<Self.looksPerTurn {
      do throws(SystemCallError) {
        if try lookOnce(at: now) { return }
      } catch {
        statistics.readErrors += 1
        pathRetry.fail(at: now)
        condition = .failing(error)
        return
      }
    }
  }

  private func see() -> Sight {
    do throws(SystemCallError) {
      let status = try FileStatus(of: path)
      if status.kind == .fifo, chain.isEmpty { return .fifo }
      guard status.kind == .regular else {
        return .failing(SystemCallError(operation: "read", subject: path, errno: .isDirectory))
      }
      return .file(status)
    } catch {
      return error.errno == .noSuchFile || error.errno == .notDirectory ? .missing : .failing(error)
    }
  }

  /// - Returns: False when the files changed during the look, and it must be taken again.
  private func lookOnce(at now: MonotonicTime) throws(SystemCallError) -> Bool {
    // In this order: a sibling listed before the log was seen unchanged was not rotated away from it.
    let listed = try listSiblings()
    switch see() {
    case .missing:
      try pathIsMissing(listed, at: now)
      return true
    case .failing(let error):
      guard pathRetry.isDue(at: now) else { return true }
      throw error
    case .fifo:
      guard pathRetry.isDue(at: now) else { return true }
      stream = try StreamReader.open(fifo: path, maximumLineBytes: options.maximumLineBytes)
      pathRetry.succeed()
      return true
    case .file(let status):
      if let last = chain.last, last.isSameFile(as: status) {
        try lookAtLast(last, siblings: listed, at: now)
        return true
      }
      return try pathIsNew(at: now)
    }
  }

  /// The path names the file it named before.
  private func lookAtLast(_ last: HeldFile, siblings: [String], at now: MonotonicTime) throws(SystemCallError) {
    // It may have been away, with its directory.
    last.role = .atPath
    condition = .following
    pathRetry.succeed()
    let mayHideTruncation = try verifyLast(at: now)
    let unknown = try unknownFiles(among: siblings, besides: nil)
    if hasLooked, mayHideTruncation { insert(unknown, before: last, siblings: siblings, at: now) }
    for file in unknown where !chain.contains(where: { $0 === file }) { known.remember(file) }
    hasLooked = true
  }

  /// The path names nothing.
  private func pathIsMissing(_ siblings: [String], at now: MonotonicTime) throws(SystemCallError) {
    condition = .waiting(reason: "\(path) does not exist")
    pathRetry.succeed()
    guard !isDirectoryMissing else {
      // It may come back with all that is in it: that the log is gone with it says nothing about the log.
      hasLooked = true
      return
    }
    if let unresolvedPosition {
      if try resume(at: unresolvedPosition, with: nil, siblings: siblings, at: now) { self.unresolvedPosition = nil }
      return
    }
    let mayHideTruncation = try verifyLast(at: now)
    let unknown = try unknownFiles(among: siblings, besides: nil)
    take(unknown, siblings: siblings, mayHideTruncation: mayHideTruncation, at: now)
  }

  /// The path names another file than before, or its first one.
  private func pathIsNew(at now: MonotonicTime) throws(SystemCallError) -> Bool {
    guard pathRetry.isDue(at: now) else { return true }
    let opened: HeldFile
    do throws(SystemCallError) {
      opened = try HeldFile(opening: path, role: .atPath)
    } catch {
      if error.errno == .noSuchFile { return false }
      throw error
    }
    opened.resolvedPath = trail.resolvedPath
    let siblings = try listSiblings()
    // Listed after it was opened, siblings may be newer than it, unless the path still names it.
    guard case .file(let status) = see(), opened.isSameFile(as: status) else { return false }
    pathRetry.succeed()
    condition = .following
    if let unresolvedPosition {
      if try resume(at: unresolvedPosition, with: opened, siblings: siblings, at: now) { self.unresolvedPosition = nil }
      return true
    }
    if let index = chain.firstIndex(where: { $0.isSameFile(as: opened.status) }) {
      // It was renamed back. What came after it is read first; it goes on where it was left.
      known.remember(chain.remove(at: index))
    }
    let mayHideTruncation = try verifyLast(at: now)
    let unknown = try unknownFiles(among: siblings, besides: opened)
    take(unknown, siblings: siblings, mayHideTruncation: mayHideTruncation, at: now)
    guard chain.count < options.maximumHeldFiles else { return true }
    try append(opened, at: now)
    return true
  }

  /// Puts the file that the path names now at the chain's end.
  func append(_ opened: HeldFile, at now: MonotonicTime) throws(SystemCallError) {
    if let position = try known.position(of: opened), try opened.continues(position) {
      try opened.move(to: position.offset, isInsideOversizedLine: position.isInsideOversizedLine)
    }
    if let last = chain.last {
      try last.refreshStatus()
      let isGone = last.status.linkCount == 0
      let wasMissing = last.role != .atPath
      if last.role == .atPath { last.role = .rotated(since: now) }
      if isGone, opened.offset == 0 { try goOnBehind(last, in: opened) }
      let kind: RotationKind =
        last.role == .copy
        ? .truncate
        : isGone ? (wasMissing ? .delete : .replace) : opened.resolvedPath != last.resolvedPath ? .symlink : .rename
      statistics.countRotation(kind)
    }
    chain.append(opened)
  }

  /// Where a log was replaced by a copy of itself, goes on in the copy behind what the original will deliver.
  private func goOnBehind(_ last: HeldFile, in opened: HeldFile) throws(SystemCallError) {
    guard last.status.size >= KnownFiles.tellingBytes else { return }
    if try last.isBeginning(of: opened) {
      try opened.move(to: last.status.size)
    } else if KnownFiles.isTelling(last.position), try opened.continues(last.position) {
      try opened.move(to: last.offset)
    }
  }

  /// Takes in siblings that were not there when the path still named the last file.
  private func take(
    _ unknown: [HeldFile],
    siblings: [String],
    mayHideTruncation: Bool,
    at now: MonotonicTime
  ) {
    if let last = chain.last, last.role == .atPath {
      if mayHideTruncation { insert(unknown, before: last, siblings: siblings, at: now) }
      last.role = .rotated(since: now)
    }
    let rest = unknown.filter { file in !chain.contains { $0 === file } }
    if hasLooked {
      append(rest, at: now)
    } else {
      for file in rest { known.remember(file) }
    }
    hasLooked = true
  }

  func append(_ files: [HeldFile], at now: MonotonicTime) {
    for file in files where chain.count < options.maximumHeldFiles {
      file.role = .rotated(since: now)
      file.isUnproven = true
      chain.append(file)
      statistics.countRotation(.rename)
    }
  }

  /// Takes in, before a file that was truncated more than once between two looks, what it held in between: the new
  /// siblings that are older than what it holds now.
  private func insert(
    _ files: [HeldFile],
    before truncated: HeldFile,
    siblings: [String],
    at now: MonotonicTime
  ) {
    guard var index = chain.firstIndex(where: { $0 === truncated }) else { return }
    let newest = (truncated.status.modifiedNanoseconds, path: currentPath(of: truncated, among: siblings))
    for file in files where chain.count < options.maximumHeldFiles {
      guard file.status.size > 0,
        newest.path == path && file.status.modifiedNanoseconds <= newest.0
          || SiblingFinder.isOlder((file.status.modifiedNanoseconds, file.path), newest)
      else { continue }
      file.role = .rotated(since: now)
      file.isUnproven = true
      chain.insert(file, at: index)
      index += 1
    }
  }

  // MARK: Truncation

  /// Looks whether what was read of the file that the path named last is still there.
  ///
  /// - Returns: Whether it may have been truncated all the same, since nothing was known of its content.
  private func verifyLast(at now: MonotonicTime) throws(SystemCallError) -> Bool {
    guard let last = chain.last, last.role == .atPath else { return false }
    let wasEmpty = last.isUnseen
    let modified = last.status.modifiedNanoseconds
    switch try last.verify() {
    case .intact: return wasEmpty && last.status.modifiedNanoseconds != modified
    case .shortened: try last.moveToEnd()
    case .truncated: try followTruncation(of: last, at: now)
    }
    return false
  }

  /// A file was cut to nothing: takes what was not read from its copy, and goes on at the start.
  func followTruncation(of file: HeldFile, at now: MonotonicTime) throws(SystemCallError) {
    let siblings = try listSiblings()
    // With its directory away, so is its copy: nothing is decided before it is back.
    guard !isDirectoryMissing else { return }
    let position = file.position
    statistics.countRotation(.truncate)
    let copy = position.identity.headBytes > 0 ? try findCopy(of: position, among: siblings) : nil
    try file.restart()
    guard let index = chain.firstIndex(where: { $0 === file }) else { return }
    if let copy {
      try copy.move(to: position.offset, isInsideOversizedLine: position.isInsideOversizedLine)
      copy.role = .copy
      known.forget(copy)
      chain.insert(copy, at: index)
    } else {
      statistics.truncationsWithoutCopy += 1
    }
    insert(try unknownFiles(among: siblings, besides: nil), before: file, siblings: siblings, at: now)
  }

  private func findCopy(of position: FilePosition, among siblings: [String]) throws(SystemCallError) -> HeldFile? {
    var longest: HeldFile?
    for path in siblings {
      guard let file = open(path), !chain.contains(where: { $0.isSameFile(as: file.status) }),
        try file.continues(position), file.status.size > longest?.status.size ?? -1
      else { continue }
      longest = file
    }
    return longest
  }

  // MARK: Siblings

  private func listSiblings() throws(SystemCallError) -> [String] {
    var paths = [path]
    if trail.resolvedPath != path { paths.append(trail.resolvedPath) }
    var siblings: [String] = []
    for (index, path) in paths.enumerated() {
      let found = try SiblingFinder.siblings(of: path, limit: options.maximumKnownSiblings)
      if index == 0 { isDirectoryMissing = found == nil }
      siblings += found ?? []
    }
    siblingPaths = paths
    return siblings
  }

  /// The name that a file has now.
  private func currentPath(of file: HeldFile, among siblings: [String]) -> String {
    siblings.first { (try? FileStatus(of: $0))?.isSameFile(as: file.status) == true } ?? path
  }

  /// Opens a sibling; nil when it is gone again, or no file that can be read.
  func open(_ path: String) -> HeldFile? {
    guard let status = try? FileStatus(of: path), status.kind == .regular else { return nil }
    return try? HeldFile(opening: path, role: .copy)
  }

  /// The siblings that are neither held nor known, nor copies of what is, oldest first.
  func unknownFiles(
    among siblings: [String],
    besides opened: HeldFile?
  ) throws(SystemCallError) -> [HeldFile] {
    var unknown: [HeldFile] = []
    for path in siblings {
      guard let file = open(path), opened?.isSameFile(as: file.status) != true,
        !chain.contains(where: { $0.isSameFile(as: file.status) }),
        !unknown.contains(where: { $0.isSameFile(as: file.status) })
      else { continue }
      if try known.position(of: file) != nil { continue }
      if try isCopy(file, besides: opened) {
        known.remember(file)
      } else {
        unknown.append(file)
      }
    }
    return unknown.sorted {
      SiblingFinder.isOlder(($0.status.modifiedNanoseconds, $0.path), ($1.status.modifiedNanoseconds, $1.path))
    }
  }

  /// Whether a file holds what another one that is held or known does.
  private func isCopy(_ file: HeldFile, besides opened: HeldFile?) throws(SystemCallError) -> Bool {
    for held in chain where KnownFiles.isTelling(held.position) {
      if try file.continues(held.position) { return true }
    }
    if let newest = opened ?? chain.last, file.status.size > 0, try file.isBeginning(of: newest) { return true }
    return try known.holdsCopy(file)
  }
}
