import Foundation
import Glibc
import TestSupport
import Testing

@testable import LinuxIO

@Suite("Durable files and locks")
struct DurableFileTests {
  private let folder: TemporaryFolder
  private let directory: String

  init() throws {
    folder = try TemporaryFolder()
    directory = folder.path
  }

  private func replace(_ name: String, _ text: String) throws(SystemCallError) {
    // Every byte is initialized.
    try replaceFile("\(directory)/\(name)", with: unsafe Array(text.utf8).span.bytes)
  }

  private func read(_ name: String, maximumBytes: Int = 1000) throws(SystemCallError) -> String? {
    try readFile("\(directory)/\(name)", maximumBytes: maximumBytes).map { String(decoding: $0, as: UTF8.self) }
  }

  private var names: [String] {
    (try? FileManager.default.contentsOfDirectory(atPath: directory))?.sorted() ?? []
  }

  @Test("a file is replaced whole, and nothing else is left")
  func replaces() throws {
    try replace("state", "a longer text")
    try replace("state", "short")
    #expect(try read("state") == "short")
    #expect(names == ["state"])
  }

  @Test("what a crash left under the other name is overwritten")
  func overwritesLeftover() throws {
    try "half a snapshot that is longer".write(toFile: "\(directory)/state.new", atomically: false, encoding: .utf8)
    try replace("state", "whole")
    #expect(try read("state") == "whole")
    #expect(names == ["state"])
  }

  @Test("the write fails: the old file stands, and no half one is left")
  func keepsOldFile() throws {
    try makeDirectory("\(directory)/state")
    try "in the way".write(toFile: "\(directory)/state/file", atomically: false, encoding: .utf8)
    #expect(throws: SystemCallError.self) { try replace("state", "new") }
    #expect(names == ["state"])
  }

  @Test("no such file is nil, one that is too large an error")
  func reads() throws {
    #expect(try read("missing") == nil)
    try replace("state", "12345")
    #expect(try read("state", maximumBytes: 5) == "12345")
    #expect(throws: SystemCallError.self) { try read("state", maximumBytes: 4) }
  }

  @Test("a directory is made once; something else of its name is an error")
  func makesDirectory() throws {
    try makeDirectory(directory)
    try replace("file", "x")
    #expect(throws: SystemCallError.self) { try makeDirectory("\(directory)/file") }
  }

  @Test("a lock is held by one at a time, and the other learns by whom")
  func locks() throws {
    let path = "\(directory)/lock"
    do {
      let lock = try LockFile.acquire(path)
      #expect(throws: LockFile.Failure.held(byProcess: getpid())) { _ = try LockFile.acquire(path) }
      _ = consume lock
    }
    _ = try LockFile.acquire(path)
  }

  @Test(
    "the disk is full: a lock is had all the same, and nobody is taken for its holder",
    arguments: [0, 1] as [rlim_t]
  )
  func lockOnFullDisk(bytes: rlim_t) async {
    // In a process of its own: the limit holds for all that it writes.
    await #expect(processExitsWith: .success) { [bytes] in
      ignoreFileSizeSignal()
      let folder = try TemporaryFolder()
      defer { folder.remove() }
      let path = "\(folder.path)/lock"
      var limit = rlimit(rlim_cur: bytes, rlim_max: .max)
      let result = unsafe setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
      let lock = try LockFile.acquire(path)
      var failure: LockFile.Failure?
      do throws(LockFile.Failure) {
        _ = try LockFile.acquire(path)
      } catch {
        failure = error
      }
      limit.rlim_cur = .max
      let restored = unsafe setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
      #expect((result, restored) == (0, 0))
      #expect(failure == .held(byProcess: nil))
      _ = consume lock
    }
  }

  @Test("a directory that cannot be synchronized is as durable as its file system makes it")
  func unsynchronizableDirectory() throws {
    #expect(throws: SystemCallError(operation: "synchronize", subject: "/proc", errno: .invalidArgument)) {
      try FileDescriptor(opening: "/proc", [.readOnly, .directory]).synchronize()
    }
    try synchronizeDirectory("/proc")
    #expect(throws: SystemCallError.self) { try synchronizeDirectory("\(directory)/missing") }
    try FileManager.default.removeItem(atPath: directory)
  }

  @Test(
    "the directory of a path",
    arguments: [("a", "."), ("/a", "/"), ("a/b", "a"), ("/a/b/c", "/a/b"), ("./a", ".")]
  )
  func parent(path: String, directory: String) {
    #expect(parentDirectory(of: path) == directory)
  }
}
