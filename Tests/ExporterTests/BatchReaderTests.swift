import CommandLineOptions
import Foundation
import Glibc
import LinuxIO
import TestSupport
import Testing

@testable import Exporter

@Suite("Reading once")
struct OnceReaderTests {
  private let folder: TemporaryFolder
  private let directory: String

  init() throws {
    folder = try TemporaryFolder()
    directory = folder.path
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
    var reader = try BatchReader(configuration)
    let isWhole = try reader.read()
    let lines = reader.metrics(processStart: .now).split(separator: "\n").map(String.init)
    return (isWhole, lines.filter { $0.hasPrefix(prefix) })
  }

  /// Reads logs of these names, or names and names of files with an equals sign between them.
  private func readAll(_ names: String...) throws -> BatchReader {
    var configuration = ExporterConfiguration()
    configuration.logSources = names.map { name in
      let parts = name.split(separator: "=")
      return LogSource(name: parts.count > 1 ? String(parts[0]) : nil, path: "\(directory)/\(parts[parts.count - 1])")
    }
    var reader = try BatchReader(configuration)
    _ = try reader.read()
    return reader
  }

  @Test("rotated files are read before the log, the oldest first, so that nothing is missing")
  func rotated() throws {
    try write("etl.log", age: 0, Fixture.completed(3, totals: (750, 3, 0)))
    try write("etl.log.1", age: 60, Fixture.completed(2, totals: (500, 2, 0)))
    try write("etl.log.2", age: 120, Fixture.completed(1, totals: (250, 1, 0)))
    let result = try read("etl.log", "etl_files_total")
    #expect(result.isWhole)
    #expect(result.samples == ["etl_files_total 3"])
  }

  @Test("a rotated file is missing: the totals are right, and the gap is found")
  func gap() throws {
    try write("etl.log", age: 0, Fixture.completed(3, totals: (750, 3, 0)))
    try write("etl.log.2", age: 120, Fixture.completed(1, totals: (250, 1, 0)))
    let result = try read("etl.log", "etl_files_total")
    #expect(!result.isWhole)
    #expect(result.samples == ["etl_files_total 3"])
  }

  @Test("the log is empty: its rotated file is read all the same, and the reading ends", .timeLimit(.minutes(1)))
  func emptyLog() throws {
    try write("etl.log.1", age: 60, Fixture.completed(1, totals: (250, 1, 0)))
    try write("etl.log", age: 0)
    #expect(try read("etl.log", "etl_files_total").samples == ["etl_files_total 1"])
  }

  @Test("a FIFO is read until its writer closes it", .timeLimit(.minutes(1)))
  func fifo() throws {
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
    try write("etl.log", age: 0, Fixture.completed(3, totals: (250, 1, 0)), "{")
    #expect(try !read("etl.log", "").isWhole)
  }

  @Test("a line that is too long to be read is found")
  func oversized() throws {
    try write("etl.log", age: 0, Fixture.completed(3, totals: (250, 1, 0)), String(repeating: "x", count: 70_000))
    let reader = try readAll("etl.log")
    #expect(reader.findings == "1 oversized line")
    try write("etl.log", age: 0, "{", String(repeating: "x", count: 70_000), String(repeating: "x", count: 80_000))
    let second = try readAll("etl.log")
    let fault = "it is not valid JSON from its first { on"
    #expect(
      second.findings == "1 malformed line (the first in \(directory)/etl.log: \(fault): {); 2 oversized lines"
    )
  }

  @Test("two logs without names whose totals are mixed up are found")
  func mixed() throws {
    try write("a.log", age: 0, Fixture.completed(3, totals: (1_000, 4, 0)))
    try write("b.log", age: 0, Fixture.completed(1, records: 100, totals: (100, 1, 0)))
    let reader = try readAll("a.log", "b.log")
    let findings = reader.findings
    #expect(
      findings?.hasPrefix(
        "the totals of \(directory)/a.log and \(directory)/b.log are mixed up in one pipeline; "
          + "give each log a name: --log-file NAME=PATH"
      ) == true,
      "\(findings ?? "nothing")"
    )
    // With names each has a count of its own.
    let named = try readAll("a=a.log", "b=b.log")
    #expect(named.findings == "750 records and 3 files are missing from the log")
  }

  @Test("a pattern matches more files than are read: those that are left out are found")
  func leftOut() throws {
    for number in 1...1_002 { try write("\(number).log", age: 60) }
    let reader = try readAll("*.log")
    #expect(reader.findings == "2 files are not read, since more than 1000 match \(directory)/*.log")
  }

  @Test("logs of a pattern are read in the order of their times")
  func pattern() throws {
    try write("app-a.log", age: 0, Fixture.completed(3, totals: (750, 3, 0)))
    try write("app-b.log", age: 120, Fixture.completed(1, totals: (250, 1, 0)))
    try write("app-c.log", age: 60, Fixture.completed(2, totals: (500, 2, 0)))
    let result = try read("app-*.log", "etl_files_total")
    #expect(result.isWhole)
    #expect(result.samples == ["etl_files_total 3"])
  }

  @Test("the log is not there: its rotated files are read all the same, and that it is missing is said")
  func missingLog() throws {
    try write("etl.log.1", age: 60, Fixture.completed(2, totals: (500, 2, 0)))
    try write("etl.log.2", age: 120, Fixture.completed(1, totals: (250, 1, 0)))
    let result = try read("etl.log", "etl_files_total")
    #expect(result.isWhole)
    #expect(result.samples == ["etl_files_total 2"])
    #expect(
      try readAll("etl.log").missingLogs
        == ["\(directory)/etl.log does not exist; the files beside it whose names begin with its name were read"]
    )
    try write("etl.log", age: 0, Fixture.completed(3, totals: (750, 3, 0)))
    #expect(try readAll("etl.log").missingLogs.isEmpty)
  }

  @Test("one log is missing with its rotated files: another one is not read in its place")
  func missingAmongOthers() throws {
    try write("a.log.1", age: 60, Fixture.completed(1, totals: (250, 1, 0)))
    try write("c.log", age: 60, Fixture.completed(1, totals: (250, 1, 0)))
    #expect(throws: StartError("\(directory)/b.log does not exist")) {
      _ = try readAll("a.log", "b.log", "c.log")
    }
  }

  @Test("what is not there cannot be read, and is said")
  func missing() {
    #expect(throws: StartError("\(directory)/etl.log does not exist")) { try read("etl.log", "") }
    #expect(throws: StartError("no file matches \(directory)/*.log")) { try read("*.log", "") }
  }

  @Test("what was found is said, each thing in its own number")
  func findings() throws {
    var configuration = ExporterConfiguration()
    configuration.logSources = [LogSource(name: nil, path: "\(directory)/etl.log")]
    func findings(_ lines: String...) throws -> String? {
      try write("etl.log", age: 0, lines.joined(separator: "\n"))
      var reader = try BatchReader(configuration)
      _ = try reader.read()
      return reader.findings
    }
    #expect(try findings(Fixture.completed(1, totals: (250, 1, 0))) == nil)
    let fault = "\(directory)/etl.log: it is not valid JSON from its first { on: {"
    #expect(try findings("{", "}", "{x", "x") == "2 malformed lines (the first in \(fault))")
    #expect(try findings("x", "}") == nil)
    let right = "a whole number from 0 to 9223372036854775807, without quotation marks is right"
    #expect(
      try findings(#"{"records_processed":"12"}"#)
        == "1 unusable value (in \(directory)/etl.log: records_processed is a string; \(right): \"12\")"
    )
    #expect(
      try findings(#"{"total_records":1e400}"#, #"{"total_records":-1, "total_files":-2}"#)
        == "3 unusable values (the first in \(directory)/etl.log: total_records is too large; \(right): 1e400)"
    )
    #expect(
      try findings("{", Fixture.completed(1, totals: (250, 1, 0)), Fixture.completed(2, totals: (1500, 6, 1)))
        == "1 malformed line (in \(fault)); 1000 records, 4 files and 1 failure are missing from the log"
    )
    #expect(try findings(Fixture.completed(1, totals: (250, 1, 1))) == "1 failure is missing from the log")
  }
}
