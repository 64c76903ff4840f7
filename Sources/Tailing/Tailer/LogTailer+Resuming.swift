internal import LinuxIO

/// Finding the place where an earlier process left the log.
extension LogTailer {
  /// What came of looking for the place where an earlier process was.
  enum Resumption {
    case resumed
    /// It cannot be said yet, because there is no log.
    case wait
    /// The siblings changed meanwhile.
    case changed
  }

  /// Finds the files that were held among the log and its siblings, and makes the chain from there.
  ///
  /// - Parameters:
  ///   - position: Where to resume.
  ///   - opened: What the path names now; nil where it names nothing.
  ///   - listing: The siblings.
  ///   - scan: The scan.
  /// - Returns: What came of it.
  /// - Throws: `SystemCallError` when the files cannot be read.
  func resume(
    at position: TailPosition,
    with opened: OpenLogFile?,
    siblings listing: SiblingListing,
    _ scan: TailScan
  ) throws(SystemCallError) -> Resumption {
    let (found, lost) = try find(position.files, among: listing, and: opened, at: scan.now)
    if let failure = siblings.failure, opened == nil || found.last !== opened {
      siblings.note(unreadable: path, nil, failure, besides: fileChain)
    }
    try siblings.requireReadable()
    // Without the log a sibling may be all there is; without either, the directory may not be mounted yet.
    guard opened != nil || !found.isEmpty || position.files.isEmpty else { return .wait }
    fileChain.replaceAll(with: found.filter { $0 !== opened })
    guard
      let newer = try siblings.unknownFiles(in: listing, besides: fileChain, and: opened, isLast: scan.isLast)
    else {
      fileChain.replaceAll(with: [])
      return .changed
    }
    try siblings.requireReadable()
    for saved in lost { recorder.record(.positionLost(offset: saved.offset)) }
    // What was rotated away and packed while nobody looked cannot be read any more.
    let newest = max(position.modifiedNanoseconds, found.last?.status.modifiedNanoseconds ?? 0)
    let missed = position.files.isEmpty ? [] : siblings.packedFiles(newerThan: newest)
    for path in missed { recorder.record(.fileMissed(path: path)) }
    for file in found {
      recorder.record(.resumed(path: file.path, offset: file.offset))
      siblings.known.forget(file)
    }
    try buildChain(from: position, found: found, newer: newer, opened: opened, at: scan.now)
    return .resumed
  }

  private func buildChain(
    from position: TailPosition,
    found: [OpenLogFile],
    newer: [OpenLogFile],
    opened: OpenLogFile?,
    at now: MonotonicTime
  ) throws(SystemCallError) {
    if found.last === opened, let opened {
      // The log is still the one it was, so what appeared beside it was not rotated away from it.
      opened.role = .atPath
      fileChain.append(opened)
      location.followedPath = location.trail.resolvedPath
      for file in try takeSuccessors(of: opened, among: newer, at: now) {
        siblings.ignore(file, "it appeared while the log stayed the same")
      }
      return
    }
    var newer = newer
    if found.isEmpty {
      // Nothing says where they belong but their times: what is older than the file that was lost was there before it.
      for file in newer where file.status.modifiedNanoseconds < position.modifiedNanoseconds {
        siblings.ignore(file, "it is older than the file that was read last, which is not there any more")
      }
      newer.removeAll { $0.status.modifiedNanoseconds < position.modifiedNanoseconds }
    }
    if let opened, let last = newer.last ?? found.last, try isFull(opened, before: last) {
      // The path's file was read to its end, and the log went on in others.
      append(rotated: newer, at: now)
      fileChain.last?.role = .atPath
      location.fullFile = opened.status
      location.followedPath = location.trail.resolvedPath
      return
    }
    // Where it was renamed back, it goes on where it was left, after those that came between.
    if let opened, found.contains(where: { $0 === opened }) { siblings.known.remember(opened) }
    opened?.role = .atPath
    try append(newer, around: opened, at: now)
  }

  /// Whether the path's file was read to its end by an earlier process, and another one is newer.
  private func isFull(_ opened: OpenLogFile, before last: OpenLogFile) throws(SystemCallError) -> Bool {
    guard options.sketch != nil, let position = try siblings.known.position(of: opened) else { return false }
    return position.offset == opened.status.size && !successors(of: opened, among: [last]).isEmpty
  }

  /// Finds files that an earlier process held, and moves in each to where that was.
  ///
  /// - Returns: The files that were found, and the positions of those that were not, though something of them was read.
  private func find(
    _ positions: [FilePosition],
    among listing: SiblingListing,
    and opened: OpenLogFile?,
    at now: MonotonicTime
  ) throws(SystemCallError) -> (found: [OpenLogFile], lost: [FilePosition]) {
    var found: [OpenLogFile] = []
    var lost: [FilePosition] = []
    var candidates = try siblings.open(listing, besides: fileChain)
    if let opened { candidates.insert(opened, at: 0) }
    // Another log's name may be what this one's file was renamed to.
    let numbers = positions.map { FileNumber(device: $0.identity.device, inode: $0.identity.inode) }
    candidates += siblings.filesOfOtherLogs(with: Set(numbers))
    for saved in positions {
      candidates.removeAll { candidate in found.contains { $0.isSameFile(as: candidate.status) } }
      if let file = try find(saved, among: candidates, at: now) {
        if file.offset == 0 {
          try file.move(to: saved.offset, isInsideOversizedLine: saved.isInsideOversizedLine)
          file.resume(delivered: saved.delivered)
        }
        found.append(file)
      } else if saved.offset > 0 || saved.identity.headBytes > 0 {
        lost.append(saved)
      }
    }
    return (found, lost)
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
    for file in candidates where file.position.isSameFile(as: saved) {
      // It lost its end, such as with the power, or was written anew.
      guard let held = try file.offsetHeld(of: saved) else { continue }
      recorder.decide(.read, file.path, "it was cut or written anew, and holds what was read up to byte \(held)")
      file.role = .rotated(since: lastChange(of: file, at: now))
      try file.move(to: held)
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
