import Foundation
import LinuxIO
import TestSupport
import Testing

@testable import Exporter
@testable import JobState

@Suite("Logs that were counted wrong")
struct CountingCaseTests {
  /// Reads lines: all at once a day after, or each three seconds after the other, with a restart before it.
  private static func read(_ lines: [String], isLive: Bool) throws -> Fixture {
    var fixture = Fixture()
    if !isLive { fixture.now = WallTime(nanoseconds: exampleNanoseconds + 86_400_000_000_000) }
    for line in lines {
      if isLive { fixture = try fixture.resumed() }
      fixture.read(line)
      if isLive { fixture.now = WallTime(nanoseconds: fixture.now.nanoseconds + 3_000_000_000) }
    }
    return fixture
  }

  @Test("the counts are not those of the job", arguments: CountingCase.all, [false, true])
  func counts(counted: CountingCase, isLive: Bool) throws {
    let fixture = try Self.read(counted.lines, isLive: isLive)
    let totals = try #require(fixture.processor.aggregator.pipelines.all.first).totals
    #expect(totals.records.counted == counted.records)
    #expect(totals.files.counted == counted.files)
    #expect(totals.failures.counted == counted.failures)
    #expect(totals.files.gap == counted.gapFiles)
    #expect(totals.conflictingLines == 0)
  }

  /// Workers that each follow totals of their own: so many lines each, a second apart.
  private static func workers(_ count: Int, lines: Int) -> [String] {
    (1...lines).flatMap { number in
      (0..<count).map { worker in
        CountingCase.line(
          "03:\(10 + number):0\(worker).\(100 + 111 * worker)",
          "file_processing_completed",
          records: 100,
          (100 * number, number, 0)
        )
      }
    }
  }

  @Test("several writers with totals of their own share a log unnoticed", arguments: [2, 3, 4], [false, true])
  func severalWriters(count: Int, isLive: Bool) throws {
    let fixture = try Self.read(Self.workers(count, lines: 8), isLive: isLive)
    let totals = try #require(fixture.processor.aggregator.pipelines.all.first).totals
    #expect(totals.conflictingLines >= 4)
    #expect(fixture.samples("etl_exporter_conflicting_totals_total").count == 1)
    #expect(HealthReport(state: fixture.state()).status == .degraded)
  }

  @Test("workers that are not equally fast are not noticed")
  func unevenWriters() throws {
    var lines: [String] = []
    for number in 1...12 {
      for worker in 0..<3 where number.isMultiple(of: worker + 1) {
        let files = number / (worker + 1)
        lines.append(
          CountingCase.line(
            "03:\(10 + number):0\(worker)",
            "file_processing_completed",
            records: 70,
            (70 * files, files, 0)
          )
        )
      }
    }
    let fixture = try Self.read(lines, isLive: false)
    #expect(try #require(fixture.processor.aggregator.pipelines.all.first).totals.conflictingLines > 0)
  }

  @Test("workers whose lines name a pipeline each, or lines that are written twice, are taken for a conflict")
  func noConflict() throws {
    let named = Self.workers(4, lines: 8).enumerated().map { index, line in
      "\(line.dropLast()), \"pipeline\": \"worker \(index % 4)\"}"
    }
    let twice = Self.workers(1, lines: 20).flatMap { [$0, $0] }
    for lines: [String] in [named, twice] {
      let fixture = try Self.read(lines, isLive: false)
      #expect(fixture.processor.aggregator.pipelines.all.allSatisfy { $0.totals.conflictingLines == 0 })
    }
  }

  @Test("reading once does not say that several writers share a log")
  func once() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let path = "\(folder.path)/writers.log"
    try Data((Self.workers(4, lines: 8).joined(separator: "\n") + "\n").utf8).write(to: URL(fileURLWithPath: path))
    var configuration = ExporterConfiguration()
    configuration.logSources = [LogSource(name: nil, path: path)]
    var reader = try BatchReader(configuration)
    #expect(try !reader.read())
    #expect(reader.findings?.contains("totals that go back and forth") == true)
    #expect(reader.findings?.contains("pipeline") == true)
  }
}
