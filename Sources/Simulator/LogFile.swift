internal import CommandLineOptions
internal import LinuxIO

/// How a log is rotated by the job itself.
struct LogRotation: Equatable {
  /// The size that the log does not exceed, unless a single line does.
  var limitBytes: Int64
  /// How many old files stay, at least one: `etl.log.1` is the newest of them.
  var keptFiles: Int
}

/// The job's log: opened in O_APPEND, each block of whole lines in one `write(2)`.
///
/// Nothing that goes wrong once it is open ends the job. Trouble is said once when it begins and once when it is over,
/// with the number of lines that were dropped in between.
///
/// Like the log of any job, it goes on in the file that it has open when somebody renames that, until `reopen`.
struct LogFile: ~Copyable {
  private let path: String
  private let rotation: LogRotation?
  private let complain: (String) -> Void
  private var output: LineOutput
  /// Known only where it matters: for a log that is rotated.
  private var sizeBytes: Int64 = 0
  /// The size that is not to be exceeded: the limit, and after a rotation that failed as much again.
  private var rotationDueBytes: Int64 = 0
  /// The size of the log when a line was written in part only.
  private var interruptedSizeBytes: Int64?
  /// Lines dropped since the trouble began; nil while there is none.
  private var droppedLines: Int?

  /// Opens the log, and creates it where it does not exist.
  ///
  /// - Parameters:
  ///   - path: The log.
  ///   - rotation: How to rotate it; nil for not at all.
  ///   - complain: Called with a line for the operator when trouble begins or ends.
  /// - Throws: `StartError` when it cannot be opened, or cannot be rotated because it is no regular file.
  init(path: String, rotation: LogRotation? = nil, complain: @escaping (String) -> Void) throws(StartError) {
    output = try Self.openFirst(path, isRotated: rotation != nil)
    self.path = path
    self.rotation = rotation
    self.complain = complain
    noteSize()
  }

  /// Writes lines, and rotates the log before the first of them that would exceed its limit.
  ///
  /// - Parameter lines: Whole lines, each with its newline.
  mutating func write(_ lines: Span<UInt8>) {
    guard !lines.isEmpty else { return }
    guard rotation != nil else {
      writeBlock(lines)
      return
    }
    var rest = lines
    while !rest.isEmpty {
      var count = Self.wholeLines(of: rest, within: rotationDueBytes - sizeBytes)
      if count == 0, sizeBytes > 0 {
        rotate()
        count = Self.wholeLines(of: rest, within: rotationDueBytes - sizeBytes)
      }
      if count == 0 {
        count = Self.firstLine(of: rest)
      }
      writeBlock(rest.extracting(first: count))
      noteSize()
      rest = rest.extracting(droppingFirst: count)
    }
  }

  /// Opens the path anew, after somebody has renamed the log; goes on as before where that fails.
  mutating func reopen() {
    do throws(SystemCallError) {
      let newOutput = try Self.open(path)
      replaceOutput(with: newOutput)
      noteSize()
    } catch {
      complain("\(Self.explanation(of: error, path: path)); going on in the file that was open before")
    }
  }

  /// Says how many lines were dropped, where the trouble was not over.
  mutating func finish() {
    if output.endsInsideLine { writeBlock(Span()) }
    guard let droppedLines else { return }
    complain("\(path): \(Self.lineCount(droppedLines)) dropped at the end")
  }

  // MARK: Writing

  private mutating func writeBlock(_ lines: Span<UInt8>) {
    if output.endsInsideLine { dropRemainderOfChangedFile() }
    noteResult(output.write(lines))
    if output.endsInsideLine { interruptedSizeBytes = try? output.descriptor.status().size }
  }

  /// Gives up the rest of a half line where that no longer follows on it: a full disk is often made room on by cutting
  /// the log.
  private mutating func dropRemainderOfChangedFile() {
    guard let interruptedSizeBytes, let size = try? output.descriptor.status().size else { return }
    guard size != interruptedSizeBytes else { return }
    countRemainderAsDropped()
    output.dropRemainder(isInsideLine: size > 0)
    self.interruptedSizeBytes = nil
  }

  private mutating func noteResult(_ result: LineWriteResult) {
    if result == LineWriteResult(), !output.endsInsideLine {
      guard let droppedLines else { return }
      complain("\(path) can be written to again; \(Self.lineCount(droppedLines)) dropped")
      self.droppedLines = nil
      return
    }
    if droppedLines == nil {
      let problem = result.error.map { "\($0)" } ?? "cannot write to \(path): nobody reads it"
      complain("\(problem); going on, and dropping lines until it can be written to again")
    }
    droppedLines = (droppedLines ?? 0) + result.droppedLines
  }

  /// Counts the line that the file left behind has only the beginning of.
  private mutating func countRemainderAsDropped() {
    guard output.endsInsideLine, interruptedSizeBytes != nil else { return }
    droppedLines = (droppedLines ?? 0) + 1
  }

  /// Goes over to another file.
  private mutating func replaceOutput(with newOutput: consuming LineOutput) {
    countRemainderAsDropped()
    interruptedSizeBytes = nil
    output = newOutput
  }

  private mutating func noteSize() {
    guard let rotation else { return }
    // Asked for and not added up: others may write to the log, or cut it.
    if let status = try? output.descriptor.status() { sizeBytes = status.size }
    if sizeBytes < rotation.limitBytes { rotationDueBytes = rotation.limitBytes }
  }

  // MARK: Rotating

  private mutating func rotate() {
    guard let rotation else { return }
    do throws(SystemCallError) {
      if try isStillThere() {
        try shiftOldFiles(keeping: rotation.keptFiles)
        try renameFile(path, to: "\(path).1")
      }
      let newOutput = try Self.open(path)
      replaceOutput(with: newOutput)
      rotationDueBytes = rotation.limitBytes
    } catch {
      complain("\(path) is not rotated: \(error)")
      rotationDueBytes = sizeBytes + rotation.limitBytes
    }
    noteSize()
  }

  /// Whether the path still leads to the file that is open: somebody else may have rotated it, and what is there now
  /// is then not full.
  private func isStillThere() throws(SystemCallError) -> Bool {
    guard let named = try? FileStatus(of: path) else { return false }
    return try output.descriptor.status().isSameFile(as: named)
  }

  private func shiftOldFiles(keeping keptFiles: Int) throws(SystemCallError) {
    // There are more than should stay when a run before this one kept more.
    var surplus = keptFiles + 1
    while try ignoringMissingFile({ () throws(SystemCallError) in try removeFile("\(path).\(surplus)") }) {
      surplus += 1
    }
    for number in stride(from: keptFiles - 1, through: 1, by: -1) {
      _ = try ignoringMissingFile { () throws(SystemCallError) in
        try renameFile("\(path).\(number)", to: "\(path).\(number + 1)")
      }
    }
  }

  private func ignoringMissingFile(
    _ call: () throws(SystemCallError) -> Void
  ) throws(SystemCallError) -> Bool {
    do {
      try call()
      return true
    } catch {
      guard error.errno == .noSuchFile else { throw error }
      return false
    }
  }

  // MARK: Helpers

  private static func openFirst(_ path: String, isRotated: Bool) throws(StartError) -> LineOutput {
    if isRotated, let status = try? FileStatus(of: path), status.kind != .regular {
      throw StartError("\(path) is not a regular file and cannot be rotated; leave out --rotate-bytes")
    }
    do throws(SystemCallError) {
      return try open(path)
    } catch {
      throw StartError(explanation(of: error, path: path))
    }
  }

  /// Non-blocking for the sake of a FIFO: it must hold up neither the start nor a line.
  private static func open(_ path: String) throws(SystemCallError) -> LineOutput {
    let descriptor = try FileDescriptor(opening: path, [.writeOnly, .append, .create, .nonBlocking])
    let isInsideLine = endsInsideLine(path, try descriptor.status())
    return LineOutput(descriptor, isInsideLine: isInsideLine)
  }

  /// Whether a file ends in half a line, which a run that was killed or had a full disk has left there.
  private static func endsInsideLine(_ path: String, _ status: FileStatus) -> Bool {
    guard status.kind == .regular, status.size > 0 else { return false }
    // A log that may be written to but not read is rare, and as good as one that ends well.
    guard let reader = try? FileDescriptor(opening: path, .readOnly) else { return false }
    var last: [UInt8] = [newline]
    var span = last.mutableSpan
    // Safe: a span of UInt8 has no padding.
    var bytes = unsafe span.mutableBytes
    let count = try? reader.read(into: &bytes, at: status.size - 1)
    return count == 1 && last != [newline]
  }

  private static func explanation(of error: SystemCallError, path: String) -> String {
    guard error.errno == .noSuchFile, let slash = path.lastIndex(of: "/") else { return "\(error)" }
    let directory = slash == path.startIndex ? "/" : String(path[..<slash])
    // In /proc and the like it is not a directory that is missing.
    guard (try? FileStatus(of: directory)) == nil else { return "\(error); use a directory that files can be made in" }
    return "\(error); create the directory \(directory) first"
  }

  private static func wholeLines(of bytes: Span<UInt8>, within room: Int64) -> Int {
    guard bytes.count > room else { return bytes.count }
    var count = Int(max(room, 0))
    while count > 0, bytes[count - 1] != newline { count -= 1 }
    return count
  }

  private static func firstLine(of bytes: Span<UInt8>) -> Int {
    var count = 1
    while count < bytes.count, bytes[count - 1] != newline { count += 1 }
    return count
  }

  private static func lineCount(_ count: Int) -> String {
    count == 1 ? "1 line was" : "\(count) lines were"
  }
}
