internal import LinuxIO

/// Logs named by a shell pattern: which files match it now, rotated ones left out.
package struct LogPattern: Equatable {
  /// The pattern: a path in whose components `*`, `?` and `[…]` stand for other characters.
  package let pattern: String
  private let components: [String]
  private let isAbsolute: Bool

  /// More files than this are no logs of one job, but a directory named by mistake.
  package static let maximumMatches = 1_000
  private static let maximumNamesPerDirectory = 100_000

  /// Takes a path for a pattern.
  ///
  /// - Parameter path: The path; nil comes of one without any of `*?[`, and of one that names a file as it stands.
  package init?(_ path: String) {
    guard path.contains(where: { "*?[".contains($0) }), (try? FileStatus(of: path)) == nil else { return nil }
    pattern = path
    isAbsolute = path.hasPrefix("/")
    components = path.split(separator: "/").map(String.init)
  }

  /// The files that match: regular files and FIFOs, the oldest first, as far as they can be seen.
  ///
  /// A file whose name is another match's name and an ending (`etl.log.1` beside `etl.log`) is the other's rotated
  /// sibling, which that one's tailer reads when it must; so is a packed one.
  ///
  /// - Parameter followed: Logs that are or were followed; their rotated siblings are left out, too.
  /// - Returns: At most `maximumMatches` paths.
  package func matches(besides followed: Set<String>) -> [String] {
    var found: [(path: String, status: FileStatus)] = []
    for path in expand(isAbsolute ? "/" : "", components[...]) where !SiblingFinder.isNoLog(path) {
      guard let status = try? FileStatus(of: path), status.kind == .regular || status.kind == .fifo else { continue }
      // Of a file and a link to it, the file: the link will lead to another one.
      let isLink = (try? Directory.linkTarget(of: path)) != nil
      if let place = found.firstIndex(where: { $0.status.isSameFile(as: status) }) {
        if !isLink { found[place].path = path }
      } else {
        found.append((path, status))
      }
    }
    let paths = followed.union(found.map(\.path))
    return
      found
      .filter { !Self.isRotated($0.path, among: paths) }
      .sorted { ($0.status.modifiedNanoseconds, $0.path) < ($1.status.modifiedNanoseconds, $1.path) }
      .prefix(Self.maximumMatches)
      .map(\.path)
  }

  private static func isRotated(_ path: String, among paths: Set<String>) -> Bool {
    SiblingFinder.possibleLogs(of: path).contains { paths.contains($0) }
  }

  private func expand(_ base: String, _ components: ArraySlice<String>) -> [String] {
    guard let component = components.first else { return [base] }
    let rest = components.dropFirst()
    guard component.contains(where: { "*?[".contains($0) }) else {
      return expand(base.isEmpty || base == "/" ? base + component : "\(base)/\(component)", rest)
    }
    let names = try? Directory.names(
      in: base.isEmpty ? "." : base,
      startingWith: "",
      limit: Self.maximumNamesPerDirectory
    )
    return (names ?? [])
      .filter { LinuxIO.matches($0, pattern: component) }
      .flatMap { expand(base.isEmpty || base == "/" ? base + $0 : "\(base)/\($0)", rest) }
  }
}
