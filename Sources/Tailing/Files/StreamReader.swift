internal import LinuxIO

/// A FIFO or standard input: lines are read once, in order, and nothing can be read again.
final class StreamReader {
  /// What a turn of reading came to.
  enum Outcome {
    /// The budget is used up.
    case moreToRead
    /// There is nothing now.
    case empty
    /// There is nothing now, and nobody has it open for writing.
    case ended
  }

  let descriptor: FileDescriptor
  let status: FileStatus
  /// Whether its end comes when the last writer closes it.
  let canEnd: Bool
  /// Whether it was read to its end, and nothing more will come.
  var hasEnded = false
  private var buffer: ReadBuffer
  private var filled = 0
  private var cutter: LineSplitter

  /// Bytes read at a time: what a pipe holds.
  private static let readBytes = 64 << 10

  init(
    reading descriptor: consuming FileDescriptor,
    canEnd: Bool,
    maximumLineBytes: Int
  ) throws(SystemCallError) {
    status = try descriptor.status()
    self.canEnd = canEnd
    self.descriptor = descriptor
    // A longest line that has not ended, what is read behind it, and the newline that a last line may lack.
    buffer = ReadBuffer(count: maximumLineBytes + LineSplitter.maximumEndingBytes + Self.readBytes)
    cutter = LineSplitter(maximumLineBytes: maximumLineBytes)
  }

  /// Opens a FIFO, for writing too where that is allowed: with a writer there at all times its end never comes, and it
  /// does not report one without pause.
  ///
  /// - Parameters:
  ///   - path: The FIFO.
  ///   - canEnd: Whether its end is wanted, so that it must not be opened for writing.
  ///   - maximumLineBytes: The longest line.
  /// - Returns: Its reader.
  /// - Throws: `SystemCallError` as `open(2)` lists them.
  static func open(
    fifo path: String,
    canEnd: Bool,
    maximumLineBytes: Int
  ) throws(SystemCallError) -> StreamReader {
    if !canEnd {
      do throws(SystemCallError) {
        return try StreamReader(
          reading: FileDescriptor(opening: path, [.readWrite, .nonBlocking]),
          canEnd: false,
          maximumLineBytes: maximumLineBytes
        )
      } catch {
        guard error.errno == .accessDenied || error.errno == .readOnlyFileSystem else { throw error }
      }
    }
    return try StreamReader(
      reading: FileDescriptor(opening: path, [.readOnly, .nonBlocking]),
      canEnd: true,
      maximumLineBytes: maximumLineBytes
    )
  }

  /// Bytes of a line whose end has not come.
  var pendingBytes: Int { filled }

  /// Reads what is there, up to a budget.
  func read<Sink: LineSink & ~Copyable>(
    budget: Int,
    into sink: inout Sink,
    count: (LineSplitter.Outcome) -> Void
  ) throws(SystemCallError) -> Outcome {
    var rest = budget
    while rest > 0 {
      // Standard input is shared with other processes, so it is asked rather than made non-blocking for all.
      guard try descriptor.isReadable() else { return .empty }
      let end = min(buffer.count - 1, filled + min(rest, Self.readBytes))
      guard let bytes = try buffer.append(from: descriptor, to: filled..<end) else { return .empty }
      guard bytes > 0 else { return .ended }
      rest -= bytes
      filled += bytes
      let outcome = buffer.cut(0..<filled, with: &cutter, into: &sink)
      count(outcome)
      buffer.moveToStart(outcome.consumedBytes..<filled)
      filled -= outcome.consumedBytes
    }
    return .moreToRead
  }

  /// Delivers half a line that was left as a line.
  func finish<Sink: LineSink & ~Copyable>(into sink: inout Sink, count: (LineSplitter.Outcome) -> Void) {
    var outcome = LineSplitter.Outcome()
    if cutter.isInsideOversizedLine {
      sink.skipOversizedLine()
      outcome.oversizedLines = 1
      cutter.isInsideOversizedLine = false
    } else if filled > 0 {
      buffer.put(UInt8(ascii: "\n"), at: filled)
      buffer.deliver(0..<filled + 1, into: &sink)
      outcome.consumedBytes = filled
    }
    filled = 0
    count(outcome)
  }
}
