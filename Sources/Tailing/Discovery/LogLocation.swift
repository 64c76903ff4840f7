internal import LinuxIO

/// Where a log's path leads, and the watches that tell of a change there.
final class LogLocation {
  /// The path that is followed.
  let path: String
  let watches: WatchSet
  private(set) var trail: SymlinkChain
  /// Where the path led, without links, when it last named the log; nil before it named anything.
  var followedPath: String?
  /// Whether the path named nothing at the last scan.
  var wasMissing = false
  /// The file that the path names, where the log is full and goes on in another one; nil while it does not.
  var fullFile: FileStatus?
  /// The last file, where it was deleted and read to its end before the next one came.
  var endedPath: String?
  /// Whether the log's directory was not there when the siblings were last listed.
  var isDirectoryMissing = false

  init(path: String, watches: WatchSet, followedPath: String?) {
    self.path = path
    self.watches = watches
    self.followedPath = followedPath
    trail = SymlinkChain(along: path)
  }

  /// The paths beside which rotated files are looked for: the log's, and where it is a link, of what it leads to.
  var siblingPaths: [String] { trail.resolvedPath == path ? [path] : [path, trail.resolvedPath] }

  /// Whether the path now leads where it led before.
  var leadsToFollowedPath: Bool { followedPath == nil || followedPath == trail.resolvedPath }

  /// Whether a file is the full one, and still as it was when the log went on in another.
  func isFull(_ status: FileStatus) -> Bool {
    guard let fullFile else { return false }
    return fullFile.isSameFile(as: status) && fullFile.size == status.size
  }

  /// The path names the log.
  func noteFollowed() {
    wasMissing = false
    followedPath = trail.resolvedPath
  }

  /// Watches the directories where a change can make the path lead elsewhere.
  func watchDirectories() {
    // A link may change between the walk and the watch; then the walk is of no use.
    for _ in 0..<4 {
      let earlier = trail
      trail = SymlinkChain(along: path)
      if trail != earlier { register() }
      guard watches.watch(directories: trail.directories) else { break }
    }
  }

  /// Lets the other tailers know which names are this log's.
  func register() {
    let (directory, name) = SiblingFinder.split(path)
    watches.logPaths = [SiblingFinder.join(SymlinkChain(along: directory).resolvedPath, name), trail.resolvedPath]
    let names = trail.names
    let target = SiblingFinder.split(trail.resolvedPath).name
    let related = [
      RotationName.Matcher(log: name), RotationName.Matcher(log: target, isLinkTarget: trail.resolvedPath != path),
    ]
    watches.isWanted = { other in names.contains(other) || related.contains { $0.matches(other) } }
  }
}
