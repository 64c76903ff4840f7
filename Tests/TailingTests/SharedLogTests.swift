import Foundation
import LinuxIO
import Testing

@testable import Tailing

extension TailRegistryTests {
  /// What the lines of a registry's logs say of their times, in the order in which they came.
  private final class Reading {
    var registry: TailRegistry
    var lines: [String] = []

    init(_ registry: TailRegistry) { self.registry = registry }

    func read(refreshing: Bool = true) {
      var sink = RecordingSink()
      if refreshing { _ = registry.refresh() }
      for _ in 0..<3 {
        for log in registry.logs { _ = log.tailer.readAvailable(budget: 1 << 20, into: &sink) }
      }
      lines += sink.lines
    }

    /// The times of all lines, in order.
    var times: [Int] { TimedLines.times(lines).sorted() }
  }

  private func reading(_ sources: [String], resuming earlier: Reading? = nil, at time: WallTime = .now) throws
    -> Reading
  {
    var options = TailOptions()
    options.rotateWaitSeconds = 0
    options.sketch = TimedLines.sketch
    return Reading(
      try TailRegistry(
        sources.map { "\(directory)/\($0)" },
        options: options,
        positions: earlier?.registry.positions ?? [],
        watcher: TailWatcher(usesInotify: false),
        resumingFrom: earlier == nil ? nil : time
      )
    )
  }

  @Test("a pattern matches the log and its rotated names: through renames among them each line is read once")
  func renamedAmongFollowed() throws {
    defer { cleanUp() }
    try write("app.1.log", TimedLines.text(0..<5))
    try write("app.log", TimedLines.text(5..<10))
    var reading = try reading(["*.log"])
    reading.read()
    #expect(reading.times == Array(0..<10))
    var next = 10
    for round in 1...6 {
      for number in stride(from: round, through: 1, by: -1) { try rename("app.\(number).log", "app.\(number + 1).log") }
      try rename("app.log", "app.1.log")
      try write("app.log", TimedLines.text(next..<next + 3))
      next += 3
      reading.read()
      #expect(reading.times == Array(0..<next), "round \(round)")
      guard round.isMultiple(of: 2) else { continue }
      let lines = reading.lines
      reading = try self.reading(["*.log"], resuming: reading)
      reading.lines = lines
      reading.read()
      #expect(reading.times == Array(0..<next), "restart in round \(round)")
    }
  }

  @Test(
    "the log of a pattern is away at a restart: what it was renamed to is not read again, and it goes on when it is back"
  )
  func awayAtRestart() throws {
    defer { cleanUp() }
    try write("app.log", TimedLines.text(0..<5))
    let first = try reading(["*.log"])
    first.read()
    try rename("app.log", "app-1.log")
    try write("app.log", TimedLines.text(5..<10))
    first.read()
    first.read()
    try rename("app.log", "app-2.log")
    first.read()
    #expect(first.times == Array(0..<10))
    let second = try reading(["*.log"], resuming: first)
    second.read()
    #expect(second.times == [])
    try write("app.log", TimedLines.text(10..<15))
    second.read()
    second.read()
    #expect(second.times == Array(10..<15))
  }

  @Test(
    "a log of a pattern comes and is renamed before the first look at it, while it is watched and while nobody looks"
  )
  func rotatedBeforeFirstLook() throws {
    defer { cleanUp() }
    try write("app.log.27", TimedLines.text(0..<5))
    let first = try reading(["app.log*"])
    first.read()
    try write("app.log.28", TimedLines.text(5..<14))
    try rename("app.log.28", "app.log.28.1")
    try write("app.log.28", TimedLines.text(14..<15))
    first.read()
    first.read()
    #expect(first.times == Array(0..<15))
    let time = WallTime.now
    try write("app.log.29", TimedLines.text(15..<24))
    try rename("app.log.29", "app.log.29.1")
    try write("app.log.29", TimedLines.text(24..<25))
    let second = try reading(["app.log*"], resuming: first, at: time)
    second.read()
    second.read()
    #expect(second.times == Array(15..<25))
  }

  @Test("numbers behind the name that rise: the file without one is full and stays, and each next one is read")
  func rising() throws {
    defer { cleanUp() }
    try write("app-2026-11-28.log", TimedLines.text(0..<5))
    let reading = try reading(["app-*.log*"])
    reading.read()
    for number in 1...3 {
      try write("app-2026-11-28.log.\(number)", TimedLines.text(5 * number..<5 * number + 5))
      reading.read()
    }
    #expect(reading.times == Array(0..<20))
  }

  @Test("a new name of a pattern wakes, another one does not")
  func newNames() throws {
    defer { cleanUp() }
    try write("a.log", "1\n")
    var registry = try TailRegistry(
      ["\(directory)/*.log"],
      options: TailOptions(),
      positions: [],
      watcher: TailWatcher()
    )
    _ = registry.refresh()
    registry.watcher.takeWakeups()
    #expect(!registry.hasNewNames)
    try write("b.txt", "1\n")
    registry.watcher.takeWakeups()
    #expect(!registry.hasNewNames)
    try write("b.log", "1\n")
    registry.watcher.takeWakeups()
    #expect(registry.hasNewNames)
    _ = registry.refresh()
    #expect(names(registry) == ["a.log", "b.log"])
  }

  @Test("a path with a pattern's characters is the file of that name when it comes, and a pattern besides")
  func literalBrackets() throws {
    defer { cleanUp() }
    var registry = try makeSet("etl[prod].log")
    #expect(registry.logs.isEmpty)
    try write("etl[prod].log", "1\n")
    _ = registry.refresh()
    #expect(names(registry) == ["etl[prod].log"])
    try write("etlp.log", "1\n")
    _ = registry.refresh()
    #expect(Set(names(registry)) == ["etl[prod].log", "etlp.log"])
    #expect(names(try makeSet("etl\\[prod].log")) == ["etl[prod].log"])
  }

  @Test("a name that is no UTF-8 is followed, and shown with its bytes")
  func notUTF8() throws {
    defer { cleanUp() }
    let raw = directory + "/donn\u{10FFE9}es.log"
    let file = try FileDescriptor(opening: raw, [.writeOnly, .create])
    let text = Array("1\n".utf8)
    try file.writeAll(unsafe text.span.bytes)
    let set = try makeSet("*.log")
    #expect(set.logs.map(\.path) == [raw])
    #expect(drain(set) == 2)
    #expect(PathBytes.displayed(raw) == directory + "/donn\\xE9es.log")
    try removeFile(raw)
  }
}
