internal import LinuxIO

/// The files beside the log, and which of them are new.
extension LogTailer {
  /// Copies in the making that are held open; each is one more descriptor.
  private static let maximumFreshFiles = 2

  /// Lists the siblings: of the log, and where it is a link, of what it leads to.
  ///
  /// - Throws: `SystemCallError` when there is no descriptor left: then nothing can be said of the siblings now.
  func listSiblings() throws(SystemCallError) -> [String] {
    var paths = [path]
    if trail.resolvedPath != path { paths.append(trail.resolvedPath) }
    var siblings: [String] = []
    let earlierFailure = siblingFailure
    siblingFailure = nil
    hasListingChanged = false
    for (index, path) in paths.enumerated() {
      var found: [String]? = []
      do throws(SystemCallError) {
        found = try findSiblings(of: path)
      } catch {
        if error.isOutOfDescriptors { throw error }
        // A directory that may be passed through, but not listed, still lets the log be followed.
        siblingFailure = error
        if error != earlierFailure { statistics.readErrors += 1 }
      }
      if index == 0 { isDirectoryMissing = found == nil }
      if hasScanned, !siblingPaths.contains(path) { ignore(found ?? []) }
      siblings += found ?? []
    }
    siblingPaths = paths
    listing = Self.files(siblings)
    return siblings
  }

  /// The siblings of one path, without the logs that are followed themselves and their siblings.
  private func findSiblings(of path: String) throws(SystemCallError) -> [String]? {
    guard let siblings = try SiblingFinder.siblings(of: path, limit: options.maximumSiblings) else { return nil }
    let (directory, name) = SiblingFinder.split(path)
    let resolvedDirectory = SymlinkChain(along: directory).resolvedPath
    return siblings.filter { sibling in
      let siblingName = SiblingFinder.split(sibling).name
      let logs = SiblingFinder.possibleLogs(of: siblingName).filter { $0.utf8.count > name.utf8.count } + [siblingName]
      return !logs.contains { watches.isOtherLog(SiblingFinder.join(resolvedDirectory, $0)) }
    }
  }

  /// Lets the other tailers know which names are this log's.
  func registerPath() {
    let (directory, name) = SiblingFinder.split(path)
    watches.logPaths = [SiblingFinder.join(SymlinkChain(along: directory).resolvedPath, name), trail.resolvedPath]
  }

  /// Which file each name names now.
  private static func files(_ paths: [String]) -> [String: FileStatus] {
    var files: [String: FileStatus] = [:]
    for path in paths { files[path] = try? FileStatus(of: path) }
    return files
  }

  /// Whether each sibling's name still names the file that it named when they were listed, and none has come or gone.
  ///
  /// While a job rotates, `name.1` becomes `name.2` between listing and opening: a file would be missed, or taken for
  /// one that came later. A look that sees this decides nothing and is taken again.
  private func isListingCurrent() -> Bool {
    var paths: Set<String> = []
    for path in siblingPaths {
      guard let found = try? findSiblings(of: path) else { continue }
      paths.formUnion(found)
    }
    let present = Self.files(Array(paths))
    return present.count == listing.count
      && present.allSatisfy { path, status in listing[path]?.isSameFile(as: status) == true }
  }

  /// Lists the siblings if there can be others than at the last look.
  ///
  /// - Returns: The siblings; none when they are the same as before.
  /// - Throws: `SystemCallError` as `listSiblings`.
  func listChangedSiblings() throws(SystemCallError) -> [String] {
    let directories = Set([path, trail.resolvedPath].map { SiblingFinder.split($0).directory })
    let stamps = directories.sorted().map { try? FileStatus(of: $0) }
    guard stamps != listedDirectories || stamps.contains(nil) else { return [] }
    let siblings = try listSiblings()
    let now = options.wallClock()
    let isSettled = stamps.allSatisfy { $0?.isSettled(at: now) == true }
    listedDirectories = isSettled ? stamps : []
    return siblings
  }

  /// Siblings seen for the first time because the log leads to another place: they were there before.
  private func ignore(_ siblings: [String]) {
    for path in siblings {
      guard let file = try? open(path), !isHeld(file), (try? known.position(of: file)) == .some(.none) else { continue }
      known.remember(file)
    }
    passOverUnreadable()
  }

  private func isHeld(_ file: OpenLogFile) -> Bool {
    chain.contains { $0.isSameFile(as: file.status) }
  }

  /// Opens a sibling; nil when it is gone again or no file, and when it cannot be read, which is noted.
  ///
  /// - Throws: `SystemCallError` when there is no descriptor left: then nothing can be said of the siblings now.
  private func open(_ path: String) throws(SystemCallError) -> OpenLogFile? {
    var status: FileStatus?
    do throws(SystemCallError) {
      let found = try FileStatus(of: path)
      status = found
      guard found.kind == .regular else { return nil }
      return try OpenLogFile(opening: path, role: .copy)
    } catch {
      if error.isOutOfDescriptors { throw error }
      // Links that lead in a circle lead nowhere.
      if error.errno != .noSuchFile, error.errno != .tooManyLinks { note(unreadable: path, status, error) }
      return nil
    }
  }

  /// Opens those of the siblings that can be.
  func openFiles(_ siblings: [String]) throws(SystemCallError) -> [OpenLogFile] {
    var files: [OpenLogFile] = []
    for path in siblings {
      if let file = try open(path) { files.append(file) }
    }
    return files
  }

  /// The siblings that are neither held nor known, nor copies of what is, oldest first.
  ///
  /// Where they changed meanwhile it is none, and `hasListingChanged` says so.
  func unknownFiles(among siblings: [String], besides opened: OpenLogFile?) throws(SystemCallError) -> [OpenLogFile] {
    var unknown: [OpenLogFile] = []
    var statuses: [String: FileStatus] = [:]
    didList()
    for path in siblings {
      let status = try? FileStatus(of: path)
      // Known before, and not touched since.
      if let status, knownStatuses[path] == status {
        statuses[path] = status
        continue
      }
      guard let file = try open(path), opened?.isSameFile(as: file.status) != true, !isHeld(file),
        !unknown.contains(where: { $0.isSameFile(as: file.status) })
      else { continue }
      do throws(SystemCallError) {
        if try known.position(of: file) != nil {
          statuses[path] = status
        } else if try isCopy(file, besides: opened) {
          known.remember(file)
          holdPossibleCopies([file])
        } else {
          unknown.append(file)
        }
      } catch {
        note(unreadable: path, status, error)
      }
    }
    if !siblings.isEmpty {
      if mayScanAgain, siblingFailure == nil, !isListingCurrent() {
        hasListingChanged = true
        listedDirectories = []
        return []
      }
      knownStatuses = statuses
      known.forgetMissing(besides: siblings.compactMap { try? FileStatus(of: $0) })
    }
    return unknown.sorted {
      SiblingFinder.isOlder(($0.status.modifiedNanoseconds, $0.path), ($1.status.modifiedNanoseconds, $1.path))
    }
  }

  /// Whether a file holds what another one that is held or known does.
  private func isCopy(_ file: OpenLogFile, besides opened: OpenLogFile?) throws(SystemCallError) -> Bool {
    for held in chain where ReadFileIndex.isDistinctive(held.position) {
      if try file.continues(held.position) { return true }
    }
    if let newest = opened ?? chain.last, file.status.size > 0, try file.isBeginning(of: newest) { return true }
    return try known.holdsCopy(file)
  }

  // MARK: Copies

  /// Holds files that appeared beside a log that is still the same: one of them may be the copy that is made before a
  /// truncation, and packed and deleted right after it.
  func holdPossibleCopies(_ files: [OpenLogFile]) {
    for file in possibleCopies { try? file.refreshStatus() }
    // One that was deleted while the log was not truncated was something else; held on, it would only fill the disk.
    possibleCopies.removeAll { $0.status.linkCount == 0 }
    for file in files where !possibleCopies.contains(where: { $0.isSameFile(as: file.status) }) {
      possibleCopies.append(file)
    }
    possibleCopies.removeFirst(max(0, possibleCopies.count - Self.maximumFreshFiles))
  }

  /// The file that holds what was seen of another one before it was truncated; the longest where there are several.
  ///
  /// A copy that holds nothing but what was delivered already is none to be read, and is remembered as known.
  func findCopy(of truncated: OpenLogFile, among siblings: [String]) throws(SystemCallError) -> OpenLogFile? {
    guard !truncated.isUnseen else { return nil }
    var longest: OpenLogFile?
    let present = try openFiles(siblings)
    let removed = possibleCopies.filter { file in !present.contains { $0.isSameFile(as: file.status) } }
    for file in present + removed where !isHeld(file) {
      try file.refreshStatus()
      if try truncated.hasDelivered(file) {
        known.remember(file)
      } else if file.status.size > longest?.status.size ?? -1, try file.continues(truncated.position) {
        longest = file
      }
    }
    return longest
  }
}

extension FileStatus {
  /// A time says nothing of changes within the same tick, which may be this long on some file systems.
  private static let coarsestTickNanoseconds: Int64 = 2_000_000_000

  /// Whether every change from now on would show in the times.
  func isSettled(at now: WallTime) -> Bool {
    now.nanoseconds - changedNanoseconds > Self.coarsestTickNanoseconds
  }
}

extension SystemCallError {
  /// Whether there is no descriptor left, so that nothing can be said of any file now.
  fileprivate var isOutOfDescriptors: Bool { errno == .tooManyOpenFiles || errno == .tooManyOpenFilesInSystem }
}
