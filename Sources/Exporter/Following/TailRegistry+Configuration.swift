internal import CommandLineOptions
internal import JobState
internal import LinuxIO
internal import Tailing

extension TailRegistry {
  /// Finds out what the configured logs are; reads nothing.
  ///
  /// - Parameters:
  ///   - configuration: Which logs, and how.
  ///   - options: How each is tailed; nil as configured.
  ///   - positions: Where to resume.
  ///   - time: When the positions were saved; nil where there are none.
  ///   - readsSiblings: Whether a log that has no position begins with its rotated siblings.
  ///   - watcher: The process's watcher.
  /// - Throws: `StartError` when a path cannot be followed, or two paths are one file.
  init(
    following configuration: ExporterConfiguration,
    options: TailOptions? = nil,
    positions: [SavedPosition],
    savedAt time: WallTime? = nil,
    readsSiblings: Bool = false,
    watcher: TailWatcher
  ) throws(StartError) {
    var options = options ?? configuration.tailOptions
    options.asksForWriters = options.waitsForMore
    options.sketch = LineTime.sketcher(maximumLineBytes: configuration.maximumLineBytes)
    do throws(TailStartError) {
      try self.init(
        configuration.logSources.map(\.path),
        options: options,
        positions: positions,
        readsSiblings: readsSiblings,
        watcher: watcher,
        events: TailEventQueue(includesDecisions: configuration.logLevel == .debug),
        resumingFrom: time
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
