internal import LinuxIO

/// Taking files into the chain, in the order in which their lines were written.
extension LogTailer {
  /// Listings taken after a truncation while the siblings change.
  private static let listingsPerTruncation = 8

  /// Puts the file that the path names now at the chain's end.
  func append(_ opened: OpenLogFile, at now: MonotonicTime) throws(SystemCallError) {
    if let position = try siblings.known.position(of: opened), try opened.continues(position) {
      try opened.move(to: position.offset, isInsideOversizedLine: position.isInsideOversizedLine)
    }
    if let last = fileChain.last {
      try last.refreshStatus()
      if last.role == .atPath { last.role = .rotated(since: now) }
      let isGone = last.status.linkCount == 0
      let tellsByTime = opened.offset == 0 && siblings.tellsByTime(opened)
      for file in chain.reversed() where opened.offset == 0 && (tellsByTime || file.status.linkCount == 0) {
        try goOnBehind(file, in: opened)
      }
      // Where an earlier process followed it, nothing says where the path led then.
      let kind: RotationKind =
        last.role == .copy
        ? .truncate
        : isGone ? (location.wasMissing ? .delete : .replace) : location.leadsToFollowedPath ? .rename : .symlink
      recorder.record(.rotated(kind, from: last.currentPath, to: path))
    }
    if fileChain.last == nil, let ended = location.endedPath {
      recorder.record(.rotated(.delete, from: ended, to: path))
    }
    location.endedPath = nil
    location.followedPath = location.trail.resolvedPath
    fileChain.expectsNoMore = false
    fileChain.append(opened)
    recorder.decide(.read, path, "the log's path names it; it is read from byte \(opened.offset) on")
  }

  /// Where a log was replaced by a copy of itself, goes on in the copy behind what the original has delivered.
  private func goOnBehind(_ last: OpenLogFile, in opened: OpenLogFile) throws(SystemCallError) {
    guard last.status.size >= ReadFileIndex.minimumFingerprintBytes else { return }
    guard try !opened.isOneLineRepeated(upTo: last.status.size) else { return }
    var isCopy = try last.isBeginning(of: opened)
    if !isCopy, ReadFileIndex.isDistinctive(last.position) { isCopy = try opened.continues(last.position) }
    if isCopy {
      try opened.move(to: last.offset, isInsideOversizedLine: last.isInsideOversizedLine)
    } else if let held = try opened.offsetHeld(of: last.position) {
      try opened.move(to: held)
    } else {
      return
    }
    // What was not read is read from the copy; the original is held for what is yet written to it.
    last.hasContinuation = true
    try last.move(to: last.endOfContent())
    recorder.decide(.read, path, "it is a copy of \(last.currentPath) with other lines behind")
  }

  /// Puts siblings and what the path names behind what is held, in the order in which they were written.
  func append(_ files: [OpenLogFile], around opened: OpenLogFile?, at now: MonotonicTime) throws(SystemCallError) {
    guard let opened else { return append(rotated: files, at: now) }
    let later = successors(of: opened, among: files)
    append(rotated: files.filter { file in !later.contains { $0 === file } }, at: now)
    guard !fileChain.isFull else {
      fileChain.hasMoreFiles = true
      return
    }
    location.fullFile = nil
    try append(opened, at: now)
    goOn(in: later, behind: opened, at: now)
  }

  /// Puts siblings that were rotated away from the log behind what is held, as far as there is room.
  func append(rotated files: [OpenLogFile], at now: MonotonicTime) {
    var last = fileChain.last
    for file in fileChain.append(rotated: files, at: now) {
      if let last { recorder.record(.rotated(.rename, from: last.currentPath, to: file.path)) }
      recorder.decide(.read, file.path, "it was rotated away from the log since the last scan")
      last = file
    }
  }

  /// Takes in, before a file that was truncated more than once between two scans, what it held in between: the new
  /// siblings that are older than what it holds now.
  func insert(
    _ files: [OpenLogFile],
    before truncated: OpenLogFile,
    _ siblings: SiblingListing,
    at now: MonotonicTime
  ) {
    let older = files.filter { $0.status.size > 0 && isOlder($0, truncated, siblings) }
    let count = fileChain.insert(older, before: truncated, at: now)
    for file in older.prefix(count) {
      recorder.decide(.read, file.path, "it holds what the log held between two truncations")
    }
  }

  /// Whether a sibling is older than what a truncated file holds now.
  private func isOlder(_ file: OpenLogFile, _ truncated: OpenLogFile, _ siblings: SiblingListing) -> Bool {
    let times = (file.status.modifiedNanoseconds, truncated.status.modifiedNanoseconds)
    // Within one tick of the file system's clock the names tell. What still is the log is newer than any sibling.
    guard times.0 == times.1 else { return times.0 < times.1 }
    func isTruncated(_ path: String) -> Bool {
      (try? FileStatus(of: path))?.isSameFile(as: truncated.status) == true
    }
    if isTruncated(path) { return true }
    guard let name = siblings.paths.first(where: isTruncated) else { return false }
    return SiblingFinder.isOlder((times.0, file.path), (times.1, name))
  }

  /// Looks whether what was read of the file that the path named last is still there.
  func verifyLast(_ scan: inout TailScan) throws(SystemCallError) {
    guard let last = fileChain.last, last.role == .atPath else { return }
    let wasEmpty = last.isUnseen
    let verified = last.verifiedNanoseconds
    switch try last.verify(at: options.wallClock()) {
    case .intact:
      scan.mayHideTruncation = scan.mayHideTruncation || (wasEmpty && last.verifiedNanoseconds != verified)
    case .shortened(let offset):
      recorder.decide(.read, path, "it was cut or written anew, and holds what was read up to byte \(offset)")
      try last.goBack(to: offset)
    case .truncated: try followTruncation(of: last, scan)
    }
  }

  /// A file was cut to nothing: takes what was not read from its copy, and goes on at the start.
  func followTruncation(of file: OpenLogFile, _ scan: TailScan) throws(SystemCallError) {
    let listing = try siblings.list(besides: fileChain)
    // With its directory away, so is its copy: nothing is decided before it is back.
    guard !location.isDirectoryMissing else { return }
    let position = file.position
    let copy = try siblings.takeCopy(of: file, among: listing, besides: fileChain)
    // One of them may be the copy. A file that is not the log's own any more waits for none.
    if file.role == .atPath { try siblings.requireReadable() }
    recorder.record(.rotated(.truncate, from: file.currentPath, to: copy?.currentPath ?? file.currentPath))
    try file.restart()
    guard fileChain.contains(file) else { return }
    if let copy {
      try copy.restart()
      try copy.move(to: position.offset, isInsideOversizedLine: position.isInsideOversizedLine)
      copy.role = .copy
      siblings.release(copy: copy)
      fileChain.insert(copy, before: file)
      recorder.decide(.read, copy.path, "it is the copy that was made before the truncation, with unread lines")
    } else {
      recorder.record(.truncatedWithoutCopy(path: file.currentPath))
    }
    // It is this file's truncation that tells where they belong, so that it cannot be left to the next scan.
    var unknown = try siblings.unknownFiles(in: listing, besides: fileChain, and: nil, isLast: scan.isLast)
    for _ in 0..<Self.listingsPerTruncation where unknown == nil {
      let listing = try siblings.list(besides: fileChain)
      unknown = try siblings.unknownFiles(in: listing, besides: fileChain, and: nil, isLast: scan.isLast)
    }
    siblings.passOverUnreadable()
    insert(unknown ?? [], before: file, listing, at: scan.now)
  }
}
