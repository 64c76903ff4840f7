internal import JSON

/// Reads durations that say their units: of Go (`1m2.5s`, `12.53s`), of .NET and Python (`1.02:03:04.5`, `0:00:12.79`).
enum DurationText {
  /// Reads one.
  ///
  /// - Parameter text: The duration and nothing else.
  /// - Returns: Seconds, negative where a minus stands before it; nil where the text is none.
  static func seconds(_ text: JSONString) -> Double? {
    var reader = Reader(text: text)
    let isNegative = reader.take(Byte.minus)
    guard let seconds = reader.clock() ?? reader.units(), seconds.isFinite else { return nil }
    return isNegative ? -seconds : seconds
  }

  private struct Reader {
    let text: JSONString
    var index = 0

    private var isAtEnd: Bool { index == text.byteCount }

    private func byte(_ offset: Int = 0) -> UInt8? { byte(at: index + offset) }

    private func byte(at place: Int) -> UInt8? { place < text.byteCount ? (text.start + place).byte : nil }

    mutating func take(_ byte: UInt8) -> Bool {
      guard self.byte() == byte else { return false }
      index += 1
      return true
    }

    /// At least one digit, and where allowed a fraction.
    private mutating func decimal(hasFraction: Bool) -> Double? {
      let start = index
      var mantissa: UInt64 = 0
      var exponent = 0
      func digits(_ step: Int, _ reader: inout Reader) -> Int {
        let first = reader.index
        while let digit = reader.byte(), digit &- Byte.zero <= 9 {
          if mantissa < 1_000_000_000_000_000_000 {
            mantissa = mantissa * 10 + UInt64(digit - Byte.zero)
            exponent += step
          } else {
            exponent += step + 1
          }
          reader.index += 1
        }
        return reader.index - first
      }
      guard digits(0, &self) > 0 else { return nil }
      if hasFraction, byte() == Byte.period, let next = byte(1), next &- Byte.zero <= 9 {
        index += 1
        _ = digits(-1, &self)
      }
      guard mantissa > 0 else { return 0 }
      // Nothing that takes so long is worth more digits than this.
      guard index - start <= 40, -40...40 ~= exponent else { return nil }
      return PowerOfTen.scale(mantissa, exponent: exponent)
    }

    /// `[days.]hours:minutes:seconds[.fraction]`, or nil with nothing read.
    mutating func clock() -> Double? {
      let start = index
      func fail(_ reader: inout Reader) -> Double? {
        reader.index = start
        return nil
      }
      guard var hours = decimal(hasFraction: false) else { return fail(&self) }
      var days = 0.0
      if take(Byte.period) {
        days = hours
        guard let found = decimal(hasFraction: false) else { return fail(&self) }
        hours = found
      }
      guard take(Byte.colon), let minutes = twoDigits(hasFraction: false), take(Byte.colon),
        let seconds = twoDigits(hasFraction: true), isAtEnd
      else { return fail(&self) }
      return days * 86_400 + hours * 3_600 + minutes * 60 + seconds
    }

    private mutating func twoDigits(hasFraction: Bool) -> Double? {
      let start = index
      guard let value = decimal(hasFraction: hasFraction), let second = byte(at: start + 1), second &- Byte.zero <= 9,
        byte(at: start + 2).map({ $0 &- Byte.zero > 9 }) ?? true
      else { return nil }
      return value
    }

    /// Numbers with units, up to the end.
    mutating func units() -> Double? {
      var sum = 0.0
      repeat {
        guard let value = decimal(hasFraction: true), let unit = unit() else { return nil }
        sum += value * unit.multiplier / unit.divisor
      } while !isAtEnd
      return sum
    }

    private mutating func unit() -> (multiplier: Double, divisor: Double)? {
      let start = index
      while let next = byte(), next &- Byte.zero > 9 { index += 1 }
      switch (index - start, byte(at: start) ?? 0, byte(at: start + 1) ?? 0) {
      case (1, UInt8(ascii: "s"), _): return (1, 1)
      case (1, UInt8(ascii: "m"), _): return (60, 1)
      case (1, UInt8(ascii: "h"), _): return (3_600, 1)
      case (2, UInt8(ascii: "m"), UInt8(ascii: "s")): return (1, 1e3)
      case (2, UInt8(ascii: "u"), UInt8(ascii: "s")): return (1, 1e6)
      case (2, UInt8(ascii: "n"), UInt8(ascii: "s")): return (1, 1e9)
      // Unicode has the micro sign and the Greek letter.
      case (3, 0xC2, 0xB5) where byte(at: start + 2) == UInt8(ascii: "s"): return (1, 1e6)
      case (3, 0xCE, 0xBC) where byte(at: start + 2) == UInt8(ascii: "s"): return (1, 1e6)
      default: return nil
      }
    }
  }
}
