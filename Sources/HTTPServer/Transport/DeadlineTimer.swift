internal import EventLoop
internal import LinuxIO

/// A deadline that is moved often and seldom met.
///
/// Moving it later costs no call of libevent: the timer behind it fires at the time of an earlier deadline, finds that
/// there is time left, and goes on.
final class DeadlineTimer {
  private let loop: EventLoop
  private let handler: () -> Void
  private var deadline: MonotonicTime?
  private var firesAt: MonotonicTime?
  private lazy var timer = TimerEvent(loop: loop) { [unowned self] in timerHasFired() }

  /// Makes a timer without a deadline.
  ///
  /// - Parameters:
  ///   - loop: The loop that calls the handler.
  ///   - handler: Called once when a deadline is over; it may set another one, and drop the timer.
  init(loop: EventLoop, handler: @escaping () -> Void) {
    self.loop = loop
    self.handler = handler
  }

  /// Sets the deadline, in place of any other.
  ///
  /// - Parameter seconds: From now; at most a day.
  func set(afterSeconds seconds: Double) {
    let deadline = MonotonicTime(nanoseconds: MonotonicTime.now.nanoseconds + Int64(min(seconds, 86_400) * 1e9))
    self.deadline = deadline
    if let firesAt, firesAt <= deadline { return }
    firesAt = deadline
    timer.schedule(afterSeconds: seconds)
  }

  /// Takes the deadline away.
  func clear() {
    deadline = nil
  }

  private func timerHasFired() {
    firesAt = nil
    guard let deadline else { return }
    let secondsLeft = deadline.seconds(since: .now)
    guard secondsLeft <= 0 else {
      firesAt = deadline
      timer.schedule(afterSeconds: secondsLeft)
      return
    }
    self.deadline = nil
    handler()
  }
}

@available(*, unavailable)
extension DeadlineTimer: Sendable {}
