internal import LinuxIO

/// What a path names.
enum PathState {
  case missing
  case failing(SystemCallError)
  case file(FileStatus)
  case fifo

  /// Looks at what a path names.
  ///
  /// - Parameters:
  ///   - path: The path.
  ///   - allowsFIFO: Whether it may name a FIFO.
  init(of path: String, allowsFIFO: Bool) {
    do throws(SystemCallError) {
      let status = try FileStatus(of: path)
      switch status.kind {
      case .regular: self = .file(status)
      case .fifo where allowsFIFO: self = .fifo
      default:
        let errno = status.kind == .directory ? Errno.isDirectory : .notSupported
        self = .failing(SystemCallError(operation: "follow", subject: path, errno: errno))
      }
    } catch {
      self = error.errno == .noSuchFile || error.errno == .notDirectory ? .missing : .failing(error)
    }
  }
}

/// One scan of the path and the files beside it. What it sees is decided upon at once, and not kept.
struct TailScan {
  /// What is to be done, by what a scan saw.
  enum Decision {
    /// Nothing can be done yet, or at all.
    case nothing
    /// The path names a FIFO.
    case openStream
    /// The directory is not there.
    case waitForDirectory
    /// The path names nothing.
    case waitForLog
    /// The path names the file that it named before.
    case goOn(OpenLogFile)
    /// The path names another file than before, or its first one.
    case open(FileStatus)
    /// The place where an earlier process was is to be found; the path names nothing.
    case resume(TailPosition)
  }

  /// What came of it.
  enum Outcome {
    case done
    /// The files changed meanwhile: the scan must be taken again.
    case changed
  }

  /// Scans that a turn takes when the files change under it.
  static let maximumPerTurn = 8

  let now: MonotonicTime
  /// Whether to decide by what is seen even where it changes meanwhile.
  private(set) var isLast = false
  /// The siblings that may be new.
  var siblings = SiblingListing.empty
  /// Whether the last file may have been truncated since the last scan, since nothing was known of its content.
  var mayHideTruncation = false

  init(at now: MonotonicTime) {
    self.now = now
  }

  /// Begins anew, for the `number`th time.
  mutating func begin(_ number: Int) {
    isLast = number == Self.maximumPerTurn
    siblings = .empty
  }
}
