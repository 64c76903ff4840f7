internal import LinuxIO

/// Finds the files beside a log that rotation may have made of it: those whose names go on behind the log's name with
/// `.`, `-` or `_`, as in `etl.log.1`, `etl.log-20250101` and `etl.log_old`.
enum SiblingFinder {
  /// Endings of files that are no log: packed ones, whose lines cannot be read, what is not meant to last, and snapshots.
  private static let otherEndings = [
    ".gz", ".xz", ".zst", ".bz2", ".lz4", ".lzma", ".zip", ".Z", ".lock", ".pid", ".tmp", ".part", ".swp", "~",
    ".snapshot", ".new", ".corrupt",
  ]

  /// What may come between a log's name and what rotation adds to it.
  private static let separators = Array(".-_".utf8)

  /// Lists the siblings of a path.
  ///
  /// - Parameters:
  ///   - path: The log's path.
  ///   - limit: The greatest number of names like the log's.
  /// - Returns: Their paths; nil where there is no directory.
  /// - Throws: `SystemCallError` as `opendir(3)` lists them; E2BIG when there are more than the limit.
  static func siblings(of path: String, limit: Int) throws(SystemCallError) -> [String]? {
    let (directory, name) = split(path)
    let names: [String]
    do throws(SystemCallError) {
      names = try Directory.names(in: directory, startingWith: name, limit: limit + 2)
    } catch {
      if error.errno == .noSuchFile || error.errno == .notDirectory { return nil }
      throw error
    }
    let others = names.filter { $0 != name }
    // Which of them are new could not be told from which were left out.
    guard others.count <= limit else {
      throw SystemCallError(operation: "list all siblings of", subject: path, errno: .tooBig)
    }
    return others.filter { continues(name, in: $0) && !isNoLog($0) }.map { join(directory, $0) }
  }

  /// Whether one name goes on behind another as a rotated file's does behind its log's.
  private static func continues(_ name: String, in longer: String) -> Bool {
    let rest = longer.utf8.dropFirst(name.utf8.count)
    return longer.utf8.starts(with: name.utf8) && rest.first.map { separators.contains($0) } == true
  }

  /// What a name may be the rotated sibling's of: the name up to each separator in it.
  ///
  /// - Parameter name: A name or a path.
  /// - Returns: The beginnings, the shortest one first.
  static func possibleLogs(of name: String) -> [String] {
    name.utf8.indices.dropFirst().filter { separators.contains(name.utf8[$0]) }.map { String(name[..<$0]) }
  }

  /// A path in a directory.
  static func join(_ directory: String, _ name: String) -> String {
    directory == "/" ? "/" + name : directory + "/" + name
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
