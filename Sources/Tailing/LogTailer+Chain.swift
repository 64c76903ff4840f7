internal import LinuxIO

/// Taking files into the chain, in the order in which their lines were written.
extension LogTailer {
  /// Puts the file that the path names now at the chain's end.
  func append(_ opened: HeldFile, at now: MonotonicTime) throws(SystemCallError) {
    if let position = try known.position(of: opened), try opened.continues(position) {
      try opened.move(to: position.offset, isInsideOversizedLine: position.isInsideOversizedLine)
    }
    if let last = chain.last {
      try last.refreshStatus()
      if last.role == .atPath { last.role = .rotated(since: now) }
      let isGone = last.status.linkCount == 0
      if isGone, opened.offset == 0 { try goOnBehind(last, in: opened) }
      statistics.countRotation(
        last.role == .copy
          ? .truncate
          : isGone
            ? (wasPathMissing ? .delete : .replace)
            : followedPath != trail.resolvedPath ? .symlink : .rename
      )
    }
    followedPath = trail.resolvedPath
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
  func take(
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
    for file in files {
      // The rest is still there, and still unknown, when there is room.
      guard chain.count < options.maximumHeldFiles else {
        hasMoreFiles = true
        return
      }
      file.role = .rotated(since: now)
      file.isUnproven = true
      chain.append(file)
      statistics.countRotation(.rename)
    }
  }

  /// Takes in, before a file that was truncated more than once between two looks, what it held in between: the new
  /// siblings that are older than what it holds now.
  func insert(
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

  /// Looks whether what was read of the file that the path named last is still there.
  ///
  /// - Returns: Whether it may have been truncated all the same, since nothing was known of its content.
  func verifyLast(at now: MonotonicTime) throws(SystemCallError) -> Bool {
    guard let last = chain.last, last.role == .atPath else { return false }
    let wasEmpty = last.isUnseen
    let verified = last.verifiedNanoseconds
    switch try last.verify() {
    case .intact: return wasEmpty && last.verifiedNanoseconds != verified
    case .shortened: try last.moveToEnd()
    case .truncated: try followTruncation(of: last, at: now)
    }
    return false
  }

  /// A file was cut to nothing: takes what was not read from its copy, and goes on at the start.
  func followTruncation(of file: HeldFile, at now: MonotonicTime) throws(SystemCallError) {
    let siblings = listSiblings()
    // With its directory away, so is its copy: nothing is decided before it is back.
    guard !isDirectoryMissing else { return }
    let position = file.position
    statistics.countRotation(.truncate)
    let copy = try findCopy(of: position, among: siblings)
    try file.restart()
    guard let index = chain.firstIndex(where: { $0 === file }) else { return }
    if let copy {
      try copy.restart()
      try copy.move(to: position.offset, isInsideOversizedLine: position.isInsideOversizedLine)
      copy.role = .copy
      known.forget(copy)
      fresh.removeAll { $0 === copy }
      chain.insert(copy, at: index)
    } else {
      statistics.truncationsWithoutCopy += 1
    }
    insert(unknownFiles(among: siblings, besides: nil), before: file, siblings: siblings, at: now)
  }
}
