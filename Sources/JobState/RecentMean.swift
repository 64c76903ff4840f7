internal import JSON

/// The mean of the newest values, in fixed memory.
package struct RecentMean: Equatable {
  private var values: [Double] = []
  private var oldest = 0
  private let capacity: Int

  /// Makes an empty one.
  ///
  /// - Parameter capacity: How many values count; at least 1.
  init(capacity: Int) {
    precondition(capacity > 0)
    self.capacity = capacity
    values.reserveCapacity(capacity)
  }

  /// Adds a value in the place of the oldest one.
  ///
  /// - Parameter value: A finite number.
  mutating func add(_ value: Double) {
    if values.count < capacity {
      values.append(value)
    } else {
      values[oldest] = value
      oldest = oldest + 1 < capacity ? oldest + 1 : 0
    }
  }

  /// The mean; nil before the first value. Summed anew each time, so that no rounding error builds up.
  package var mean: Double? {
    guard !values.isEmpty else { return nil }
    let count = Double(values.count)
    let sum = values.reduce(0, +)
    // Times that a log may state, though no file takes them, have a mean although they have no sum.
    return sum.isFinite ? sum / count : values.reduce(0) { $0 + $1 / count }
  }
}

// MARK: In a snapshot

extension RecentMean {
  /// The values, the oldest first.
  var json: JSONValue {
    .array((values[oldest...] + values[..<oldest]).map(JSONValue.decimal))
  }

  init?(capacity: Int, json: JSONValue?) {
    guard let elements = json?.arrayValue, elements.count <= capacity else { return nil }
    self.init(capacity: capacity)
    for element in elements {
      guard let value = element.decimalValue else { return nil }
      add(value)
    }
  }
}
