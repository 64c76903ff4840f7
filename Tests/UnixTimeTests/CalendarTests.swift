import Foundation
import TestSupport
import Testing

@testable import UnixTime

@Suite("Calendar and written timestamps")
struct CalendarTests {
  @Test("a day is written or read as another one than Foundation has")
  func calendar() throws {
    var calendar = Calendar(identifier: .iso8601)
    calendar.timeZone = try #require(TimeZone(secondsFromGMT: 0))
    // Foundation changes to the Julian calendar before 1582, where no timestamp can be.
    for day in stride(from: Int64(-106_700), through: 106_700, by: 1) {
      let date = CalendarDate(daysSinceEpoch: day)
      #expect(date.daysSinceEpoch == day)
      #expect(CalendarDate(year: date.year, month: date.month, day: date.day) == date)
      guard day % 97 == 0 else { continue }
      let parts = calendar.dateComponents(
        [.year, .month, .day],
        from: Date(timeIntervalSince1970: Double(day) * 86_400)
      )
      #expect([parts.year, parts.month, parts.day] == [Int(date.year), Int(date.month), Int(date.day)])
    }
  }

  @Test(
    "a timestamp is written wrongly",
    arguments: [
      (0, "1970-01-01T00:00:00.000Z"), (1_737_172_800_123_456_789, "2025-01-18T04:00:00.123Z"),
      (-1, "1969-12-31T23:59:59.999Z"), (-1_000_000, "1969-12-31T23:59:59.999Z"),
      (951_782_399_999_999_999, "2000-02-28T23:59:59.999Z"), (951_782_400_000_000_000, "2000-02-29T00:00:00.000Z"),
      (.max, "2262-04-11T23:47:16.854Z"),
      (.min, "1677-09-21T00:12:43.145Z"),
    ] as [(Int64, String)]
  )
  func writes(_ nanoseconds: Int64, _ text: String) {
    var buffer: [UInt8] = []
    Timestamp.append(nanoseconds, to: &buffer)
    #expect(String(decoding: buffer, as: UTF8.self) == text)
  }

  @Test("a random moment is not read as it was written")
  func roundTrip() {
    var random = RandomSource(named: "timestamps")
    for _ in 0..<20_000 {
      let moment = Int64.random(in: (.min + 1_000_000)...Int64.max, using: &random)
      var buffer: [UInt8] = []
      Timestamp.append(moment, to: &buffer)
      let expected = moment - moment.flooredQuotientAndRemainder(dividingBy: 1_000_000).remainder
      #expect(Timestamp.parse(buffer.span) == expected, "\(moment) \(random.note)")
    }
  }
}
