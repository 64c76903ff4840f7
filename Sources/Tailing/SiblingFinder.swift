internal import LinuxIO

/// Finds the files beside a log that rotation may have made of it: `name*`.
enum SiblingFinder {
  /// Endings of files that are no log: packed ones, whose lines cannot be read, and what is not meant to last.
  private static let otherEndings = [
    ".gz", ".xz", ".zst", ".bz2", ".lz4", ".lzma", ".zip", ".Z", ".lock", ".pid", ".tmp", ".part", ".swp", "~",
  ]

  /// Lists the siblings of a path.
  ///
  /// - Parameters:
  ///   - path: The log's path.
  ///   - limit: The greatest number of siblings.
  /// - Returns: Their paths; nil where there is no directory.
  /// - Throws: `SystemCallError` as `opendir(3)` lists them.
  static func siblings(of path: String, limit: Int) throws(SystemCallError) -> [String]? {
    let (directory, name) = split(path)
    let names: [String]
    do throws(SystemCallError) {
      names = try Directory.names(in: directory, startingWith: name, limit: limit)
    } catch {
      if error.errno == .noSuchFile || error.errno == .notDirectory { return nil }
      throw error
    }
    return
      names
      .filter { $0 != name && !isNoLog($0) }
      .map { directory == "/" ? "/" + $0 : directory + "/" + $0 }
  }

  /// Whether a name says that the file is no log, such as a packed one.
  static func isNoLog(_ name: String) -> Bool {
    otherEndings.contains { name.hasSuffix($0) }
  }

  /// The directory and the name of a path.
  static func split(_ path: String) -> (directory: String, name: String) {
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return (".", path) }
    let directory = String(path[..<slash])
    return (directory.isEmpty ? "/" : directory, String(path[path.index(after: slash)...]))
  }

  /// Whether one rotated file is older than another: by the time its data last changed, and where that is the same by its
  /// name, since `name.2` was `name.1` before and `name-20250102` comes after `name-20250101`.
  static func isOlder(
    _ left: (modifiedNanoseconds: Int64, path: String),
    _ right: (modifiedNanoseconds: Int64, path: String)
  ) -> Bool {
    if left.modifiedNanoseconds != right.modifiedNanoseconds {
      return left.modifiedNanoseconds < right.modifiedNanoseconds
    }
    switch (rotationNumber(left.path), rotationNumber(right.path)) {
    case (let left?, let right?) where left != right: return left > right
    default: return left.path < right.path
    }
  }

  /// The number at the end of `name.12`; dates are no such numbers.
  private static func rotationNumber(_ path: String) -> Int? {
    guard let dot = path.lastIndex(of: ".") else { return nil }
    let digits = path[path.index(after: dot)...]
    return digits.utf8.count <= 5 ? Int(digits) : nil
  }
}
