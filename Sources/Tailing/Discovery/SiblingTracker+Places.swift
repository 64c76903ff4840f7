internal import LinuxIO

/// Where files of the log are: beside its path, and elsewhere.
extension SiblingTracker {
  /// Paths elsewhere that are remembered; each is one more directory that may be listed.
  private static let maximumOtherPaths = 4

  /// What the names of a log's files have in common, and the directory that they are in.
  func family(of path: String) -> String {
    let (directory, name) = SiblingFinder.split(path)
    return SiblingFinder.join(directory, RotationName(name).core)
  }

  /// Whether a file that is moved there together with the log's last one may be newer than that.
  func isNewer(_ path: String, than last: OpenLogFile?) -> Bool {
    guard let last,
      otherPaths.contains(where: { SiblingFinder.split($0).directory == SiblingFinder.split(path).directory })
    else { return false }
    guard let status = try? FileStatus(of: path) else { return false }
    return last.isSameFile(as: status) || status.modifiedNanoseconds > last.status.modifiedNanoseconds
  }

  /// Looks for files of the log in a place elsewhere from now on.
  func note(_ path: String) {
    guard !otherPaths.contains(path) else { return }
    otherPaths.append(path)
    otherPaths.removeFirst(max(0, otherPaths.count - Self.maximumOtherPaths))
  }

  /// The log's path names its last file no more: where that was moved to another directory, others will be.
  ///
  /// - Returns: Whether a directory is known now that was not before.
  func noteMove(of last: OpenLogFile) -> Bool {
    guard last.status.linkCount > 0, let place = last.descriptor.currentPath else { return false }
    let (directory, name) = SiblingFinder.split(place)
    let directories = Set((otherPaths + location.siblingPaths).map { SiblingFinder.split($0).directory })
    let numbers = Set(directories.compactMap { try? FileStatus(of: $0).number })
    guard let number = try? FileStatus(of: directory).number, !numbers.contains(number),
      (try? FileStatus(of: place))?.isSameFile(as: last.status) == true
    else { return false }
    let logName = SiblingFinder.split(location.path).name
    let isNamedAlike = name == logName || RotationName.relation(of: name, to: logName) != nil
    note(isNamedAlike ? SiblingFinder.join(directory, logName) : place)
    return true
  }

  /// Files among those of the given numbers that have the names of other logs by now.
  func filesOfOtherLogs(with numbers: Set<FileNumber>) -> [OpenLogFile] {
    var files: [OpenLogFile] = []
    for path in otherPaths + location.siblingPaths {
      let isLinkTarget = path != location.path
      let all = try? SiblingFinder.siblings(of: path, isLinkTarget: isLinkTarget, limit: options.maximumSiblings)
      let own = Set((try? find(besides: path)) ?? [])
      for sibling in all ?? [] where !own.contains(sibling) {
        guard let status = try? FileStatus(of: sibling), numbers.contains(status.number) else { continue }
        if let file = try? OpenLogFile(opening: sibling, role: .copy) { files.append(file) }
      }
    }
    return files
  }

  /// Whether a file is where files of the log are looked for, under a name that may be the log's.
  func looks(at path: String) -> Bool {
    let (directory, name) = SiblingFinder.split(path)
    let number = try? FileStatus(of: directory).number
    return (otherPaths + location.siblingPaths).contains { own in
      let (ownDirectory, ownName) = SiblingFinder.split(own)
      guard number != nil, (try? FileStatus(of: ownDirectory).number) == number else { return false }
      return name == ownName
        || RotationName.relation(of: name, to: ownName, isLinkTarget: own != location.path) != nil
    }
  }
}
