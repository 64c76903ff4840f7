internal import Glibc

/// Reading directories and the links in them.
package enum Directory {
  /// Names in a directory, `.` and `..` left out, in the file system's order.
  ///
  /// - Parameters:
  ///   - path: The directory.
  ///   - prefix: What the names start with.
  ///   - limit: The greatest number of names returned.
  /// - Returns: The names that start with `prefix`; see `PathBytes` for those that are no UTF-8.
  /// - Throws: `SystemCallError` as `opendir(3)` and `readdir(3)` list them.
  package static func names(
    in path: String,
    startingWith prefix: String,
    limit: Int
  ) throws(SystemCallError) -> [String] {
    try names(in: path, limit: limit) { $0.hasPrefix(prefix) }
  }

  /// Names in a directory, `.` and `..` left out, in the file system's order.
  ///
  /// - Parameters:
  ///   - path: The directory.
  ///   - limit: The greatest number of names returned.
  ///   - isWanted: Whether a name is returned.
  /// - Returns: The names that are wanted; see `PathBytes` for those that are no UTF-8.
  /// - Throws: `SystemCallError` as `opendir(3)` and `readdir(3)` list them.
  package static func names(
    in path: String,
    limit: Int,
    where isWanted: (String) -> Bool
  ) throws(SystemCallError) -> [String] {
    guard let stream = unsafe withSystemPath(path, { unsafe opendir($0) }) else {
      throw SystemCallError(operation: "list", subject: path, errno: .current)
    }
    // Safe: the stream was just opened and nobody else has it.
    defer { unsafe closedir(stream) }
    var names: [String] = []
    while names.count < limit {
      // readdir tells its end from an error by errno alone.
      errno = 0
      // Safe: an entry stands until the next call on its stream, and its name ends with a NUL.
      guard let entry = unsafe readdir(stream) else {
        guard errno == 0 else { throw SystemCallError(operation: "list", subject: path, errno: .current) }
        break
      }
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        let start = unsafe UnsafeRawPointer(pointer).assumingMemoryBound(to: CChar.self)
        if let name = unsafe String(validatingCString: start), !PathBytes.holdsBytes(name) { return name }
        return PathBytes.text(
          of: unsafe UnsafeBufferPointer(start: start, count: strlen(start)).map { UInt8(bitPattern: $0) }
        )
      }
      guard name != ".", name != "..", isWanted(name) else { continue }
      names.append(name)
    }
    return names
  }

  /// Where a symbolic link leads.
  ///
  /// - Parameter path: The link.
  /// - Returns: The link's text, or nil when the path names something else than a link.
  /// - Throws: `SystemCallError` as `readlink(2)` lists them, ENOENT among them; ENAMETOOLONG for a text over 4,095 bytes.
  package static func linkTarget(of path: String) throws(SystemCallError) -> String? {
    // Safe: the call writes at most as many bytes as it is told, and says how many it wrote.
    try unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(PATH_MAX)) {
      (buffer) throws(SystemCallError) in
      guard let start = buffer.baseAddress else { return nil }
      let capacity = buffer.count
      let count: Int
      do throws(SystemCallError) {
        count = try systemCall("read the link", on: path) {
          unsafe withSystemPath(path) { unsafe readlink($0, start, capacity) }
        }
      } catch {
        if error.errno == .invalidArgument { return nil }
        throw error
      }
      guard count < capacity else {
        throw SystemCallError(operation: "read the link", subject: path, errno: .nameTooLong)
      }
      return PathBytes.text(of: unsafe Array(UnsafeRawBufferPointer(start: start, count: count)))
    }
  }
}
