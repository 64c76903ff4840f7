/// Two logs whose totals were mixed up.
package struct ConflictingLogs: Equatable {
  /// The one that came later.
  package let path: String
  /// The one before it.
  package let otherPath: String
}

/// Which logs a pipeline's running totals come from: totals of two jobs that take turns look like one job that starts
/// anew with each line.
struct TotalsConflictDetector {
  /// The first two logs that were found to be mixed up.
  private(set) var conflictingLogs: ConflictingLogs?

  private struct Feed {
    var newest: LogOrigin
    var logs: Set<Int>
    var returns = 0
  }

  /// By the name that the logs were given, so that there are no more than configured sources.
  private var feeds: [[UInt8]?: Feed] = [:]

  /// The logs of a pattern are mostly pieces of one, read one after the other. A late line in an old piece goes back to it
  /// and forth again; two jobs do nothing else.
  private static let allowedSwitchbacks = 2
  private static let maximumLogs = 10_000

  /// Notes that a log delivered running totals and named no pipeline.
  ///
  /// - Parameters:
  ///   - origin: The log.
  ///   - logName: The log's own name.
  mutating func note(_ origin: LogOrigin, logName: [UInt8]?) {
    guard conflictingLogs == nil else { return }
    var feed = feeds[logName] ?? Feed(newest: origin, logs: [origin.number])
    defer { feeds[logName] = feed }
    guard feed.newest.number != origin.number else { return }
    if feed.logs.count > Self.maximumLogs { feed.logs = [] }
    if !feed.logs.insert(origin.number).inserted { feed.returns += 1 }
    if feed.newest.source != origin.source || feed.returns > Self.allowedSwitchbacks {
      conflictingLogs = ConflictingLogs(path: origin.path, otherPath: feed.newest.path)
    }
    feed.newest = origin
  }
}
