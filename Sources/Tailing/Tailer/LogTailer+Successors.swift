internal import LinuxIO

/// Logs whose files are never renamed: one is full and stays, and the job goes on in the next.
extension LogTailer {
  /// Those of some files that begin where another one ends, by their lines' times.
  func successors(of file: OpenLogFile, among others: [OpenLogFile]) -> [OpenLogFile] {
    guard !others.isEmpty, let end = siblings.sample(file)?.last?.nanoseconds else { return [] }
    return others.filter { other in
      guard siblings.relation(of: other) != .behind(isNumbered: false),
        let start = siblings.sample(other)?.first?.nanoseconds
      else { return false }
      return start >= end && !other.isSameFile(as: file.status)
    }
  }

  /// Goes on in what came into being beside a log that grows no more, and begins where it ends.
  ///
  /// - Returns: The files that are no successors.
  func takeSuccessors(
    of last: OpenLogFile,
    among files: [OpenLogFile],
    at now: MonotonicTime
  ) throws(SystemCallError) -> [OpenLogFile] {
    let incomplete = files.filter(siblings.mayBecomeSuccessor)
    if !incomplete.isEmpty {
      for file in incomplete { recorder.decide(.wait, file.path, "it has no whole line yet") }
      // Or it is a copy in the making.
      siblings.holdPossibleCopies(incomplete)
      siblings.forgetListing()
    }
    let complete = files.filter { file in !incomplete.contains { $0 === file } }
    let later = successors(of: last, among: complete)
    guard !later.isEmpty else { return complete }
    let others = complete.filter { file in !later.contains { $0 === file } }
    switch canBeFull(last, at: now) {
    case .some(true):
      goOn(in: later, behind: last, at: now)
      return others
    case .some(false):
      for file in later { siblings.skip(file, "another process still has the log open for writing") }
      return others
    case .none:
      for file in later { recorder.decide(.wait, file.path, "it begins where the log ends; the log may still grow") }
      siblings.forgetListing()
      return others
    }
  }

  /// Whether a log grows no more; nil where that is not known yet.
  private func canBeFull(_ file: OpenLogFile, at now: MonotonicTime) -> Bool? {
    guard options.waitsForMore else { return true }
    let age = Double(options.wallClock().nanoseconds - file.status.modifiedNanoseconds) / 1e9
    switch file.descriptor.isOpenForWriting() {
    case false: return true
    case nil: return age >= options.rotateWaitSeconds ? true : nil
    // A job that goes on elsewhere may close the old file late; one that is idle never does.
    case true: return age >= 2 * options.rotateWaitSeconds ? false : nil
    }
  }

  /// Puts files behind the log's, which is full.
  func goOn(in files: [OpenLogFile], behind full: OpenLogFile, at now: MonotonicTime) {
    guard !files.isEmpty else { return }
    var previous = full
    for file in files {
      guard !fileChain.isFull else {
        fileChain.hasMoreFiles = true
        siblings.forgetListing()
        break
      }
      // Whoever wrote it has gone on: no late line is waited for.
      let waitNanoseconds = Int64(options.rotateWaitSeconds * 1e9)
      previous.role = .rotated(since: MonotonicTime(nanoseconds: now.nanoseconds - waitNanoseconds))
      if previous === full { location.fullFile = location.fullFile ?? (try? FileStatus(of: path)) }
      file.role = .atPath
      fileChain.append(file)
      recorder.record(.rotated(.successor, from: previous.currentPath, to: file.currentPath))
      recorder.decide(.read, file.path, "it begins where \(previous.path) ends, which grows no more")
      previous = file
    }
  }
}
