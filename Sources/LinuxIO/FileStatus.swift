internal import Glibc

/// Which file it is among all that are there: device and inode, as long as the file is there.
package struct FileNumber: Hashable {
  /// The device that holds the file.
  package let device: UInt64
  /// The file's number on that device.
  package let inode: UInt64

  package init(device: UInt64, inode: UInt64) {
    self.device = device
    self.inode = inode
  }
}

/// What the kernel knows of a file: `stat(2)` without what nobody here needs.
package struct FileStatus: Equatable {
  /// What sort of thing a path names.
  package enum Kind: Equatable {
    case regular
    case directory
    case fifo
    case characterDevice
    case other
  }

  /// The device that holds the file.
  package let device: UInt64
  /// The file's number on that device; given to another file once this one is gone.
  package let inode: UInt64
  /// What sort of thing it is.
  package let kind: Kind
  /// Bytes.
  package let size: Int64
  /// The permission bits, 0 to 0o7777.
  package let permissions: UInt32
  /// The number of the user that owns it.
  package let user: UInt32
  /// The number of the group that owns it.
  package let group: UInt32
  /// Names that the file has; 0 once it was deleted while open.
  package let linkCount: UInt64
  /// When its data last changed, in nanoseconds since 1970; never negative.
  package let modifiedNanoseconds: Int64
  /// When its data, mode, owner or name last changed, in nanoseconds since 1970; never negative, and
  /// nobody can set it.
  package let changedNanoseconds: Int64

  init(_ status: stat) {
    device = UInt64(status.st_dev)
    inode = UInt64(status.st_ino)
    size = Int64(status.st_size)
    permissions = UInt32(status.st_mode) & 0o7777
    user = UInt32(status.st_uid)
    group = UInt32(status.st_gid)
    linkCount = UInt64(status.st_nlink)
    modifiedNanoseconds = Self.nanoseconds(status.st_mtim)
    changedNanoseconds = Self.nanoseconds(status.st_ctim)
    kind =
      switch status.st_mode & S_IFMT {
      case S_IFREG: .regular
      case S_IFDIR: .directory
      case S_IFIFO: .fifo
      case S_IFCHR: .characterDevice
      default: .other
      }
  }

  /// A file may bear any time (`touch -d 2300-01-01`): one from before 1970 or after 2262 is taken as the nearest one
  /// that can be counted, and subtracted, in nanoseconds.
  private static func nanoseconds(_ time: timespec) -> Int64 {
    Int64(min(max(time.tv_sec, 0), 9_223_372_035)) * 1_000_000_000 + Int64(time.tv_nsec)
  }

  /// Looks at what a path names now, through symbolic links.
  ///
  /// - Parameter path: The path.
  /// - Throws: `SystemCallError` as `stat(2)` lists them, ENOENT among them.
  package init(of path: String) throws(SystemCallError) {
    var status = stat()
    // Safe: both stand during the call, which fills the one and reads the other.
    _ = try systemCall("stat", on: path) { unsafe withSystemPath(path) { unsafe stat($0, &status) } }
    self.init(status)
  }

  /// Which file it is, as a key.
  package var number: FileNumber { FileNumber(device: device, inode: inode) }

  /// Whether both are the same file, as far as its number says: device and inode.
  ///
  /// - Parameter other: The status to compare with.
  /// - Returns: True when device and inode are equal.
  package func isSameFile(as other: FileStatus) -> Bool {
    device == other.device && inode == other.inode
  }
}
