internal import LinuxIO

/// Looking at the path and its siblings, and deciding what became of the log.
extension LogTailer {
  /// What the path names.
  private enum PathState {
    case missing
    case failing(SystemCallError)
    case file(FileStatus)
    case fifo
  }

  /// Looks that a turn takes when the files change under it.
  private static let scansPerTurn = 8

  func checkKind() throws(TailStartError) {
    guard let status = try? FileStatus(of: path) else { return }
    switch status.kind {
    case .regular, .fifo: return
    case .directory: throw .isDirectory(path: path)
    case .characterDevice, .other: throw .isNoLog(path: path)
    }
  }

  /// Lets the next `readAvailable` try what failed again, although its pause is not over.
  package func expediteRetries() {
    pathBackoff.expedite()
    readBackoff.expedite()
  }

  /// Brings the chain up to date with what is there.
  func scan(at now: MonotonicTime) {
    hasMoreFiles = false
    for file in chain { try? file.refreshStatus() }
    hasListingChanged = false
    mayHideTruncation = false
    for scan in 1...Self.scansPerTurn {
      mayScanAgain = scan < Self.scansPerTurn
      do throws(SystemCallError) {
        if try scanOnce(at: now) { return }
      } catch {
        statistics.readErrors += 1
        // Failing again within a pause does not make it longer: looks may come many times a second.
        if pathBackoff.isDue(at: now) { pathBackoff.recordFailure(at: now) }
        state = .failing(error)
        return
      }
    }
  }

  private func statPath() -> PathState {
    do throws(SystemCallError) {
      let status = try FileStatus(of: path)
      if status.kind == .fifo, chain.isEmpty { return .fifo }
      guard status.kind == .regular else {
        let errno = status.kind == .directory ? Errno.isDirectory : .notSupported
        return .failing(SystemCallError(operation: "follow", subject: path, errno: errno))
      }
      return .file(status)
    } catch {
      return error.errno == .noSuchFile || error.errno == .notDirectory ? .missing : .failing(error)
    }
  }

  /// - Returns: False when the files changed during the look, and it must be taken again.
  private func scanOnce(at now: MonotonicTime) throws(SystemCallError) -> Bool {
    if isHeldUp, !pathBackoff.isDue(at: now), !unreadable.mayBeCured { return true }
    unreadable.siblings = []
    // In this order: a sibling listed before the log was seen unchanged was not rotated away from it.
    let listed = try listChangedSiblings()
    switch statPath() {
    case .missing:
      return try handleMissingPath(listed, at: now)
    case .failing(let error):
      guard pathBackoff.isDue(at: now) else { return true }
      throw error
    case .fifo:
      guard pathBackoff.isDue(at: now) else { return true }
      stream = try StreamReader.open(
        fifo: path,
        canEnd: !options.waitsForMore,
        maximumLineBytes: options.maximumLineBytes
      )
      pathBackoff.reset()
      return true
    case .file(let status):
      // Where a number is given away while the file is still open, a deleted one is not what the path names.
      if let last = chain.last, last.isSameFile(as: status), last.status.linkCount > 0 {
        return try checkLast(last, siblings: listed, at: now)
      }
      return try handleNewPath(status, at: now)
    }
  }

  /// The path names the file it named before.
  private func checkLast(
    _ last: OpenLogFile,
    siblings: [String],
    at now: MonotonicTime
  ) throws(SystemCallError) -> Bool {
    // It may have been away, with its directory.
    last.role = .atPath
    wasPathMissing = false
    followedPath = trail.resolvedPath
    state = .following
    try verifyLast(at: now)
    let unknown = try unknownFiles(among: siblings, besides: nil)
    guard !hasListingChanged else { return false }
    if hasScanned, mayHideTruncation { insert(unknown, before: last, siblings: siblings, at: now) }
    let others = unknown.filter { file in !chain.contains { $0 === file } }
    for file in others { known.remember(file) }
    if hasScanned { holdPossibleCopies(others) }
    // The log is still the same file, so that what is beside it was not rotated away from it.
    passOverUnreadable()
    pathBackoff.reset()
    hasScanned = true
    return true
  }

  /// Lets a decision be made by the siblings that could be read, unless it has to wait for another one.
  ///
  /// - Throws: `SystemCallError` of one that cannot be read, and was not there before.
  private func settleUnreadable() throws(SystemCallError) {
    if hasScanned { try requireReadable() } else { passOverUnreadable() }
    pathBackoff.reset()
  }

  /// The path names nothing.
  private func handleMissingPath(_ siblings: [String], at now: MonotonicTime) throws(SystemCallError) -> Bool {
    state = .waiting(reason: "\(path) does not exist\(isDirectoryMissing ? ", nor does its directory" : "")")
    guard !isDirectoryMissing else {
      pathBackoff.reset()
      // It may come back with all that is in it: that the log is gone with it says nothing about the log.
      hasScanned = true
      return true
    }
    if let unresolvedPosition {
      if try resume(at: unresolvedPosition, with: nil, siblings: siblings, at: now) { self.unresolvedPosition = nil }
      if !hasListingChanged { pathBackoff.reset() }
      return !hasListingChanged
    }
    wasPathMissing = true
    try verifyLast(at: now)
    let unknown = try unknownFiles(among: siblings, besides: nil)
    guard !hasListingChanged else { return false }
    try settleUnreadable()
    take(unknown, siblings: siblings, at: now)
    return true
  }

  /// The path names another file than before, or its first one.
  private func handleNewPath(_ seen: FileStatus, at now: MonotonicTime) throws(SystemCallError) -> Bool {
    guard pathBackoff.isDue(at: now) || failedStatus.map(seen.mayBeReadUnlike) == true || isHeldUp else {
      return true
    }
    failedStatus = seen
    let opened: OpenLogFile
    do throws(SystemCallError) {
      opened = try OpenLogFile(opening: path, role: .atPath)
    } catch {
      if error.errno == .noSuchFile { return false }
      throw error
    }
    failedStatus = nil
    let siblings = try listSiblings()
    // Listed after it was opened, siblings may be newer than it, unless the path still names it.
    guard case .file(let status) = statPath(), opened.isSameFile(as: status) else { return false }
    state = .following
    if let unresolvedPosition {
      if try resume(at: unresolvedPosition, with: opened, siblings: siblings, at: now) { self.unresolvedPosition = nil }
      if !hasListingChanged { pathBackoff.reset() }
      return !hasListingChanged
    }
    if let index = chain.firstIndex(where: { $0.isSameFile(as: opened.status) && $0.status.linkCount > 0 }) {
      // It was renamed back. What came after it is read first; it goes on where it was left.
      known.remember(chain.remove(at: index))
    }
    try verifyLast(at: now)
    let unknown = try unknownFiles(among: siblings, besides: opened)
    guard !hasListingChanged else { return false }
    try settleUnreadable()
    take(unknown, siblings: siblings, at: now)
    guard chain.count < options.maximumOpenFiles else {
      hasMoreFiles = true
      return true
    }
    try append(opened, at: now)
    wasPathMissing = false
    return true
  }
}
