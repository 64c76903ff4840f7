import LinuxIO
import Testing

@testable import Tailing

@Suite("what a tailer tells of what it does")
struct EventTests {
  /// A workbench whose tailer tells everything.
  private func bench() throws -> (Workbench, TailEventQueue) {
    let bench = Workbench()
    let events = TailEventQueue(includesDecisions: true)
    bench.events = events
    return (bench, events)
  }

  /// The events but for the decisions.
  private func happened(_ events: TailEventQueue) -> [TailEvent] {
    events.take().map(\.event).filter { event in
      if case .decided = event { return false }
      return true
    }
  }

  private func decisions(_ events: TailEventQueue) -> [FileDecision] {
    events.take().compactMap { report in
      guard case .decided(let decision) = report.event else { return nil }
      return decision
    }
  }

  @Test("a rotation is told of once, with its kind and both files' names of now")
  func rotation() throws {
    let (bench, events) = try bench()
    try bench.append("a1\n")
    try bench.start()
    try bench.readAvailable()
    #expect(happened(events) == [.stateChanged(.following)])
    try bench.rename(to: "etl.log.1")
    try bench.append("b1\n")
    try bench.settle()
    #expect(happened(events) == [.rotated(.rename, from: bench.path("etl.log.1"), to: bench.log)])
    try bench.truncate()
    try bench.readAvailable()
    #expect(
      happened(events) == [
        .rotated(.truncate, from: bench.log, to: bench.log), .truncatedWithoutCopy(path: bench.log),
      ]
    )
    #expect(bench.tailer?.statistics.rotations(.rename) == 1)
    #expect(bench.tailer?.statistics.truncationsWithoutCopy == 1)
  }

  @Test("a log that goes and comes is told of, each time its state changes and no more")
  func states() throws {
    let (bench, events) = try bench()
    try bench.start()
    for _ in 0..<3 { try bench.readAvailable() }
    #expect(happened(events) == [.stateChanged(.waiting(reason: "\(bench.log) does not exist"))])
    try bench.append("a1\n")
    for _ in 0..<3 { try bench.readAvailable() }
    #expect(happened(events) == [.stateChanged(.following)])
  }

  @Test("where an earlier process was is told, and what was not found of it")
  func resuming() throws {
    let (bench, events) = try bench()
    try bench.append("a1\n")
    try bench.start()
    try bench.readAvailable()
    let position = try #require(bench.tailer?.position)
    _ = events.take()
    try bench.start(at: position)
    try bench.readAvailable()
    #expect(happened(events) == [.resumed(path: bench.log, offset: 3), .stateChanged(.following)])
    bench.tailer = nil
    try bench.delete()
    try bench.append("another log, with a longer first line\n")
    try bench.start(at: position)
    try bench.readAvailable()
    #expect(happened(events) == [.positionLost(offset: 3), .stateChanged(.following)])
  }

  @Test("each file that is not read is told of with the reason")
  func reasons() throws {
    let (bench, events) = try bench()
    try bench.append("there before\n", to: "etl.log.9")
    try bench.append("a1\n")
    try bench.start()
    try bench.readAvailable()
    #expect(
      decisions(events).map { [$0.path, $0.action.rawValue] } == [
        [bench.path("etl.log.9"), "ignore"], [bench.log, "read"],
      ]
    )
    try bench.append("foreign\n", to: "etl.log.notes")
    try bench.readAvailable()
    let foreign = try #require(decisions(events).first { $0.path == bench.path("etl.log.notes") })
    #expect(foreign.reason == "it appeared while the log stayed the same")
    try bench.rename(to: "etl.log.1")
    try bench.append("b1\n")
    try bench.settle()
    #expect(decisions(events).contains { $0.path == bench.path("etl.log.1") && $0.action == .finish })
  }

  @Test("decisions are told only where they are wanted, and events that nobody takes are bounded")
  func bounds() throws {
    let bench = Workbench()
    let events = TailEventQueue(includesDecisions: false)
    bench.events = events
    try bench.append("a1\n")
    try bench.start()
    try bench.readAvailable()
    #expect(events.take().map(\.event) == [.stateChanged(.following)])
    let report = TailReport(target: 0, log: "", event: .stoppedTailing)
    for _ in 0..<10_005 { events.append(report) }
    #expect(events.droppedEvents == 5)
    #expect(events.take().count == 10_000)
  }
}
