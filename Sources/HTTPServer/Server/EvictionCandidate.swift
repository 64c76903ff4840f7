internal import LinuxIO

/// A connection that could make room; the one that is to do so first is the least.
struct EvictionCandidate: Comparable {
  let connection: Connection
  private let evictability: Connection.Evictability
  private let activeAt: MonotonicTime

  init?(_ connection: Connection, now: MonotonicTime) {
    evictability = connection.evictability(now: now)
    guard evictability != .never else { return nil }
    self.connection = connection
    activeAt = connection.activeAt
  }

  static func < (left: EvictionCandidate, right: EvictionCandidate) -> Bool {
    (right.evictability, left.activeAt) < (left.evictability, right.activeAt)
  }

  static func == (left: EvictionCandidate, right: EvictionCandidate) -> Bool {
    (left.evictability, left.activeAt) == (right.evictability, right.activeAt)
  }
}
