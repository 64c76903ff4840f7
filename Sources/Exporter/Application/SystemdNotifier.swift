internal import EventLoop
internal import LinuxIO

/// Tells the service manager that started the exporter, such as systemd, how it is: `sd_notify(3)`.
///
/// What cannot be told is said once in the own log and changes nothing else.
final class SystemdNotifier {
  private let socket: NotificationSocket
  private let logger: Logger
  /// Whether the logs were read to where they ended at the start, and how many bytes are left.
  private let progress: () -> (hasCaughtUp: Bool, lagBytes: Int64)
  /// How often the service manager wants a sign of life; nil for never.
  private let keepAliveSeconds: Double?
  private let loop: EventLoop
  private lazy var timer = TimerEvent(loop: loop) { [unowned self] in report() }
  private var hasToldReadiness = false
  private var toldStatus = ""
  private var hasNotedFailure = false

  /// While there is something to report; often enough for who looks at it.
  private static let progressSeconds = 1.0
  private static let variable = "NOTIFY_SOCKET"

  /// Finds out from the environment whether there is a service manager; tells nothing yet.
  ///
  /// - Parameters:
  ///   - environment: `NOTIFY_SOCKET`, `WATCHDOG_USEC` and `WATCHDOG_PID` count.
  ///   - loop: The process's loop.
  ///   - logger: The exporter's own log.
  ///   - progress: Asked each time before something is told.
  init?(
    environment: [String: String],
    loop: EventLoop,
    logger: Logger,
    progress: @escaping () -> (hasCaughtUp: Bool, lagBytes: Int64)
  ) {
    guard let name = environment[Self.variable], !name.isEmpty else { return nil }
    do throws(SystemCallError) {
      socket = try NotificationSocket(name: name)
    } catch {
      logger.write(.warn, "the service manager cannot be told anything", ["error": "\(error)"])
      return nil
    }
    self.loop = loop
    self.logger = logger
    self.progress = progress
    keepAliveSeconds = Self.keepAliveSeconds(environment)
  }

  /// Half the time after which the service manager takes silence for death (`sd_watchdog_enabled(3)`).
  static func keepAliveSeconds(_ environment: [String: String]) -> Double? {
    guard let microseconds = environment["WATCHDOG_USEC"].flatMap(UInt64.init), microseconds > 0 else { return nil }
    // The variables may have been meant for the process that started this one.
    if let process = environment["WATCHDOG_PID"], process != "\(processIdentifier)" { return nil }
    return Double(microseconds) / 2e6
  }

  /// Tells that the exporter serves, and from now on how far it is.
  func begin() {
    report()
  }

  /// Tells that the exporter is about to end.
  func end() {
    timer.cancel()
    _ = send(["STOPPING=1", "STATUS=Stopping"])
  }

  private func report() {
    let (hasCaughtUp, lagBytes) = progress()
    let status = hasCaughtUp ? "Following the log" : "Reading the log: \(lagBytes) bytes to go"
    var assignments: [String] = []
    if !hasToldReadiness { assignments.append("READY=1") }
    if status != toldStatus { assignments.append("STATUS=\(status)") }
    if keepAliveSeconds != nil { assignments.append("WATCHDOG=1") }
    if send(assignments) {
      hasToldReadiness = true
      toldStatus = status
    }
    let isDone = hasCaughtUp && toldStatus == status
    if let pause = isDone ? keepAliveSeconds : min(Self.progressSeconds, keepAliveSeconds ?? Self.progressSeconds) {
      timer.schedule(afterSeconds: pause)
    }
  }

  /// Sends a message.
  ///
  /// - Returns: Whether that is done with: sent, or failed for good.
  private func send(_ assignments: [String]) -> Bool {
    guard !assignments.isEmpty else { return true }
    do throws(SystemCallError) {
      return try socket.send(assignments.joined(separator: "\n"))
    } catch {
      if !hasNotedFailure {
        logger.write(.warn, "the service manager cannot be told anything", ["error": "\(error)"])
      }
      hasNotedFailure = true
      return true
    }
  }
}

@available(*, unavailable)
extension SystemdNotifier: Sendable {}
