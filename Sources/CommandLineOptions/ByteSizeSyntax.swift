/// The units of a number of bytes, the largest first: decimal ones by SI, binary ones by IEC 80000-13.
private let byteUnits: [(suffix: String, bytes: Int)] = [
  ("TiB", 1 << 40), ("TB", 1_000_000_000_000),
  ("GiB", 1 << 30), ("GB", 1_000_000_000),
  ("MiB", 1 << 20), ("MB", 1_000_000),
  ("KiB", 1 << 10), ("kB", 1000),
  ("B", 1),
]

extension ValueSyntax where Value == Int {
  /// A number of bytes: `65536`, `64KiB` (binary), `1MB` (decimal); units in capitals or not.
  ///
  /// - Parameter range: The numbers of bytes allowed.
  /// - Returns: The syntax.
  package static func byteSize(in range: ClosedRange<Int>) -> ValueSyntax {
    ValueSyntax(
      placeholder: "SIZE",
      notation: "A SIZE is in bytes, or written as 64KiB, 1MB or 2GiB.",
      parse: { text throws(InvalidValue) in
        let digits = text.prefix { $0.utf8.allSatisfy(isDigit) }
        let suffix = text[digits.endIndex...].lowercased()
        let unit = suffix.isEmpty ? 1 : byteUnits.first { $0.suffix.lowercased() == suffix }?.bytes
        guard !digits.isEmpty, let unit else {
          throw InvalidValue("is not a size", remedy: "use a number of bytes such as 65536, 64KiB or 1MB")
        }
        // Digits alone fail to be a number only where they do not fit.
        let product = Int(digits)?.multipliedReportingOverflow(by: unit)
        guard let product, !product.overflow, product.partialValue <= range.upperBound else {
          throw InvalidValue("is too large", remedy: "use a size \(range.inWords(formatByteSize))")
        }
        guard product.partialValue >= range.lowerBound else {
          let isBounded = range.upperBound != .max
          let bounds = isBounded ? range.inWords(formatByteSize) : "of at least \(formatByteSize(range.lowerBound))"
          throw InvalidValue("is too small", remedy: "use a size \(bounds)")
        }
        return product.partialValue
      },
      format: formatByteSize
    )
  }
}

/// A number of bytes in the largest unit that leaves nothing over.
@Sendable
private func formatByteSize(_ bytes: Int) -> String {
  guard bytes != 0, let unit = byteUnits.first(where: { bytes.isMultiple(of: $0.bytes) }) else { return "0B" }
  return "\(bytes / unit.bytes)\(unit.suffix)"
}
