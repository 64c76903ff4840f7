/// A bounded list of names that came out of a log, each with a fixed index: the values of one label.
package struct LabelValueTable {
  /// What names share that come when the table is full, or that are too long for a label.
  package static let overflowName = Array("other".utf8)
  /// Longer names would make every scrape carry whatever someone puts into a log.
  package static let maximumNameBytes = 128

  /// Each name's bytes at its index.
  package private(set) var names: [[UInt8]] = []
  /// How often a name was put under `overflowName`.
  package var overflowCount: Int64 = 0

  private let capacity: Int
  private let reserved: [UInt8]
  /// Names that do not count towards the capacity.
  private var exemptNames = 0
  /// Each name's index and one more, where its hash leads to or behind that; 0 for none. At most half of it is used.
  private var slots: [Int]
  private var lastIndex = 0

  /// Makes a table with names that are there from the start.
  ///
  /// - Parameters:
  ///   - capacity: How many names it holds, the overflow's and the reserved one not counted.
  ///   - names: The first names, in their indices.
  ///   - reserved: A name that always gets an index of its own, as the overflow's does.
  package init(capacity: Int, names: [String] = [], reserved: [UInt8] = overflowName) {
    precondition(names.count <= capacity)
    self.capacity = capacity
    self.reserved = reserved
    // A power of two, for the names, the overflow's and the reserved one.
    slots = Array(repeating: 0, count: 2 << (Int.bitWidth - (capacity + 2).leadingZeroBitCount))
    for name in names { _ = append(Array(name.utf8)) }
  }

  /// Finds a name's index, and gives it one if it has none.
  ///
  /// - Parameter name: The name's bytes.
  /// - Returns: The index; equal to the former count of `names` when the name is new.
  package mutating func index(of name: Span<UInt8>) -> Int {
    // Lines of one job look alike: mostly it is the same name as in the last line.
    if lastIndex < names.count, isEqual(name, names[lastIndex]) { return lastIndex }
    if let index = find(name) {
      lastIndex = index
      return index
    }
    if isEqual(name, Self.overflowName) || isEqual(name, reserved) {
      exemptNames += 1
      return append([UInt8](name))
    }
    guard names.count - exemptNames < capacity, name.count <= Self.maximumNameBytes else {
      overflowCount = saturatingSum(overflowCount, 1)
      return index(of: Self.overflowName.span)
    }
    return append([UInt8](name))
  }

  private func find(_ name: Span<UInt8>) -> Int? {
    let slot = slot(of: name)
    return slots[slot] > 0 ? slots[slot] - 1 : nil
  }

  private mutating func append(_ name: [UInt8]) -> Int {
    slots[slot(of: name.span)] = names.count + 1
    names.append(name)
    lastIndex = names.count - 1
    return lastIndex
  }

  /// The slot that has a name's index, or is free for it.
  private func slot(of name: Span<UInt8>) -> Int {
    // FNV-1a, of which names that differ in their last letters differ most in the lowest bits.
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for index in name.indices { hash = (hash ^ UInt64(name[index])) &* 0x100_0000_01b3 }
    // However a log chooses its names, there are no more to go by than the table holds.
    var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
    while slots[slot] > 0, !isEqual(name, names[slots[slot] - 1]) { slot = (slot + 1) & (slots.count - 1) }
    return slot
  }

  private func isEqual(_ left: Span<UInt8>, _ right: [UInt8]) -> Bool {
    guard left.count == right.count else { return false }
    for index in right.indices where left[index] != right[index] { return false }
    return true
  }
}

extension [UInt8] {
  /// Copies a span's bytes.
  fileprivate init(_ span: Span<UInt8>) {
    self.init(capacity: span.count) { output in
      for index in span.indices { output.append(span[index]) }
    }
  }
}
