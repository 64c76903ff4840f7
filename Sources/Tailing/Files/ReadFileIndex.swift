internal import LinuxIO

/// Files that were read, and siblings that are not to be: what keeps a byte from being delivered twice.
struct ReadFileIndex {
  /// The files, the longest known first.
  private(set) var positions: [FilePosition]
  /// Fewer bytes than this may be the same in two logs by chance.
  static let minimumFingerprintBytes: Int64 = 64

  /// Files that are remembered though they are not there: they may come back with their directory.
  private static let maximumMissing = 100

  init(_ positions: [FilePosition]) {
    self.positions = positions
  }

  /// Remembers a file as it stands, instead of what was known of it.
  mutating func remember(_ file: OpenLogFile) {
    var position = file.position
    // Of files that are done with the beginning and the end tell enough.
    position.delivered = DeliveredFingerprints()
    positions.removeAll { $0.isSameFile(as: position) }
    positions.append(position)
  }

  /// Remembers what another log has read.
  mutating func insert(_ position: FilePosition) {
    positions.removeAll { $0.isSameFile(as: position) }
    positions.append(position)
  }

  /// Remembers a file of which nothing can be read, by its number; once it can be, it is looked at anew.
  mutating func rememberUnread(_ status: FileStatus) {
    guard !hasNumber(of: status) else { return }
    let empty = ContentHash().value
    positions.append(
      FilePosition(
        identity: FileIdentity(device: status.device, inode: status.inode, headBytes: 0, headHash: empty),
        offset: 0,
        precedingHash: empty,
        isInsideOversizedLine: false,
        seenBytes: 0,
        seenHash: empty
      )
    )
  }

  /// Whether a file with this number is known, whatever it holds.
  func hasNumber(of status: FileStatus) -> Bool {
    positions.contains { $0.identity.device == status.device && $0.identity.inode == status.inode }
  }

  /// Forgets files that are no longer there; the last hundred of them are kept.
  mutating func forgetMissing(besides statuses: [FileStatus]) {
    var surplus = positions.count - statuses.count - Self.maximumMissing
    guard surplus > 0 else { return }
    let present = Set(statuses.map { [$0.device, $0.inode] })
    positions.removeAll { position in
      guard surplus > 0, !present.contains([position.identity.device, position.identity.inode]) else { return false }
      surplus -= 1
      return true
    }
  }

  /// Forgets a file that is to be read after all.
  mutating func forget(_ file: OpenLogFile) {
    positions.removeAll { $0.isSameFile(as: file.position) }
  }

  /// What is known of a file: by its number, and by its head, since numbers are given away again. What was empty is known
  /// only as long as it stays so: nothing would tell it from the next file with its number.
  func position(of file: OpenLogFile) throws(SystemCallError) -> FilePosition? {
    for position in positions where position.isSameFile(as: file.position) {
      if position.identity.headBytes == 0, !file.isUnseen { continue }
      if try file.begins(as: position.identity) { return position }
    }
    return nil
  }

  /// Whether a file begins with all that was read of another one.
  func holdsCopy(_ file: OpenLogFile) throws(SystemCallError) -> Bool {
    for position in positions where Self.isDistinctive(position) {
      if try file.continues(position) { return true }
    }
    return false
  }

  /// Whether a position tells a file by its content alone.
  static func isDistinctive(_ position: FilePosition) -> Bool {
    position.seenBytes >= minimumFingerprintBytes
  }
}

extension FilePosition {
  /// Whether both are in the same file, by its number.
  func isSameFile(as other: FilePosition) -> Bool {
    identity.device == other.identity.device && identity.inode == other.identity.inode
  }
}
