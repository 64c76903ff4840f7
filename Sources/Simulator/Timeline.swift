/// How the time of a workload relates to the clocks: its offset 0 is a moment on each.
struct Timeline: Equatable {
  /// Nanoseconds on the monotonic clock, which alone decides when something is due.
  private(set) var monotonicStart: Int64
  /// Nanoseconds since 1970-01-01T00:00:00Z, which the log's timestamps are counted from.
  private(set) var wallStart: Int64

  /// The step from which on the calendar's clock counts as set: less is the jitter of reading two clocks, and following
  /// that would let timestamps go back.
  private static let jitterNanoseconds: Int64 = 10_000_000
  /// A job that is later than this was stopped (SIGSTOP, `docker pause`) or cannot keep up: it goes on where it stood,
  /// as a real one does, and does not pretend to have worked meanwhile.
  private static let longestLatenessNanoseconds: Int64 = 1_000_000_000

  /// Makes a timeline that is at an offset now.
  ///
  /// - Parameters:
  ///   - offset: Nanoseconds of workload that lie in the past.
  ///   - monotonic: The present on the monotonic clock.
  ///   - wall: The present on the clock of the calendar.
  init(at offset: Int64, monotonic: Int64, wall: Int64) {
    monotonicStart = monotonic - offset
    wallStart = wall - offset
  }

  /// The workload's present.
  ///
  /// - Parameter monotonic: The present on the monotonic clock.
  /// - Returns: Nanoseconds since the start of the run.
  func offset(atMonotonic monotonic: Int64) -> Int64 {
    monotonic - monotonicStart
  }

  /// What the calendar says at a moment of the workload.
  ///
  /// - Parameter offset: Nanoseconds since the start of the run.
  /// - Returns: Nanoseconds since 1970-01-01T00:00:00Z.
  func timestamp(at offset: Int64) -> Int64 {
    wallStart + offset
  }

  /// Makes the timeline agree with the clocks: follows the one of the calendar where that was set or the machine slept,
  /// and lets the workload go on later where it stood still.
  ///
  /// - Parameters:
  ///   - monotonic: The present on the monotonic clock.
  ///   - wall: The present on the clock of the calendar.
  ///   - due: The offset of what is to be done next.
  /// - Returns: The workload's present.
  mutating func present(monotonic: Int64, wall: Int64, due: Int64) -> Int64 {
    let lateness = offset(atMonotonic: monotonic) - due
    if lateness > Self.longestLatenessNanoseconds {
      monotonicStart += lateness
      wallStart += lateness
    }
    let offset = offset(atMonotonic: monotonic)
    if abs(wall - offset - wallStart) >= Self.jitterNanoseconds { wallStart = wall - offset }
    return offset
  }
}
