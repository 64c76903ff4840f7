import Foundation
import Glibc
import LinuxIO
import Testing

@testable import Tailing

@Suite("wake-ups")
struct WatcherTests {
  @Test("each change that matters wakes, and nothing does when nothing happens")
  func eachChange() throws {
    let bench = Workbench()
    try bench.start()
    try bench.readAvailable()
    #expect(try !bench.wakes())
    func expectWake(_ what: String, _ change: () throws -> Void) throws {
      try change()
      #expect(try bench.wakes(), "\(what) does not wake")
      try bench.readAvailable()
      #expect(try !bench.wakes(), "the drain after \(what) wakes itself")
    }
    try expectWake("creation") { try bench.append("") }
    try expectWake("growth") { try bench.append("a1\n") }
    try expectWake("growth again") { try bench.append("a2\n") }
    try expectWake("truncation") { try bench.truncate() }
    try expectWake("renaming") { try bench.rename(to: "etl.log.1") }
    try expectWake("a late line") { try bench.append("a3\n", to: "etl.log.1") }
    try expectWake("a new file") { try bench.append("") }
    try expectWake("its first line") { try bench.append("b1\n") }
    bench.advance(seconds: 5)
    try bench.readAvailable()
    try expectWake("growth of the new file") { try bench.append("b2\n") }
    try expectWake("growth under another name") {
      let made = unsafe link(bench.log, bench.path("other"))
      try #require(made == 0)
      _ = try bench.wakes()
      try bench.readAvailable()
      try bench.append("b3\n", to: "other")
    }
    try expectWake("deletion") { try bench.delete() }
    #expect(bench.taken() == ["a1", "a2", "a3", "b1", "b2", "b3"])
  }

  @Test("directories that are missing are waited for one after the other")
  func missingDirectories() throws {
    let bench = Workbench()
    bench.log = bench.path("a/b/etl.log")
    try bench.start()
    try bench.readAvailable()
    #expect(try !bench.wakes())
    for name in ["a", "a/b"] {
      try bench.makeDirectory(name)
      #expect(try bench.wakes(), "\(name) does not wake")
      try bench.readAvailable()
    }
    try bench.append("a1\n", to: "a/b/etl.log")
    #expect(try bench.wakes())
  }

  @Test("after an overflow of the queue every tailer looks again")
  func overflow() throws {
    let bench = Workbench()
    let limit =
      Int(try String(contentsOfFile: "/proc/sys/fs/inotify/max_queued_events", encoding: .utf8).dropLast()) ?? 0
    try #require(limit > 0 && limit < 1 << 20)
    try bench.append("a1\n")
    try bench.start()
    try bench.readAvailable()
    // Equal events in a row are one: so two files take turns.
    for name in ["x", "y"] { try bench.append("", to: name) }
    let paths = ["x", "y"].map { bench.path($0) }
    for number in 0...limit {
      let changed = unsafe chmod(paths[number % 2], 0o600)
      try #require(changed == 0)
    }
    try bench.append("a2\n")
    // Not the event of the change: that was lost.
    while bench.watcher.takeWakeups() {}
    #expect(bench.tailer?.isAwake == true)
    let asked = bench.watcher.askedWatches
    try bench.readAvailable()
    #expect(bench.watcher.askedWatches > asked, "that a watch was dropped may have been lost, too")
    #expect(bench.taken() == ["a1", "a2"])
    try bench.append("a3\n")
    #expect(try bench.wakes())
  }

  @Test("tailers share the watches of a directory: each wakes, and one that ends leaves the other its own")
  func shared() throws {
    let bench = Workbench()
    try bench.append("")
    try bench.append("", to: "other.log")
    try bench.start()
    try bench.readAvailable()
    var other: LogTailer? = try LogTailer(path: bench.path("other.log"), options: bench.options, watcher: bench.watcher)
    _ = other?.readAvailable(budget: 1, into: &bench.sink)
    #expect(try !bench.wakes())
    try bench.append("only the other's\n", to: "other.log")
    #expect(try !bench.wakes())
    #expect(other?.isAwake == true)
    _ = other?.readAvailable(budget: 1_000, into: &bench.sink)
    try bench.append("", to: "foreign")
    #expect(try !bench.wakes())
    #expect(other?.isAwake == false)
    try setMode(0o755, of: bench.folder)
    #expect(try bench.wakes())
    #expect(other?.isAwake == true)
    try bench.readAvailable()
    other = nil
    try bench.rename(to: "etl.log.1")
    #expect(try bench.wakes())
    #expect(bench.watcher.failure == nil)
  }

  @Test("a drain of an idle log asks the kernel for no watch, and what it dropped is asked for again")
  func idle() throws {
    let bench = Workbench()
    try bench.append("a1\n")
    try bench.start()
    try bench.readAvailable()
    let asked = bench.watcher.askedWatches
    #expect(asked > 0)
    for _ in 0..<10 { try bench.readAvailable() }
    #expect(bench.watcher.askedWatches == asked)
    // As when what is watched goes and its number is given away again: the kernel drops the watch and says so.
    let queue = try #require(bench.watcher.wakeDescriptor)
    for watch in 1...CInt(asked) { _ = inotify_rm_watch(queue, watch) }
    #expect(try bench.wakes())
    try bench.readAvailable()
    for text in ["a2\n", "a3\n"] {
      try bench.append(text)
      #expect(try bench.wakes())
      try bench.readAvailable()
    }
    try bench.rename(to: "etl.log.1")
    #expect(try bench.wakes())
  }

  @Test(
    "awake before the first drain, and while one left more to read; not while only time can bring more"
  )
  func awake() throws {
    let bench = Workbench()
    try bench.append("line 1\nline 2\n")
    try bench.start()
    let tailer = try #require(bench.tailer)
    bench.watcher.takeWakeups()
    #expect(tailer.isAwake)
    #expect(tailer.readAvailable(budget: 1, into: &bench.sink) == .moreToRead || bench.sink.lines.count == 2)
    try bench.readAvailable()
    #expect(!tailer.isAwake)
    try bench.append(String(repeating: "a line\n", count: 100_000))
    #expect(tailer.readAvailable(budget: 1, into: &bench.sink) == .moreToRead)
    bench.watcher.takeWakeups()
    #expect(tailer.readAvailable(budget: 1, into: &bench.sink) == .moreToRead)
    #expect(tailer.isAwake)
    try bench.readAvailable()
    #expect(!tailer.isAwake)
    try bench.rename(to: "etl.log.1")
    try bench.append("b1\n")
    #expect(try bench.readAvailable() == .holdingRotatedFile)
    #expect(try !bench.wakes())
    try bench.append("late\n", to: "etl.log.1")
    #expect(try bench.wakes())
  }

  @Test("without inotify there is no descriptor, and looking alone finds everything")
  func withoutInotify() throws {
    let bench = Workbench(usesInotify: false)
    #expect(bench.watcher.wakeDescriptor == nil)
    #expect(bench.watcher.failure == nil)
    try bench.start()
    try bench.append("a1\n")
    try bench.readAvailable()
    try bench.append("a2\n")
    try bench.rename(to: "etl.log.1")
    try bench.append("b1\n")
    try bench.settle()
    #expect(bench.taken() == ["a1", "a2", "b1"])
    #expect(!bench.watcher.takeWakeups())
  }
}
