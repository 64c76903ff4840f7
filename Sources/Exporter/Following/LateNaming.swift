internal import LinuxIO
internal import Tailing

/// A log that is given a name after its lines were counted without one.
enum LateNaming {
  /// The name under which the pipeline without a name goes on; nil where that is not certain.
  ///
  /// It is where one configured log has got a name and all others have had theirs: only its lines can have been counted
  /// without one.
  ///
  /// - Parameters:
  ///   - sources: The logs that are configured now.
  ///   - logs: Those of the snapshot.
  ///   - countedNames: The names under which something was counted.
  /// - Returns: The name.
  static func name(_ sources: [LogSource], since logs: [SavedPosition], countedNames: Set<String>) -> String? {
    var candidates: Set<String> = []
    for log in logs {
      let covering = sources.filter { covers($0.path, log.path) }
      // What nothing names any more may have been counted without a name as well, and stays so.
      guard let source = covering.first, let name = source.name else { return nil }
      if !countedNames.contains(name) { candidates.insert(name) }
    }
    guard candidates.count == 1, !sources.contains(where: { $0.name == nil }) else { return nil }
    return candidates.first
  }

  private static func covers(_ source: String, _ path: String) -> Bool {
    let normalized = Path.normalized(source)
    return normalized == Path.normalized(path) || LogGlob(normalized)?.covers(path) == true
  }
}
