internal import LinuxIO

/// Which of the files beside a log are its own, and in which order they were written.
extension SiblingTracker {
  /// Reads samples of files; nil where lines are not looked into.
  private var sampler: LogSampler? {
    options.sketch.map { LogSampler(sketch: $0, maximumLineBytes: options.maximumLineBytes) }
  }

  /// Leaves out files that are none of the log's, and puts the others in order, the oldest first.
  func arrange(
    _ files: [OpenLogFile],
    besides chain: FileChain,
    and opened: OpenLogFile?
  ) throws(SystemCallError) -> [OpenLogFile] {
    guard !files.isEmpty else { return [] }
    guard let sampler else {
      return files.sorted {
        SiblingFinder.isOlder(($0.status.modifiedNanoseconds, $0.path), ($1.status.modifiedNanoseconds, $1.path))
      }
    }
    var own: [LogSample] = []
    for file in chain.files + [opened].compactMap({ $0 }) { own.append(try sampler.sample(file)) }
    var ordered: [OrderedFile] = []
    for file in files {
      let candidate = OrderedFile(file: file, sample: try sampler.sample(file))
      if let reason = strangeness(of: candidate, own) {
        skip(file, reason)
      } else if !isEmptyAndDoubtful(candidate) {
        ordered.append(candidate)
      } else if isFresh(file) {
        // Nobody tells when it grows.
        forgetListing()
      }
    }
    return RotationOrder.sorted(ordered, trustsFileTimes: options.waitsForMore).map(\.file)
  }

  /// A sample of a file; nil where lines are not looked into, or it cannot be read.
  func sample(_ file: OpenLogFile) -> LogSample? { sampler.flatMap { try? $0.sample(file) } }

  /// Whether the same lines in two files are the same lines, and not what another run wrote again: whether they have times.
  func tellsByTime(_ file: OpenLogFile) -> Bool {
    guard let sample = sample(file), sample.first != nil else { return true }
    return sample.first == .other || [sample.first, sample.late, sample.last].contains { $0?.nanoseconds != nil }
  }

  /// Packed files beside the log whose last line is newer than a time; packing keeps the time.
  func packedFiles(newerThan nanoseconds: Int64) -> [String] {
    paths.flatMap { SiblingFinder.packedSiblings(of: $0, limit: options.maximumSiblings) }
      .filter { (try? FileStatus(of: $0).modifiedNanoseconds) ?? 0 > nanoseconds }
  }

  /// How a file's name goes with the log's.
  func relation(of file: OpenLogFile) -> RotationName.Relation? {
    let name = SiblingFinder.split(file.path).name
    for path in location.siblingPaths + paths.reversed() {
      let logName = SiblingFinder.split(path).name
      if let relation = RotationName.relation(of: name, to: logName, isLinkTarget: path != location.path) {
        return relation
      }
    }
    return nil
  }

  /// A name that only may be the log's, and nothing to tell: it is looked at again once there is something.
  private func isEmptyAndDoubtful(_ candidate: OrderedFile) -> Bool {
    guard candidate.sample?.first == nil else { return false }
    switch relation(of: candidate.file) {
    case .numbered, .next: return candidate.file.status.size == 0
    case .behind(isNumbered: false): return true
    case .behind(isNumbered: true), nil: return false
    }
  }

  /// Whether a file may be what the log goes on in, and has no whole line yet.
  func mayBecomeSuccessor(_ file: OpenLogFile) -> Bool {
    guard let sampler, isFresh(file), (try? sampler.sample(file).first) == .some(.none) else { return false }
    return relation(of: file) != .behind(isNumbered: false)
  }

  /// Whether somebody may still be about to write to a file that has no line.
  private func isFresh(_ file: OpenLogFile) -> Bool {
    Double(options.wallClock().nanoseconds - file.status.changedNanoseconds) / 1e9 < Self.emptyFileSeconds
  }

  private static let emptyFileSeconds = 600.0

  /// Why a file is none of the log's although its name may be; nil where nothing speaks against it.
  private func strangeness(of candidate: OrderedFile, _ own: [LogSample]) -> String? {
    let relation = relation(of: candidate.file)
    if relation == .behind(isNumbered: true) || relation == nil { return nil }
    let isLogOfEvents = own.contains { $0.first != nil && $0.first != .other }
    if isLogOfEvents, candidate.sample?.first == .other { return "its lines are no events, as those of the log are" }
    guard relation == .numbered || relation == .next, let sample = candidate.sample else { return nil }
    return own.contains(where: sample.overlaps)
      ? "it was written at the same time as the log, and so by another job" : nil
  }

  /// A file whose name may be the log's is not read: told of once, and counted.
  func skip(_ file: OpenLogFile, _ reason: String) {
    known.remember(file)
    recorder.record(.fileSkipped(path: file.path, reason: reason))
  }
}
