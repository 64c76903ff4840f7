/// Marks at even distances in what was delivered of a file, by which another file is recognised that begins alike and ends
/// earlier.
struct DeliveredFingerprints {
  /// Marks that are kept; one more, and every other one is given up.
  private static let maximumMarks = 64

  private var marks: [OffsetFingerprint] = []
  /// Bytes from one mark to the next.
  private var spacingBytes = Int64(OffsetFingerprint.maximumBytes)

  /// The places to be marked in what lies behind an offset.
  ///
  /// - Parameters:
  ///   - offset: What was delivered before.
  ///   - count: What is delivered now, in bytes.
  /// - Returns: The places, the first one first.
  func places(from offset: Int64, count: Int) -> StrideThrough<Int64> {
    stride(
      from: (offset / spacingBytes + 1) * spacingBytes,
      through: offset + Int64(count),
      by: Int(spacingBytes)
    )
  }

  /// Takes in a mark behind all others.
  mutating func append(_ mark: OffsetFingerprint) {
    if marks.count == Self.maximumMarks {
      spacingBytes *= 2
      marks.removeAll { !$0.offset.isMultiple(of: spacingBytes) }
    }
    if mark.offset.isMultiple(of: spacingBytes) { marks.append(mark) }
  }

  /// The marks that a file of this size can have, the last one first.
  func marks(within size: Int64) -> some Collection<OffsetFingerprint> {
    marks.prefix { $0.offset <= size }.reversed()
  }
}
