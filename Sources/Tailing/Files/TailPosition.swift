/// Which file it is: by number, and by how it begins, because inodes are given to other files (and beginnings repeat).
package struct FileIdentity: Equatable {
  /// The device that holds the file.
  package var device: UInt64
  /// The file's number on that device.
  package var inode: UInt64
  /// Bytes at the file's start that `headHash` covers, 0 to 1,024: as many as were there when it was last looked at.
  package var headBytes: Int
  /// The 64-bit FNV-1a hash of those bytes.
  package var headHash: UInt64

  package init(device: UInt64, inode: UInt64, headBytes: Int, headHash: UInt64) {
    self.device = device
    self.inode = inode
    self.headBytes = headBytes
    self.headHash = headHash
  }
}

/// How far a file was read.
package struct FilePosition: Equatable {
  /// Which file.
  package var identity: FileIdentity
  /// The first byte that was not delivered.
  package var offset: Int64
  /// The 64-bit FNV-1a hash of the (up to) 64 bytes before `offset`.
  package var precedingHash: UInt64
  /// Whether `offset` is inside a line over the limit, whose rest is to be skipped.
  package var isInsideOversizedLine: Bool
  /// Where the file ended at the last look, at or after `offset`.
  package var seenBytes: Int64
  /// The 64-bit FNV-1a hash of the (up to) 64 bytes before `seenBytes`: tells files apart that begin alike, such as with
  /// the hole of a truncation, even before anything of them was delivered.
  package var seenHash: UInt64
  /// Marks in what was delivered; none where the file was only looked at.
  package var delivered = DeliveredFingerprints()

  package init(
    identity: FileIdentity,
    offset: Int64,
    precedingHash: UInt64,
    isInsideOversizedLine: Bool,
    seenBytes: Int64,
    seenHash: UInt64,
    delivered: DeliveredFingerprints? = nil
  ) {
    self.identity = identity
    self.offset = offset
    self.precedingHash = precedingHash
    self.isInsideOversizedLine = isInsideOversizedLine
    self.seenBytes = seenBytes
    self.seenHash = seenHash
    if let delivered { self.delivered = delivered }
  }
}

/// How far a log was read: everything before it was delivered, nothing after it. Plain values, to be kept in a snapshot.
package struct TailPosition: Equatable {
  /// The files that are held, oldest first: the first one is being read, the others are to be read after it.
  package var files: [FilePosition]
  /// When the first one's data had last changed, in nanoseconds since 1970; 0 when there was none yet.
  package var modifiedNanoseconds: Int64
  /// Siblings of the log that are not to be read, at the last look: older than the log, read before, or copies.
  package var knownSiblings: [FilePosition]
  /// Paths whose siblings were looked at: the log's own, and where its symbolic link leads. None before the first look.
  package var siblingPaths: [String]

  package init(
    files: [FilePosition],
    modifiedNanoseconds: Int64,
    knownSiblings: [FilePosition],
    siblingPaths: [String]
  ) {
    self.files = files
    self.modifiedNanoseconds = modifiedNanoseconds
    self.knownSiblings = knownSiblings
    self.siblingPaths = siblingPaths
  }
}

extension TailPosition {
  /// Whether a file is known by this position, under whatever name: one that is or was read, its copy, or a sibling that is
  /// not to be read.
  ///
  /// - Parameter path: The file.
  /// - Returns: True where its number and its beginning are known, or where it begins with all that was read of another
  ///   file, when that was at least 64 bytes; false also where it cannot be read.
  package func hasRead(_ path: String) -> Bool {
    guard let file = try? OpenLogFile(opening: path, role: .copy) else { return false }
    let known = ReadFileIndex(files + knownSiblings)
    return (try? known.position(of: file) != nil || known.holdsCopy(file)) ?? false
  }

  /// The position before everything that is there of a log: its rotated siblings are read first, the oldest one foremost.
  ///
  /// - Parameter path: The log.
  /// - Returns: A position as if neither the log nor a sibling had been there at the last look.
  package static func beforeSiblings(of path: String) -> TailPosition {
    // Siblings are looked for where the path stands, and where it leads.
    let paths = [path, SymlinkChain(along: path).resolvedPath]
    return TailPosition(files: [], modifiedNanoseconds: 0, knownSiblings: [], siblingPaths: paths)
  }
}
