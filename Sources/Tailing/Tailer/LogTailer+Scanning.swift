internal import LinuxIO

/// Scanning the path and its siblings, deciding what became of the log, and acting on that.
extension LogTailer {
  /// Brings the chain up to date with what is there.
  func scan(at now: MonotonicTime) {
    fileChain.hasMoreFiles = false
    for file in chain { try? file.refreshStatus() }
    var scan = TailScan(at: now)
    for number in 1...TailScan.maximumPerTurn {
      scan.begin(number)
      do throws(SystemCallError) {
        let decision = try decide(&scan)
        if try act(on: decision, &scan) == .done { return }
      } catch {
        recorder.statistics.readErrors += 1
        // Failing again within a pause does not make it longer: scans may come many times a second.
        if retries.scan.isDue(at: now) { retries.scan.recordFailure(at: now) }
        state = .failing(error)
        return
      }
    }
  }

  private func decide(_ scan: inout TailScan) throws(SystemCallError) -> TailScan.Decision {
    let isDue = retries.scan.isDue(at: scan.now)
    if siblings.isHeldUp, !isDue, !siblings.unreadable.mayBeCured { return .nothing }
    siblings.unreadable.siblings = []
    // In this order: a sibling listed before the log was seen unchanged was not rotated away from it.
    scan.siblings = try siblings.listIfChanged(besides: fileChain)
    switch PathState(of: path, allowsFIFO: chain.isEmpty) {
    case .missing:
      if location.isDirectoryMissing { return .waitForDirectory }
      return unresolvedPosition.map { .resume($0) } ?? .waitForLog
    case .failing(let error):
      if isDue { throw error }
      return .nothing
    case .fifo:
      return isDue ? .openStream : .nothing
    case .file(let status):
      // Where a number is given away while the file is still open, a deleted one is not what the path names.
      if let last = fileChain.last {
        if last.isSameFile(as: status), last.status.linkCount > 0 { return .goOn(last) }
        if location.isFull(status) { return .goOn(last) }
      } else if location.isFull(status) {
        return .nothing
      }
      let mayBeOpened = isDue || retries.failedStatus.map(status.mayBeReadUnlike) == true || siblings.isHeldUp
      return mayBeOpened ? .open(status) : .nothing
    }
  }

  private func act(on decision: TailScan.Decision, _ scan: inout TailScan) throws(SystemCallError) -> TailScan.Outcome {
    switch decision {
    case .nothing: return .done
    case .openStream:
      stream = try StreamReader.open(
        fifo: path,
        canEnd: !options.waitsForMore,
        maximumLineBytes: options.maximumLineBytes
      )
      retries.scan.reset()
      return .done
    case .waitForDirectory:
      state = .waiting(reason: "\(path) does not exist, nor does its directory")
      retries.scan.reset()
      // It may come back with all that is in it: that the log is gone with it says nothing about the log.
      siblings.hasScanned = true
      return .done
    case .resume(let position):
      state = .waiting(reason: "\(path) does not exist")
      return try resume(at: position, with: nil, scan)
    case .waitForLog:
      state = .waiting(reason: "\(path) does not exist")
      location.wasMissing = true
      try noteMove(&scan)
      return try takeSiblings(besides: nil, &scan)
    case .goOn(let last):
      return try goOn(with: last, &scan)
    case .open(let status):
      return try open(status, &scan)
    }
  }

  /// The path names the file it named before.
  private func goOn(with last: OpenLogFile, _ scan: inout TailScan) throws(SystemCallError) -> TailScan.Outcome {
    // It may have been away, with its directory.
    last.role = .atPath
    location.noteFollowed()
    state = .following
    try verifyLast(&scan)
    guard
      let unknown = try siblings.unknownFiles(
        in: scan.siblings,
        besides: fileChain,
        and: nil,
        isLast: scan.isLast,
        mustBeCurrent: false
      )
    else { return .changed }
    if siblings.hasScanned, scan.mayHideTruncation { insert(unknown, before: last, scan.siblings, at: scan.now) }
    var others = unknown.filter { file in !chain.contains { $0 === file } }
    if siblings.hasScanned { others = try takeSuccessors(of: last, among: others, at: scan.now) }
    for file in others {
      siblings.ignore(file, siblings.hasScanned ? "it appeared while the log stayed the same" : "it was there first")
    }
    if siblings.hasScanned { siblings.holdPossibleCopies(others) }
    // The log is still the same file, so that what is beside it was not rotated away from it.
    siblings.passOverUnreadable()
    retries.scan.reset()
    siblings.hasScanned = true
    return .done
  }

  /// Where the file that the path named last was moved to another directory, looks there as well.
  private func noteMove(_ scan: inout TailScan) throws(SystemCallError) {
    guard let last = fileChain.last, last.role == .atPath, siblings.noteMove(of: last) else { return }
    scan.siblings = try siblings.list(besides: fileChain)
  }

  /// The path names another file than before, or its first one.
  private func open(_ status: FileStatus, _ scan: inout TailScan) throws(SystemCallError) -> TailScan.Outcome {
    retries.failedStatus = status
    let opened: OpenLogFile
    do throws(SystemCallError) {
      opened = try OpenLogFile(opening: path, role: .atPath)
    } catch {
      if error.errno == .noSuchFile { return .changed }
      throw error
    }
    retries.failedStatus = nil
    if let last = fileChain.last, last.role == .atPath { _ = siblings.noteMove(of: last) }
    scan.siblings = try siblings.list(besides: fileChain)
    // Listed after it was opened, siblings may be newer than it, unless the path still names it.
    guard case .file(let status) = PathState(of: path, allowsFIFO: false), opened.isSameFile(as: status) else {
      return .changed
    }
    state = .following
    if try passOver(opened) {
      return try unresolvedPosition.map { position throws(SystemCallError) in try resume(at: position, with: nil, scan)
      }
        ?? .done
    }
    if let unresolvedPosition { return try resume(at: unresolvedPosition, with: opened, scan) }
    if let old = chain.first(where: { $0.isSameFile(as: opened.status) && $0.status.linkCount > 0 }) {
      // It was renamed back. What came after it is read first; it goes on where it was left.
      siblings.known.remember(old)
      fileChain.remove(old)
    }
    guard try takeSiblings(besides: opened, &scan) == .done else { return .changed }
    location.wasMissing = false
    return .done
  }

  /// Leaves what the path names now to another log that reads it already, under the name that it had before.
  ///
  /// - Returns: Whether it is left.
  private func passOver(_ opened: OpenLogFile) throws(SystemCallError) -> Bool {
    let own = unresolvedPosition?.files.contains { $0.isSameFile(as: opened.position) } == true
    guard !own, !fileChain.contains(opened), let reader = try shared?.reader(of: opened, besides: self) else {
      return false
    }
    switch reader {
    case .hasRead(let position, let log):
      recorder.decide(.read, path, "\(log) has read it up to byte \(position.offset)")
      siblings.known.insert(position)
      return false
    case .holds(let log):
      recorder.decide(.ignore, path, "\(log) reads it already")
      location.fullFile = opened.status
      location.noteFollowed()
      siblings.hasScanned = true
      retries.scan.reset()
      return true
    }
  }

  /// Takes in siblings that were not there when the path still named the last file.
  private func takeSiblings(
    besides opened: OpenLogFile?,
    _ scan: inout TailScan
  ) throws(SystemCallError) -> TailScan.Outcome {
    try verifyLast(&scan)
    guard
      let unknown = try siblings.unknownFiles(in: scan.siblings, besides: fileChain, and: opened, isLast: scan.isLast)
    else { return .changed }
    try siblings.settleUnreadable()
    retries.scan.reset()
    if let last = fileChain.last, last.role == .atPath {
      if scan.mayHideTruncation { insert(unknown, before: last, scan.siblings, at: scan.now) }
      last.role = .rotated(since: scan.now)
    }
    let rest = unknown.filter { file in !chain.contains { $0 === file } }
    if siblings.hasScanned {
      try append(rest, around: opened, at: scan.now)
    } else {
      let later = opened.map { successors(of: $0, among: rest) } ?? []
      for file in rest where !later.contains(where: { $0 === file }) {
        siblings.ignore(file, "it was there before the log was followed")
      }
      try append([], around: opened, at: scan.now)
      if let opened { _ = try takeSuccessors(of: opened, among: later, at: scan.now) }
    }
    siblings.hasScanned = true
    return .done
  }

  private func resume(
    at position: TailPosition,
    with opened: OpenLogFile?,
    _ scan: TailScan
  ) throws(SystemCallError) -> TailScan.Outcome {
    switch try resume(at: position, with: opened, siblings: scan.siblings, scan) {
    case .changed: return .changed
    case .wait: break
    case .resumed: unresolvedPosition = nil
    }
    retries.scan.reset()
    return .done
  }
}
