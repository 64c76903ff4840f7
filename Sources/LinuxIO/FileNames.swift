internal import Glibc

/// Gives a file another name, in one step, in place of a file that has that name already.
///
/// - Parameters:
///   - path: The file.
///   - newPath: Its new name, on the same file system.
/// - Throws: `SystemCallError` as `rename(2)` lists them, ENOENT among them.
package func renameFile(_ path: String, to newPath: String) throws(SystemCallError) {
  // Safe: both strings stand during the call, which only reads them.
  _ = try systemCall("rename", on: "\(path) to \(newPath)") { unsafe rename(path, newPath) }
}

/// Removes a file's name, and the file with it unless it has another or is open.
///
/// - Parameter path: The file.
/// - Throws: `SystemCallError` as `unlink(2)` lists them, ENOENT among them.
package func removeFile(_ path: String) throws(SystemCallError) {
  // Safe: the string stands during the call, which only reads it.
  _ = try systemCall("remove", on: path) { unsafe withSystemPath(path) { unsafe unlink($0) } }
}

/// Makes a directory, unless there is one already.
///
/// - Parameter path: The directory; the one that holds it exists.
/// - Throws: `SystemCallError` as `mkdir(2)` lists them, and EEXIST where the path names something else.
package func makeDirectory(_ path: String) throws(SystemCallError) {
  do {
    // Safe: the string stands during the call, which only reads it.
    _ = try systemCall("make the directory", on: path) { unsafe mkdir(path, 0o755) }
  } catch {
    guard error.errno == .alreadyExists, (try? FileStatus(of: path).kind) == .directory else { throw error }
  }
}

/// The directory that relative paths begin in.
///
/// - Returns: An absolute path without links; nil where the directory was removed, or cannot be reached from `/`.
package func currentDirectory() -> String? {
  // Safe: the call writes at most as many bytes as it is told, and ends them with a NUL.
  unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(PATH_MAX)) { buffer in
    guard let start = buffer.baseAddress, unsafe getcwd(start, buffer.count) != nil else { return nil }
    // What cannot be reached is given as "(unreachable)/…".
    let path = unsafe String(cString: start)
    return path.hasPrefix("/") ? path : nil
  }
}

/// Whether a name matches a shell pattern, as `fnmatch(3)` has it: `*`, `?` and `[…]`; a leading dot only by a dot.
///
/// - Parameters:
///   - name: One component of a path.
///   - pattern: The pattern.
/// - Returns: True where it matches.
package func matches(_ name: String, pattern: String) -> Bool {
  // Safe: both strings stand during the call, which only reads them.
  unsafe fnmatch(pattern, name, FNM_PERIOD) == 0
}
