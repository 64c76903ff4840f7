internal import LinuxIO

/// Taking files into the chain, in the order in which their lines were written.
extension LogTailer {
  /// Listings taken after a truncation while the siblings change.
  private static let listingsPerTruncation = 8

  /// Puts the file that the path names now at the chain's end.
  func append(_ opened: OpenLogFile, at now: MonotonicTime) throws(SystemCallError) {
    if let position = try known.position(of: opened), try opened.continues(position) {
      try opened.move(to: position.offset, isInsideOversizedLine: position.isInsideOversizedLine)
    }
    if let last = chain.last {
      try last.refreshStatus()
      if last.role == .atPath { last.role = .rotated(since: now) }
      let isGone = last.status.linkCount == 0
      if isGone, opened.offset == 0 { try goOnBehind(last, in: opened) }
      // Where an earlier process followed it, nothing says where the path led then.
      statistics.countRotation(
        last.role == .copy
          ? .truncate
          : isGone
            ? (wasPathMissing ? .delete : .replace)
            : followedPath == nil || followedPath == trail.resolvedPath ? .rename : .symlink
      )
    }
    followedPath = trail.resolvedPath
    expectsNoMore = false
    chain.append(opened)
  }

  /// Where a log was replaced by a copy of itself, goes on in the copy behind what the original will deliver.
  private func goOnBehind(_ last: OpenLogFile, in opened: OpenLogFile) throws(SystemCallError) {
    guard last.status.size >= ReadFileIndex.minimumFingerprintBytes else { return }
    if try last.isBeginning(of: opened) {
      try opened.move(to: last.status.size)
    } else if ReadFileIndex.isDistinctive(last.position), try opened.continues(last.position) {
      try opened.move(to: last.offset)
    }
  }

  /// Takes in siblings that were not there when the path still named the last file.
  func take(
    _ unknown: [OpenLogFile],
    siblings: [String],
    at now: MonotonicTime
  ) {
    if let last = chain.last, last.role == .atPath {
      if mayHideTruncation { insert(unknown, before: last, siblings: siblings, at: now) }
      last.role = .rotated(since: now)
    }
    let rest = unknown.filter { file in !chain.contains { $0 === file } }
    if hasScanned {
      append(rest, at: now)
    } else {
      for file in rest { known.remember(file) }
    }
    hasScanned = true
  }

  func append(_ files: [OpenLogFile], at now: MonotonicTime) {
    for file in files {
      // The rest is still there, and still unknown, when there is room.
      guard chain.count < options.maximumOpenFiles else {
        hasMoreFiles = true
        return
      }
      file.role = .rotated(since: now)
      file.isUnproven = true
      if !chain.isEmpty { statistics.countRotation(.rename) }
      chain.append(file)
    }
  }

  /// Takes in, before a file that was truncated more than once between two looks, what it held in between: the new
  /// siblings that are older than what it holds now.
  func insert(
    _ files: [OpenLogFile],
    before truncated: OpenLogFile,
    siblings: [String],
    at now: MonotonicTime
  ) {
    guard var index = chain.firstIndex(where: { $0 === truncated }) else { return }
    // Beyond the bound for files that come after others: these cannot be put in their place later.
    for file in files where chain.count < 4 * options.maximumOpenFiles {
      guard file.status.size > 0, isOlder(file, truncated, siblings) else { continue }
      file.role = .rotated(since: now)
      file.isUnproven = true
      chain.insert(file, at: index)
      index += 1
    }
  }

  /// Whether a sibling is older than what a truncated file holds now.
  private func isOlder(_ file: OpenLogFile, _ truncated: OpenLogFile, _ siblings: [String]) -> Bool {
    let times = (file.status.modifiedNanoseconds, truncated.status.modifiedNanoseconds)
    // Within one tick of the file system's clock the names tell. What still is the log is newer than any sibling.
    guard times.0 == times.1 else { return times.0 < times.1 }
    if (try? FileStatus(of: path))?.isSameFile(as: truncated.status) == true { return true }
    guard let name = siblings.first(where: { (try? FileStatus(of: $0))?.isSameFile(as: truncated.status) == true })
    else { return false }
    return SiblingFinder.isOlder((times.0, file.path), (times.1, name))
  }

  /// Looks whether what was read of the file that the path named last is still there.
  func verifyLast(at now: MonotonicTime) throws(SystemCallError) {
    guard let last = chain.last, last.role == .atPath else { return }
    let wasEmpty = last.isUnseen
    let verified = last.verifiedNanoseconds
    switch try last.verify(at: options.wallClock()) {
    case .intact: mayHideTruncation = mayHideTruncation || (wasEmpty && last.verifiedNanoseconds != verified)
    case .shortened: try last.moveToEnd()
    case .truncated: try followTruncation(of: last, at: now)
    }
  }

  /// A file was cut to nothing: takes what was not read from its copy, and goes on at the start.
  func followTruncation(of file: OpenLogFile, at now: MonotonicTime) throws(SystemCallError) {
    let siblings = try listSiblings()
    // With its directory away, so is its copy: nothing is decided before it is back.
    guard !isDirectoryMissing else { return }
    let position = file.position
    let copy = try findCopy(of: file, among: siblings)
    // One of them may be the copy. A file that is not the log's own any more waits for none.
    if file.role == .atPath { try requireReadable() }
    statistics.countRotation(.truncate)
    try file.restart()
    guard let index = chain.firstIndex(where: { $0 === file }) else { return }
    if let copy {
      try copy.restart()
      try copy.move(to: position.offset, isInsideOversizedLine: position.isInsideOversizedLine)
      copy.role = .copy
      known.forget(copy)
      possibleCopies.removeAll { $0 === copy }
      chain.insert(copy, at: index)
    } else {
      statistics.truncationsWithoutCopy += 1
    }
    // It is this file's truncation that tells where they belong, so that it cannot be left to the next look.
    var unknown = try unknownFiles(among: siblings, besides: nil)
    for _ in 0..<Self.listingsPerTruncation where hasListingChanged {
      unknown = try unknownFiles(among: listSiblings(), besides: nil)
    }
    hasListingChanged = false
    passOverUnreadable()
    insert(unknown, before: file, siblings: siblings, at: now)
  }
}
