/// A unit of a duration as Prometheus writes it.
private struct DurationUnit {
  let suffix: String
  let nanoseconds: Int64

  /// Years and weeks are written only where nothing is left over: 90d reads better than 12w6d.
  let isOnlyWrittenWhole: Bool

  init(_ suffix: String, milliseconds: Int64, isOnlyWrittenWhole: Bool = false) {
    self.suffix = suffix
    nanoseconds = milliseconds * 1_000_000
    self.isOnlyWrittenWhole = isOnlyWrittenWhole
  }

  static let descending = [
    DurationUnit("y", milliseconds: 365 * 86_400_000, isOnlyWrittenWhole: true),
    DurationUnit("w", milliseconds: 7 * 86_400_000, isOnlyWrittenWhole: true),
    DurationUnit("d", milliseconds: 86_400_000),
    DurationUnit("h", milliseconds: 3_600_000),
    DurationUnit("m", milliseconds: 60_000),
    DurationUnit("s", milliseconds: 1000),
    DurationUnit("ms", milliseconds: 1),
  ]
}

extension Duration {
  /// Reads a duration as Prometheus writes it (Prometheus documentation, "Configuration", `<duration>`).
  ///
  /// - Parameter text: Whole numbers with the units `y` (365 days), `w`, `d`, `h`, `m`, `s` and `ms`, in this order and
  ///   each at most once: `90s`, `1h30m`. `0` needs no unit.
  /// - Throws: ``InvalidValue`` where the text is anything else, or over 292 years: as in Prometheus, a duration fits in
  ///   64-bit nanoseconds, and so does any arithmetic on clocks with it.
  package init(prometheus text: String) throws(InvalidValue) {
    guard text != "0" else {
      self = .zero
      return
    }
    let remedy = "use a duration such as 90s, 5m or 1h30m"
    guard !text.utf8.allSatisfy(isDigit) else {
      throw text.isEmpty
        ? InvalidValue("is not a duration", remedy: remedy)
        : InvalidValue("has no unit", remedy: "did you mean \(text)s?")
    }
    var total: Int64 = 0
    var rest = text[...]
    var units = DurationUnit.descending[...]
    while !rest.isEmpty {
      let digits = rest.prefix { $0.utf8.allSatisfy(isDigit) }
      let suffix = rest[digits.endIndex...].prefix { !$0.utf8.allSatisfy(isDigit) }
      rest = rest[suffix.endIndex...]
      guard !digits.isEmpty, DurationUnit.descending.contains(where: { $0.suffix == suffix }) else {
        throw InvalidValue("is not a duration", remedy: remedy)
      }
      guard let index = units.firstIndex(where: { $0.suffix == suffix }) else {
        throw InvalidValue("has its units out of order", remedy: "use each of y, w, d, h, m, s, ms once, in this order")
      }
      // Digits alone fail to be a number only where they do not fit.
      let (product, isProductTooLong) = (Int64(digits) ?? .max)
        .multipliedReportingOverflow(by: units[index].nanoseconds)
      let (sum, isSumTooLong) = total.addingReportingOverflow(product)
      guard !isProductTooLong, !isSumTooLong else {
        throw InvalidValue("is too long", remedy: "use at most 292y")
      }
      total = sum
      units = units[(index + 1)...]
    }
    self = .nanoseconds(total)
  }

  /// The duration as Prometheus writes it, in the units that `init(prometheus:)` reads: `1h30m`, `0s`.
  ///
  /// Rounded to whole milliseconds towards zero; a negative duration has a minus sign.
  package var prometheusText: String {
    let attosecondsPerNanosecond: Int128 = 1_000_000_000
    var rest = (attoseconds / attosecondsPerNanosecond).magnitude
    var text = ""
    for unit in DurationUnit.descending {
      let (count, remainder) = rest.quotientAndRemainder(dividingBy: UInt128(unit.nanoseconds))
      guard count > 0, remainder == 0 || !unit.isOnlyWrittenWhole else { continue }
      text += "\(count)\(unit.suffix)"
      rest = remainder
    }
    guard !text.isEmpty else { return "0s" }
    return self < .zero ? "-" + text : text
  }
}

extension ValueSyntax where Value == Duration {
  /// A duration as Prometheus writes it: `90s`, `5m`, `1h30m`.
  ///
  /// - Parameter range: The durations allowed.
  /// - Returns: The syntax.
  package static func duration(in range: ClosedRange<Duration>) -> ValueSyntax {
    ValueSyntax(
      placeholder: "DURATION",
      notation: "A DURATION is written as 500ms, 90s, 5m, 1h30m or 7d.",
      parse: { text throws(InvalidValue) in
        let value = try Duration(prometheus: text)
        guard range.contains(value) else {
          let problem = value < range.lowerBound ? "is too short" : "is too long"
          throw InvalidValue(problem, remedy: "use a duration \(range.inWords(\.prometheusText))")
        }
        return value
      },
      format: \.prometheusText
    )
  }
}
