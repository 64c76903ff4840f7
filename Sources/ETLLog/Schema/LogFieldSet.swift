/// A set of known fields.
package struct LogFieldSet: Equatable, BitwiseCopyable {
  private var bits: UInt32 = 0

  /// Makes a set of no field.
  package init() {}

  /// Whether no field is in it.
  package var isEmpty: Bool { bits == 0 }

  @inline(__always)
  private static func bit(_ field: LogField) -> UInt32 { 1 &<< UInt32(field.rawValue) }

  /// Looks a field up.
  ///
  /// - Parameter field: The field.
  /// - Returns: Whether it is in the set.
  package func contains(_ field: LogField) -> Bool { bits & Self.bit(field) != 0 }

  @inline(__always)
  mutating func insert(_ field: LogField) { bits |= Self.bit(field) }

  @inline(__always)
  mutating func remove(_ field: LogField) { bits &= ~Self.bit(field) }

  mutating func set(_ field: LogField, _ isMember: Bool) {
    if isMember { insert(field) } else { remove(field) }
  }
}
