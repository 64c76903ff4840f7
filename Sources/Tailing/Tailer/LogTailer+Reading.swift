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
      // One byte stays free for the newline of a last line that has none.
      let room = buffer.count - OffsetFingerprint.maximumBytes - 1
      guard
        case .bytes(let range, let isLast) = try file.readSlice(
          atMost: min(room, max(rest, options.maximumLineBytes + LineSplitter.maximumEndingBytes)),
          into: &buffer
        )
      else {
        truncations += 1
        guard !siblings.isHeldUp else { return .caughtUp }
        guard truncations <= Self.truncationsPerTurn else { return .moreToRead }
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
      if outcome.holeBytes > 0, outcome.consumedBytes == range.count { try skipHole(of: file) }
      if isLast {
        guard fileChain.canFinish(file, at: now, with: options) else {
          return chain.count > 1 ? .holdingRotatedFile : .caughtUp
        }
        finish(file, rest: range.dropFirst(outcome.consumedBytes), in: &buffer, into: &sink)
        watchFiles()
      } else if rest <= 0 {
        return .moreToRead
      }
    }
    return .caughtUp
  }

  /// Jumps over what is left of a hole, however long, instead of reading it.
  private func skipHole(of file: OpenLogFile) throws(SystemCallError) {
    guard let end = try file.endOfHole() else { return }
    recorder.statistics.holeBytes += end - file.offset
    try file.move(to: end)
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
    if file.isInsideOversizedLine {
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
