/// Lines whose totals contradict those around them, as where several writers with totals of their own share a log.
struct ConflictingLines: Equatable {
  /// How many there were since they became so many that it is no accident; 0 before.
  var lines: Int64 = 0
  /// How many came in a row, each soon after the one before it.
  var streak: Int64 = 0
  /// How many files had been counted at the newest one.
  var work: Int64 = 0

  /// One job restarts now and then, and lines are lost now and then; two jobs contradict each other all the time.
  private static let minimumStreak: Int64 = 4
  /// How many files may be counted between two of a row.
  private static let maximumDistance: Int64 = 16
  /// A line that is repeated with a time further off is none that two handlers wrote.
  static let repetitionNanoseconds: UInt64 = 50_000_000

  /// Takes in one.
  ///
  /// - Parameter work: How many files have been counted.
  mutating func note(at work: Int64) {
    streak = work - self.work <= Self.maximumDistance ? streak + 1 : 1
    self.work = work
    if streak >= Self.minimumStreak { lines += lines == 0 ? streak : 1 }
  }
}
