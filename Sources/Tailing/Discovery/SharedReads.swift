internal import LinuxIO

/// What the logs of one process have read of files, so that a file that goes from one log's name to another's is read once.
final class SharedReads {
  /// What another log has to do with a file.
  enum Reader {
    /// It reads the file now, or will.
    case holds(log: String)
    /// It has read the file up to an offset, and is done with it.
    case hasRead(FilePosition, log: String)
  }

  private struct Weak {
    weak var tailer: LogTailer?
  }

  private var tailers: [Weak] = []

  func add(_ tailer: LogTailer) {
    tailers.removeAll { $0.tailer == nil }
    tailers.append(Weak(tailer: tailer))
  }

  /// What another log has to do with a file; nil where none has.
  func reader(of file: OpenLogFile, besides own: LogTailer) throws(SystemCallError) -> Reader? {
    var reader: Reader?
    for weak in tailers {
      guard let tailer = weak.tailer, tailer !== own else { continue }
      if tailer.fileChain.contains(file) { return .holds(log: tailer.path) }
      if let position = tailer.unresolvedPosition {
        if try ReadFileIndex(position.files).position(of: file)?.offset ?? 0 > 0 { return .holds(log: tailer.path) }
      }
      if reader == nil, let position = try tailer.siblings.known.position(of: file), position.offset > 0 {
        reader = .hasRead(position, log: tailer.path)
      }
    }
    return reader
  }
}
