internal import LinuxIO

/// What one tailer watches.
final class WatchSet {
  /// Watches of one sort.
  private struct Group {
    var watches: [FileNumber: CInt] = [:]
    /// Whether the kernel may have dropped one of them.
    var isDoubtful = false

    func watch(of number: FileNumber) -> CInt? { isDoubtful ? nil : watches[number] }
  }

  private let watcher: TailWatcher
  private var directories = Group()
  private var files = Group()
  /// Whether something happened since the tailer last looked.
  var isAwake = true
  /// The log's path, without links on the way to it, and the path that it leads to.
  var logPaths: Set<String> = [] {
    didSet { watcher.replace(oldValue, with: logPaths) }
  }

  init(watcher: TailWatcher) {
    self.watcher = watcher
  }

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
      let number = status.number
      wanted[number] = directories.watch(of: number) ?? watcher.watch(path, isDirectory: true, for: self)
    }
    return replace(&directories, with: wanted)
  }

  /// Watches these open files and no others: themselves, and not by a name that may lead elsewhere by now.
  ///
  /// - Parameter descriptors: The files.
  func watch(files descriptors: [(descriptor: CInt, status: FileStatus)]) {
    guard watcher.wakeDescriptor != nil else { return }
    var wanted: [FileNumber: CInt] = [:]
    for (descriptor, status) in descriptors {
      let number = status.number
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

  /// Ends all watches.
  func end() {
    logPaths = []
    _ = replace(&directories, with: [:])
    _ = replace(&files, with: [:])
  }
}
