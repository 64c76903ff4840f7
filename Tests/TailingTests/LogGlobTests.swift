import Foundation
import LinuxIO
import TestSupport
import Testing

@testable import Tailing

@Suite("Patterns of logs")
struct LogPatternTests {
  private let folder: TemporaryFolder
  private let directory: String

  init() throws {
    folder = try TemporaryFolder()
    directory = folder.path
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
    return LogGlob("\(directory)/\(pattern)")?.matches(besides: paths).paths.map {
      String($0.dropFirst(directory.count + 1))
    }
  }

  @Test("a path without wildcards is no pattern, nor is a file whose name has some")
  func noPattern() throws {
    try make("a[1].log")
    #expect(LogGlob("/var/log/etl.log") == nil)
    #expect(LogGlob("-") == nil)
    #expect(matches("a[1].log") == nil)
    #expect(matches("b[1].log") == [])
  }

  @Test("files match, the oldest first; other names, directories and hidden files do not")
  func matchesByTime() throws {
    try make("z.log", "a.log", "m.log", "a.txt", ".hidden.log", "d.log/inside")
    #expect(matches("*.log") == ["z.log", "a.log", "m.log"])
    #expect(matches("?.log") == ["z.log", "a.log", "m.log"])
    #expect(matches("[a-m].log") == ["a.log", "m.log"])
  }

  @Test("a wildcard may stand for directories, too")
  func directories() throws {
    try make("one/etl.log", "two/etl.log", "two/other.log", "file")
    #expect(matches("*/etl.log") == ["one/etl.log", "two/etl.log"])
    #expect(matches("*/*.log") == ["one/etl.log", "two/etl.log", "two/other.log"])
  }

  @Test("rotated and packed siblings of a match are left to its tailer")
  func rotatedSiblings() throws {
    try make("etl.log.2.gz", "etl.log.1", "etl.log-20250101", "etl.log", "etl.logbook", "other.log.1")
    #expect(matches("*log*") == ["etl.log", "etl.logbook", "other.log.1"])
  }

  @Test("a rotated sibling is still one when the log itself has gone for a moment")
  func siblingOfFollowedLog() throws {
    try make("etl.log.1")
    #expect(matches("etl.log*") == ["etl.log.1"])
    #expect(matches("etl.log*", besides: "etl.log") == [])
  }

  @Test("a link and what it leads to are one log")
  func link() throws {
    try make("app-1.log")
    try FileManager.default.createSymbolicLink(
      atPath: "\(directory)/a-link.log",
      withDestinationPath: "\(directory)/app-1.log"
    )
    #expect(matches("*.log") == ["app-1.log"])
  }

  @Test("a directory that is missing, or cannot be read, has no matches")
  func missingDirectory() {
    #expect(matches("missing/*.log") == [])
  }

  @Test("a directory named by mistake, with 20,000 files in it, holds nobody up; those that are followed stay")
  func manyFiles() throws {
    // In memory, since a disk takes its time to make so many.
    let folder = try TemporaryFolder(in: "/dev/shm")
    defer { folder.remove() }
    let directory = folder.path
    for number in 0..<20_000 {
      let descriptor = try FileDescriptor(opening: "\(directory)/\(number).json", [.writeOnly, .create])
      _ = consume descriptor
    }
    let pattern = try #require(LogGlob("\(directory)/*.json"))
    let followed = Set(["\(directory)/9999.json", "\(directory)/gone.json"])
    let start = Date()
    let matches = pattern.matches(besides: followed)
    // Each compared with each would be 200 million comparisons.
    #expect(Date().timeIntervalSince(start) < 10)
    #expect(matches.paths.count == 1_000)
    #expect(matches.leftOutCount == 19_000)
    #expect(matches.paths.contains("\(directory)/9999.json"))
  }

  @Test("a directory beside the log is not taken for the log whose rotated file that one is")
  func directoryBesideLog() throws {
    try make("app/inside", "app.log")
    #expect(matches("app*") == ["app.log"])
  }

  @Test(
    "a directory that has not changed need not be listed again; one that changes within a tick of the clock must be"
  )
  func current() throws {
    try make("a.log", "sub/b.log")
    let pattern = try #require(LogGlob("\(directory)/*.log"))
    // The clock that the directory's time is compared with may be ahead of it.
    let later = WallTime(nanoseconds: WallTime.now.nanoseconds + 10_000_000_000)
    #expect(!pattern.matches(besides: []).areCurrent())
    let matches = pattern.matches(besides: [], at: later)
    #expect(matches.areCurrent())
    try FileManager.default.removeItem(atPath: "\(directory)/sub/b.log")
    #expect(matches.areCurrent())
    try make("c.log")
    #expect(!matches.areCurrent())
    #expect(LogGlob("\(directory)/missing/*.log")?.matches(besides: [], at: later).areCurrent() == false)
  }

  @Test("which paths could match is said without looking at files")
  func covers() throws {
    let pattern = try #require(LogGlob("/var/log/*/etl*.log"))
    #expect(pattern.directory == "/var/log")
    #expect(pattern.covers("/var/log/a/etl-1.log"))
    #expect(!pattern.covers("/var/log/a/b/etl-1.log"))
    #expect(!pattern.covers("/var/log/a/other.log"))
    #expect(!pattern.covers("var/log/a/etl-1.log"))
    #expect(LogGlob("*.log")?.directory == "")
    #expect(LogGlob("/*.log")?.directory == "/")
  }
}
