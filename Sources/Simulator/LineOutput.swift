internal import LinuxIO

/// What became of lines that were to be written.
struct LineWriteResult: Equatable {
  /// The lines that were not written and never will be.
  var droppedLines = 0
  /// Why; nil with dropped lines means that a descriptor that does not wait took no more.
  var error: SystemCallError?
}

/// Writes whole lines to a descriptor, each block in one call, and keeps lines whole where the descriptor takes only a
/// part of a block: a full disk, a full pipe.
struct LineOutput: ~Copyable {
  /// Where the lines go.
  let descriptor: FileDescriptor
  /// The rest of a line whose beginning was written: it goes before all that follows. At most one line.
  private var remainder: [UInt8] = []

  /// Takes over a descriptor.
  ///
  /// - Parameters:
  ///   - descriptor: Where the lines are to go.
  ///   - isInsideLine: Whether somebody has left the beginning of a line there; it is ended before the first line.
  init(_ descriptor: consuming FileDescriptor, isInsideLine: Bool = false) {
    self.descriptor = descriptor
    if isInsideLine { remainder = [newline] }
  }

  /// Whether the last line written is still without its end.
  var endsInsideLine: Bool { !remainder.isEmpty }

  /// Gives up the rest of the line that has only its beginning written.
  ///
  /// - Parameter isInsideLine: Whether that beginning is still there and must be ended.
  mutating func dropRemainder(isInsideLine: Bool) {
    remainder = isInsideLine ? [newline] : []
  }

  /// Writes lines; those that the descriptor does not take are dropped.
  ///
  /// - Parameter lines: Whole lines, each with its newline; none to try only the rest of an earlier line.
  /// - Returns: What was dropped and why.
  mutating func write(_ lines: Span<UInt8>) -> LineWriteResult {
    guard endsInsideLine else { return writeBlock(lines) }
    var block = remainder
    block.append(lines)
    return writeBlock(block.span)
  }

  /// Writes a block that begins with the remainder, if there is one.
  private mutating func writeBlock(_ block: Span<UInt8>) -> LineWriteResult {
    var written = 0
    var failure: SystemCallError?
    do {
      while written < block.count {
        let rest = block.extracting(droppingFirst: written)
        // Safe: a span of UInt8 has no padding whose bytes would be undefined.
        guard let count = try unsafe descriptor.write(rest.bytes), count > 0 else { break }
        written += count
      }
    } catch {
      failure = error
    }
    let isInsideLine = written == 0 ? endsInsideLine : block[written - 1] != newline
    remainder = []
    var dropped = 0
    for index in written..<block.count {
      if isInsideLine, dropped == 0 { remainder.append(block[index]) }
      if block[index] == newline { dropped += 1 }
    }
    // The first of the line ends belongs to the line that is kept.
    return LineWriteResult(droppedLines: isInsideLine ? dropped - 1 : dropped, error: failure)
  }
}

extension [UInt8] {
  /// Adds the bytes of a span.
  ///
  /// - Parameter bytes: The bytes.
  mutating func append(_ bytes: Span<UInt8>) {
    reserveCapacity(count + bytes.count)
    for index in bytes.indices { append(bytes[index]) }
  }
}

let newline = UInt8(ascii: "\n")
