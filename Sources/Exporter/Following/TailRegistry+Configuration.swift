internal import CommandLineOptions
internal import JobState
internal import Tailing

extension TailRegistry {
  /// Finds out what the configured logs are; reads nothing.
  ///
  /// - Parameters:
  ///   - configuration: Which logs, and how.
  ///   - options: How each is tailed; nil as configured.
  ///   - positions: Where to resume.
  ///   - readsSiblings: Whether a log that has no position begins with its rotated siblings.
  ///   - watcher: The process's watcher.
  /// - Throws: `StartError` when a path cannot be followed, or two paths are one file.
  init(
    following configuration: ExporterConfiguration,
    options: TailOptions? = nil,
    positions: [SavedPosition],
    readsSiblings: Bool = false,
    watcher: TailWatcher
  ) throws(StartError) {
    do throws(TailStartError) {
      try self.init(
        configuration.logSources.map(\.path),
        options: options ?? configuration.tailOptions,
        positions: positions,
        readsSiblings: readsSiblings,
        watcher: watcher,
        events: TailEventQueue(includesDecisions: configuration.logLevel == .debug)
      )
    } catch {
      throw StartError("\(error)")
    }
  }
}

extension TailTarget {
  /// Where its lines come from.
  var origin: LogOrigin { LogOrigin(number: number, source: sourceIndex, path: path) }
}
