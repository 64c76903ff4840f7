internal import LinuxIO

/// What one tailer watches.
final class WatchSet {
  /// A file's number, by which its watch is known.
  private struct FileNumber: Hashable {
    let device: UInt64
    let inode: UInt64

    init(_ status: FileStatus) {
      device = status.device
      inode = status.inode
    }
  }

  /// Watches of one sort.
  private struct Group {
    var watches: [FileNumber: CInt] = [:]
    /// Whether the kernel may have dropped one of them.
    var isDoubtful = false
    /// Whether all that were asked for are watched.
    var isComplete = false

    func watch(of number: FileNumber) -> CInt? { isDoubtful ? nil : watches[number] }
  }

  private let watcher: TailWatcher
  private var directories = Group()
  private var files = Group()
  /// Whether something happened since the tailer last looked.
  var isAwake = true
  /// Whether a name may have come or gone since that was last asked.
  private var mayHaveNewNames = true
  /// Whether a name in a watched directory is of interest; nil where all are.
  var isWanted: ((String) -> Bool)?
  /// The log's path, without links on the way to it, and the path that it leads to.
  var logPaths: Set<String> = [] {
    didSet { watcher.replace(oldValue, with: logPaths) }
  }

  init(watcher: TailWatcher) {
    self.watcher = watcher
  }

  /// Hears that something happened to a name in a watched directory; nil where it happened to what is watched itself.
  func hear(of name: String?) {
    if let name, let isWanted, !isWanted(name) { return }
    isAwake = true
    mayHaveNewNames = true
  }

  /// Takes in what was reported until now.
  func takePending() { watcher.takeWakeups() }

  /// Whether a name of interest may have come or gone since the last call.
  func takeNewNames() -> Bool {
    defer { mayHaveNewNames = false }
    return mayHaveNewNames || !hearsAllNames
  }

  /// Whether the directories are all watched, so that names that come and go are heard of.
  private var hearsAllNames: Bool {
    watcher.failure == nil && watcher.wakeDescriptor != nil && !directories.isDoubtful && directories.isComplete
  }

  /// The names in a directory as of this turn; see `TailWatcher`.
  func names(in directory: String) -> DirectoryNames? { watcher.names(in: directory) }

  /// Watches these directories and no others.
  ///
  /// Looked at anew each time, since a moved parent is heard of nowhere: while a path leads to the same directory the
  /// kernel need not be asked for its watch again.
  ///
  /// - Parameter paths: Paths of directories.
  /// - Returns: Whether there is a watch that was not there before.
  func watch(directories paths: [String]) -> Bool {
    guard watcher.wakeDescriptor != nil else { return false }
    var wanted: [FileNumber: CInt] = [:]
    for path in paths {
      guard let status = try? FileStatus(of: path) else { continue }
      let number = FileNumber(status)
      wanted[number] = directories.watch(of: number) ?? watcher.watch(path, isDirectory: true, for: self)
    }
    let isNew = replace(&directories, with: wanted)
    directories.isComplete = wanted.count == paths.count
    if isNew { mayHaveNewNames = true }
    return isNew
  }

  /// Watches these open files and no others: themselves, and not by a name that may lead elsewhere by now.
  ///
  /// - Parameter descriptors: The files.
  func watch(files descriptors: [(descriptor: CInt, status: FileStatus)]) {
    guard watcher.wakeDescriptor != nil else { return }
    var wanted: [FileNumber: CInt] = [:]
    for (descriptor, status) in descriptors {
      let number = FileNumber(status)
      wanted[number] =
        files.watch(of: number) ?? watcher.watch("/proc/self/fd/\(descriptor)", isDirectory: false, for: self)
    }
    _ = replace(&files, with: wanted)
  }

  private func replace(_ group: inout Group, with wanted: [FileNumber: CInt]) -> Bool {
    let old = Set(group.watches.values)
    let new = Set(wanted.values)
    group = Group(watches: wanted)
    for watch in old.subtracting(new) { watcher.release(watch, by: self) }
    return !new.isSubset(of: old)
  }

  /// Lets the kernel be asked for each watch again, since it may have dropped one.
  func askAgain() {
    directories.isDoubtful = true
    files.isDoubtful = true
  }

  /// Whether another tailer follows a path; the path is without links on the way to it.
  func isOtherLog(_ path: String) -> Bool {
    watcher.followers(of: path) > (logPaths.contains(path) ? 1 : 0)
  }

  /// Whether a name goes with another log's name better than with this log's.
  ///
  /// - Parameters:
  ///   - name: A name that goes with this log's.
  ///   - log: This log's name.
  ///   - directory: The directory that both are in, without links on the way to it.
  /// - Returns: True where the file is the other log's.
  func hasCloserLog(to name: String, than log: String, in directory: String) -> Bool {
    let others = watcher.logNames(in: directory, named: RotationName(name).core)
    let own = RotationName.relation(of: name, to: log).map { Self.closeness($0, of: log) } ?? -1
    return others.contains { other in
      guard other != log, !logPaths.contains(SiblingFinder.join(directory, other)) else { return false }
      return RotationName.relation(of: name, to: other).map { Self.closeness($0, of: other) > own } ?? false
    }
  }

  private static func closeness(_ relation: RotationName.Relation, of log: String) -> Int {
    switch relation {
    case .next: 0
    case .numbered: 1 + RotationName(log).numbers.count
    case .behind: 100 + log.utf8.count
    }
  }

  /// Ends all watches.
  func end() {
    logPaths = []
    _ = replace(&directories, with: [:])
    _ = replace(&files, with: [:])
  }
}
