internal import LinuxIO

/// What is known of the files beside one log: which of them were read or are not to be, and which cannot be read.
final class SiblingTracker {
  /// When the siblings were last listed.
  private struct Listing {
    /// The directories as they were then; none when they may have changed in the same tick.
    var stamps: [FileStatus?] = []
    /// Nil where they must be listed again.
    var time: MonotonicTime?
  }

  /// Why siblings of the log cannot be listed or read, so that files rotated between two scans are missed; nil while all
  /// can.
  private(set) var failure: SystemCallError?
  /// Files that were read, and siblings that are not to be.
  var known: ReadFileIndex
  /// Siblings that cannot be read, and hold up what is decided by them.
  var unreadable = UnreadableSiblings()
  /// Whether the siblings were looked at before, so that one not known is new.
  var hasScanned: Bool
  /// The paths whose siblings were looked at; the log's own ones last.
  private(set) var paths: [String]
  /// Files that appeared beside the log lately.
  var possibleCopies: [OpenLogFile] = []
  /// Paths elsewhere beside which files of the log are: where rotated ones were seen to be moved to, and where the log's
  /// path led before.
  var otherPaths: [String]
  /// Whether another log reads a file or has read it; nil where there is none.
  var otherReader: (OpenLogFile) throws(SystemCallError) -> String? = { _ throws(SystemCallError) in nil }
  /// Called between listing siblings and opening them; for tests.
  var didList: () -> Void = {}

  /// Siblings that are known, as they were when they were last looked into.
  private var knownStatuses: [String: FileStatus] = [:]
  private var listing = Listing()
  let location: LogLocation
  let options: TailOptions
  let recorder: TailRecorder

  /// Names that are not heard of are looked for after this time.
  private static let longestTrustSeconds = 5.0

  init(at location: LogLocation, resuming position: TailPosition?, options: TailOptions, recorder: TailRecorder) {
    self.location = location
    self.options = options
    self.recorder = recorder
    known = ReadFileIndex(position?.knownSiblings ?? [])
    paths = position?.siblingPaths ?? []
    hasScanned = !paths.isEmpty
    let own = Set(location.siblingPaths.map { Path.normalized($0) })
    otherPaths = paths.filter { !own.contains(Path.normalized($0)) }
  }

  // MARK: Listing

  /// Lists the siblings.
  ///
  /// - Parameters:
  ///   - chain: The files that are held.
  ///   - sharing: Whether a listing will do that another log has taken in this turn.
  /// - Returns: The siblings.
  /// - Throws: `SystemCallError` when there is no descriptor left: then nothing can be said of the siblings now.
  func list(besides chain: FileChain, sharing: Bool = false) throws(SystemCallError) -> SiblingListing {
    let ownPaths = location.siblingPaths
    let families = Set(paths.map(family))
    let ownFamilies = Set(ownPaths.map(family))
    for path in paths where !ownFamilies.contains(family(of: path)) { note(path) }
    var siblings: [String] = []
    var firstSeen: [String] = []
    let earlierFailure = failure
    failure = nil
    for path in otherPaths + ownPaths {
      var found: [String]? = []
      do throws(SystemCallError) {
        found = try find(besides: path, sharing: sharing)
      } catch {
        if error.isOutOfDescriptors { throw error }
        // A directory that may be passed through, but not listed, still lets the log be followed.
        failure = error
        if error != earlierFailure {
          recorder.statistics.readErrors += 1
          recorder.record(.siblingsUnlistable(error))
        }
      }
      if path == location.path { location.isDirectoryMissing = found == nil }
      var all = found ?? []
      if otherPaths.contains(path) { all.append(path) }
      if hasScanned, !families.contains(family(of: path)) { firstSeen += all } else { siblings += all }
    }
    let known = Set(siblings)
    let older = firstSeen.filter { !known.contains($0) && !isNewer($0, than: chain.last) }
    if !older.isEmpty { ignore(older, besides: chain) }
    var seen = Set(older)
    siblings = (siblings + firstSeen).filter { seen.insert($0).inserted }
    paths = otherPaths + ownPaths
    return SiblingListing(of: siblings)
  }

  /// Lets the siblings be listed again at the next scan although none has come or gone.
  func forgetListing() { listing = Listing() }

  /// Lists the siblings if there can be others than at the last scan.
  ///
  /// - Returns: The siblings; none when they are the same as before.
  /// - Throws: `SystemCallError` as `list`.
  func listIfChanged(besides chain: FileChain) throws(SystemCallError) -> SiblingListing {
    let directories = Set((otherPaths + location.siblingPaths).map { SiblingFinder.split($0).directory })
    let stamps = directories.sorted().map { try? FileStatus(of: $0) }
    guard stamps != listing.stamps || stamps.contains(nil) else { return .empty }
    let now = options.clock()
    // Where names that come are heard of, others that come are nothing to list them all for; but now and then, since some
    // file systems do not tell all.
    location.watches.takePending()
    let hasNewNames = location.watches.takeNewNames() || !otherPaths.isEmpty
    let isRecent = listing.time.map { now.seconds(since: $0) < Self.longestTrustSeconds } ?? false
    guard hasNewNames || !isRecent || stamps.contains(nil) else { return .empty }
    let siblings = try list(besides: chain, sharing: true)
    let wallTime = options.wallClock()
    let isSettled = stamps.allSatisfy { $0?.isSettled(at: wallTime) == true }
    listing = Listing(stamps: isSettled ? stamps : [], time: now)
    return siblings
  }

  /// The siblings of one path, without the logs that are followed themselves and their siblings.
  func find(besides path: String, sharing: Bool = false) throws(SystemCallError) -> [String]? {
    guard
      let siblings = try SiblingFinder.siblings(
        of: path,
        isLinkTarget: path != location.path,
        in: sharing ? location.watches.names(in: SiblingFinder.split(path).directory) : nil,
        limit: options.maximumSiblings
      )
    else { return nil }
    let (directory, name) = SiblingFinder.split(path)
    let resolvedDirectory = SymlinkChain(along: directory).resolvedPath
    return siblings.filter { sibling in
      let siblingName = SiblingFinder.split(sibling).name
      let logs = SiblingFinder.possibleLogs(of: siblingName).filter { $0.utf8.count > name.utf8.count } + [siblingName]
      return !logs.contains { location.watches.isOtherLog(SiblingFinder.join(resolvedDirectory, $0)) }
        && !location.watches.hasCloserLog(to: siblingName, than: name, in: resolvedDirectory)
    }
  }

  private func isCurrent(_ listing: SiblingListing) -> Bool {
    var present: Set<String> = []
    for path in paths {
      guard let found = try? find(besides: path) else { continue }
      present.formUnion(found)
    }
    return listing.isCurrent(present)
  }

  /// Siblings seen for the first time because the log leads to another place: they were there before.
  private func ignore(_ siblings: [String], besides chain: FileChain) {
    for path in siblings {
      guard let file = try? open(path, besides: chain), !chain.contains(file),
        (try? known.position(of: file)) == .some(.none)
      else { continue }
      ignore(file, "it was there before the log's path led beside it")
    }
    passOverUnreadable()
  }

  // MARK: Opening

  /// Opens a sibling; nil when it is gone again or no file, and when it cannot be read, which is noted.
  ///
  /// - Throws: `SystemCallError` when there is no descriptor left: then nothing can be said of the siblings now.
  private func open(_ path: String, besides chain: FileChain) throws(SystemCallError) -> OpenLogFile? {
    var status: FileStatus?
    do throws(SystemCallError) {
      let found = try FileStatus(of: path)
      status = found
      guard found.kind == .regular else { return nil }
      return try OpenLogFile(opening: path, role: .copy)
    } catch {
      if error.isOutOfDescriptors { throw error }
      // Links that lead in a circle lead nowhere.
      if error.errno != .noSuchFile, error.errno != .tooManyLinks {
        note(unreadable: path, status, error, besides: chain)
      }
      return nil
    }
  }

  /// Opens those of the siblings that can be.
  func open(_ siblings: SiblingListing, besides chain: FileChain) throws(SystemCallError) -> [OpenLogFile] {
    var files: [OpenLogFile] = []
    for path in siblings.paths {
      if let file = try open(path, besides: chain) { files.append(file) }
    }
    return files
  }

  /// The siblings that are neither held nor known, nor copies of what is, oldest first.
  ///
  /// - Parameters:
  ///   - listing: The siblings.
  ///   - chain: The files that are held.
  ///   - opened: What the path names, where that is not held yet.
  ///   - isLast: Whether to decide by what was seen even where it changed meanwhile.
  ///   - mustBeCurrent: Whether something is decided also where no file is unknown.
  /// - Returns: The files; nil where the siblings changed meanwhile.
  /// - Throws: `SystemCallError` when there is no descriptor left.
  func unknownFiles(
    in listing: SiblingListing,
    besides chain: FileChain,
    and opened: OpenLogFile?,
    isLast: Bool,
    mustBeCurrent: Bool = true
  ) throws(SystemCallError) -> [OpenLogFile]? {
    var unknown: [OpenLogFile] = []
    var statuses: [String: FileStatus] = [:]
    didList()
    for path in listing.paths {
      let status = try? FileStatus(of: path)
      // Known before, and not touched since.
      if let status, knownStatuses[path] == status {
        statuses[path] = status
        continue
      }
      guard let file = try open(path, besides: chain), opened?.isSameFile(as: file.status) != true,
        !chain.contains(file), !unknown.contains(where: { $0.isSameFile(as: file.status) })
      else { continue }
      do throws(SystemCallError) {
        if try known.position(of: file) != nil {
          statuses[path] = status
          recorder.decide(.ignore, path, "it is known: read before, or there before the log was followed")
        } else if let log = try otherReader(file) {
          ignore(file, "\(log) reads it or has read it")
        } else if try isCopy(file, besides: chain, and: opened) {
          ignore(file, "it is a copy of a file that is read or known")
          holdPossibleCopies([file])
        } else {
          unknown.append(file)
        }
      } catch {
        note(unreadable: path, status, error, besides: chain)
      }
    }
    if !listing.paths.isEmpty {
      if !isLast, failure == nil, mustBeCurrent || !unknown.isEmpty, !isCurrent(listing) {
        forgetListing()
        recorder.decide(.wait, location.path, "the files beside it changed while they were looked at")
        return nil
      }
      knownStatuses = statuses
      known.forgetMissing(besides: listing.paths.compactMap { try? FileStatus(of: $0) })
    }
    return try arrange(unknown, besides: chain, and: opened)
  }

  /// Whether a file holds what another one that is held or known does.
  private func isCopy(
    _ file: OpenLogFile,
    besides chain: FileChain,
    and opened: OpenLogFile?
  ) throws(SystemCallError) -> Bool {
    guard tellsByTime(file), try !file.isOneLineRepeated(upTo: file.status.size) else { return false }
    for held in chain.files where ReadFileIndex.isDistinctive(held.position) {
      if try file.continues(held.position) { return true }
    }
    if let newest = opened ?? chain.files.last, file.status.size > 0, try file.isBeginning(of: newest) { return true }
    return try known.holdsCopy(file)
  }

  /// A sibling is not to be read.
  func ignore(_ file: OpenLogFile, _ reason: @autoclosure () -> String) {
    known.remember(file)
    recorder.decide(.ignore, file.path, reason())
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
