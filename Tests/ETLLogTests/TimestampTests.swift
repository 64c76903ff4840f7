import Foundation
import Testing

@testable import ETLLog
@testable import UnixTime

@Suite("RFC 3339 timestamps")
struct TimestampTests {
  private func parsed(_ text: String) -> Int64? {
    let direct = Timestamp.parse(Array(text.utf8).span)
    for line in ["{\"timestamp\": \"\(text)\"}", "{\"timestamp\":\"\(text)\" , \"a\": 1}"] {
      let expected: Outcome = direct.map { .event(LogEvent(timestampNanoseconds: $0), [:]) } ?? .rejected(.malformed)
      #expect(outcome(of: line) == expected, "\(line)")
    }
    return direct
  }

  @Test(
    "a timestamp is read as another moment",
    arguments: [
      ("1970-01-01T00:00:00Z", 0), ("2025-01-18T04:00:00Z", 1_737_172_800_000_000_000),
      ("2025-01-18T04:00:00.000Z", 1_737_172_800_000_000_000),
      ("2025-01-18t04:00:00z", 1_737_172_800_000_000_000), ("2025-01-18 04:00:00Z", 1_737_172_800_000_000_000),
      ("2025-01-18 04:00:00", 1_737_172_800_000_000_000),
      ("2025-01-18T04:00:00", 1_737_172_800_000_000_000), ("2025-01-18T04:00:00+00:00", 1_737_172_800_000_000_000),
      ("2025-01-18T04:00:00-00:00", 1_737_172_800_000_000_000),
      ("2025-01-18T05:30:00+01:30", 1_737_172_800_000_000_000),
      ("2025-01-17T20:00:00-08:00", 1_737_172_800_000_000_000),
      ("2025-01-19T03:59:00+23:59", 1_737_172_800_000_000_000),
      ("2025-01-18T04:00:00.1Z", 1_737_172_800_100_000_000), ("2025-01-18T04:00:00.123456Z", 1_737_172_800_123_456_000),
      ("2025-01-18T04:00:59.1234567", 1_737_172_859_123_456_700),
      ("2025-01-18T04:00:00.12345678Z", 1_737_172_800_123_456_780),
      ("2025-01-18T04:00:00.123456789Z", 1_737_172_800_123_456_789),
      ("2025-01-18T04:00:00.1234567899999999Z", 1_737_172_800_123_456_789),
      ("2025-01-18T04:00:00.000000001+00:00", 1_737_172_800_000_000_001),
      ("1969-12-31T23:59:59.999999999Z", -1), ("1985-04-12T23:20:50.52Z", 482_196_050_520_000_000),
      ("1996-12-19T16:39:57-08:00", 851_042_397_000_000_000),
      ("1990-12-31T23:59:60Z", 662_688_000_000_000_000), ("1990-12-31T15:59:60-08:00", 662_688_000_000_000_000),
      ("2016-12-31T23:59:60.5Z", 1_483_228_800_500_000_000),
      ("1937-01-01T12:00:27.87+00:20", -1_041_337_172_130_000_000), ("2000-02-29T00:00:00Z", 951_782_400_000_000_000),
      ("2024-02-29T00:00:00Z", 1_709_164_800_000_000_000),
      ("1900-03-01T00:00:00Z", -2_203_891_200_000_000_000), ("2262-04-11T23:47:16.854775807Z", .max),
      ("1677-09-21T00:12:43.145224192Z", .min),
      ("2262-04-12T00:47:16.854775807+01:00", .max), ("2262-04-11T23:47:15Z", 9_223_372_035_000_000_000),
      ("2100-02-28T00:00:00Z", 4_107_456_000_000_000_000),
    ] as [(String, Int64)]
  )
  func takes(_ text: String, _ nanoseconds: Int64) {
    #expect(parsed(text) == nanoseconds)
  }

  @Test(
    "what is no timestamp is taken for one",
    arguments: [
      "", "2025", "2025-01-18", "2025-01-18T04:00", "2025-01-18T04:00Z", "20250118T040000Z", "2025-1-18T04:00:00Z",
      "25-01-18T04:00:00Z", "2025-01-18T4:00:00Z",
      "2025/01/18T04:00:00Z", "2025-01-18_04:00:00Z", "2025-01-18  04:00:00Z", "2025-01-18T04.00:00Z",
      "2025-01-18T04:00.00Z", "2025-01-18T04:00:00,5Z", "2025-01-18T04:00:00.Z",
      "2025-01-18T04:00:00.", "2025-01-18T04:00:00.5.5Z", "2025-01-18T04:00:00.5x", "2025-01-18T04:00:00 Z",
      "2025-01-18T04:00:00ZZ", "2025-01-18T04:00:00Z ", " 2025-01-18T04:00:00Z",
      "2025-01-18T04:00:00+0000", "2025-01-18T04:00:00+00", "2025-01-18T04:00:00+0:00", "2025-01-18T04:00:00+24:00",
      "2025-01-18T04:00:00+00:60", "2025-01-18T04:00:00 00:00",
      "2025-01-18T04:00:00+00:00Z", "2025-01-18T04:00:00+00-00", "2025-01-18T04:00:00~00:00", "2025-00-18T04:00:00Z",
      "2025-13-18T04:00:00Z", "2025-01-00T04:00:00Z", "2025-01-32T04:00:00Z",
      "2025-04-31T04:00:00Z", "2025-06-31T00:00:00Z", "2025-09-31T00:00:00Z", "2025-11-31T00:00:00Z",
      "2025-02-29T00:00:00Z", "2024-02-30T00:00:00Z", "1900-02-29T00:00:00Z",
      "2100-02-29T00:00:00Z", "2025-01-18T24:00:00Z", "2025-01-18T04:60:00Z", "2025-01-18T04:00:61Z",
      "2025-01-18T04:00:99Z", "2025-01-18T-4:00:00Z", "2025-01-18T04:00:+1Z",
      "+025-01-18T04:00:00Z", "-2025-01-18T04:00:00Z", "2025-01-18T04:00:0 Z", "2025-01-18T04:00:00.1 Z",
      "2025-01-18T04:00:00.-1Z", "now", "1737172800", "٢٠٢٥-01-18T04:00:00Z",
      "2262-04-11T23:47:16.854775808Z", "1677-09-21T00:12:43.145224191Z", "2262-04-11T23:47:60Z",
      "0000-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2262-04-12T00:00:00Z",
    ]
  )
  func refuses(_ text: String) {
    #expect(parsed(text) == nil)
  }

  @Test("a timestamp is read by what was remembered of the last one, though it differs")
  func remembered() {
    let base = "2025-01-18T04:00:00.123Z"
    let line = { (text: String) in "{\"timestamp\": \"\(text)\", \"message\": \"x\", \"total_records\": 123456}\n" }
    for index in base.indices {
      for replacement in ["0", "1", "9", ":", "Z", "z", "+", "-", ".", " ", "x", "\\u0030"] {
        let text = base.replacingCharacters(in: index...index, with: replacement)
        let plain = base.replacingCharacters(in: index...index, with: replacement == "\\u0030" ? "0" : replacement)
        let expected = Timestamp.parse(Array(plain.utf8).span)
        var reader = LogReader(maximumLineBytes: 65_536)
        let outcomes = reader.outcomes(of: Array((line(base) + line(text) + line(base)).utf8))
        #expect(outcomes.count == 3)
        #expect(outcomes[1].event?.timestampNanoseconds == expected, "\(text)")
        #expect(outcomes[0] == outcomes[2])
      }
    }
    for suffix in ["", "Z", "z", "+00:00", "-00:00", "+05:30", "-23:59"] {
      for seconds in ["00", "59", "60", "07.5", "59.999999999", "01.1234567", "01.12345678"] {
        let text = "2025-01-18T04:00:\(seconds)\(suffix)"
        var reader = LogReader(maximumLineBytes: 65_536)
        let outcomes = reader.outcomes(of: Array((line("2025-01-18T04:00:30\(suffix)") + line(text)).utf8))
        #expect(outcomes[1].event?.timestampNanoseconds == Timestamp.parse(Array(text.utf8).span), "\(text)")
        #expect(outcomes[1].event?.totalRecords == 123_456)
      }
    }
  }

  @Test("an escaped timestamp is not read, or a very long one")
  func escapedAndLong() {
    #expect(outcome(of: #"{"timestamp": "1970-01-01T00:00:01\u005a"}"#).event?.timestampNanoseconds == 1_000_000_000)
    #expect(
      outcome(of: #"{"timestamp": "1970-01-01\u002000:00:0\u0031"}"#).event?.timestampNanoseconds == 1_000_000_000
    )
    #expect(outcome(of: #"{"timestamp": "1970-01-01T00:00:01\n"}"#) == .rejected(.malformed))
    let fraction = String(repeating: "9", count: 60_000)
    #expect(
      outcome(of: "{\"timestamp\": \"1970-01-01T00:00:01.\(fraction)Z\"}").event?.timestampNanoseconds == 1_999_999_999
    )
  }
}
