internal import Glibc

/// A point on the clock that never goes back and that nobody can set (CLOCK_MONOTONIC).
package struct MonotonicTime: Comparable {
  /// Nanoseconds since some fixed moment, on Linux the machine's start.
  package let nanoseconds: Int64

  package init(nanoseconds: Int64) {
    self.nanoseconds = nanoseconds
  }

  /// The present.
  package static var now: MonotonicTime { MonotonicTime(nanoseconds: readClock(CLOCK_MONOTONIC)) }

  package static func < (left: MonotonicTime, right: MonotonicTime) -> Bool {
    left.nanoseconds < right.nanoseconds
  }

  /// How long ago another point was.
  ///
  /// - Parameter earlier: The other point.
  /// - Returns: Seconds; negative if the other point is later.
  package func seconds(since earlier: MonotonicTime) -> Double {
    Double(nanoseconds - earlier.nanoseconds) / 1e9
  }
}

/// A point on the clock of the calendar (CLOCK_REALTIME), which may be set.
package struct WallTime: Comparable {
  /// Nanoseconds since 1970-01-01T00:00:00Z, without leap seconds.
  package let nanoseconds: Int64

  package init(nanoseconds: Int64) {
    self.nanoseconds = nanoseconds
  }

  /// The present.
  package static var now: WallTime { WallTime(nanoseconds: readClock(CLOCK_REALTIME)) }

  package static func < (left: WallTime, right: WallTime) -> Bool {
    left.nanoseconds < right.nanoseconds
  }
}

private func readClock(_ clock: clockid_t) -> Int64 {
  var time = timespec()
  // Cannot fail: both clocks exist on every Linux, and the pointer is to a local.
  _ = unsafe clock_gettime(clock, &time)
  return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
}
