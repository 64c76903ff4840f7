/// The mean of the newest values, in fixed memory.
package struct RecentMean: Equatable {
  private var ring: [Double] = []
  private var oldest = 0
  private let capacity: Int

  /// Makes an empty one.
  ///
  /// - Parameter capacity: How many values count; at least 1.
  init(capacity: Int) {
    precondition(capacity > 0)
    self.capacity = capacity
    ring.reserveCapacity(capacity)
  }

  /// Adds a value in the place of the oldest one.
  ///
  /// - Parameter value: A finite number.
  mutating func add(_ value: Double) {
    if ring.count < capacity {
      ring.append(value)
    } else {
      ring[oldest] = value
      oldest = oldest + 1 < capacity ? oldest + 1 : 0
    }
  }

  /// The mean; nil before the first value. Summed anew each time, so that no rounding error builds up.
  package var mean: Double? {
    guard !ring.isEmpty else { return nil }
    let count = Double(ring.count)
    let sum = ring.reduce(0, +)
    // Times that a log may state, though no file takes them, have a mean although they have no sum.
    return sum.isFinite ? sum / count : ring.reduce(0) { $0 + $1 / count }
  }
}

// MARK: In a snapshot

extension RecentMean {
  /// Makes one with values from before.
  ///
  /// - Parameters:
  ///   - capacity: How many values count; at least 1.
  ///   - values: The values, the oldest first; nil where they are more.
  package init?(capacity: Int, values: [Double]) {
    guard values.count <= capacity else { return nil }
    self.init(capacity: capacity)
    for value in values { add(value) }
  }

  /// The values, the oldest first.
  package var values: [Double] { Array(ring[oldest...] + ring[..<oldest]) }
}
