internal import LinuxIO

/// Cuts a stream of bytes into whole lines. Its only memory is whether it is inside a line over the limit.
struct LineSplitter {
  /// The longest line that is delivered, in bytes without its ending, `\n` or `\r\n`.
  let maximumLineBytes: Int
  /// Whether the bytes to come belong to a line over the limit.
  var isInsideOversizedLine = false

  /// What became of some bytes.
  struct Outcome {
    /// Bytes from the start that are done with.
    var consumedBytes = 0
    /// Those of them that were NUL at the start of a line.
    var holeBytes = 0
    /// Bytes behind those that are done with that are all NUL, up to the end.
    var trailingZeros = 0
    /// Lines over the limit that ended.
    var oversizedLines = 0
  }

  /// Bytes of the longest line ending.
  static let maximumEndingBytes = 2
  private static let newline = UInt8(ascii: "\n")
  private static let carriageReturn = UInt8(ascii: "\r")

  /// Delivers the whole lines at the start of some bytes.
  ///
  /// NUL at the start of a line is dropped: copytruncate under a writer that is not in O_APPEND leaves a hole there, and
  /// so does a file system after a power loss. Where nothing else is behind it lines may yet be written over it.
  ///
  /// - Parameters:
  ///   - bytes: The bytes from the first one that is not done with.
  ///   - sink: Where the lines go.
  /// - Returns: How many of the bytes are done with; the rest is less than a line.
  mutating func cut<Sink: LineSink & ~Copyable>(_ bytes: RawSpan, into sink: inout Sink) -> Outcome {
    var outcome = Outcome()
    let count = bytes.byteCount
    var start = 0
    while start < count {
      if isInsideOversizedLine {
        guard let end = bytes.firstIndex(of: Self.newline, in: start..<count) else {
          start = count
          break
        }
        sink.skipOversizedLine()
        outcome.oversizedLines += 1
        isInsideOversizedLine = false
        start = end + 1
      } else if bytes.byte(at: start) == 0 {
        var content = start + 1
        while content < count, bytes.byte(at: content) == 0 { content += 1 }
        guard content < count else {
          outcome.trailingZeros = count - start
          break
        }
        outcome.holeBytes += content - start
        start = content
      } else {
        let end = endOfWholeLines(in: bytes, from: start)
        if end > start {
          sink.receive(bytes.extracting(start..<end))
          start = end
        } else if isOversized(bytes, from: start) {
          isInsideOversizedLine = true
        } else {
          break
        }
      }
    }
    outcome.consumedBytes = start
    return outcome
  }

  /// Whether the line at the end of what is there is over the limit, whatever comes.
  private func isOversized(_ bytes: RawSpan, from start: Int) -> Bool {
    var end = bytes.byteCount
    // Room for more of the line is no part of it.
    while end > start, bytes.byte(at: end - 1) == 0 { end -= 1 }
    let excess = end - start - maximumLineBytes
    // One more byte may be the first half of the line's ending.
    return excess > 1 || excess == 1 && bytes.byte(at: start + maximumLineBytes) != Self.carriageReturn
  }

  /// The newline of a line that is as long as may be and ends in `\r\n`, so that it lies just behind the window.
  private func newlineOfLongestLine(in bytes: RawSpan, from start: Int) -> Int? {
    let place = start + maximumLineBytes + 1
    guard place < bytes.byteCount, bytes.byte(at: place) == Self.newline,
      bytes.byte(at: place - 1) == Self.carriageReturn
    else { return nil }
    return place
  }

  /// Where a run of lines within the limit ends that none with a NUL at its start interrupts.
  private func endOfWholeLines(in bytes: RawSpan, from start: Int) -> Int {
    var end = start
    // The last newline in a window that is one longest line wide ends lines that are all within the limit: so it takes
    // a look at one line per window, not at each.
    while let newline = bytes.lastIndex(
      of: Self.newline,
      in: end..<min(bytes.byteCount, end + maximumLineBytes + 1)
    ) ?? newlineOfLongestLine(in: bytes, from: end) {
      end = newline + 1
    }
    var place = start
    while place < end, let null = bytes.firstIndex(of: 0, in: place..<end) {
      if bytes.byte(at: null - 1) == Self.newline { return null }
      place = (bytes.firstIndex(of: Self.newline, in: null..<end) ?? end) + 1
    }
    return end
  }
}
