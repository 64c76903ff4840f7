import Testing

@testable import CommandLineOptions

/// What a syntax makes of a text: the value as it writes it, or the problem and the remedy.
private func reading<Value>(_ text: String, _ syntax: ValueSyntax<Value>) -> String {
  do throws(InvalidValue) {
    return syntax.format(try syntax.parse(text))
  } catch {
    return "\(error.problem); \(error.remedy)"
  }
}

@Suite("Values")
struct ValueSyntaxTests {
  @Test(
    "a duration is not read as Prometheus reads it",
    arguments: [
      ("0", 0), ("0s", 0), ("0d0ms", 0), ("100ms", 100), ("90s", 90_000), ("5m", 300_000), ("1h30m", 5_400_000),
      ("1d", 86_400_000), ("2w", 1_209_600_000), ("1y", 31_536_000_000), ("1y1w1d1h1m1s1ms", 32_230_861_001),
      ("1h1ms", 3_600_001), ("007s", 7000), ("25h", 90_000_000), ("292y", 9_208_512_000_000),
      ("9223372036854ms", 9_223_372_036_854),
    ]
  )
  func duration(text: String, milliseconds: Int) throws {
    #expect(try Duration(prometheus: text) == .milliseconds(milliseconds))
  }

  @Test(
    "a text that is no duration is read, or its error does not help",
    arguments: [
      ("", "is not a duration; use a duration such as 90s, 5m or 1h30m"),
      ("90", "has no unit; did you mean 90s?"),
      ("00", "has no unit; did you mean 00s?"),
      ("1h30", "is not a duration; use a duration such as 90s, 5m or 1h30m"),
      ("s", "is not a duration; use a duration such as 90s, 5m or 1h30m"),
      ("1.5h", "is not a duration; use a duration such as 90s, 5m or 1h30m"),
      ("-5s", "is not a duration; use a duration such as 90s, 5m or 1h30m"),
      ("5 m", "is not a duration; use a duration such as 90s, 5m or 1h30m"),
      (" 5m", "is not a duration; use a duration such as 90s, 5m or 1h30m"),
      ("5M", "is not a duration; use a duration such as 90s, 5m or 1h30m"),
      ("5min", "is not a duration; use a duration such as 90s, 5m or 1h30m"),
      ("5us", "is not a duration; use a duration such as 90s, 5m or 1h30m"),
      ("٥s", "is not a duration; use a duration such as 90s, 5m or 1h30m"),
      ("30m1h", "has its units out of order; use each of y, w, d, h, m, s, ms once, in this order"),
      ("1m1m", "has its units out of order; use each of y, w, d, h, m, s, ms once, in this order"),
      ("1ms1s", "has its units out of order; use each of y, w, d, h, m, s, ms once, in this order"),
      ("293y", "is too long; use at most 292y"),
      ("292y365d", "is too long; use at most 292y"),
      ("9223372036855ms", "is too long; use at most 292y"),
      ("99999999999999999999ms", "is too long; use at most 292y"),
    ]
  )
  func wrongDuration(text: String, error: String) {
    #expect(reading(text, .duration(in: .zero ... .seconds(1 << 40))) == error)
  }

  @Test(
    "a duration is not written as Prometheus writes it, or does not read back",
    arguments: [
      (0, "0s"), (1, "1ms"), (1500, "1s500ms"), (90_000, "1m30s"), (3_600_000, "1h"), (86_400_000, "1d"),
      (7_776_000_000, "90d"), (1_209_600_000, "2w"), (31_536_000_000, "1y"), (31_622_400_000, "366d"),
      (63_072_001_000, "730d1s"),
    ]
  )
  func durationText(milliseconds: Int, text: String) throws {
    #expect(Duration.milliseconds(milliseconds).prometheusText == text)
    #expect(try Duration(prometheus: text) == .milliseconds(milliseconds))
  }

  @Test("a duration that no option can hold is written wrongly")
  func unreadableDurations() {
    #expect(Duration.microseconds(999).prometheusText == "0s")
    #expect(Duration.microseconds(-999).prometheusText == "0s")
    #expect(Duration.microseconds(1_001_900).prometheusText == "1s1ms")
    #expect(Duration.seconds(-90).prometheusText == "-1m30s")
    #expect(Duration.seconds(Int64.max).prometheusText == "106751991167300d15h30m7s")
  }

  @Test(
    "the ends of a range of durations are off",
    arguments: [
      ("1s", "1s"), ("1h", "1h"), ("999ms", "is too short; use a duration from 1s to 1h"),
      ("0", "is too short; use a duration from 1s to 1h"), ("3601s", "is too long; use a duration from 1s to 1h"),
    ]
  )
  func durationRange(text: String, expected: String) {
    #expect(reading(text, .duration(in: .seconds(1) ... .seconds(3600))) == expected)
  }

  @Test(
    "a size is read or written wrongly",
    arguments: [
      ("1", "1B"), ("250", "250B"), ("250B", "250B"), ("65536", "64KiB"), ("64KiB", "64KiB"), ("64kib", "64KiB"),
      ("1kB", "1kB"), ("1KB", "1kB"), ("1MB", "1MB"), ("1MiB", "1MiB"), ("1500kB", "1500kB"), ("1024MiB", "1GiB"),
      ("2GB", "2GB"), ("1TB", "1TB"), ("1TiB", "1TiB"),
      ("0", "is too small; use a size from 1B to 1TiB"),
      ("2TiB", "is too large; use a size from 1B to 1TiB"),
      ("9999999TiB", "is too large; use a size from 1B to 1TiB"),
      ("99999999999999999999", "is too large; use a size from 1B to 1TiB"),
      ("64K", "is not a size; use a number of bytes such as 65536, 64KiB or 1MB"),
      ("KiB", "is not a size; use a number of bytes such as 65536, 64KiB or 1MB"),
      ("1.5MB", "is not a size; use a number of bytes such as 65536, 64KiB or 1MB"),
      ("-1", "is not a size; use a number of bytes such as 65536, 64KiB or 1MB"),
      ("64 KiB", "is not a size; use a number of bytes such as 65536, 64KiB or 1MB"),
    ]
  )
  func byteSize(text: String, expected: String) {
    #expect(reading(text, .byteSize(in: 1...1 << 40)) == expected)
  }

  @Test("a size that does not fit is taken for the largest one")
  func largestSize() {
    #expect(reading("99999999999999999999", .byteSize(in: 0 ... .max)).hasPrefix("is too large"))
    #expect(reading("9999999TiB", .byteSize(in: 0 ... .max)).hasPrefix("is too large"))
    #expect(reading("1", .byteSize(in: 1024 ... .max)) == "is too small; use a size of at least 1KiB")
    #expect(reading("0", .byteSize(in: 0 ... .max)) == "0B")
  }

  @Test(
    "a whole number is read wrongly, or its error does not help",
    arguments: [
      ("-5", "-5"), ("10", "10"), ("007", "7"),
      ("-6", "is out of range; use a whole number from -5 to 10"),
      ("11", "is out of range; use a whole number from -5 to 10"),
      ("99999999999999999999", "is out of range; use a whole number from -5 to 10"),
      ("1.0", "is not a whole number; use a whole number from -5 to 10"),
      ("+1", "is not a whole number; use a whole number from -5 to 10"),
      ("-", "is not a whole number; use a whole number from -5 to 10"),
      ("--1", "is not a whole number; use a whole number from -5 to 10"),
      ("1e1", "is not a whole number; use a whole number from -5 to 10"),
      ("0x1", "is not a whole number; use a whole number from -5 to 10"),
      (" 1", "is not a whole number; use a whole number from -5 to 10"),
      ("١", "is not a whole number; use a whole number from -5 to 10"),
    ]
  )
  func integer(text: String, expected: String) {
    #expect(reading(text, ValueSyntax<Int>.integer(in: -5...10)) == expected)
  }

  @Test("a range without an upper end names the largest number of its type")
  func openInteger() {
    #expect(
      reading("0", ValueSyntax<Int>.integer(in: 1 ... .max)) == "is out of range; use a whole number of at least 1"
    )
    #expect(
      reading("99999999999999999999", ValueSyntax<Int>.integer(in: 0 ... .max))
        == "is out of range; use a whole number from 0 to 9223372036854775807"
    )
    #expect(
      reading("-1", ValueSyntax<UInt64>.integer(in: 0 ... .max)) == "is out of range; use a whole number of at least 0"
    )
  }

  @Test(
    "a number is read or written wrongly, or its error does not help",
    arguments: [
      ("0.25", "0.25"), ("10", "10"), ("1e3", "1000"), ("0.001", "0.001"), (".5", "0.5"),
      ("0", "is out of range; use a number from 0.001 to 1000"),
      ("1000.1", "is out of range; use a number from 0.001 to 1000"),
      ("1e999", "is out of range; use a number from 0.001 to 1000"),
      ("-1", "is out of range; use a number from 0.001 to 1000"),
      ("nan", "is not a number; use a number from 0.001 to 1000"),
      ("inf", "is not a number; use a number from 0.001 to 1000"),
      ("0x10", "is not a number; use a number from 0.001 to 1000"),
      ("0,5", "is not a number; use a number from 0.001 to 1000"),
      ("1 ", "is not a number; use a number from 0.001 to 1000"),
      ("5%", "is not a number; use a number from 0.001 to 1000"),
      ("e", "is not a number; use a number from 0.001 to 1000"),
    ]
  )
  func decimal(text: String, expected: String) {
    #expect(reading(text, .decimal(in: 0.001...1000)) == expected)
  }

  private enum Format: String, CaseIterable { case logfmt, json }
  private enum Only: String, CaseIterable { case one }

  @Test("the choices are not all named")
  func choices() {
    #expect(reading("json", ValueSyntax<Format>.oneOf("FORMAT")) == "json")
    #expect(reading("xml", ValueSyntax<Format>.oneOf("FORMAT")) == "is not one of the choices; use logfmt or json")
    #expect(reading("two", ValueSyntax<Only>.oneOf("ONLY")) == "is not one of the choices; use one")
  }
}

@Suite("Suggestions")
struct NearestNameTests {
  private static let names = [
    "port", "web.listen-address", "log-file", "log.level", "log.poll-interval", "storage.path", "storage.interval",
    "seed", "help",
    "version",
  ]

  @Test(
    "a slip does not lead to the option that was meant, or leads to one that was not",
    arguments: [
      ("prot", "port"), ("por", "port"), ("ports", "port"), ("pxrt", "port"), ("PORT", "port"), ("-port", "port"),
      ("logfile", "log-file"), ("log_file", "log-file"), ("log.file", "log-file"), ("lgo-fiel", "log-file"),
      ("log-level", "log.level"), ("loglevel", "log.level"), ("pool-interval", nil),
      ("log.pool-interval", "log.poll-interval"),
      ("listen-address", "web.listen-address"), ("poll-interval", "log.poll-interval"), ("storage", "storage.path"),
      ("interval", "storage.interval"),
      ("log", "log-file"), ("verison", "version"),
      ("feed", "seed"), ("feet", nil), ("ab", nil), ("in", nil), ("x", nil), ("", nil), ("-", nil), ("ö", nil),
    ] as [(String, String?)]
  )
  func nearest(name: String, expected: String?) {
    #expect(nearestName(to: name, among: Self.names) == expected)
  }

  @Test("of two near options the farther or the later one is suggested")
  func nearestOfTwo() {
    #expect(nearestName(to: "max-recods", among: ["min-records", "max-records"]) == "max-records")
    #expect(nearestName(to: "max-recods", among: ["max-records", "min-records"]) == "max-records")
    #expect(nearestName(to: "mix-records", among: ["min-records", "max-records"]) == "min-records")
  }
}
