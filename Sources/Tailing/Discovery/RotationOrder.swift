internal import LinuxIO

/// A file that belongs to a log, and what tells where in its order.
struct OrderedFile {
  let file: OpenLogFile
  /// Lines of it; nil where lines are not looked into.
  let sample: LogSample?

  fileprivate var firstTime: Int64? { sample?.first?.nanoseconds }
  fileprivate var modified: Int64 { file.status.modifiedNanoseconds }
}

/// The order in which the files of a log were written.
///
/// The times of their first lines tell, where all have one and no two are the same. Else, of files that are written now, the
/// times of the files do, and where those are the same the names; of files that only are read, the names do before the
/// files' times, which any copy changes.
enum RotationOrder {
  /// Puts files in order, the oldest first.
  ///
  /// - Parameters:
  ///   - files: The files.
  ///   - trustsFileTimes: Whether the files' times are those of their last lines.
  /// - Returns: The files in order.
  static func sorted(_ files: [OrderedFile], trustsFileTimes: Bool) -> [OrderedFile] {
    guard files.count > 1 else { return files }
    let times = files.compactMap(\.firstTime)
    if times.count == files.count, Set(times).count == times.count {
      return files.sorted { ($0.firstTime ?? 0) < ($1.firstTime ?? 0) }
    }
    if !trustsFileTimes, let byName = sortedByName(files) { return byName }
    return files.sorted {
      SiblingFinder.isOlder(($0.modified, $0.file.path), ($1.modified, $1.file.path))
    }
  }

  /// Nil where a name has no number.
  private static func sortedByName(_ files: [OrderedFile]) -> [OrderedFile]? {
    let keys = files.map { RotationName(SiblingFinder.split($0.file.path).name).numbers }
    guard keys.allSatisfy({ !$0.isEmpty }) else { return nil }
    return zip(files, keys).sorted { isOlder($0.1, $1.1) }.map(\.0)
  }

  /// Whether the numbers of one name are an older file's than those of another.
  ///
  /// Dates go up, and so do numbers with zeros in front; others are counted from the newest file on: `app.log.2` was
  /// `app.log.1` before.
  static func isOlder(_ left: [String], _ right: [String]) -> Bool {
    let isDated = (left + right).contains { $0.utf8.count >= 4 }
    for (left, right) in zip(left, right) where left != right {
      let (one, other) = (UInt64(left) ?? .max, UInt64(right) ?? .max)
      if one == other { return left < right }
      let goesUp = isDated || left.hasPrefix("0") || right.hasPrefix("0")
      return goesUp ? one < other : one > other
    }
    return left.count < right.count
  }
}
