internal import LinuxIO

/// Finds the files beside a log that rotation may have made of it, by their names; see `RotationName`.
enum SiblingFinder {
  /// Endings of files that are no log: packed ones, whose lines cannot be read, what is not meant to last, and snapshots.
  private static let packedEndings = [".gz", ".xz", ".zst", ".bz2", ".lz4", ".lzma", ".zip", ".Z"]
  private static let otherEndings = [
    ".lock", ".pid", ".tmp", ".part", ".swp", "~",
    ".snapshot", ".new", ".corrupt",
  ]

  /// Lists the siblings of a path.
  ///
  /// - Parameters:
  ///   - path: The log's path.
  ///   - isLinkTarget: Whether a link leads to it.
  ///   - known: The names in the directory, where they are known already.
  ///   - limit: The greatest number of siblings, packed ones and such left out.
  /// - Returns: Their paths; nil where there is no directory.
  /// - Throws: `SystemCallError` as `opendir(3)` lists them; E2BIG when there are more than the limit.
  static func siblings(
    of path: String,
    isLinkTarget: Bool,
    in known: DirectoryNames? = nil,
    limit: Int
  ) throws(SystemCallError) -> [String]? {
    let (directory, name) = split(path)
    let related = RotationName.Matcher(log: name, isLinkTarget: isLinkTarget)
    let names: [String]
    if let known {
      names = known.matching(related).filter { !isNoLog($0) }
    } else {
      do throws(SystemCallError) {
        names = try Directory.names(in: directory, limit: limit + 1) { related.matches($0) && !isNoLog($0) }
      } catch {
        if error.errno == .noSuchFile || error.errno == .notDirectory { return nil }
        throw error
      }
    }
    // Which of them are new could not be told from which were left out.
    guard names.count <= limit else {
      throw SystemCallError(operation: "list all siblings of", subject: path, errno: .tooBig)
    }
    return names.map { join(directory, $0) }
  }

  /// What a name may be the rotated sibling's of: the name up to each separator in it.
  ///
  /// - Parameter name: A name or a path.
  /// - Returns: The beginnings, the shortest one first.
  static func possibleLogs(of name: String) -> [String] {
    name.utf8.indices.dropFirst().filter { RotationName.separators.contains(name.utf8[$0]) }.map { String(name[..<$0]) }
  }

  /// A path in a directory.
  static func join(_ directory: String, _ name: String) -> String {
    directory == "/" ? "/" + name : directory + "/" + name
  }

  /// Whether a name says that the file is no log, such as a packed one.
  static func isNoLog(_ name: String) -> Bool {
    otherEndings.contains { name.hasSuffix($0) } || isPacked(name)
  }

  /// Whether a name says that the file is packed.
  private static func isPacked(_ name: String) -> Bool { packedEndings.contains { name.hasSuffix($0) } }

  /// Packed siblings of a path.
  ///
  /// - Parameters:
  ///   - path: The log's path.
  ///   - limit: The greatest number.
  /// - Returns: Their paths; none where the directory cannot be listed.
  static func packedSiblings(of path: String, limit: Int) -> [String] {
    let (directory, name) = split(path)
    let related = RotationName.Matcher(log: name)
    let names = try? Directory.names(in: directory, limit: limit) { name in
      guard let ending = packedEndings.first(where: { name.hasSuffix($0) }) else { return false }
      return related.matches(String(name.dropLast(ending.count))) || related.matches(name)
    }
    return (names ?? []).map { join(directory, $0) }
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
