internal import Glibc

/// Puts a file in the place of another so that after a crash at any moment either the old or the new contents are there,
/// whole: written under another name, synchronized, renamed, and the directory synchronized.
///
/// - Parameters:
///   - path: The file; its directory exists.
///   - contents: What it is to hold.
/// - Throws: `SystemCallError` of the step that failed, ENOSPC among them. The old file stands then, unless the last step
///   failed, synchronizing the directory: then the new one stands, and only a crash could still bring the old one back.
package func replaceFile(_ path: String, with contents: RawSpan) throws(SystemCallError) {
  let newPath = "\(path).new"
  do {
    let file = try FileDescriptor(opening: newPath, [.writeOnly, .create, .truncate], permissions: 0o600)
    try file.writeAll(contents)
    try file.synchronize()
    try renameFile(newPath, to: path)
  } catch {
    // On a full disk half a file would keep others from what it holds.
    try? removeFile(newPath)
    throw error
  }
  try synchronizeDirectory(parentDirectory(of: path))
}

/// Waits until a directory's names are on the disk, as far as its file system can do that.
///
/// - Parameter path: The directory.
/// - Throws: `SystemCallError` as `open(2)` and `fsync(2)` list them.
func synchronizeDirectory(_ path: String) throws(SystemCallError) {
  let directory = try FileDescriptor(opening: path, [.readOnly, .directory])
  do throws(SystemCallError) {
    try directory.synchronize()
  } catch {
    // Some network and FUSE file systems synchronize files alone: what can be done was done.
    guard error.errno == .invalidArgument else { throw error }
  }
}

/// Reads a file that is expected to be small.
///
/// - Parameters:
///   - path: The file.
///   - maximumBytes: What it may hold at most; more ends with EFBIG.
/// - Returns: What it holds; nil where there is no such file.
/// - Throws: `SystemCallError` as `open(2)` and `read(2)` list them.
package func readFile(_ path: String, maximumBytes: Int) throws(SystemCallError) -> [UInt8]? {
  let file: FileDescriptor
  do {
    file = try FileDescriptor(opening: path, .readOnly)
  } catch {
    if error.errno == .noSuchFile { return nil }
    throw error
  }
  guard try file.status().size <= maximumBytes else {
    throw SystemCallError(operation: "read", subject: path, errno: .fileTooLarge)
  }
  var contents: [UInt8] = []
  var block = [UInt8](repeating: 0, count: 64 << 10)
  while true {
    var span = block.mutableSpan
    // Safe: whatever the kernel writes there is a valid byte.
    var bytes = unsafe span.mutableBytes
    let count = try file.read(into: &bytes) ?? 0
    guard count > 0 else { return contents }
    contents.append(contentsOf: block[..<count])
    guard contents.count <= maximumBytes else {
      throw SystemCallError(operation: "read", subject: path, errno: .fileTooLarge)
    }
  }
}

/// The directory that holds a path's last name.
///
/// - Parameter path: The path.
/// - Returns: What stands before the last slash; "." where there is none.
package func parentDirectory(of path: String) -> String {
  guard let slash = path.lastIndex(of: "/") else { return "." }
  return slash == path.startIndex ? "/" : String(path[..<slash])
}
