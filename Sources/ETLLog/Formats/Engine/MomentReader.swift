internal import JSON
internal import UnixTime

/// Reads times that are numbers.
enum MomentReader {
  /// Reads a time that is a number.
  ///
  /// - Parameters:
  ///   - number: Since 1970-01-01T00:00:00Z.
  ///   - unit: What it counts; where that was not said its size says it, and a time before 1970 is none.
  /// - Returns: Nanoseconds, what is below dropped; nil where they do not fit.
  static func nanoseconds(_ number: JSONNumber, unit: TimeUnit?) -> Int64? {
    guard let unit else {
      return number.isNegative ? nil : Timestamp.nanoseconds(mantissa: number.mantissa, exponent: number.exponent)
    }
    guard number.mantissa != 0 else { return 0 }
    var exponent = number.exponent
    switch unit {
    case .seconds: exponent += 9
    case .milliseconds: exponent += 6
    case .microseconds: exponent += 3
    default: break
    }
    // A mantissa has at most 19 digits, and 10^19 does not fit.
    guard exponent <= 19 else { return nil }
    guard exponent >= -19 else { return 0 }
    let power = Int128(PowerOfTen.integer(abs(exponent)))
    let value = exponent < 0 ? Int128(number.mantissa) / power : Int128(number.mantissa) * power
    return Int64(exactly: number.isNegative ? -value : value)
  }
}

extension [UInt8] {
  /// Copies a string's bytes as they stand.
  init(bytes string: JSONString) {
    self = string.withSpan { span in
      [UInt8](capacity: span.count) { output in
        for index in span.indices { output.append(span[index]) }
      }
    }
  }
}
