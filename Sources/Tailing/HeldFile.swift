internal import LinuxIO

/// One file of a log, held open: what it is, how far it was read, and reading on.
///
/// As long as it is open its inode is given to no other file, whatever happens to its names.
final class HeldFile {
  /// How a file came to be read.
  enum Role: Equatable {
    /// It is what the log's path names.
    case atPath
    /// The path named it once; late lines are waited for.
    case rotated(since: MonotonicTime)
    /// It holds what the path's file held before it was truncated; nobody writes to it.
    case copy
  }

  /// What a look at the file's content says.
  enum Verdict: Equatable {
    /// What was read is still there.
    case intact
    /// It was cut, but begins as before: nothing of what is left is new.
    case shortened
    /// It was cut to nothing; what is there now is new.
    case truncated
  }

  /// Head bytes that tell files apart.
  static let maximumHeadBytes = 1_024
  /// Bytes before the offset that tell a file from what it was before a truncation.
  static let maximumPrecedingBytes = 64

  let descriptor: FileDescriptor
  /// The path it was opened by.
  let path: String
  /// Where that path led, without links.
  var resolvedPath: String
  var role: Role
  /// As it was at the last look.
  private(set) var status: FileStatus
  private(set) var headBytes = 0
  private(set) var headHash = ContentHash()
  /// The first byte that was not delivered.
  private(set) var offset: Int64 = 0
  private(set) var precedingHash = ContentHash()
  var isInsideOversizedLine = false
  /// Whether it was found beside the log and not one byte of it was read: it may yet prove to be a copy.
  var isUnproven = false
  /// Whether there was ever anything in it.
  private(set) var hasHadData = false

  /// Opens a regular file and looks at its head.
  ///
  /// - Throws: `SystemCallError`; EISDIR when it is no regular file.
  init(opening path: String, role: Role) throws(SystemCallError) {
    descriptor = try FileDescriptor(opening: path, [.readOnly, .nonBlocking])
    status = try descriptor.status()
    self.path = path
    resolvedPath = path
    self.role = role
    guard status.kind == .regular else {
      throw SystemCallError(operation: "read", subject: path, errno: .isDirectory)
    }
    try extendHead()
  }

  /// Bytes that are there and were not delivered.
  var lagBytes: Int64 { max(0, status.size - offset) }

  /// Which file it is and how far it was read.
  var position: FilePosition {
    FilePosition(
      identity: FileIdentity(
        device: status.device,
        inode: status.inode,
        headBytes: headBytes,
        headHash: headHash.value
      ),
      offset: offset,
      precedingHash: precedingHash.value,
      isInsideOversizedLine: isInsideOversizedLine
    )
  }

  /// Whether a status is this file's, by number.
  func isSameFile(as other: FileStatus) -> Bool {
    status.isSameFile(as: other)
  }

  // MARK: Looking

  /// Looks at the size alone.
  func refreshStatus() throws(SystemCallError) {
    status = try descriptor.status()
    if status.size > 0 { hasHadData = true }
  }

  /// Looks at the size, and whether what was read is still there.
  func verify() throws(SystemCallError) -> Verdict {
    try refreshStatus()
    if status.size < offset {
      // With a shorter head it cannot be told from a new log that begins alike.
      guard headBytes == Self.maximumHeadBytes, try begins(with: headBytes, headHash) else { return .truncated }
      return .shortened
    }
    // In this order: the head must not take in bytes of what came after a truncation.
    guard try preceding(offset) == precedingHash, try extendHead() else { return .truncated }
    return .intact
  }

  /// Whether this file begins as another did.
  func begins(as identity: FileIdentity) throws(SystemCallError) -> Bool {
    try begins(with: identity.headBytes, ContentHash(value: identity.headHash))
  }

  /// Whether this file begins as another did, as far as that one was read, and holds at least as much.
  func continues(_ other: FilePosition) throws(SystemCallError) -> Bool {
    guard status.size >= other.offset, status.size >= Int64(other.identity.headBytes) else { return false }
    guard try begins(as: other.identity) else { return false }
    return try preceding(other.offset).value == other.precedingHash
  }

  /// Whether all that this file holds is how another one begins.
  func isBeginning(of other: HeldFile) throws(SystemCallError) -> Bool {
    guard other.status.size >= status.size else { return false }
    let end = try preceding(status.size)
    let head = try hashOfHead(Int(min(status.size, Int64(Self.maximumHeadBytes))))
    guard try other.begins(with: head.bytes, head.hash) else { return false }
    return try other.preceding(status.size) == end
  }

  // MARK: Moving

  /// Goes on at a place in this file.
  func move(to offset: Int64, isInsideOversizedLine: Bool = false) throws(SystemCallError) {
    precedingHash = try preceding(offset)
    self.offset = offset
    self.isInsideOversizedLine = isInsideOversizedLine
  }

  /// Starts again at the beginning, as a file that was never looked at.
  func restart() throws(SystemCallError) {
    offset = 0
    precedingHash = ContentHash()
    isInsideOversizedLine = false
    headBytes = 0
    headHash = ContentHash()
    status = try descriptor.status()
    try extendHead()
  }

  /// Goes on at the new end of a file that was shortened.
  func moveToEnd() throws(SystemCallError) {
    try move(to: status.size)
  }

  // MARK: Reading

  /// What a read brought.
  enum Slice {
    /// The bytes from the offset on are in the buffer, in this range; `isLast` when the file ended there.
    case bytes(Range<Int>, isLast: Bool)
    /// What was read before is no longer there.
    case truncated
  }

  /// Reads on from the offset.
  ///
  /// The bytes before the offset are read again in the same call and compared: a truncation between a look and the read
  /// cannot slip in.
  ///
  /// - Parameters:
  ///   - limit: The greatest number of new bytes.
  ///   - buffer: Where they go; holds at least `limit` bytes and the preceding ones.
  /// - Returns: Where in the buffer the new bytes are.
  /// - Throws: `SystemCallError` as `pread(2)` lists them.
  func read(atMost limit: Int, into buffer: inout ReadBuffer) throws(SystemCallError) -> Slice {
    let preceding = Int(min(offset, Int64(Self.maximumPrecedingBytes)))
    let wanted = min(buffer.count, preceding + limit)
    let count = try buffer.fill(from: descriptor, at: offset - Int64(preceding), count: wanted)
    guard count >= preceding, buffer.hash(0..<preceding) == precedingHash else {
      return .truncated
    }
    if offset == 0 {
      guard count >= min(headBytes, wanted), buffer.hash(0..<min(headBytes, count)) == headHash || count < headBytes
      else {
        return .truncated
      }
    }
    if count > preceding { hasHadData = true }
    return .bytes(preceding..<count, isLast: count < wanted)
  }

  /// Moves over bytes of the last slice.
  ///
  /// - Parameters:
  ///   - range: The slice.
  ///   - count: How many of its bytes are done with.
  ///   - buffer: The buffer it was read into.
  func advance(over range: Range<Int>, by count: Int, in buffer: ReadBuffer) {
    guard count > 0 else { return }
    let end = range.lowerBound + count
    precedingHash = buffer.hash(max(0, end - Self.maximumPrecedingBytes)..<end)
    offset += Int64(count)
    // The status is older than the read.
    if offset > status.size { hasHadData = true }
  }

  /// Where the data behind a hole at the offset begins, when the file system knows of one.
  func endOfHole() throws(SystemCallError) -> Int64? {
    guard let data = try descriptor.nextData(from: offset), data > offset else { return nil }
    return data
  }

  // MARK: Hashes

  /// Compares the head with what it was, and takes in what has come since.
  ///
  /// - Returns: False when the head is another one.
  @discardableResult
  private func extendHead() throws(SystemCallError) -> Bool {
    if status.size > 0 { hasHadData = true }
    var bytes = ReadBuffer(count: Int(min(status.size, Int64(Self.maximumHeadBytes))))
    guard bytes.count >= headBytes else { return false }
    let count = try bytes.fill(from: descriptor, at: 0, count: bytes.count)
    guard count >= headBytes, bytes.hash(0..<headBytes) == headHash else { return false }
    headHash = bytes.hash(0..<count)
    headBytes = count
    return true
  }

  private func hashOfHead(_ count: Int) throws(SystemCallError) -> (bytes: Int, hash: ContentHash) {
    var bytes = ReadBuffer(count: count)
    let read = try bytes.fill(from: descriptor, at: 0, count: count)
    return (read, bytes.hash(0..<read))
  }

  private func begins(with count: Int, _ hash: ContentHash) throws(SystemCallError) -> Bool {
    let head = try hashOfHead(count)
    return head.bytes == count && head.hash == hash
  }

  private func preceding(_ offset: Int64) throws(SystemCallError) -> ContentHash {
    var bytes = ReadBuffer(count: Int(min(offset, Int64(Self.maximumPrecedingBytes))))
    let count = try bytes.fill(from: descriptor, at: offset - Int64(bytes.count), count: bytes.count)
    return bytes.hash(0..<count)
  }
}
