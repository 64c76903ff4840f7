/// The time between two moments.
///
/// - Parameters:
///   - earlier: The one, in nanoseconds since 1970; any number, since a log may state any year.
///   - later: The other.
/// - Returns: Seconds, to the microsecond; 0 where the earlier one is the later.
@inlinable
public func seconds(from earlier: Int64, to later: Int64) -> Double {
  let (difference, overflow) = later.subtractingReportingOverflow(earlier)
  if overflow { return later > earlier ? exactSeconds(.max) : 0 }
  return exactSeconds(max(0, difference))
}

/// Nanoseconds as seconds.
///
/// - Parameter nanoseconds: A time or a moment.
/// - Returns: Seconds, cut to the microsecond: so many digits a `Double` holds, and then shows no others.
@inlinable
public func exactSeconds(_ nanoseconds: Int64) -> Double {
  Double(nanoseconds / 1_000) / 1e6
}

extension Duration {
  /// The duration in seconds, with its fraction.
  package var inSeconds: Double {
    Double(components.seconds) + Double(components.attoseconds) / 1e18
  }

  /// The duration in whole nanoseconds; the largest number where it is longer.
  package var inNanoseconds: Int64 {
    let (nanoseconds, overflow) = components.seconds.multipliedReportingOverflow(by: 1_000_000_000)
    return overflow ? .max : nanoseconds.addingReportingOverflow(components.attoseconds / 1_000_000_000).partialValue
  }

  /// Whole seconds in words: the largest unit that fits, and the next one unless it is 0, such as "4 min 1 s".
  package var textForPeople: String {
    var rest = max(0, components.seconds)
    var parts: [String] = []
    for (unit, unitSeconds) in [("d", 86_400), ("h", 3600), ("min", 60), ("s", 1)] as [(String, Int64)] {
      let count = rest / unitSeconds
      rest %= unitSeconds
      if count > 0 { parts.append("\(count) \(unit)") }
      if !parts.isEmpty, count == 0 || parts.count == 2 { break }
    }
    return parts.isEmpty ? "0 s" : parts.joined(separator: " ")
  }
}
