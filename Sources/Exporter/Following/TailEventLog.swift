internal import LinuxIO
internal import Tailing

/// Writes to the exporter's log what happens to the logs that are followed: the only place that takes their events.
struct TailEventLog {
  /// How one log stands, and what was written of it.
  private struct Condition {
    let path: String
    var state: TailState
    /// Since when it has been waited for; nil while it is not.
    var waitingSince: MonotonicTime?
    var writtenState: TailState?
  }

  private let logger: Logger
  /// A path that names nothing for a shorter time is being rotated, which is nothing to warn of.
  private let rotateWaitSeconds: Double
  /// By the target's number.
  private var conditions: [Int: Condition] = [:]
  /// The targets whose state was not written yet.
  private var pending: Set<Int> = []

  init(logger: Logger, rotateWaitSeconds: Double) {
    self.logger = logger
    self.rotateWaitSeconds = rotateWaitSeconds
  }

  /// Writes what happened.
  ///
  /// - Parameters:
  ///   - reports: What happened, the oldest first.
  ///   - now: The present.
  mutating func take(_ reports: [TailReport], at now: MonotonicTime) {
    for report in reports { take(report, at: now) }
  }

  private mutating func take(_ report: TailReport, at now: MonotonicTime) {
    let path = report.log
    switch report.event {
    case .stateChanged(let state):
      var condition = conditions[report.target] ?? Condition(path: path, state: state)
      condition.state = state
      if case .waiting = state {
        condition.waitingSince = condition.waitingSince ?? now
      } else {
        condition.waitingSince = nil
      }
      conditions[report.target] = condition
      pending.insert(report.target)
    case .rotated(let kind, let from, let to):
      logger.write(
        .info,
        "the log was rotated",
        ["path": path, "kind": kind.rawValue, "from": from, "to": to],
        about: "rotation of \(path)"
      )
    case .resumed(let file, let offset):
      logger.write(.debug, "resumed where the last process was", ["path": path, "file": file, "offset": offset])
    case .positionLost(let offset):
      logger.write(
        .warn,
        "the file that the last process was reading is gone; its unread lines are lost",
        ["path": path, "offset": offset],
        about: "position in \(path)"
      )
    case .truncatedWithoutCopy(let file):
      logger.write(
        .warn,
        "the log was truncated, and no copy of what it held was found; unread lines are lost",
        ["path": path, "file": file],
        about: "truncation of \(path)"
      )
    case .fileSkipped(let file, let reason):
      logger.write(
        .warn,
        "a file beside the log is not read",
        ["path": path, "file": file, "reason": reason],
        about: "files beside \(path)"
      )
    case .fileMissed(let file):
      logger.write(
        .warn,
        "a file of the log was packed before it was read; its lines are lost",
        ["path": path, "file": file],
        about: "packed files of \(path)"
      )
    case .fileAbandoned(let file, let error):
      logger.write(
        .error,
        "a file of the log cannot be read and was given up; its unread lines are lost",
        ["path": path, "file": file, "error": "\(error)"],
        about: "unreadable files of \(path)"
      )
    case .siblingsUnlistable(let error):
      logger.write(
        .warn,
        "the files beside the log cannot be listed; one that is rotated away between two looks is missed",
        ["path": path, "error": "\(error)"],
        about: "files beside \(path)"
      )
    case .stoppedTailing:
      logger.write(.info, "stopped tailing", ["path": path], about: path)
      conditions[report.target] = nil
      pending.remove(report.target)
    case .decided(let decision):
      logger.write(
        .debug,
        "decided about a file",
        ["path": path, "file": decision.path, "action": decision.action.rawValue, "reason": decision.reason]
      )
    }
  }

  /// Writes how logs stand, where that has changed for long enough.
  ///
  /// - Parameters:
  ///   - targets: The logs that are followed.
  ///   - pipeline: The pipeline of lines that name none, by the target's source.
  ///   - now: The present.
  mutating func writeStates(of targets: [TailTarget], pipeline: (Int) -> [UInt8]?, at now: MonotonicTime) {
    guard !pending.isEmpty else { return }
    for target in targets where pending.contains(target.number) {
      guard var condition = conditions[target.number] else { continue }
      if let since = condition.waitingSince {
        // One of a pattern is mostly not waited for, but let go or held for late lines, once that time is over.
        let quietSeconds = target.isMissing ? 2 * rotateWaitSeconds : rotateWaitSeconds
        if condition.writtenState == .following, now.seconds(since: since) < quietSeconds { continue }
        if target.isLingering { continue }
      }
      pending.remove(target.number)
      guard condition.state != condition.writtenState else { continue }
      condition.writtenState = condition.state
      conditions[target.number] = condition
      write(condition, pipeline: pipeline(target.sourceIndex))
    }
  }

  private func write(_ condition: Condition, pipeline: [UInt8]?) {
    let path = condition.path
    switch condition.state {
    case .following: logger.write(.info, "following the log", ["path": path], about: path)
    case .waiting(let reason): writeWaiting(path, reason, pipeline: pipeline)
    case .failing(let error):
      logger.write(.error, "the log cannot be read", ["path": path, "error": "\(error)"], about: path)
    case .ended: logger.write(.info, "the log has ended", ["path": path], about: path)
    }
  }

  private func writeWaiting(_ path: String, _ reason: String, pipeline: [UInt8]?) {
    guard let pipeline else {
      return logger.write(.warn, "waiting for the log", ["path": path, "reason": reason], about: path)
    }
    // Whoever gave a path with an equals sign in it sees what became of it.
    let name = String(decoding: pipeline, as: UTF8.self)
    logger.write(.warn, "waiting for the log", ["path": path, "pipeline": name, "reason": reason], about: path)
  }
}
