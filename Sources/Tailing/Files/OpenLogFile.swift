internal import LinuxIO

/// One file of a log, held open: what it is, how far it was read, and reading on.
///
/// As long as it is open its inode is given to no other file, whatever happens to its names.
final class OpenLogFile {
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
  enum ContentCheck: Equatable {
    /// What was seen is still there.
    case intact
    /// It was cut, or written anew, but begins as before: up to an offset it holds what was delivered.
    case shortened(upTo: Int64)
    /// It was cut to nothing; what is there now is new.
    case truncated
  }

  let descriptor: FileDescriptor
  /// The path it was opened by.
  let path: String
  var role: Role
  var isInsideOversizedLine = false
  /// Whether what it held is read on in a copy of it.
  var hasContinuation = false
  /// Whether it was found beside the log and not one byte of it was read: it may yet prove to be a copy.
  var isUnproven = false
  /// As it was at the last look.
  private(set) var status: FileStatus
  /// Whether there was ever anything in it.
  private(set) var hasHadData = false
  /// When its data had last changed, as its content was last looked at.
  private(set) var verifiedNanoseconds: Int64 = 0
  /// As it was when its content was last looked at; nil when that was too short a time after its last change.
  private var settledStatus: FileStatus?
  /// How it begins, as far as that was seen.
  private(set) var head = HeadFingerprint()
  /// Where the first byte is that was not delivered, and what is before it.
  private var read = OffsetFingerprint()
  /// Where the file ended at the last look, and what is before that.
  private var seen = OffsetFingerprint()
  /// What was delivered since it was opened or begun anew.
  private(set) var delivered = DeliveredFingerprints()
  /// Where the zeros end, as far as was looked, that begin at the first byte that was not delivered.
  private(set) var zeroEnd: Int64 = 0

  /// Opens a regular file and looks at its content.
  ///
  /// - Throws: `SystemCallError`; EISDIR when it is no regular file.
  init(opening path: String, role: Role) throws(SystemCallError) {
    descriptor = try FileDescriptor(opening: path, [.readOnly, .nonBlocking])
    status = try descriptor.status()
    self.path = path
    self.role = role
    guard status.kind == .regular else {
      throw SystemCallError(operation: "read", subject: path, errno: .isDirectory)
    }
    _ = try verify()
  }

  /// The first byte that was not delivered.
  var offset: Int64 { read.offset }

  /// Bytes that are there and were not delivered; zeros at the end are none.
  var lagBytes: Int64 { zeroEnd >= status.size ? 0 : max(0, status.size - offset) }

  /// Whether nothing was ever seen of its content, so that a truncation does not show.
  var isUnseen: Bool { head.bytes == 0 }

  /// The name that it has now, as the kernel tells it; `(deleted)` is behind that of a file without one.
  var currentPath: String { descriptor.currentPath ?? path }

  /// Which file it is and how far it was read.
  var position: FilePosition {
    FilePosition(
      identity: FileIdentity(
        device: status.device,
        inode: status.inode,
        headBytes: head.bytes,
        headHash: head.hash.value
      ),
      offset: read.offset,
      precedingHash: read.hash.value,
      isInsideOversizedLine: isInsideOversizedLine,
      seenBytes: seen.offset,
      seenHash: seen.hash.value,
      delivered: delivered
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

  /// Looks at the size, and whether what was seen is still there; takes in what is new.
  ///
  /// - Parameter wallTime: The present; where it is given, what was seen is not compared again while the file's times say
  ///   that nothing changed.
  /// - Returns: What became of what was seen.
  /// - Throws: `SystemCallError` as `fstat(2)` and `pread(2)` list them.
  func verify(at wallTime: WallTime? = nil) throws(SystemCallError) -> ContentCheck {
    try refreshStatus()
    if wallTime != nil, status == settledStatus { return .intact }
    settledStatus = nil
    let end = try endOfContent()
    // What is new is read before what is old is compared: a truncation in between shows, and nothing is taken in of what
    // came after it.
    let newHeadBytes = Int(min(end, Int64(HeadFingerprint.maximumBytes)))
    let newHead = newHeadBytes == head.bytes ? head.hash : try descriptor.hash(from: 0, count: newHeadBytes)
    let newSeen = end == seen.offset ? seen : try descriptor.mark(at: end)
    guard let newHead, let newSeen, end >= seen.offset, end >= read.offset,
      try descriptor.holds(head), try descriptor.holds(read), try descriptor.holds(seen)
    else { return try offsetHeld(of: position).map { .shortened(upTo: $0) } ?? .truncated }
    head = HeadFingerprint(bytes: newHeadBytes, hash: newHead)
    seen = newSeen
    verifiedNanoseconds = status.modifiedNanoseconds
    if let wallTime, status.isSettled(at: wallTime) { settledStatus = status }
    return .intact
  }

  // MARK: Moving

  /// Goes on at a place in this file.
  func move(to offset: Int64, isInsideOversizedLine: Bool = false) throws(SystemCallError) {
    guard let mark = try descriptor.mark(at: offset) else { return }
    read = mark
    delivered = DeliveredFingerprints()
    zeroEnd = 0
    self.isInsideOversizedLine = isInsideOversizedLine
  }

  /// Takes over the marks of an earlier process, which delivered what is before the offset.
  func resume(delivered: DeliveredFingerprints) {
    self.delivered = delivered
    self.delivered.forget(behind: offset)
  }

  /// Goes on after a file was cut or written anew, behind what it still holds of what was delivered.
  func goBack(to offset: Int64) throws(SystemCallError) {
    let end = try endOfContent()
    let newHeadBytes = Int(min(end, Int64(HeadFingerprint.maximumBytes)))
    guard let place = try descriptor.mark(at: offset), let newSeen = try descriptor.mark(at: max(offset, end)),
      let newHead = try descriptor.hash(from: 0, count: newHeadBytes)
    else { return }
    if offset < read.offset {
      delivered.forget(behind: offset)
      isInsideOversizedLine = false
    }
    read = place
    seen = newSeen
    head = HeadFingerprint(bytes: newHeadBytes, hash: newHead)
    zeroEnd = 0
  }

  /// Starts again at the beginning, as a file that was never looked at.
  func restart() throws(SystemCallError) {
    head = HeadFingerprint()
    read = OffsetFingerprint()
    seen = OffsetFingerprint()
    delivered = DeliveredFingerprints()
    zeroEnd = 0
    settledStatus = nil
    isInsideOversizedLine = false
    _ = try verify()
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
  func readSlice(atMost limit: Int, into buffer: inout ReadBuffer) throws(SystemCallError) -> Slice {
    let preceding = read.hashedBytes
    let wanted = min(buffer.count, preceding + limit)
    let count = try buffer.fill(from: descriptor, at: offset - Int64(preceding), count: wanted)
    guard count >= preceding, buffer.hash(0..<preceding) == read.hash else { return .truncated }
    // Nothing precedes the first byte, but the head was seen.
    if offset == 0, head.bytes <= wanted {
      guard count >= head.bytes, buffer.hash(0..<head.bytes) == head.hash else { return .truncated }
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
    // The head grows with what is delivered, so that a process that comes after this one knows it again.
    let newHeadBytes = Int(min(offset + Int64(count), Int64(HeadFingerprint.maximumBytes)))
    if newHeadBytes > head.bytes {
      let start = range.lowerBound - Int(offset)
      buffer.add(start + head.bytes..<start + newHeadBytes, to: &head.hash)
      head.bytes = newHeadBytes
    }
    for place in delivered.places(from: offset, count: count) {
      let end = range.lowerBound + Int(place - offset)
      delivered.append(OffsetFingerprint(offset: place, hash: buffer.hash(end - OffsetFingerprint.maximumBytes..<end)))
    }
    markLineEnds(before: end, count: count, in: buffer)
    zeroEnd = 0
    read = OffsetFingerprint(
      offset: offset + Int64(count),
      hash: buffer.hash(max(0, end - OffsetFingerprint.maximumBytes)..<end)
    )
    if read.offset > seen.offset { seen = read }
  }

  /// Marks the ends of the newest lines in what is delivered.
  private func markLineEnds(before end: Int, count: Int, in buffer: ReadBuffer) {
    var ends = InlineArray<16, Int>(repeating: 0)
    var found = 0
    var place = end
    while found < DeliveredFingerprints.maximumLineEnds,
      let newline = buffer.lastIndex(of: UInt8(ascii: "\n"), in: end - count..<place)
    {
      ends[found] = newline + 1
      found += 1
      place = newline
    }
    while found > 0 {
      found -= 1
      let start = max(0, ends[found] - OffsetFingerprint.maximumBytes)
      delivered.append(
        lineEnd: OffsetFingerprint(
          offset: offset + Int64(ends[found] - (end - count)),
          hash: buffer.hash(start..<ends[found])
        )
      )
    }
  }

  /// Notes that there are nothing but zeros from the offset on, up to another one.
  func noteZeros(upTo end: Int64) { zeroEnd = max(zeroEnd, end) }

  /// Where the data behind a hole at the offset begins, when the file system knows of one.
  func endOfHole() throws(SystemCallError) -> Int64? {
    guard let data = try descriptor.nextData(from: offset), data > offset else { return nil }
    return data
  }
}
