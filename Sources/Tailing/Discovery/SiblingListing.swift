internal import LinuxIO

/// The files beside a log as they were when they were listed.
struct SiblingListing {
  /// Their paths.
  var paths: [String] = []
  /// Which file each path named.
  private var files: [String: FileStatus] = [:]

  /// No file, or none that was not there before.
  static let empty = SiblingListing()

  private init() {}

  init(of paths: [String]) {
    self.paths = paths
    files = Self.files(paths)
  }

  /// Whether each of some names names the file that it named in the listing, and none has come or gone.
  ///
  /// While a job rotates, `name.1` becomes `name.2` between listing and opening: a file would be missed, or taken for
  /// one that came later. A scan that sees this decides nothing and is taken again.
  func isCurrent(_ paths: Set<String>) -> Bool {
    let present = Self.files(Array(paths))
    return present.count == files.count
      && present.allSatisfy { path, status in files[path]?.isSameFile(as: status) == true }
  }

  private static func files(_ paths: [String]) -> [String: FileStatus] {
    var files: [String: FileStatus] = [:]
    for path in paths { files[path] = try? FileStatus(of: path) }
    return files
  }
}
