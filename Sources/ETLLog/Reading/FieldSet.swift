/// A set of known fields.
struct FieldSet: BitwiseCopyable {
  private var bits: UInt32 = 0

  var isEmpty: Bool { bits == 0 }

  @inline(__always)
  private static func bit(_ field: LogField) -> UInt32 { 1 &<< UInt32(field.rawValue) }

  @inline(__always)
  mutating func insert(_ field: LogField) { bits |= Self.bit(field) }

  @inline(__always)
  mutating func remove(_ field: LogField) { bits &= ~Self.bit(field) }

  mutating func set(_ field: LogField, _ isMember: Bool) {
    if isMember { insert(field) } else { remove(field) }
  }
}
