internal import LinuxIO

/// Reading the first file of the chain, and going on to the next.
extension LogTailer {
  /// Truncations that one turn follows.
  private static let truncationsPerTurn = 8

  func read<Sink: LineSink & ~Copyable>(
    budget: Int,
    at now: MonotonicTime,
    into sink: inout Sink
  ) throws(SystemCallError) -> TailProgress {
    var buffer = sharedBuffer.take(
      atLeast: OffsetFingerprint.maximumBytes + options.maximumLineBytes + LineSplitter.maximumEndingBytes + 1
    )
    defer { sharedBuffer.putBack(buffer) }
    var cutter = LineSplitter(maximumLineBytes: options.maximumLineBytes)
    var rest = budget
    var truncations = 0
    while let file = fileChain.first {
      if try dropIfCopy(file) { continue }
      // Asked before it is read: what was written until then is in what is read.
      let isClosed = isClosed(file)
      // One byte stays free for the newline of a last line that has none.
      let room = buffer.count - OffsetFingerprint.maximumBytes - 1
      guard
        case .bytes(let range, var isLast) = try file.readSlice(
          atMost: min(room, max(rest, options.maximumLineBytes + LineSplitter.maximumEndingBytes)),
          into: &buffer
        )
      else {
        truncations += 1
        guard !siblings.isHeldUp else { return .caughtUp }
        guard truncations <= Self.truncationsPerTurn else { return .moreToRead }
        if try endIfOverwritten(file) { continue }
        try followTruncation(of: file, TailScan(at: now))
        guard !location.isDirectoryMissing else { return .caughtUp }
        watchFiles()
        continue
      }
      cutter.isInsideOversizedLine = file.isInsideOversizedLine
      let outcome = buffer.cut(range, with: &cutter, into: &sink)
      file.isInsideOversizedLine = cutter.isInsideOversizedLine
      file.advance(over: range, by: outcome.consumedBytes, in: buffer)
      count(outcome)
      rest -= outcome.consumedBytes
      // Half a line, and behind it nothing but room for more.
      if outcome.consumedBytes == 0, outcome.trailingZeros == 0 { isLast = true }
      if outcome.trailingZeros > 0 {
        switch try skipZeros(of: file, outcome.trailingZeros, isLast: isLast, into: &buffer, &rest) {
        case .skipped: continue
        case .atEnd: isLast = true
        case .budgetUsed: return .moreToRead
        }
      }
      if isLast {
        guard fileChain.canFinish(file, isClosed: isClosed, at: now, with: options) else {
          return chain.count > 1 ? .holdingRotatedFile : .caughtUp
        }
        let left = range.dropFirst(outcome.consumedBytes)
        let end = left.last { buffer[$0] != 0 }.map { $0 + 1 } ?? left.lowerBound
        finish(file, rest: left.lowerBound..<end, in: &buffer, into: &sink)
        watchFiles()
      } else if rest <= 0 {
        return .moreToRead
      }
    }
    return .caughtUp
  }

  /// Gives up a file that was rotated away and holds no lines any more, such as one that is shredded.
  private func endIfOverwritten(_ file: OpenLogFile) throws(SystemCallError) -> Bool {
    try file.refreshStatus()
    guard file.role != .atPath, file.status.size > 0, let sample = siblings.sample(file) else { return false }
    guard sample.first == nil || sample.first == .other else { return false }
    let position = file.position
    if position.seenBytes > position.offset { recorder.record(.truncatedWithoutCopy(path: file.currentPath)) }
    siblings.ignore(file, "it was rotated away and then overwritten with what is no log")
    fileChain.remove(file)
    watchFiles()
    return true
  }

  /// Whether nobody can write to a file any more that the log's path does not name.
  private func isClosed(_ file: OpenLogFile) -> Bool {
    guard options.asksForWriters, file.role != .atPath || file.status.linkCount == 0 else { return false }
    return file.descriptor.isOpenForWriting() == false
  }

  /// What is behind zeros.
  private enum ZeroScan {
    /// Something; the file goes on there.
    case skipped
    /// Nothing.
    case atEnd
    /// That is not known yet.
    case budgetUsed
  }

  /// Looks what is behind the zeros at the offset: a hole, however long, is jumped over instead of read.
  private func skipZeros(
    of file: OpenLogFile,
    _ count: Int,
    isLast: Bool,
    into buffer: inout ReadBuffer,
    _ rest: inout Int
  ) throws(SystemCallError) -> ZeroScan {
    file.noteZeros(upTo: file.offset + Int64(count))
    guard !isLast else { return .atEnd }
    if let end = try file.endOfHole() {
      recorder.statistics.holeBytes += end - file.offset
      try file.move(to: end)
      return .skipped
    }
    while rest > 0 {
      let start = file.zeroEnd
      let count = try buffer.fill(from: file.descriptor, at: start, count: buffer.count)
      guard count > 0 else { return .atEnd }
      rest -= count
      if let content = (0..<count).first(where: { buffer[$0] != 0 }) {
        recorder.statistics.holeBytes += start + Int64(content) - file.offset
        try file.move(to: start + Int64(content))
        return .skipped
      }
      file.noteZeros(upTo: start + Int64(count))
    }
    return .budgetUsed
  }

  /// Drops a sibling taken for a rotated file that turned out to be a copy still being made.
  private func dropIfCopy(_ file: OpenLogFile) throws(SystemCallError) -> Bool {
    guard file.isUnproven else { return false }
    try file.refreshStatus()
    guard file.status.size > 0 else { return false }
    for newer in chain.dropFirst() where try file.isBeginning(of: newer) {
      siblings.ignore(file, "it is the beginning of \(newer.path), and so a copy in the making")
      fileChain.remove(file)
      return true
    }
    file.isUnproven = false
    return false
  }

  /// Delivers what is left of a file as a line, and goes on to the next.
  private func finish<Sink: LineSink & ~Copyable>(
    _ file: OpenLogFile,
    rest: Range<Int>,
    in buffer: inout ReadBuffer,
    into sink: inout Sink
  ) {
    if file.hasContinuation {
      file.isInsideOversizedLine = false
    } else if file.isInsideOversizedLine {
      sink.skipOversizedLine()
      recorder.statistics.oversizedLines += 1
      file.isInsideOversizedLine = false
    } else if !rest.isEmpty {
      buffer.put(UInt8(ascii: "\n"), at: rest.upperBound)
      buffer.deliver(rest.lowerBound..<rest.upperBound + 1, into: &sink)
      file.advance(over: rest, by: rest.count, in: buffer)
      recorder.statistics.bytesRead += Int64(rest.count)
    }
    siblings.known.remember(file)
    if file.status.linkCount == 0, fileChain.files.count == 1 { location.endedPath = file.currentPath }
    fileChain.remove(file)
    recorder.decide(.finish, file.currentPath, "read to its end at byte \(file.offset), and no late line is expected")
  }

  func count(_ outcome: LineSplitter.Outcome) {
    recorder.statistics.bytesRead += Int64(outcome.consumedBytes - outcome.holeBytes)
    recorder.statistics.holeBytes += Int64(outcome.holeBytes)
    recorder.statistics.oversizedLines += Int64(outcome.oversizedLines)
  }

  func failReading(_ error: SystemCallError, at now: MonotonicTime) {
    recorder.statistics.readErrors += 1
    let hasFailedOften = retries.noteReadFailure(error, at: now)
    state = .failing(error)
    guard hasFailedOften, let file = fileChain.first, chain.count > 1, file.role != .atPath else { return }
    recorder.record(.fileAbandoned(path: file.currentPath, error))
    siblings.known.remember(file)
    fileChain.remove(file)
    retries.noteAbandoned()
  }
}
