internal import Glibc

/// A queue of changes to watched directories and files: `inotify(7)`.
package struct Inotify: ~Copyable {
  /// What a watch reports, or what was reported.
  package struct Events: OptionSet {
    package let rawValue: UInt32

    package init(rawValue: UInt32) {
      self.rawValue = rawValue
    }

    /// A file's data changed, its truncation included.
    package static let modified = Events(rawValue: UInt32(IN_MODIFY))
    /// A file's mode, times or number of names changed; also the only sign that a held file was deleted.
    package static let attributesChanged = Events(rawValue: UInt32(IN_ATTRIB))
    /// A name appeared in the directory.
    package static let created = Events(rawValue: UInt32(IN_CREATE))
    /// A name went from the directory.
    package static let deleted = Events(rawValue: UInt32(IN_DELETE))
    /// A name was moved out of the directory.
    package static let movedFrom = Events(rawValue: UInt32(IN_MOVED_FROM))
    /// A name was moved into the directory.
    package static let movedTo = Events(rawValue: UInt32(IN_MOVED_TO))
    /// What is watched was itself deleted.
    package static let selfDeleted = Events(rawValue: UInt32(IN_DELETE_SELF))
    /// What is watched was itself moved.
    package static let selfMoved = Events(rawValue: UInt32(IN_MOVE_SELF))
    /// Reported only: the watch is gone, because what it watched is, or because it was removed.
    package static let ignored = Events(rawValue: UInt32(IN_IGNORED))
    /// Reported only: the queue was full and changes were lost; the watch number is -1 then.
    package static let overflow = Events(rawValue: UInt32(IN_Q_OVERFLOW))
    /// Asked only: fails with ENOTDIR unless the path is a directory.
    package static let onlyDirectory = Events(rawValue: UInt32(IN_ONLYDIR))
  }

  /// One reported change.
  package struct Event: Equatable {
    /// The number that `addWatch` returned; -1 for an overflow.
    package let watch: CInt
    /// What happened; equal events in a row are reported once.
    package let events: Events
    /// The name in the watched directory that it happened to; nil where it happened to what is watched itself.
    package let name: String?
  }

  private let descriptor: FileDescriptor
  /// Below about 4 KB a read can fail with EINVAL when a long name is reported.
  private static let readBufferBytes = 64 << 10

  /// Makes an empty queue that never blocks.
  ///
  /// - Throws: `SystemCallError` as `inotify_init1(2)` lists them, EMFILE among them.
  package init() throws(SystemCallError) {
    let flags = CInt(IN_NONBLOCK) | CInt(IN_CLOEXEC)
    let rawValue = try systemCall("start", on: "inotify") { inotify_init1(flags) }
    descriptor = FileDescriptor(owning: rawValue, name: "inotify")
  }

  /// The descriptor that becomes readable when something was reported.
  package var rawDescriptor: CInt { descriptor.rawValue }

  /// Watches a path, or changes what an existing watch on the same inode reports.
  ///
  /// - Parameters:
  ///   - path: The directory or file.
  ///   - events: What to report.
  /// - Returns: The watch's number; the same one for every path that leads to the same inode.
  /// - Throws: `SystemCallError` as `inotify_add_watch(2)` lists them, ENOSPC at the limit of watches among them.
  package borrowing func addWatch(_ path: String, for events: Events) throws(SystemCallError) -> CInt {
    let queue = descriptor.rawValue
    return try systemCall("watch", on: path) {
      unsafe withSystemPath(path) { unsafe inotify_add_watch(queue, $0, events.rawValue) }
    }
  }

  /// Ends a watch; one that is gone already is left so.
  ///
  /// - Parameter watch: The watch's number.
  package borrowing func removeWatch(_ watch: CInt) {
    _ = inotify_rm_watch(descriptor.rawValue, watch)
  }

  /// Takes what was reported since the last call, up to one buffer full.
  ///
  /// - Parameter receive: Called with each change, in order.
  /// - Returns: Whether there was anything.
  /// - Throws: `SystemCallError` as `read(2)` lists them.
  package borrowing func takeEvents(_ receive: (Event) -> Void) throws(SystemCallError) -> Bool {
    let queue = descriptor.rawValue
    // Safe: the kernel fills whole records into the buffer, and every access below is checked against their end.
    return try unsafe withUnsafeTemporaryAllocation(
      byteCount: Self.readBufferBytes,
      alignment: MemoryLayout<inotify_event>.alignment
    ) { (buffer) throws(SystemCallError) in
      let filled = try nonBlockingSystemCall("read", on: "inotify") {
        unsafe read(queue, buffer.baseAddress, buffer.count)
      }
      guard let filled, filled > 0 else { return false }
      let headerBytes = MemoryLayout<inotify_event>.size
      var offset = 0
      while offset + headerBytes <= filled {
        let record = unsafe buffer.loadUnaligned(fromByteOffset: offset, as: inotify_event.self)
        let name = unsafe Self.name(in: buffer, at: offset + headerBytes, count: Int(record.len))
        receive(Event(watch: record.wd, events: Events(rawValue: record.mask), name: name))
        offset += headerBytes + Int(record.len)
      }
      return true
    }
  }

  /// Reads a name, behind which NUL bytes fill its room up.
  private static func name(in buffer: UnsafeMutableRawBufferPointer, at offset: Int, count: Int) -> String? {
    guard count > 0, offset + count <= buffer.count else { return nil }
    // Safe: the range was just checked.
    let bytes = unsafe Array(buffer[offset..<offset + count].prefix { $0 != 0 })
    return PathBytes.text(of: bytes)
  }
}
