/// Marks in what was delivered of a file, by which it is told how much of it another file, or the same one later, still
/// holds: at even distances over all of it, and at the ends of the newest lines.
package struct DeliveredFingerprints: Equatable {
  /// Marks that are kept at even distances; one more, and every other one is given up.
  private static let maximumMarks = 64
  /// Ends of lines that are kept.
  static let maximumLineEnds = 16
  /// Marks at even distances that a text holds.
  private static let maximumTextMarks = 16

  private(set) var marks: [OffsetFingerprint] = []
  /// The newest ends of lines, in no order.
  private(set) var lineEnds: [OffsetFingerprint] = []
  private var oldestLineEnd = 0
  /// Bytes from one mark to the next.
  private var spacingBytes = Int64(OffsetFingerprint.maximumBytes)

  init() {}

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

  /// Takes in the end of a line.
  mutating func append(lineEnd: OffsetFingerprint) {
    guard lineEnds.count == Self.maximumLineEnds else { return lineEnds.append(lineEnd) }
    lineEnds[oldestLineEnd] = lineEnd
    oldestLineEnd = (oldestLineEnd + 1) % Self.maximumLineEnds
  }

  /// Forgets what lies behind a place.
  mutating func forget(behind offset: Int64) {
    marks.removeAll { $0.offset > offset }
    lineEnds = lineEnds.sorted { $0.offset < $1.offset }.filter { $0.offset <= offset }
    oldestLineEnd = 0
  }

  /// The marks at even distances that a file of this size can have, the last one first.
  func marks(within size: Int64) -> some Collection<OffsetFingerprint> {
    marks.prefix { $0.offset <= size }.reversed()
  }

  /// All marks that a file of this size can have, the last one first.
  func all(within size: Int64) -> [OffsetFingerprint] {
    (marks + lineEnds).filter { $0.offset <= size }.sorted { $0.offset > $1.offset }
  }

  // MARK: Text

  /// The marks as text: offsets and hashes in hexadecimal digits.
  package var text: String {
    let step = max(1, (marks.count + Self.maximumTextMarks - 1) / Self.maximumTextMarks)
    let sparse = stride(from: step - 1, to: marks.count, by: step).map { marks[$0] }
    return [sparse, lineEnds].map { list in
      list.map { "\(String($0.offset, radix: 16)):\(String($0.hash.value, radix: 16))" }.joined(separator: ",")
    }.joined(separator: ";")
  }

  /// Reads what `text` wrote; nil where it is none.
  package init?(text: String) {
    let lists = text.split(separator: ";", omittingEmptySubsequences: false)
    guard lists.count == 2 else { return nil }
    for (index, list) in lists.enumerated() {
      for entry in list.split(separator: ",") {
        let parts = entry.split(separator: ":")
        guard parts.count == 2, let offset = Int64(parts[0], radix: 16), offset >= 0,
          let hash = UInt64(parts[1], radix: 16)
        else { return nil }
        let mark = OffsetFingerprint(offset: offset, hash: ContentHash(value: hash))
        if index == 0 { marks.append(mark) } else { lineEnds.append(mark) }
      }
    }
    guard marks.count <= Self.maximumMarks, lineEnds.count <= Self.maximumLineEnds else { return nil }
    lineEnds.sort { $0.offset < $1.offset }
  }
}
