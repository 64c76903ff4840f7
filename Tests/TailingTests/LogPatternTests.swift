import Foundation
import Testing

@testable import Tailing

@Suite("Patterns of logs")
struct LogPatternTests {
  private let directory: String

  init() throws {
    directory = FileManager.default.temporaryDirectory.path + "/pattern-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
  }

  /// Makes files, each a minute newer than the one before.
  private func make(_ names: String...) throws {
    for (minute, name) in names.enumerated() {
      let path = "\(directory)/\(name)"
      let parent = (path as NSString).deletingLastPathComponent
      try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
      try name.write(toFile: path, atomically: false, encoding: .utf8)
      let time = Date(timeIntervalSince1970: 1_700_000_000 + Double(minute) * 60)
      try FileManager.default.setAttributes([.modificationDate: time], ofItemAtPath: path)
    }
  }

  private func matches(_ pattern: String, besides followed: String...) -> [String]? {
    let paths = Set(followed.map { "\(directory)/\($0)" })
    return LogPattern("\(directory)/\(pattern)")?.matches(besides: paths).map {
      String($0.dropFirst(directory.count + 1))
    }
  }

  private func cleanUp() {
    try? FileManager.default.removeItem(atPath: directory)
  }

  @Test("a path without wildcards is no pattern, nor is a file whose name has some")
  func noPattern() throws {
    defer { cleanUp() }
    try make("a[1].log")
    #expect(LogPattern("/var/log/etl.log") == nil)
    #expect(LogPattern("-") == nil)
    #expect(matches("a[1].log") == nil)
    #expect(matches("b[1].log") == [])
  }

  @Test("files match, the oldest first; other names, directories and hidden files do not")
  func matchesByTime() throws {
    defer { cleanUp() }
    try make("z.log", "a.log", "m.log", "a.txt", ".hidden.log", "d.log/inside")
    #expect(matches("*.log") == ["z.log", "a.log", "m.log"])
    #expect(matches("?.log") == ["z.log", "a.log", "m.log"])
    #expect(matches("[a-m].log") == ["a.log", "m.log"])
  }

  @Test("a wildcard may stand for directories, too")
  func directories() throws {
    defer { cleanUp() }
    try make("one/etl.log", "two/etl.log", "two/other.log", "file")
    #expect(matches("*/etl.log") == ["one/etl.log", "two/etl.log"])
    #expect(matches("*/*.log") == ["one/etl.log", "two/etl.log", "two/other.log"])
  }

  @Test("rotated and packed siblings of a match are left to its tailer")
  func rotatedSiblings() throws {
    defer { cleanUp() }
    try make("etl.log.2.gz", "etl.log.1", "etl.log-20250101", "etl.log", "etl.logbook", "other.log.1")
    #expect(matches("*log*") == ["etl.log", "etl.logbook", "other.log.1"])
  }

  @Test("a rotated sibling is still one when the log itself has gone for a moment")
  func siblingOfFollowedLog() throws {
    defer { cleanUp() }
    try make("etl.log.1")
    #expect(matches("etl.log*") == ["etl.log.1"])
    #expect(matches("etl.log*", besides: "etl.log") == [])
  }

  @Test("a link and what it leads to are one log")
  func link() throws {
    defer { cleanUp() }
    try make("app-1.log")
    try FileManager.default.createSymbolicLink(
      atPath: "\(directory)/a-link.log",
      withDestinationPath: "\(directory)/app-1.log"
    )
    #expect(matches("*.log") == ["app-1.log"])
  }

  @Test("a directory that is missing, or cannot be read, has no matches")
  func missingDirectory() {
    defer { cleanUp() }
    #expect(matches("missing/*.log") == [])
  }
}
