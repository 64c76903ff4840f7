internal import LinuxIO

/// When to try again what failed: after pauses that double, up to a bound.
struct Backoff {
  let firstSeconds: Double
  let lastSeconds: Double
  private var pauseSeconds: Double?
  private var failedAt = MonotonicTime(nanoseconds: 0)

  init(firstSeconds: Double, lastSeconds: Double) {
    self.firstSeconds = firstSeconds
    self.lastSeconds = lastSeconds
  }

  /// Whether the pause is over, or there is none.
  func isDue(at now: MonotonicTime) -> Bool {
    guard let pauseSeconds else { return true }
    return now.seconds(since: failedAt) >= pauseSeconds
  }

  /// It failed: the next pause begins.
  mutating func recordFailure(at now: MonotonicTime) {
    pauseSeconds = min(lastSeconds, max(firstSeconds, pauseSeconds.map { $0 * 2 } ?? 0))
    failedAt = now
  }

  /// Ends the pause that is going on, and makes the next one the first again.
  mutating func expedite() {
    if pauseSeconds != nil { pauseSeconds = 0 }
  }

  /// It succeeded.
  mutating func reset() {
    pauseSeconds = nil
  }
}
