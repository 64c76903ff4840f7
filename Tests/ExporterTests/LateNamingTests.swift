import Foundation
import JobState
import Tailing
import Testing

@testable import Exporter

@Suite("A log that is given a name later")
struct LateNamingTests {
  private func name(_ sources: [(String?, String)], _ logs: [String], counted: Set<String> = []) -> String? {
    let position = TailPosition(files: [], modifiedNanoseconds: 0, knownSiblings: [], siblingPaths: [])
    return LateNaming.name(
      sources.map { LogSource(name: $0.0, path: $0.1) },
      since: logs.map { SavedPosition(path: $0, position: position) },
      countedNames: counted
    )
  }

  @Test("the only log without a name has got one, as a path or as a pattern")
  func certain() {
    #expect(name([("orders", "/log/etl.log")], ["/log/etl.log"]) == "orders")
    #expect(name([("orders", "/log/*.log")], ["/log/a.log", "/log/b.log"]) == "orders")
    #expect(name([("a", "/log/a.log"), ("b", "/log/b.log")], ["/log/a.log", "/log/b.log"], counted: ["a"]) == "b")
  }

  @Test("two logs have got names, one still has none, or one is gone: whose lines they were is not known")
  func uncertain() {
    #expect(name([("a", "/log/a.log"), ("b", "/log/b.log")], ["/log/a.log", "/log/b.log"]) == nil)
    #expect(name([("a", "/log/a.log"), (nil, "/log/b.log")], ["/log/a.log", "/log/b.log"]) == nil)
    #expect(name([("a", "/log/a.log")], ["/log/a.log", "/log/gone.log"]) == nil)
    #expect(name([("a", "/log/a.log")], ["/log/a.log"], counted: ["a"]) == nil)
    #expect(name([("a", "/log/a.log")], []) == nil)
  }

  @Test("what was counted without a name goes on under it, without a gap")
  func goesOn() throws {
    let directory = FileManager.default.temporaryDirectory.path + "/named-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: directory) }
    func append(_ files: ClosedRange<Int>) throws {
      let lines = files.map { Fixture.completed(1 + $0 / 10, records: 10, totals: (10 * $0, $0, 0)) + "\n" }.joined()
      let old = (try? String(contentsOfFile: "\(directory)/etl.log", encoding: .utf8)) ?? ""
      try (old + lines).write(toFile: "\(directory)/etl.log", atomically: false, encoding: .utf8)
    }
    try append(1...40)
    let first = try FollowerBench(in: directory, ["etl.log"])
    try first.run("the first lines") { first.follower.pipelines.first?.totals.files.counted == 40 }
    let snapshot = first.follower.snapshot
    try append(41...42)
    let second = try FollowerBench(in: directory, ["etl.log"], resuming: snapshot) { $0.logSources[0].name = "orders" }
    try second.run("the other lines") { second.follower.pipelines.first?.totals.files.counted == 42 }
    #expect(second.follower.pipelines.map(\.name) == ["orders"])
    #expect(second.follower.pipelines.first?.totals.files.gap == 0)
  }
}
