internal import Glibc

/// An open file descriptor, closed when its owner goes away.
package struct FileDescriptor: ~Copyable {
  /// The number that the kernel knows it by.
  package let rawValue: CInt
  /// The path or a short description, for error texts.
  package let name: String

  /// Takes over an open descriptor.
  ///
  /// - Parameters:
  ///   - rawValue: The descriptor; nobody else may close it from now on.
  ///   - name: The path or a short description, for error texts.
  package init(owning rawValue: CInt, name: String) {
    self.rawValue = rawValue
    self.name = name
  }

  deinit {
    // Not repeated on EINTR: on Linux the descriptor is free even then (close(2)).
    _ = close(rawValue)
  }

  /// How `open` opens a file, as `open(2)` names it; O_CLOEXEC and O_NOCTTY are always set.
  package struct OpenOptions: OptionSet {
    package let rawValue: CInt

    package init(rawValue: CInt) {
      self.rawValue = rawValue
    }

    /// Only for reading. It is 0, so it is what stands when nothing else does.
    package static let readOnly = OpenOptions([])
    /// Only for writing.
    package static let writeOnly = OpenOptions(rawValue: O_WRONLY)
    /// For reading and writing.
    package static let readWrite = OpenOptions(rawValue: O_RDWR)
    /// Every write goes to the end of the file, in one step with finding that end.
    package static let append = OpenOptions(rawValue: O_APPEND)
    /// Creates the file if it does not exist.
    package static let create = OpenOptions(rawValue: O_CREAT)
    /// Cuts the file to length 0.
    package static let truncate = OpenOptions(rawValue: O_TRUNC)
    /// Neither opening nor reading waits; needed to open a FIFO that has no writer yet.
    package static let nonBlocking = OpenOptions(rawValue: O_NONBLOCK)
    /// Fails with ENOTDIR unless the path is a directory.
    package static let directory = OpenOptions(rawValue: O_DIRECTORY)
  }

  /// Opens a file.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - options: How to open it.
  ///   - permissions: The mode of a file that is created, before the umask.
  /// - Throws: `SystemCallError` as `open(2)` lists them.
  package init(
    opening path: String,
    _ options: OpenOptions,
    permissions: UInt32 = 0o644
  ) throws(SystemCallError) {
    let flags = options.rawValue | O_CLOEXEC | O_NOCTTY
    let descriptor = try systemCall("open", on: path) {
      unsafe withSystemPath(path) { unsafe open($0, flags, permissions) }
    }
    self.init(owning: descriptor, name: path)
  }

  /// Reads at the descriptor's own offset.
  ///
  /// - Parameter buffer: Where the bytes go.
  /// - Returns: The number of bytes, 0 at the end of the file, nil when a non-blocking descriptor has nothing yet.
  /// - Throws: `SystemCallError` as `read(2)` lists them.
  package borrowing func read(into buffer: inout MutableRawSpan) throws(SystemCallError) -> Int? {
    let descriptor = rawValue
    // Safe: the span says how many bytes the kernel may write, and it stands during the call.
    return try unsafe buffer.withUnsafeMutableBytes { (bytes) throws(SystemCallError) in
      try nonBlockingSystemCall("read", on: name) {
        unsafe Glibc.read(descriptor, bytes.baseAddress, bytes.count)
      }
    }
  }

  /// Reads at a given offset and leaves the descriptor's own alone.
  ///
  /// - Parameters:
  ///   - buffer: Where the bytes go.
  ///   - offset: Where in the file to read, in bytes.
  /// - Returns: The number of bytes; 0 at or past the end of the file.
  /// - Throws: `SystemCallError` as `pread(2)` lists them.
  package borrowing func read(into buffer: inout MutableRawSpan, at offset: Int64) throws(SystemCallError) -> Int {
    let descriptor = rawValue
    // Safe: the span says how many bytes the kernel may write, and it stands during the call.
    return try unsafe buffer.withUnsafeMutableBytes { (bytes) throws(SystemCallError) in
      try systemCall("read", on: name) {
        unsafe pread(descriptor, bytes.baseAddress, bytes.count, off_t(offset))
      }
    }
  }

  /// Writes once.
  ///
  /// - Parameter bytes: What to write.
  /// - Returns: How many of the bytes were taken, or nil when a non-blocking descriptor takes none now.
  /// - Throws: `SystemCallError` as `write(2)` lists them.
  package borrowing func write(_ bytes: RawSpan) throws(SystemCallError) -> Int? {
    try writeOnce(bytes, to: rawValue, named: name)
  }

  /// Writes everything, in as many calls as it takes; for descriptors that block.
  ///
  /// - Parameter bytes: What to write.
  /// - Throws: `SystemCallError` as `write(2)` lists them; some of the bytes may have been written then.
  package borrowing func writeAll(_ bytes: RawSpan) throws(SystemCallError) {
    var rest = bytes
    while !rest.isEmpty {
      guard let count = try write(rest) else {
        throw SystemCallError(operation: "write to", subject: name, errno: .wouldBlock)
      }
      rest = rest.extracting(droppingFirst: count)
    }
  }

  /// Waits until the file's data and size are on the disk.
  ///
  /// - Throws: `SystemCallError` as `fsync(2)` lists them.
  package borrowing func synchronize() throws(SystemCallError) {
    let descriptor = rawValue
    _ = try systemCall("synchronize", on: name) { fsync(descriptor) }
  }

  /// What the kernel knows of the open file.
  ///
  /// - Returns: The file's status, also when it has no name any more.
  /// - Throws: `SystemCallError` as `fstat(2)` lists them.
  package borrowing func status() throws(SystemCallError) -> FileStatus {
    let descriptor = rawValue
    var status = stat()
    _ = try systemCall("stat", on: name) { unsafe fstat(descriptor, &status) }
    return FileStatus(status)
  }

  /// The name that the open file has now, as `/proc` tells it: `(deleted)` is behind that of a file without one.
  package var currentPath: String? { try? Directory.linkTarget(of: "/proc/self/fd/\(rawValue)") }

  /// Whether any process, in whatever container of the host, has the file open for writing.
  ///
  /// A read lease (fcntl(2), F_SETLEASE) is asked for and given back at once: it is refused while there is a writer.
  ///
  /// - Returns: Nil where the kernel does not say, such as for another user's file, or on a network file system.
  package borrowing func isOpenForWriting() -> Bool? {
    _ = Self.ignoreLeaseSignal
    // F_SETLEASE, which Glibc shows only with _GNU_SOURCE.
    let setLease: CInt = 1_024
    guard fcntl(rawValue, setLease, CInt(F_RDLCK)) != 0 else {
      _ = fcntl(rawValue, setLease, CInt(F_UNLCK))
      return false
    }
    return errno == EAGAIN ? true : nil
  }

  /// Whoever opens the file in between breaks the lease, and the kernel says so by a signal that would end the process.
  private static let ignoreLeaseSignal: Void = {
    _ = signal(SIGIO, SIG_IGN)
  }()

  /// Opens the same file a second time under a new number, with the same offset and flags, to read it.
  ///
  /// - Parameters:
  ///   - rawValue: A descriptor that came from outside, such as 0 for standard input; it stays open.
  ///   - name: The path or a short description, for error texts.
  /// - Throws: `SystemCallError` as `fcntl(2)` lists them, EMFILE among them; EBADF, with the reason in its text, where
  ///   the descriptor is closed or open for writing only.
  package init(duplicating rawValue: CInt, name: String) throws(SystemCallError) {
    // Each read would fail with EBADF, which `systemCall` takes for a mistake of this program.
    guard Self.isReadable(flags: fcntl(rawValue, F_GETFL)) else {
      let subject = "\(name), which is not open for reading"
      throw SystemCallError(operation: "read", subject: subject, errno: .badFileDescriptor)
    }
    let descriptor = try systemCall("read", on: name) { fcntl(rawValue, F_DUPFD_CLOEXEC, 3) }
    self.init(owning: descriptor, name: name)
  }

  /// Whether what is open so can be read; -1 means that nothing is open.
  private static func isReadable(flags: CInt) -> Bool {
    // O_PATH, which Glibc shows only with _GNU_SOURCE.
    let pathOnly: CInt = 0o10_000_000
    return flags >= 0 && flags & pathOnly == 0 && [O_RDONLY, O_RDWR].contains(flags & O_ACCMODE)
  }

  /// Finds where data goes on behind a hole, without reading the hole: `lseek(2)` with SEEK_DATA.
  ///
  /// - Parameter offset: Where to look from, in bytes.
  /// - Returns: The first place at or after it that holds data, or nil when there is none up to the end of the file.
  /// - Throws: `SystemCallError` as `lseek(2)` lists them.
  package borrowing func nextData(from offset: Int64) throws(SystemCallError) -> Int64? {
    let descriptor = rawValue
    // SEEK_DATA, which Glibc shows only with _GNU_SOURCE.
    let seekData: CInt = 3
    do throws(SystemCallError) {
      return Int64(try systemCall("seek in", on: name) { lseek(descriptor, off_t(offset), seekData) })
    } catch {
      if error.errno == .noSuchDeviceOrAddress { return nil }
      throw error
    }
  }

  /// Whether a read would return at once: with bytes, with the end, or with an error.
  ///
  /// - Returns: What `poll(2)` says now.
  /// - Throws: `SystemCallError` as `poll(2)` lists them.
  package borrowing func isReadable() throws(SystemCallError) -> Bool {
    try wait(for: rawValue, toBe: .readable, before: .now)
  }
}

/// Writes once: the package's only call of `write(2)`.
///
/// - Parameters:
///   - bytes: What to write.
///   - descriptor: Where to.
///   - name: The path or a short description, for error texts.
/// - Returns: How many of the bytes were taken, or nil when a non-blocking descriptor takes none now.
/// - Throws: `SystemCallError` as `write(2)` lists them.
func writeOnce(_ bytes: RawSpan, to descriptor: CInt, named name: String) throws(SystemCallError) -> Int? {
  // Safe: the span says how many bytes the kernel may read, and it stands during the call.
  try unsafe bytes.withUnsafeBytes { (buffer) throws(SystemCallError) in
    try nonBlockingSystemCall("write to", on: name) { unsafe write(descriptor, buffer.baseAddress, buffer.count) }
  }
}
