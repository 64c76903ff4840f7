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
    while let file = chain.first {
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
        guard !isHeldUp else { return .caughtUp }
        guard truncations <= Self.truncationsPerTurn else { return .moreToRead }
        try followTruncation(of: file, at: now)
        guard !isDirectoryMissing else { return .caughtUp }
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
        guard canFinish(file, at: now) else { return chain.count > 1 ? .holdingRotatedFile : .caughtUp }
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
    statistics.holeBytes += end - file.offset
    try file.move(to: end)
  }

  /// Drops a sibling taken for a rotated file that turned out to be a copy still being made.
  private func dropIfCopy(_ file: OpenLogFile) throws(SystemCallError) -> Bool {
    guard file.isUnproven else { return false }
    try file.refreshStatus()
    guard file.status.size > 0 else { return false }
    for newer in chain.dropFirst() where try file.isBeginning(of: newer) {
      known.remember(file)
      chain.removeFirst()
      return true
    }
    file.isUnproven = false
    return false
  }

  /// Whether a file that was read to its end is done with.
  private func canFinish(_ file: OpenLogFile, at now: MonotonicTime) -> Bool {
    if expectsNoMore, file.status.linkCount == 0 { return true }
    guard chain.count > 1 else { return false }
    switch file.role {
    case .atPath: return false
    case .copy: return true
    case .rotated(let since):
      if hasMoreFiles || !options.waitsForMore { return true }
      // The look that saw the newer lines came before the read that found the end.
      return chain.dropFirst().contains(where: \.hasHadData)
        && now.seconds(since: since) >= options.rotateWaitSeconds
    }
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
      statistics.oversizedLines += 1
      file.isInsideOversizedLine = false
    } else if !rest.isEmpty {
      buffer.put(UInt8(ascii: "\n"), at: rest.upperBound)
      buffer.deliver(rest.lowerBound..<rest.upperBound + 1, into: &sink)
      file.advance(over: rest, by: rest.count, in: buffer)
      statistics.bytesRead += Int64(rest.count)
    }
    known.remember(file)
    chain.removeFirst()
  }

  func count(_ outcome: LineSplitter.Outcome) {
    statistics.bytesRead += Int64(outcome.consumedBytes - outcome.holeBytes)
    statistics.holeBytes += Int64(outcome.holeBytes)
    statistics.oversizedLines += Int64(outcome.oversizedLines)
  }

  func failReading(_ error: SystemCallError, at now: MonotonicTime) {
    statistics.readErrors += 1
    readFailures += 1
    readError = error
    readBackoff.recordFailure(at: now)
    state = .failing(error)
    guard let file = chain.first, chain.count > 1, file.role != .atPath,
      readFailures >= UnreadableSiblings.failuresBeforeAbandoning
    else { return }
    statistics.abandonedFiles += 1
    known.remember(file)
    chain.removeFirst()
    readBackoff.reset()
    readFailures = 0
  }
}
