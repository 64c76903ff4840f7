import CommandLineOptions
import Foundation
import LinuxIO
import TestSupport
import Testing

@testable import Simulator

struct LogFileTests {
  private let directory: TemporaryFolder
  private let complaints = Complaints()
  private var path: String { directory.path + "/etl.log" }

  init() throws {
    directory = try TemporaryFolder()
  }

  private func open(rotation: LogRotation? = nil) throws(StartError) -> LogFile {
    try LogFile(path: path, rotation: rotation, complain: complaints.add)
  }

  @Test("a log that exists is cut, or written over from its start")
  func appends() throws {
    try "before\n".write(toFile: path, atomically: false, encoding: .utf8)
    var log = try open()
    log.write("after\n")
    #expect(directory.contents(of: "etl.log") == "before\nafter\n")
    #expect(complaints.texts.isEmpty)
  }

  @Test("the first line is run together with half a line that an earlier run has left")
  func endsHalfLine() throws {
    try "whole\n{\"half".write(toFile: path, atomically: false, encoding: .utf8)
    var log = try open()
    log.finish()
    log.write("next\n")
    #expect(directory.contents(of: "etl.log") == "whole\n{\"half\nnext\n")
    #expect(complaints.texts.isEmpty)
  }

  @Test("the lines written after somebody cut the log leave a hole before them")
  func appendsAfterTruncation() throws {
    var log = try open()
    log.write("first\n")
    try directory.cut("etl.log")
    log.write("second\n")
    #expect(directory.contents(of: "etl.log") == "second\n")
  }

  @Test("a path that cannot be opened is an error that says nothing of what to do")
  func openErrors() throws {
    func message(_ path: String, rotation: LogRotation? = nil) -> String {
      do throws(StartError) {
        _ = try LogFile(path: path, rotation: rotation, complain: complaints.add)
        return "opened"
      } catch {
        return error.description
      }
    }
    let missing = directory.path + "/missing"
    #expect(
      message("\(missing)/etl.log")
        == "cannot open \(missing)/etl.log: No such file or directory; create the directory \(missing) first"
    )
    // The directory is there, though nobody can make a file in it.
    #expect(
      message("/proc/etl.log")
        == "cannot open /proc/etl.log: No such file or directory; use a directory that files can be made in"
    )
    #expect(message(directory.path) == "cannot open \(directory.path): Is a directory")
    #expect(
      message("/dev/null", rotation: LogRotation(limitBytes: 1024, keptFiles: 1))
        == "/dev/null is not a regular file and cannot be rotated; leave out --rotate-bytes"
    )
    try directory.makeFIFO("etl.log")
    #expect(message(path).hasPrefix("cannot open \(path): "))
  }

  @Test("a log is followed by its name instead of the file that is open, or never")
  func reopens() throws {
    var log = try open()
    log.write("1\n")
    try renameFile(path, to: path + ".old")
    log.write("2\n")
    #expect(directory.names == ["etl.log.old"])
    log.reopen()
    log.write("3\n")
    #expect(directory.contents(of: "etl.log.old") == "1\n2\n")
    #expect(directory.contents(of: "etl.log") == "3\n")
    #expect(complaints.texts.isEmpty)
  }

  @Test("a log that cannot be opened anew ends the job, or its lines are lost")
  func reopeningFails() throws {
    var log = try open()
    try renameFile(path, to: path + ".old")
    try directory.makeDirectory("etl.log")
    log.reopen()
    log.write("still here\n")
    #expect(directory.contents(of: "etl.log.old") == "still here\n")
    #expect(
      complaints.texts == ["cannot open \(path): Is a directory; going on in the file that was open before"]
    )
  }

  @Test("a full disk is not said, said for each line, or the number of lost lines is wrong")
  func noSpace() throws {
    // /dev/full refuses each write with ENOSPC.
    let link = path
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "/dev/full")
    var log = try open()
    log.write("1\n")
    log.write("2\n3\n")
    let trouble =
      "cannot write to \(path): No space left on device; going on, and dropping lines until it can be written to again"
    #expect(complaints.texts == [trouble])
    try FileManager.default.removeItem(atPath: link)
    log.reopen()
    log.write("4\n")
    log.write("5\n")
    #expect(complaints.texts == [trouble, "\(path) can be written to again; 3 lines were dropped"])
    #expect(directory.contents(of: "etl.log") == "4\n5\n")
  }

  @Test("nothing to write counts as success after a full disk")
  func nothingToWrite() throws {
    var log = try LogFile(path: "/dev/full", complain: complaints.add)
    log.write("1\n")
    log.write("")
    #expect(complaints.texts.count == 1)
  }

  @Test("lines that were lost up to the end are not counted")
  func noSpaceToTheEnd() throws {
    var log = try LogFile(path: "/dev/full", complain: complaints.add)
    log.write("1\n")
    log.finish()
    #expect(complaints.texts.count == 2)
    #expect(complaints.texts.last == "/dev/full: 1 line was dropped at the end")
  }
}

/// What happens on a disk that is really full; mounting a small one needs root.
@Suite(.enabled(if: getuid() == 0, "mounting a small disk needs root"))
struct FullDiskTests {
  private let directory: TemporaryFolder
  private let complaints = Complaints()
  private var disk: String { directory.path + "/disk" }

  /// Mounts a disk of two pages, one of which is taken.
  init() throws {
    directory = try TemporaryFolder()
    try directory.makeDirectory("disk")
    // Safe: the strings stand during the call.
    if unsafe mount("tmpfs", disk, "tmpfs", 0, "size=8k") != 0 {
      // Root of a container may not mount as a rule.
      try Test.cancel("cannot mount a small disk: errno \(errno)")
    }
    try numberedLines(1...1, bytes: 4096).write(toFile: disk + "/other", atomically: false, encoding: .utf8)
  }

  private func unmount() {
    _ = unsafe umount2(disk, 2)
  }

  @Test("a disk that fills up leaves half a line run together with the next one")
  func fillsUp() throws {
    defer { unmount() }
    var log = try LogFile(path: disk + "/etl.log", complain: complaints.add)
    for number in 1...6 { log.write(numberedLines(number...number, bytes: 1000)) }
    try FileManager.default.removeItem(atPath: disk + "/other")
    log.write(numberedLines(7...7, bytes: 1000))
    #expect(
      directory.contents(of: "disk/etl.log") == numberedLines(1...5, bytes: 1000) + numberedLines(7...7, bytes: 1000)
    )
    #expect(complaints.texts.count == 2)
    #expect(complaints.texts.last == "\(disk)/etl.log can be written to again; 1 line was dropped")
  }

  @Test("the rest of a half line begins the log that was cut to make room")
  func cutToMakeRoom() throws {
    defer { unmount() }
    var log = try LogFile(path: disk + "/etl.log", complain: complaints.add)
    for number in 1...6 { log.write(numberedLines(number...number, bytes: 1000)) }
    try directory.cut("disk/etl.log")
    log.write(numberedLines(7...7, bytes: 1000))
    #expect(directory.contents(of: "disk/etl.log") == numberedLines(7...7, bytes: 1000))
    #expect(complaints.texts.last == "\(disk)/etl.log can be written to again; 2 lines were dropped")
  }

  @Test("half a line at the end of a full log is run together with the first line of the next run")
  func nextRun() throws {
    defer { unmount() }
    var log = try LogFile(path: disk + "/etl.log", complain: complaints.add)
    for number in 1...5 { log.write(numberedLines(number...number, bytes: 1000)) }
    log.finish()
    try FileManager.default.removeItem(atPath: disk + "/other")
    var next = try LogFile(path: disk + "/etl.log", complain: complaints.add)
    next.write("next\n")
    #expect(
      directory.contents(of: "disk/etl.log")
        == numberedLines(1...5, bytes: 1000).prefix(4096) + "\nnext\n"
    )
  }
}

struct LogRotationTests {
  private let directory: TemporaryFolder
  private let complaints = Complaints()
  private var path: String { directory.path + "/etl.log" }

  init() throws {
    directory = try TemporaryFolder()
  }

  private func open(limitBytes: Int64 = 1000, keptFiles: Int = 2) throws(StartError) -> LogFile {
    let rotation = LogRotation(limitBytes: limitBytes, keptFiles: keptFiles)
    return try LogFile(path: path, rotation: rotation, complain: complaints.add)
  }

  @Test("a log exceeds its limit, is rotated below it, or a line is cut")
  func rotatesAtTheLimit() throws {
    var log = try open()
    for number in 1...12 { log.write(numberedLines(number...number, bytes: 250)) }
    #expect(directory.names == ["etl.log", "etl.log.1", "etl.log.2"])
    #expect(directory.contents(of: "etl.log.2") == numberedLines(1...4, bytes: 250))
    #expect(directory.contents(of: "etl.log.1") == numberedLines(5...8, bytes: 250))
    #expect(directory.contents(of: "etl.log") == numberedLines(9...12, bytes: 250))
    #expect(complaints.texts.isEmpty)
  }

  @Test("a block of many lines is not shared out over the files")
  func rotatesInsideABlock() throws {
    var log = try open(keptFiles: 9)
    log.write(numberedLines(1...1, bytes: 100))
    log.write(numberedLines(2...10, bytes: 300))
    #expect(directory.contents(of: "etl.log.2") == numberedLines(1...1, bytes: 100) + numberedLines(2...4, bytes: 300))
    #expect(directory.contents(of: "etl.log.1") == numberedLines(5...7, bytes: 300))
    #expect(directory.contents(of: "etl.log") == numberedLines(8...10, bytes: 300))
  }

  @Test("more old files stay than should, also those of a run that kept more")
  func keepsSoMany() throws {
    for number in 1...6 {
      try "old \(number)\n".write(toFile: "\(path).\(number)", atomically: false, encoding: .utf8)
    }
    var log = try open(keptFiles: 3)
    log.write(numberedLines(1...2, bytes: 600))
    #expect(directory.names == ["etl.log", "etl.log.1", "etl.log.2", "etl.log.3"])
    #expect(directory.contents(of: "etl.log.1") == numberedLines(1...1, bytes: 600))
    #expect(directory.contents(of: "etl.log.2") == "old 1\n")
    #expect(directory.contents(of: "etl.log.3") == "old 2\n")
  }

  @Test("a line longer than the limit is cut, lost, or rotates for ever")
  func longLine() throws {
    var log = try open()
    log.write(numberedLines(1...3, bytes: 1500))
    #expect(directory.contents(of: "etl.log") == numberedLines(3...3, bytes: 1500))
    #expect(directory.contents(of: "etl.log.1") == numberedLines(2...2, bytes: 1500))
  }

  @Test("a log that is full at the start is not rotated")
  func fullAtStart() throws {
    try numberedLines(1...4, bytes: 250).write(toFile: path, atomically: false, encoding: .utf8)
    var log = try open()
    log.write("next\n")
    #expect(directory.contents(of: "etl.log.1") == numberedLines(1...4, bytes: 250))
    #expect(directory.contents(of: "etl.log") == "next\n")
  }

  @Test("a log that somebody else has rotated is rotated once more")
  func rotatedBySomebodyElse() throws {
    var log = try open()
    log.write(numberedLines(1...4, bytes: 250))
    try renameFile(path, to: path + ".theirs")
    try "theirs\n".write(toFile: path, atomically: false, encoding: .utf8)
    log.write("next\n")
    #expect(directory.names == ["etl.log", "etl.log.theirs"])
    #expect(directory.contents(of: "etl.log") == "theirs\nnext\n")
  }

  @Test("a log that was cut by somebody else is rotated as if it were full")
  func cutBySomebodyElse() throws {
    var log = try open()
    log.write(numberedLines(1...3, bytes: 250))
    try directory.cut("etl.log")
    log.write(numberedLines(4...4, bytes: 250))
    log.write(numberedLines(5...6, bytes: 250))
    #expect(directory.names == ["etl.log"])
    #expect(directory.contents(of: "etl.log") == numberedLines(4...6, bytes: 250))
  }

  @Test("a rotation that fails loses lines, or is tried for each of them")
  func rotationFails() throws {
    // A directory that is not empty cannot be replaced by a file.
    try directory.makeDirectory("etl.log.1/inside")
    var log = try open(keptFiles: 1)
    for number in 1...7 { log.write(numberedLines(number...number, bytes: 250)) }
    #expect(directory.contents(of: "etl.log") == numberedLines(1...7, bytes: 250))
    #expect(complaints.texts.count == 1)
    #expect(complaints.texts.first?.hasPrefix("\(path) is not rotated: cannot rename ") == true)
  }
}
