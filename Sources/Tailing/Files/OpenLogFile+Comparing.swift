internal import LinuxIO

/// How much a file holds of what was delivered, from it or from another.
extension OpenLogFile {
  private static let newline = UInt8(ascii: "\n")
  /// Looked into for the end of a line, or of what is there before zeros.
  private static let windowBytes = 64 << 10

  /// Where what is there ends: zeros behind it are room that was made for more.
  func endOfContent() throws(SystemCallError) -> Int64 {
    guard status.size > 0 else { return 0 }
    var last = ReadBuffer(count: 1)
    guard try last.fill(from: descriptor, at: status.size - 1, count: 1) == 1, last[0] == 0 else { return status.size }
    guard offset < status.size else { return status.size }
    var window = ReadBuffer(count: Self.windowBytes)
    let count = try window.fill(from: descriptor, at: offset, count: Self.windowBytes)
    return offset + Int64((0..<count).first { window[$0] == 0 } ?? count)
  }

  /// Up to where this file holds what was delivered of a file, itself or another one.
  ///
  /// What is the same in the beginning of two logs by chance is short, or one line again and again.
  ///
  /// - Parameter other: What was delivered.
  /// - Returns: Where to go on, at the beginning of a line; nil where this is another content.
  /// - Throws: `SystemCallError` as `pread(2)` lists them.
  func offsetHeld(of other: FilePosition) throws(SystemCallError) -> Int64? {
    let end = try endOfContent()
    let read = OffsetFingerprint(offset: other.offset, hash: ContentHash(value: other.precedingHash))
    let marks = (read.offset <= end ? [read] : []) + other.delivered.all(within: end)
    var held: OffsetFingerprint?
    for mark in marks {
      if held != nil, !other.delivered.marks.contains(mark) { continue }
      if try descriptor.holds(mark) {
        held = held ?? mark
      } else {
        held = nil
      }
    }
    guard let held, isMuch(held.offset, of: other.offset), try !isOneLineRepeated(upTo: held.offset) else { return nil }
    guard held.offset < other.offset, !other.delivered.lineEnds.contains(held) else { return held.offset }
    // Between two marks it is not known where it was cut. Where there is none behind, it was cut and no more.
    guard marks.first == held else { return try nextLine(from: held.offset, end) }
    return end
  }

  private func isMuch(_ held: Int64, of delivered: Int64) -> Bool {
    held >= ReadFileIndex.minimumFingerprintBytes
      && (held >= Int64(HeadFingerprint.maximumBytes) || 2 * held >= delivered)
  }

  /// Where the first line begins at or behind an offset.
  private func nextLine(from offset: Int64, _ end: Int64) throws(SystemCallError) -> Int64 {
    var window = ReadBuffer(count: Self.windowBytes)
    let count = try window.fill(from: descriptor, at: offset - 1, count: Self.windowBytes)
    return (0..<count).first { window[$0] == Self.newline }.map { offset + Int64($0) } ?? end
  }

  /// Whether what a file begins with, up to an offset, is one line again and again, or a hole: so do other logs.
  func isOneLineRepeated(upTo offset: Int64) throws(SystemCallError) -> Bool {
    var window = ReadBuffer(count: Int(min(offset, Int64(Self.windowBytes))))
    let count = try window.fill(from: descriptor, at: 0, count: window.count)
    guard let start = (0..<count).first(where: { window[$0] != 0 }) else { return true }
    guard let end = (start..<count).first(where: { window[$0] == Self.newline }) else { return false }
    let period = end + 1 - start
    guard count - start >= 2 * period else { return false }
    return (start + period..<count).allSatisfy { window[$0] == window[$0 - period] }
  }

  /// Whether this file begins as another did.
  func begins(as identity: FileIdentity) throws(SystemCallError) -> Bool {
    try descriptor.holds(ContentHash(value: identity.headHash), from: 0, count: identity.headBytes)
  }

  /// Whether this file begins with all that was read of another, and with what else was seen of it.
  ///
  /// It may end before that: what is written between the copy and the cut of copytruncate may be seen and is in no copy.
  func continues(_ other: FilePosition) throws(SystemCallError) -> Bool {
    let isWhole = status.size >= other.seenBytes
    guard status.size >= other.offset, isWhole || other.offset >= ReadFileIndex.minimumFingerprintBytes,
      try begins(as: other.identity),
      try descriptor.holds(OffsetFingerprint(offset: other.offset, hash: ContentHash(value: other.precedingHash)))
    else { return false }
    guard isWhole else { return true }
    return try descriptor.holds(OffsetFingerprint(offset: other.seenBytes, hash: ContentHash(value: other.seenHash)))
  }

  /// Whether all that another file holds was delivered from this one, also when it is no longer there.
  func hasDelivered(_ other: OpenLogFile) throws(SystemCallError) -> Bool {
    let size = other.status.size
    let marks = delivered.marks(within: size)
    guard size < offset, !marks.isEmpty else { return false }
    for mark in marks {
      guard try other.descriptor.holds(mark) else { return false }
    }
    guard size >= head.bytes else { return true }
    return try other.begins(as: position.identity)
  }

  /// Whether all that this file holds is how another one begins.
  func isBeginning(of other: OpenLogFile) throws(SystemCallError) -> Bool {
    let size = status.size
    let count = Int(min(size, Int64(HeadFingerprint.maximumBytes)))
    guard other.status.size >= size, let end = try descriptor.mark(at: size),
      let head = try descriptor.hash(from: 0, count: count),
      try other.descriptor.holds(head, from: 0, count: count)
    else { return false }
    return try other.descriptor.holds(end)
  }
}
