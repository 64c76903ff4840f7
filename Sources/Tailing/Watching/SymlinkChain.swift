internal import LinuxIO

/// The way from a path to what it names, link by link: which directories must be watched to hear of a change.
struct SymlinkChain: Equatable {
  /// Links that are followed, as many as the kernel follows (path_resolution(7)).
  private static let maximumLinks = 40
  /// Components that are looked at, links' targets included.
  private static let maximumComponents = 400

  /// Directories where a change can make the path lead elsewhere: the file's own, each one that holds a link on the
  /// way, and where a directory is missing the nearest one that exists.
  private(set) var directories: [String] = []
  /// The names that were met on the way.
  private(set) var names: Set<String> = []
  /// The path without links, as far as it exists.
  private(set) var resolvedPath = ""

  /// Walks along a path.
  init(along path: String) {
    var place = path.hasPrefix("/") ? "/" : "."
    var rest = Self.components(of: path)
    var links = 0
    var steps = 0
    while let component = rest.popLast() {
      steps += 1
      guard steps <= Self.maximumComponents else { break }
      names.insert(component)
      let next = SiblingFinder.join(place, component)
      let target: String?
      do throws(SystemCallError) {
        target = try Directory.linkTarget(of: next)
      } catch {
        // Missing, or not to be looked at: a change would show in the directory where the way ends.
        watch(place)
        resolvedPath = ([next] + rest.reversed()).joined(separator: "/")
        return
      }
      if let target {
        watch(place)
        links += 1
        guard links <= Self.maximumLinks else { break }
        if target.hasPrefix("/") { place = "/" }
        rest += Self.components(of: target)
      } else {
        if rest.isEmpty { watch(place) }
        place = next
      }
    }
    resolvedPath = place
  }

  private mutating func watch(_ directory: String) {
    if !directories.contains(directory) { directories.append(directory) }
  }

  /// The components, last one first.
  private static func components(of path: String) -> [String] {
    path.split(separator: "/").filter { $0 != "." }.reversed().map(String.init)
  }
}
