package import LinuxIO

/// Something that happened to a log, or that was decided about one of its files.
package enum TailEvent: Equatable {
  /// The log stands otherwise than before.
  case stateChanged(TailState)
  /// The place where an earlier process left a file was found in `path`.
  case resumed(path: String, offset: Int64)
  /// One file ended and another one began; both by their names of now.
  case rotated(RotationKind, from: String, to: String)
  /// A file that may have unread lines could not be read, and was given up.
  case fileAbandoned(path: String, SystemCallError)
  /// A file whose name may be the log's is not read, because of what is in it.
  case fileSkipped(path: String, reason: String)
  /// A file of the log was rotated away and packed before it could be read.
  case fileMissed(path: String)
  /// The log was cut to nothing, and no copy was found of what it held before.
  case truncatedWithoutCopy(path: String)
  /// The file that an earlier process was reading was not found any more.
  case positionLost(offset: Int64)
  /// The files beside the log cannot be listed, so that those rotated between two scans are missed.
  case siblingsUnlistable(SystemCallError)
  /// A log of a pattern is gone, and no more is expected of it.
  case stoppedTailing
  /// What was decided about a file, and why.
  case decided(FileDecision)
}

/// What was decided about one file.
package struct FileDecision: Equatable {
  /// What becomes of a file.
  package enum Action: String {
    /// It is read now, or once those before it were read.
    case read
    /// It was read to its end, and no more is expected of it.
    case finish
    /// It is not read, now or later, unless it changes into another file.
    case ignore
    /// It is looked at again before anything is decided.
    case wait
  }

  /// The file, as it is named in the log's directory.
  package let path: String
  /// What becomes of it.
  package let action: Action
  /// Why, in words.
  package let reason: String
}

/// An event, and whose it is.
package struct TailReport: Equatable {
  /// The number of the log's target; see `TailTarget`.
  package let target: Int
  /// The log's path as it was given.
  package let log: String
  /// What happened.
  package let event: TailEvent
}

/// The events of all logs of a process, in the order in which they happened, until somebody takes them.
package final class TailEventQueue {
  /// Whether decisions are wanted too; there are many of them.
  package let includesDecisions: Bool
  /// Events that were dropped, because nobody took them in time.
  package private(set) var droppedEvents: Int64 = 0

  private var reports: [TailReport] = []
  private static let maximumReports = 10_000

  package init(includesDecisions: Bool) {
    self.includesDecisions = includesDecisions
  }

  /// Takes what happened since the last call.
  ///
  /// - Returns: The events, the oldest first; at most 10,000.
  package func take() -> [TailReport] {
    defer { reports.removeAll(keepingCapacity: reports.capacity < 100) }
    return reports
  }

  /// Takes an event in, unless there are too many that nobody took.
  package func append(_ report: TailReport) {
    guard reports.count < Self.maximumReports else {
      droppedEvents += 1
      return
    }
    reports.append(report)
  }
}

/// Counts what happens to one log and tells of it: in one place, so that the numbers and the events cannot differ.
final class TailRecorder {
  var statistics = TailStatistics()
  private let log: String
  private let target: Int
  private let queue: TailEventQueue?
  private var reportedState: TailState?

  init(log: String, target: Int, queue: TailEventQueue?) {
    self.log = log
    self.target = target
    self.queue = queue
  }

  func record(_ event: TailEvent) {
    switch event {
    case .rotated(let kind, _, _): statistics.countRotation(kind)
    case .fileAbandoned: statistics.abandonedFiles += 1
    case .fileMissed: statistics.missedFiles += 1
    case .fileSkipped: statistics.skippedFiles += 1
    case .truncatedWithoutCopy: statistics.truncationsWithoutCopy += 1
    case .positionLost: statistics.lostPositions += 1
    case .stateChanged, .resumed, .siblingsUnlistable, .stoppedTailing, .decided: break
    }
    queue?.append(TailReport(target: target, log: log, event: event))
  }

  /// Tells how the log stands, where that has changed.
  func record(state: TailState) {
    guard state != reportedState else { return }
    reportedState = state
    record(.stateChanged(state))
  }

  /// Tells what was decided about a file, where somebody wants to know.
  func decide(_ action: FileDecision.Action, _ path: @autoclosure () -> String, _ reason: @autoclosure () -> String) {
    guard let queue, queue.includesDecisions else { return }
    record(.decided(FileDecision(path: path(), action: action, reason: reason())))
  }
}
