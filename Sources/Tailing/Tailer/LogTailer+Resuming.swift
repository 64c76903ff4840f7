internal import LinuxIO

/// Finding the place where an earlier process left the log.
extension LogTailer {
  /// Finds the files that were held among the log and its siblings, and makes the chain from there.
  ///
  /// - Parameters:
  ///   - position: Where to resume.
  ///   - opened: What the path names now; nil where it names nothing.
  ///   - siblings: The paths of the siblings.
  ///   - now: The present.
  /// - Returns: False when it cannot be said yet, because there is no log or the siblings changed meanwhile.
  /// - Throws: `SystemCallError` when the files cannot be read.
  func resume(
    at position: TailPosition,
    with opened: OpenLogFile?,
    siblings: [String],
    at now: MonotonicTime
  ) throws(SystemCallError) -> Bool {
    var found: [OpenLogFile] = []
    var lost: Int64 = 0
    var candidates = try openFiles(siblings)
    if let opened { candidates.insert(opened, at: 0) }
    for saved in position.files {
      candidates.removeAll { candidate in found.contains { $0.isSameFile(as: candidate.status) } }
      if let file = try find(saved, among: candidates, at: now) {
        try file.move(to: saved.offset, isInsideOversizedLine: saved.isInsideOversizedLine)
        found.append(file)
      } else if saved.offset > 0 || saved.identity.headBytes > 0 {
        lost += 1
      }
    }
    candidates = []
    if let siblingFailure, opened == nil || found.last !== opened { note(unreadable: path, nil, siblingFailure) }
    try requireReadable()
    // Without the log a sibling may be all there is; without either, the directory may not be mounted yet.
    guard opened != nil || !found.isEmpty || position.files.isEmpty else { return false }
    chain = found.filter { $0 !== opened }
    var newer = try unknownFiles(among: siblings, besides: opened)
    guard !hasListingChanged else {
      chain = []
      return false
    }
    try requireReadable()
    statistics.lostPositions += lost
    for file in found { known.forget(file) }
    if found.last === opened, let opened {
      // The log is still the one it was, so what appeared beside it was not rotated away from it.
      for file in newer { known.remember(file) }
      opened.role = .atPath
      chain.append(opened)
      followedPath = trail.resolvedPath
      return true
    }
    if found.isEmpty {
      // Nothing says where they belong but their times: what is older than the file that was lost was there before it.
      for file in newer where file.status.modifiedNanoseconds < position.modifiedNanoseconds { known.remember(file) }
      newer.removeAll { $0.status.modifiedNanoseconds < position.modifiedNanoseconds }
    }
    append(newer, at: now)
    hasMoreFiles = chain.count >= options.maximumOpenFiles
    if let opened, !hasMoreFiles {
      // Where it was renamed back, it goes on where it was left, after those that came between.
      if found.contains(where: { $0 === opened }) { known.remember(opened) }
      opened.role = .atPath
      try append(opened, at: now)
    }
    return true
  }

  /// When a file was last written to or renamed: if that is longer ago than the rotate wait, no late line is waited for.
  private func lastChange(of file: OpenLogFile, at now: MonotonicTime) -> MonotonicTime {
    let age = options.wallClock().nanoseconds - file.status.changedNanoseconds
    // A clock that was set, or a server's, must not make the wait longer.
    return MonotonicTime(nanoseconds: now.nanoseconds - max(0, age))
  }

  /// The file that was left, by its number and content; else the one that holds most of what a copy of it would.
  private func find(
    _ saved: FilePosition,
    among candidates: [OpenLogFile],
    at now: MonotonicTime
  ) throws(SystemCallError) -> OpenLogFile? {
    // A file that was empty is told by its number alone, which may have been given away: it is taken for a new one.
    guard saved.identity.headBytes > 0 || saved.offset > 0 else { return nil }
    for file in candidates where file.position.isSameFile(as: saved) {
      guard try file.continues(saved) else { continue }
      file.role = .rotated(since: lastChange(of: file, at: now))
      return file
    }
    // That the file is there, but cut, is as good as a long content.
    guard ReadFileIndex.isDistinctive(saved) || candidates.contains(where: { $0.position.isSameFile(as: saved) }) else {
      return nil
    }
    var copy: OpenLogFile?
    for file in candidates where file.status.size > copy?.status.size ?? -1 {
      if try file.continues(saved) { copy = file }
    }
    copy?.role = .copy
    return copy
  }
}
