import EventLoop
import Foundation
import Tailing
import Testing

@testable import Exporter
@testable import JobState

/// A follower on a loop that the test turns, in a folder of its own.
final class FollowerBench {
  let directory: String
  private let loop: EventLoop
  private(set) var follower: LogFollower
  private let own: OwnLines

  /// What the own log said.
  private final class OwnLines {
    var lines: [String] = []
  }

  /// Follows what is in a folder; `change` has the last word on the configuration.
  init(
    in directory: String,
    _ sources: [String],
    resuming snapshot: Snapshot? = nil,
    _ change: (inout ExporterConfiguration) -> Void = { _ in }
  ) throws {
    self.directory = directory
    var configuration = ExporterConfiguration()
    configuration.logSources = sources.map { LogSource(name: nil, path: "\(directory)/\($0)") }
    configuration.pollInterval = .milliseconds(10)
    configuration.rotateWait = .milliseconds(50)
    change(&configuration)
    loop = try EventLoop()
    let own = OwnLines()
    self.own = own
    let log = Logger(level: .info, format: .logfmt) { own.lines.append(String(decoding: $0, as: UTF8.self)) }
    follower = try LogFollower(configuration, loop: loop, resuming: snapshot, logger: log)
    follower.start()
  }

  /// Turns the loop until a condition holds.
  func run(
    _ what: String,
    location: SourceLocation = #_sourceLocation,
    until condition: () throws -> Bool
  ) throws {
    let deadline = Date(timeIntervalSinceNow: 60)
    while try !condition() {
      guard Date() < deadline else {
        Issue.record("not seen: \(what); the own log:\n\(own.lines.joined())", sourceLocation: location)
        return
      }
      // One turn, which waits for nothing.
      loop.stop()
      loop.run()
      usleep(500)
    }
  }

  /// How often the logs were rotated, in whatever way.
  var rotations: Int64 { RotationKind.allCases.reduce(0) { $0 + follower.totals.rotations[$1] } }

  func run(seconds: Double) throws {
    let end = Date(timeIntervalSinceNow: seconds)
    try run("the end of some time") { Date() > end }
  }

  /// The lines of the own log with a text in them, without their times.
  func said(_ text: String) -> [String] {
    own.lines.filter { $0.contains(text) }.map { line in
      String(line.drop { $0 != " " }.dropFirst().dropLast())
    }
  }
}
