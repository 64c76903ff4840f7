/// A day of the Gregorian calendar, also before there was one (ISO 8601).
struct CalendarDate: Equatable {
  let year: Int64
  /// 1 to 12.
  let month: Int64
  /// 1 to 31.
  let day: Int64

  /// Days from 0000-03-01 to 1970-01-01.
  private static let epoch: Int64 = 719_468
  private static let daysInEra: Int64 = 146_097

  /// A date, or nil where there is no such day.
  init?(year: Int64, month: Int64, day: Int64) {
    let isLeapYear = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    let lastDay: Int64
    switch month {
    case 1, 3, 5, 7, 8, 10, 12: lastDay = 31
    case 4, 6, 9, 11: lastDay = 30
    case 2: lastDay = isLeapYear ? 29 : 28
    default: return nil
    }
    guard 1...lastDay ~= day else { return nil }
    (self.year, self.month, self.day) = (year, month, day)
  }

  // Both ways count in eras of 400 years that start on the first of March, so that the leap day is a year's last one:
  // https://howardhinnant.github.io/date_algorithms.html

  init(daysSinceEpoch: Int64) {
    let (era, dayOfEra) = (daysSinceEpoch + Self.epoch).flooredQuotientAndRemainder(dividingBy: Self.daysInEra)
    let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
    month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    year = era * 400 + yearOfEra + (month <= 2 ? 1 : 0)
  }

  var daysSinceEpoch: Int64 {
    let (era, yearOfEra) = (month <= 2 ? year - 1 : year).flooredQuotientAndRemainder(dividingBy: 400)
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * Self.daysInEra + dayOfEra - Self.epoch
  }
}

extension Int64 {
  /// Divides so that the remainder is never negative, as clocks and calendars need it before 1970.
  func flooredQuotientAndRemainder(dividingBy divisor: Int64) -> (quotient: Int64, remainder: Int64) {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
  }
}
