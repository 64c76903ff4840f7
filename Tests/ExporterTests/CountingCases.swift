import Testing

/// A log, and what its job truly did.
struct CountingCase: CustomTestStringConvertible {
  let name: String
  let lines: [String]
  let records: Int64
  let files: Int64
  var failures: Int64 = 0
  var gapFiles: Int64 = 0

  var testDescription: String { name }

  /// A line of a job; a completed file where it says how many records that had.
  static func line(_ time: String?, _ message: String, records: Int? = nil, _ totals: (Int, Int, Int)? = nil) -> String
  {
    var line = "{\"message\": \"\(message)\""
    if let time { line += ", \"timestamp\": \"2025-01-18T\(time)Z\"" }
    if let records { line += ", \"records_processed\": \(records)" }
    if let totals {
      line += ", \"total_records\": \(totals.0), \"total_files\": \(totals.1), \"total_failures\": \(totals.2)"
    }
    return line + "}"
  }

  private static func completed(_ time: String?, _ records: Int, _ totals: (Int, Int, Int)?) -> String {
    line(time, "file_processing_completed", records: records, totals)
  }

  private static func started(_ time: String?, _ totals: (Int, Int, Int)? = nil) -> String {
    line(time, "etl_started", totals)
  }

  static let all = [
    CountingCase(
      name: "runs of one file without a time",
      lines: Array(repeating: completed(nil, 10, (10, 1, 0)), count: 3),
      records: 30,
      files: 3
    ),
    CountingCase(
      name: "a clock that is set back by five seconds between two runs",
      lines: [
        started("03:51:06.860", (0, 0, 0)), completed("03:51:07.160", 10, (10, 1, 0)),
        started("03:51:02.260", (0, 0, 0)), completed("03:51:02.361", 5, (5, 1, 0)),
        completed("03:51:02.461", 5, (10, 2, 0)),
      ],
      records: 20,
      files: 3
    ),
    CountingCase(
      name: "two runs within a second",
      lines: [
        started("04:00:00"), completed("04:00:00", 10, (10, 1, 0)), started("04:00:00"),
        completed("04:00:00", 10, (10, 1, 0)),
      ],
      records: 20,
      files: 2
    ),
    CountingCase(
      name: "totals of the job's life, and a started line that states none",
      lines: [
        completed("03:50:00", 1000, (1000, 1, 0)), started("03:55:00"), completed("03:56:00", 10, (1010, 2, 0)),
        started("03:57:00"), completed("03:58:00", 10, (1020, 3, 0)),
      ],
      records: 1020,
      files: 3
    ),
    CountingCase(
      name: "totals of the job's life, and a started line that states them",
      lines: [
        completed("03:50:00", 1000, (1000, 1, 0)), started("03:55:00", (1000, 1, 0)),
        completed("03:56:00", 10, (1010, 2, 0)),
      ],
      records: 1010,
      files: 2
    ),
    CountingCase(
      name: "lines of two threads that change places",
      lines: [
        started("03:50:00.000", (0, 0, 0)), completed("03:50:01.000", 10, (10, 1, 0)),
        completed("03:50:02.002", 10, (30, 3, 0)), completed("03:50:02.000", 10, (20, 2, 0)),
        completed("03:50:03.000", 10, (40, 4, 0)),
      ],
      records: 40,
      files: 4
    ),
    CountingCase(
      name: "local time that has an hour twice, with started lines",
      lines: ["02:30", "02:50", "02:10", "02:40"].flatMap {
        [started("\($0):00", (0, 0, 0)), completed("\($0):30", 1000, (1000, 1, 0))]
      },
      records: 4000,
      files: 4
    ),
    CountingCase(
      name: "local time that has an hour twice, without started lines",
      lines: ["01:30", "02:50", "02:10", "03:40"].map { completed("\($0):30", 1000, (1000, 1, 0)) },
      records: 4000,
      files: 4
    ),
    CountingCase(
      name: "the clock is set back in a run that lost lines",
      lines: [
        started("03:50:00", (0, 0, 0)), completed("03:50:30", 10, (10, 1, 0)), completed("03:20:00", 10, (20, 2, 0)),
        completed("03:20:10", 10, (40, 4, 0)), completed("03:20:20", 10, (50, 5, 0)),
      ],
      records: 50,
      files: 5,
      gapFiles: 1
    ),
    CountingCase(
      name: "the last line of a run comes behind the first one of the next run",
      lines: [
        started("03:50:00", (0, 0, 0)), completed("03:51:00", 10, (10, 1, 0)),
        started("03:52:00.002", (0, 0, 0)), completed("03:52:00.000", 10, (20, 2, 0)),
        completed("03:52:10", 10, (10, 1, 0)), completed("03:52:20", 10, (20, 2, 0)),
      ],
      records: 40,
      files: 4
    ),
    CountingCase(
      name: "a line that only states totals comes a moment late",
      lines: [
        completed("03:50:00", 10, (10, 1, 0)), completed("03:51:00.002", 10, (20, 2, 0)),
        line("03:51:00.001", "file_processing_started", (10, 1, 0)), completed("03:52:00", 10, (30, 3, 0)),
      ],
      records: 30,
      files: 3
    ),
  ]
}
