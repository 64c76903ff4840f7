import ETLLog
import JSON
import LinuxIO
import Testing

@testable import Exporter
@testable import JobState

@Suite("History")
struct HistoryTests {
  private static let start: Int64 = 173_717_280
  private static let capacity = Int64(History.capacity)

  private static func nanoseconds(_ number: Int64) -> Int64 { number * History.sampleSeconds * 1_000_000_000 }

  /// Takes in one file of a record at each of some samples, read when it happened.
  private static func history(_ numbers: Int64...) -> History {
    var history = History()
    for number in numbers { record(number, in: &history) }
    return history
  }

  private static func record(_ number: Int64, readAt readNumber: Int64? = nil, in history: inout History) {
    history.record(
      History.Work(records: 1, files: 1),
      at: nanoseconds(number),
      readNanoseconds: nanoseconds(readNumber ?? number)
    )
  }

  @Test("what happened in the last nanosecond of a sample counts in the next one, or the first in the one before")
  func boundaries() {
    var history = History()
    for nanoseconds in [Self.nanoseconds(Self.start), Self.nanoseconds(Self.start + 1) - 1] {
      history.record(History.Work(records: 5), at: nanoseconds, readNanoseconds: nanoseconds)
    }
    #expect(history.sample(Self.start)?.records == 10)
    #expect(history.sample(Self.start)?.events == 2)
    #expect(history.sample(Self.start + 1) == History.Sample())
  }

  @Test("what is not known shows as nothing done, or what is known as unknown")
  func unknown() {
    #expect(History().sample(Self.start) == nil)
    let history = Self.history(Self.start, Self.start + 3)
    #expect(history.sample(Self.start - 1) == nil)
    #expect(history.sample(Self.start + 1) == History.Sample())
    #expect(history.sample(Self.start + 3)?.files == 1)
    #expect(history.sample(Self.start + 1_000_000) == History.Sample())
  }

  @Test(
    "the ring goes round: an old sample is taken for a new one, or a new one lost",
    arguments: [1, 5, 360, 361, 362]
  )
  func wraps(step: Int64) {
    var history = History()
    for turn in 0..<1000 as Range<Int64> { Self.record(Self.start + turn * step, in: &history) }
    let newest = Self.start + 999 * step
    for number in (newest - Self.capacity + 1)...newest {
      #expect(
        history.sample(number)?.files == ((newest - number) % step == 0 ? 1 : 0),
        "\(newest - number) before the newest"
      )
    }
    #expect(history.sample(newest - Self.capacity) == nil)
  }

  @Test("a late line is put under the present, or one that is too late anywhere")
  func late() {
    var history = Self.history(Self.start)
    Self.record(Self.start - 10, readAt: Self.start, in: &history)
    Self.record(Self.start - Self.capacity, readAt: Self.start, in: &history)
    #expect(history.sample(Self.start)?.files == 1)
    #expect(history.sample(Self.start - 10)?.files == 1)
    #expect(history.sample(Self.start - 9) == History.Sample())
    #expect(history.sample(Self.start - 11) == nil)
  }

  @Test("a clock that was ahead and is set back keeps everything out that follows")
  func clockSetBack() {
    var history = Self.history(Self.start + 10_000)
    Self.record(Self.start, readAt: Self.start, in: &history)
    Self.record(Self.start + 1, readAt: Self.start + 1, in: &history)
    #expect(history.sample(Self.start)?.files == 1)
    #expect(history.sample(Self.start + 1)?.files == 1)
    #expect(history.sample(Self.start + 2) == History.Sample())
  }

  @Test("absurd numbers end the process, or turn up as small ones")
  func absurd() {
    var history = History()
    for _ in 0..<3 {
      history.record(
        History.Work(records: .max, files: .max, failures: .max, processingSeconds: .greatestFiniteMagnitude),
        at: .max,
        readNanoseconds: .max
      )
    }
    history.record(History.Work(records: -5), at: .min, readNanoseconds: .max)
    let sample = history.sample(History.number(at: .max))
    #expect(sample?.records == .max)
    #expect(sample?.failures == .max)
    #expect(sample?.totalSeconds == .greatestFiniteMagnitude)
    #expect(sample?.timedFiles == 3)
    #expect(HistoryText.history(of: HistoryText.text(of: history)) == history)
  }

  @Test("the ring takes more memory than it says, or its text more than a snapshot has room for")
  func memory() {
    #expect(MemoryLayout<History.Sample>.stride * History.capacity <= 16 << 10)
    var history = History()
    for number in 0..<2 * Self.capacity {
      for _ in 0..<3 {
        history.record(
          History.Work(records: .max, files: .max, failures: .max, processingSeconds: 1e300 / 7),
          at: Self.nanoseconds(Self.start + number),
          readNanoseconds: .max
        )
      }
    }
    // A hundred and one pipelines; the rest of a snapshot is small beside it.
    #expect(HistoryText.text(of: history).utf8.count * (PipelineTable.maximumPipelines + 1) < 6 << 20)
  }

  // MARK: In a snapshot

  @Test("what was written is read as something else")
  func text() {
    var history = Self.history(Self.start, Self.start + 7, Self.start + 400)
    history.record(
      History.Work(records: 12, files: 1, failures: 2, processingSeconds: 1.0 / 3),
      at: Self.nanoseconds(Self.start + 399),
      readNanoseconds: Self.nanoseconds(Self.start + 400)
    )
    var copy = HistoryText.history(of: HistoryText.text(of: history))
    #expect(copy == history)
    #expect(HistoryText.history(of: HistoryText.text(of: History())) == History())
    copy?.record(History.Work(records: 1), at: Self.nanoseconds(Self.start + 401), readNanoseconds: .max)
    history.record(History.Work(records: 1), at: Self.nanoseconds(Self.start + 401), readNanoseconds: .max)
    #expect(copy == history)
  }

  @Test(
    "what no program wrote is taken for a history",
    arguments: [
      "5", "5 x", "5 6", "5 -1", "9223372036854775807 1", "5 5 0 1 1 1 1 1 1.0", "5 5 361 1 1 1 1 1 1.0 1.0",
      "5 5 6 1 1 1 1 1 1.0 1.0", "5 5 0 1 1 1 1 1 1.0 inf", "5 5 0 1 1 1 1 1 nan 1.0", "5 5 0 -1 1 1 1 1 1.0 1.0",
      "5 5  0 1 1 1 1 1 1.0 1.0", " ",
    ]
  )
  func wrongText(text: String) {
    #expect(HistoryText.history(of: text) == nil)
  }

  @Test("a snapshot from before there was a history is refused")
  func olderSnapshot() throws {
    var fixture = Fixture()
    fixture.read(Fixture.completed(1, totals: (250, 1, 0)))
    let document = String(decoding: fixture.snapshot.document(writtenAt: 0), as: UTF8.self)
      .replacing("\"history\":", with: "\"unknown\":")
    let older = Snapshot.withChecksum(Array(document.utf8).dropLast(Snapshot.checksumBytes))
    let snapshot = try Snapshot(document: older, logNames: [nil])
    #expect(snapshot.resetParts == [])
    let pipeline = try #require(snapshot.pipelines.all.first)
    #expect(pipeline.totals.records.counted == 250)
    #expect(pipeline.history == History())
  }

  // MARK: Of a log

  @Test("the history differs from the counters: a job that starts anew, lost lines, repeated lines")
  func agreesWithCounters() throws {
    var fixture = Fixture()
    fixture.read(
      Fixture.message(0, "etl_started"),
      Fixture.completed(1, totals: (250, 1, 0), time: 20),
      Fixture.completed(1, totals: (250, 1, 0), time: 20),
      Fixture.failed(2, type: "a", totals: (250, 1, 1)),
      Fixture.completed(3, totals: (1500, 6, 1), time: 30),
      Fixture.message(4, "etl_started"),
      Fixture.completed(5, totals: (250, 1, 0), time: 10)
    )
    let pipeline = fixture.processor.aggregator.pipelines.all[0]
    let sample = try #require(pipeline.history.sample(History.number(at: exampleNanoseconds)))
    // Of the third file's line alone; nobody knows when the four before it were loaded.
    var expected = History.Sample()
    expected.events = 6
    expected.records = 750
    expected.files = 3
    expected.failures = 1
    expected.timedFiles = 3
    expected.totalSeconds = 60
    expected.longestSeconds = 30
    #expect(sample == expected)
    #expect(Int64(sample.records) == pipeline.totals.records.counted - pipeline.totals.records.gap)
    #expect(pipeline.totals.records.gap == 1000)
  }
}

@Suite("History report")
struct HistoryReportTests {
  private func report(_ fixture: borrowing Fixture, _ name: String? = nil) throws -> JSONValue {
    try #require(HistoryReport(fixture.state(), pipeline: name))
      .json
  }

  private func numbers(_ json: JSONValue, _ name: String) -> [Double?] {
    json[name]?.arrayValue?.map(\.decimalValue) ?? []
  }

  @Test("a column is short, or stands at another time")
  func columns() throws {
    var fixture = Fixture()
    fixture.read(
      Fixture.completed(3, totals: (250, 1, 0), time: 20.1),
      Fixture.completed(4, records: 100, totals: (350, 2, 0), time: 0.2)
    )
    // Half a minute and a bit later.
    fixture.now = WallTime(nanoseconds: exampleNanoseconds + 31_000_000_000)
    let json = try report(fixture)
    #expect(json["sample_seconds"]?.integerValue == 10)
    #expect(json["start_time_seconds"]?.integerValue == exampleNanoseconds / 1_000_000_000 + 30 - 3600)
    let unknown = [Double?](repeating: nil, count: 357)
    #expect(numbers(json, "events") == unknown + [2, 0, 0, 0])
    #expect(numbers(json, "records") == unknown + [350, 0, 0, 0])
    #expect(numbers(json, "files") == unknown + [2, 0, 0, 0])
    #expect(numbers(json, "failures") == unknown + [0, 0, 0, 0])
    #expect(numbers(json, "timed_files") == unknown + [2, 0, 0, 0])
    #expect(numbers(json, "processing_seconds") == unknown + [20.3, 0, 0, 0])
    #expect(numbers(json, "longest_processing_seconds") == unknown + [20.1, 0, 0, 0])
  }

  @Test("times that no file takes have no mean, or are unknown to who looks at the hour")
  func absurdTimes() throws {
    var fixture = Fixture()
    let longest = Double.greatestFiniteMagnitude
    fixture.read(
      Fixture.completed(1, totals: (250, 1, 0), time: longest),
      Fixture.completed(2, totals: (500, 2, 0), time: longest)
    )
    let mean = try #require(fixture.processor.aggregator.pipelines.all.first?.processingSeconds.mean)
    #expect(mean.isFinite && abs(mean / longest - 1) < 1e-12)
    let json = try report(fixture)
    #expect(numbers(json, "timed_files").suffix(2) == [2, 0])
    #expect(numbers(json, "processing_seconds").suffix(2) == [longest, 0])
    #expect(numbers(json, "longest_processing_seconds").suffix(2) == [longest, 0])
  }

  @Test("several pipelines are mixed up, or not added")
  func pipelines() throws {
    var fixture = Fixture(logNames: ["a b", "ü"])
    fixture.read(Fixture.completed(1, totals: (250, 1, 0), time: 2), from: "a b")
    fixture.now = WallTime(nanoseconds: exampleNanoseconds + 20_000_000_000)
    fixture.read(
      "{\"timestamp\": \"2025-01-18T04:00:11Z\", \"message\": \"file_processing_completed\", \"processing_time\": 5, "
        + "\"records_processed\": 30}",
      from: "ü"
    )
    #expect(numbers(try report(fixture, "a b"), "records").suffix(4) == [nil, 250, 0, 0])
    #expect(numbers(try report(fixture, "ü"), "records").suffix(4) == [nil, nil, 30, 0])
    let all = try report(fixture)
    #expect(numbers(all, "records").suffix(4) == [nil, 250, 30, 0])
    #expect(numbers(all, "longest_processing_seconds").suffix(4) == [nil, 2, 5, 0])
    #expect(all["pipelines"]?.arrayValue?.map(\.stringValue) == ["a b", "ü"])
    #expect(all["pipeline"]?.stringValue == nil)
    #expect(try report(fixture, "ü")["pipeline"]?.stringValue == "ü")
    #expect(HistoryReport(fixture.state(), pipeline: "") == nil)
    #expect(HistoryReport(fixture.state(), pipeline: "a") == nil)
  }

  @Test("the pipeline without a name cannot be asked for")
  func unnamed() throws {
    var fixture = Fixture(logNames: [nil, "b"])
    fixture.read(Fixture.completed(1, totals: (250, 1, 0)))
    #expect(numbers(try report(fixture, ""), "files").suffix(3) == [nil, 1, 0])
  }

  @Test(
    "a query is decoded otherwise than browsers encode it",
    arguments: [
      ("pipeline=orders", "orders"), ("pipeline=", ""), ("pipeline", ""), ("a=b&pipeline=c&pipeline=d", "c"),
      ("pipeline=a%20b+c%2B", "a b c+"), ("pipeline=%C3%BC", "ü"), ("pipeline=%", "%"), ("pipeline=%4", "%4"),
      ("pipeline=%+1%-1", "% 1%-1"), ("pipeline=%zz", "%zz"), ("pipeline=%00", "\0"), ("pipeline=a=b", "a=b"),
      ("pipeline=%FF", "\u{FFFD}"), ("&&pipeline=%26", "&"),
    ]
  )
  func query(query: String, value: String) {
    #expect(QueryString.value(of: "pipeline", in: query) == value)
  }

  @Test("a parameter is found that is not there", arguments: ["", "pipelines=a", "a=pipeline", "Pipeline=a", "=", "&"])
  func noParameter(query: String) {
    #expect(QueryString.value(of: "pipeline", in: query) == nil)
  }
}
