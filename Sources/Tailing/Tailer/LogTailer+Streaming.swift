internal import LinuxIO

/// Reading a FIFO or standard input.
extension LogTailer {
  /// The path that means standard input.
  static let standardInputPath = "-"

  /// The descriptor that becomes readable when a FIFO or standard input has something; nil for a regular file, or where
  /// only the timer can tell.
  package var streamDescriptor: CInt? {
    guard let stream, !stream.hasEnded else { return nil }
    // A regular file cannot be polled, and a FIFO without a writer reports its end without pause.
    switch stream.status.kind {
    case .regular: return nil
    case .fifo:
      let endIsNews = !options.waitsForMore || path == Self.standardInputPath
      return stream.canEnd && !endIsNews ? nil : stream.descriptor.rawValue
    default: return stream.descriptor.rawValue
    }
  }

  func openStandardInput() throws(TailStartError) {
    do throws(SystemCallError) {
      let descriptor = try FileDescriptor(duplicating: 0, name: "standard input")
      let reader = try StreamReader(reading: descriptor, canEnd: true, maximumLineBytes: options.maximumLineBytes)
      stream = reader
      if reader.status.kind == .directory {
        throw SystemCallError(operation: "read", subject: "standard input", errno: .isDirectory)
      }
    } catch {
      throw .failed(error)
    }
    state = .following
  }

  /// Reads on in the stream that is open.
  ///
  /// - Returns: How far it came, or nil when the stream is done with.
  func readAvailable<Sink: LineSink & ~Copyable>(
    _ stream: StreamReader,
    budget: Int,
    at now: MonotonicTime,
    into sink: inout Sink
  ) -> TailProgress? {
    guard !stream.hasEnded else { return .caughtUp }
    do throws(SystemCallError) {
      // Before the read: what a writer left in a FIFO that was deleted is still read.
      let isReplaced =
        path != Self.standardInputPath && (try? FileStatus(of: path))?.isSameFile(as: stream.status) != true
      let outcome = try stream.read(budget: budget, into: &sink) { count($0) }
      state = .following
      switch outcome {
      case .moreToRead: return .moreToRead
      case .empty where !isReplaced: return .caughtUp
      case .ended where !isReplaced && path != Self.standardInputPath && options.waitsForMore: return .caughtUp
      case .empty, .ended:
        stream.finish(into: &sink) { count($0) }
      }
    } catch {
      recorder.statistics.readErrors += 1
      state = .failing(error)
      return .caughtUp
    }
    if path == Self.standardInputPath || !options.waitsForMore {
      stream.hasEnded = true
      state = .ended
      return .caughtUp
    }
    self.stream = nil
    return nil
  }
}
