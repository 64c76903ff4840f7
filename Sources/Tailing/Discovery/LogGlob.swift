package import LinuxIO

/// Logs named by a shell pattern: which files match it now, rotated ones left out.
package struct LogGlob: Equatable {
  /// The pattern: a path in whose components `*`, `?` and `[…]` stand for other characters.
  package let pattern: String
  /// The parts between slashes.
  let components: [String]
  private let isAbsolute: Bool

  /// More files than this are no logs of one job, but a directory named by mistake.
  package static let maximumMatches = 1_000

  /// Takes a path for a pattern.
  ///
  /// - Parameter path: The path; nil comes of one without any of `*?[`, and of one that names a file as it stands.
  package init?(_ path: String) {
    guard path.contains(where: { "*?[".contains($0) }), (try? FileStatus(of: path)) == nil else { return nil }
    pattern = path
    isAbsolute = path.hasPrefix("/")
    components = path.split(separator: "/").map(String.init)
  }

  /// The directory that all matches are in or below, as the pattern spells it; empty for the current one.
  package var directory: String {
    let literal = components.prefix { !Self.hasWildcard($0) }
    return (isAbsolute ? "/" : "") + literal.joined(separator: "/")
  }

  /// Whether a path could be a match, whatever there is now.
  ///
  /// - Parameter path: The path, spelled as the pattern is.
  /// - Returns: True where each component matches.
  package func covers(_ path: String) -> Bool {
    let parts = path.split(separator: "/")
    return path.hasPrefix("/") == isAbsolute && parts.count == components.count
      && zip(parts, components).allSatisfy { LinuxIO.matches(String($0), pattern: $1) }
  }

  /// The files that match: regular files and FIFOs, the oldest first, as far as they can be seen.
  ///
  /// A file whose name is another match's name and an ending (`etl.log.1` beside `etl.log`) is the other's rotated
  /// sibling, which that one's tailer reads when it must; so is a packed one.
  ///
  /// - Parameters:
  ///   - followed: Logs that are or were followed; their rotated siblings are left out, too. Where there are too many
  ///     matches, these are the ones that stay.
  ///   - now: The present.
  /// - Returns: At most `maximumMatches` paths, and what they depend on.
  package func matches(besides followed: Set<String>, at now: WallTime = .now) -> GlobMatches {
    var walk = GlobWalk()
    walk.expand(isAbsolute ? "/" : "", components[...])
    // A file that is named like the pattern itself is meant by it, whatever the pattern's characters stand for.
    if (try? FileStatus(of: pattern)) != nil, !walk.paths.contains(pattern) { walk.add(pattern) }
    let names = walk.paths.filter { !SiblingFinder.isNoLog($0) }
    var files = FileLooks()
    let all = Set(names)
    var candidates = names.filter { !Self.isRotated($0, among: all, besides: followed, &files) }
    let leftOutCount = max(0, candidates.count - Self.maximumMatches)
    if leftOutCount > 0 {
      // Before the stats, which of all that is done here take longest.
      candidates.sort { (followed.contains($0) ? 0 : 1, $0) < (followed.contains($1) ? 0 : 1, $1) }
      candidates.removeLast(leftOutCount)
    }
    var found: [(path: String, status: FileStatus)] = []
    var places: [FileNumber: Int] = [:]
    for path in candidates {
      guard let status = files.log(path) else { continue }
      // Of a file and a link to it, the file: the link will lead to another one.
      if let place = places[status.number] {
        if (try? Directory.linkTarget(of: path)) == .some(.none) { found[place].path = path }
      } else {
        places[status.number] = found.count
        found.append((path, status))
      }
    }
    found.sort { ($0.status.modifiedNanoseconds, $0.path) < ($1.status.modifiedNanoseconds, $1.path) }
    return GlobMatches(
      paths: found.map(\.path),
      leftOutCount: leftOutCount,
      directories: walk.directories,
      isSettled: walk.isSettled(at: now)
    )
  }

  private static func isRotated(
    _ path: String,
    among names: Set<String>,
    besides followed: Set<String>,
    _ files: inout FileLooks
  ) -> Bool {
    for log in SiblingFinder.possibleLogs(of: path) {
      if followed.contains(log) { return true }
      // A directory beside the log has no siblings.
      if names.contains(log), files.log(log) != nil { return true }
    }
    return false
  }

  static func hasWildcard(_ component: String) -> Bool {
    component.utf8.contains { "*?[".utf8.contains($0) }
  }
}

/// What matched a pattern, and what must stay as it is for that to hold.
package struct GlobMatches: Equatable {
  /// The files, the oldest first.
  package let paths: [String]
  /// How many files matched beyond those.
  package let leftOutCount: Int
  /// The directories whose names were looked at, as they were just before.
  let directories: [String: FileStatus?]
  /// Whether a change of these directories from now on would show in their times.
  let isSettled: Bool

  /// The directories whose names were looked at.
  var directoryPaths: [String] { Array(directories.keys) }

  /// Whether the same names would match again, as far as the directories' times tell. What a link leads to, and what
  /// kind of file a name names, may have changed all the same.
  ///
  /// - Returns: False where a directory changed or cannot be looked at.
  package func areCurrent() -> Bool {
    isSettled && directories.allSatisfy { path, status in status != nil && (try? FileStatus(of: path)) == status }
  }
}

/// What was seen of files, each looked at once.
private struct FileLooks {
  private var statuses: [String: FileStatus?] = [:]

  /// A file's status; nil where it is neither a regular file nor a FIFO.
  mutating func log(_ path: String) -> FileStatus? {
    if let known = statuses[path] { return known }
    var status = try? FileStatus(of: path)
    if let kind = status?.kind, kind != .regular, kind != .fifo { status = nil }
    statuses[path] = .some(status)
    return status
  }
}

/// The walk through the directories that a pattern leads to.
private struct GlobWalk {
  private(set) var paths: [String] = []
  private(set) var directories: [String: FileStatus?] = [:]
  private var namesLeft = 100_000
  private static let maximumDirectories = 1_000
  /// A directory's time says nothing of changes within the same tick, which may be this long on some file systems.
  private static let coarsestTickSeconds = 2.0

  mutating func expand(_ base: String, _ components: ArraySlice<String>) {
    guard let component = components.first else { return paths.append(base) }
    let rest = components.dropFirst()
    guard LogGlob.hasWildcard(component) else { return expand(join(base, component), rest) }
    guard namesLeft > 0, directories.count < Self.maximumDirectories else { return }
    let directory = base.isEmpty ? "." : base
    // Looked at before it is listed: what changes in between shows at the next look.
    directories[directory] = .some(try? FileStatus(of: directory))
    let names = (try? Directory.names(in: directory, startingWith: "", limit: namesLeft)) ?? []
    namesLeft -= names.count
    for name in names where LinuxIO.matches(name, pattern: component) { expand(join(base, name), rest) }
  }

  mutating func add(_ path: String) { paths.append(path) }

  func isSettled(at now: WallTime) -> Bool {
    directories.values.allSatisfy { status in
      guard let status else { return false }
      return Double(now.nanoseconds - status.changedNanoseconds) / 1e9 > Self.coarsestTickSeconds
    }
  }

  private func join(_ base: String, _ name: String) -> String {
    base.isEmpty || base == "/" ? base + name : "\(base)/\(name)"
  }
}
