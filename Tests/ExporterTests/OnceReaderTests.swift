import CommandLineOptions
import Foundation
import Glibc
import LinuxIO
import Testing

@testable import Exporter

@Suite("Reading once")
struct OnceReaderTests {
  private let directory: String

  init() throws {
    directory = FileManager.default.temporaryDirectory.path + "/once-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
  }

  private func cleanUp() {
    try? FileManager.default.removeItem(atPath: directory)
  }

  /// Writes a file as if so many seconds ago.
  private func write(_ name: String, age: Double, _ lines: String...) throws {
    let path = "\(directory)/\(name)"
    try lines.map { "\($0)\n" }.joined().write(toFile: path, atomically: false, encoding: .utf8)
    try FileManager.default.setAttributes([.modificationDate: Date(timeIntervalSinceNow: -age)], ofItemAtPath: path)
  }

  /// Reads a log and gives what was found to be whole, and the samples whose lines begin with a text.
  private func read(_ name: String, _ prefix: String) throws(StartError) -> (isWhole: Bool, samples: [String]) {
    var configuration = ExporterConfiguration()
    configuration.logSources = [LogSource(name: nil, path: name == "-" ? name : "\(directory)/\(name)")]
    var reader = try OnceReader(configuration)
    let isWhole = try reader.read()
    let lines = reader.metrics(processStart: .now).split(separator: "\n").map(String.init)
    return (isWhole, lines.filter { $0.hasPrefix(prefix) })
  }

  @Test("rotated files are read before the log, the oldest first, so that nothing is missing")
  func rotated() throws {
    defer { cleanUp() }
    try write("etl.log", age: 0, Fixture.completed(3, totals: (750, 3, 0)))
    try write("etl.log.1", age: 60, Fixture.completed(2, totals: (500, 2, 0)))
    try write("etl.log.2", age: 120, Fixture.completed(1, totals: (250, 1, 0)))
    let result = try read("etl.log", "etl_files_total")
    #expect(result.isWhole)
    #expect(result.samples == ["etl_files_total 3"])
  }

  @Test("a rotated file is missing: the totals are right, and the gap is found")
  func gap() throws {
    defer { cleanUp() }
    try write("etl.log", age: 0, Fixture.completed(3, totals: (750, 3, 0)))
    try write("etl.log.2", age: 120, Fixture.completed(1, totals: (250, 1, 0)))
    let result = try read("etl.log", "etl_files_total")
    #expect(!result.isWhole)
    #expect(result.samples == ["etl_files_total 3"])
  }

  @Test("the log is empty: its rotated file is read all the same, and the reading ends", .timeLimit(.minutes(1)))
  func emptyLog() throws {
    defer { cleanUp() }
    try write("etl.log.1", age: 60, Fixture.completed(1, totals: (250, 1, 0)))
    try write("etl.log", age: 0)
    #expect(try read("etl.log", "etl_files_total").samples == ["etl_files_total 1"])
  }

  @Test("a FIFO is read until its writer closes it", .timeLimit(.minutes(1)))
  func fifo() throws {
    defer { cleanUp() }
    let path = "\(directory)/etl.log"
    let made = unsafe mkfifo(path, 0o600)
    try #require(made == 0)
    let writer = Process()
    writer.executableURL = URL(fileURLWithPath: "/bin/sh")
    writer.arguments = ["-c", #"printf '%s\n' "$1" >"$0""#, path, Fixture.completed(1, totals: (250, 1, 0))]
    try writer.run()
    let result = try read("etl.log", "etl_files_total")
    writer.waitUntilExit()
    #expect(result.isWhole)
    #expect(result.samples == ["etl_files_total 1"])
  }

  @Test("a rotated file cannot be read: that is said, instead of numbers without it", .enabled(if: getuid() == 0))
  func unreadableSibling() throws {
    defer { cleanUp() }
    try write("etl.log.1", age: 60, Fixture.completed(1, totals: (250, 1, 0)))
    try write("etl.log", age: 0, Fixture.completed(2, totals: (500, 2, 0)))
    let path = "\(directory)/etl.log.1"
    let results = unsafe (chmod(path, 0o600), chmod(directory, 0o755))
    try #require(results == (0, 0))
    // File system identities are each thread's own (setfsuid(2)); the Glibc module leaves the header out.
    let symbol = unsafe dlsym(nil, "setfsuid")
    let setUser = unsafe unsafeBitCast(symbol, to: (@convention(c) (uid_t) -> CInt).self)
    _ = setUser(65_534)
    defer { _ = setUser(getuid()) }
    #expect(throws: StartError("cannot open \(path): Permission denied")) { try read("etl.log", "") }
  }

  @Test("a malformed line is found")
  func malformed() throws {
    defer { cleanUp() }
    try write("etl.log", age: 0, Fixture.completed(3, totals: (250, 1, 0)), "{")
    #expect(try !read("etl.log", "").isWhole)
  }

  @Test("logs of a pattern are read in the order of their times")
  func pattern() throws {
    defer { cleanUp() }
    try write("app-a.log", age: 0, Fixture.completed(3, totals: (750, 3, 0)))
    try write("app-b.log", age: 120, Fixture.completed(1, totals: (250, 1, 0)))
    try write("app-c.log", age: 60, Fixture.completed(2, totals: (500, 2, 0)))
    let result = try read("app-*.log", "etl_files_total")
    #expect(result.isWhole)
    #expect(result.samples == ["etl_files_total 3"])
  }

  @Test("what is not there cannot be read, and is said")
  func missing() {
    defer { cleanUp() }
    #expect(throws: StartError("\(directory)/etl.log does not exist")) { try read("etl.log", "") }
    #expect(throws: StartError("no file matches \(directory)/*.log")) { try read("*.log", "") }
  }

  @Test("what was found is said, each thing in its own number")
  func findings() throws {
    defer { cleanUp() }
    var configuration = ExporterConfiguration()
    configuration.logSources = [LogSource(name: nil, path: "\(directory)/etl.log")]
    func findings(_ lines: String...) throws -> String? {
      try write("etl.log", age: 0, lines.joined(separator: "\n"))
      var reader = try OnceReader(configuration)
      _ = try reader.read()
      return reader.findings
    }
    #expect(try findings(Fixture.completed(1, totals: (250, 1, 0))) == nil)
    #expect(try findings("{", "}", "x") == "3 malformed lines")
    #expect(
      try findings("{", Fixture.completed(1, totals: (250, 1, 0)), Fixture.completed(2, totals: (1500, 6, 1)))
        == "1 malformed line; 1000 records, 4 files and 1 failure are missing from the log"
    )
    #expect(try findings(Fixture.completed(1, totals: (250, 1, 1))) == "1 failure is missing from the log")
  }
}
