import Foundation
import Glibc
import LinuxIO
import Testing

@testable import Tailing

/// A sink that remembers what it was given.
struct RecordingSink: LineSink {
  var lines: [String] = []
  var oversizedLines = 0
  var deliveries = 0

  mutating func receive(_ bytes: RawSpan) {
    deliveries += 1
    var line: [UInt8] = []
    for index in bytes.byteOffsets {
      let byte = bytes.byte(at: index)
      if byte == UInt8(ascii: "\n") {
        lines.append(String(decoding: line, as: UTF8.self))
        line = []
      } else {
        line.append(byte)
      }
    }
    #expect(line.isEmpty, "delivered bytes do not end in a newline")
  }

  mutating func skipOversizedLine() { oversizedLines += 1 }
}

/// A folder of its own, a log in it, a clock that is set by hand, and a tailer.
final class Workbench {
  let folder: String
  var log: String
  var options = TailOptions()
  var watcher: TailWatcher
  var tailer: LogTailer?
  /// Where the tailer's events go; nil for nowhere.
  var events: TailEventQueue?
  var sink = RecordingSink()
  private let time = HandClock()

  private final class HandClock {
    var nanoseconds: Int64 = 1_000_000_000
  }

  init(usesInotify: Bool = true) {
    folder = NSTemporaryDirectory() + "tailing-" + UUID().uuidString
    log = folder + "/etl.log"
    watcher = TailWatcher(usesInotify: usesInotify)
    let time = time
    options.clock = { MonotonicTime(nanoseconds: time.nanoseconds) }
    do { try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true) } catch {
      Issue.record(error)
    }
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  func start(at position: TailPosition? = nil) throws {
    tailer = try LogTailer(path: log, options: options, resumingAt: position, watcher: watcher, events: events)
  }

  func advance(seconds: Double) { time.nanoseconds += Int64(seconds * 1e9) }

  /// Drains as the composer does: until there is nothing more to do at once.
  @discardableResult
  func readAvailable(budget: Int = 1 << 20) throws -> TailProgress {
    let tailer = try #require(tailer)
    watcher.takeWakeups()
    var progress = TailProgress.moreToRead
    for _ in 0..<10_000 where progress == .moreToRead { progress = tailer.readAvailable(budget: budget, into: &sink) }
    #expect(progress != .moreToRead, "a drain does not end")
    return progress
  }

  /// Drains, lets the rotate wait pass, and drains again.
  func settle() throws {
    try readAvailable()
    advance(seconds: options.rotateWaitSeconds)
    try readAvailable()
  }

  /// Whether something was heard that makes another drain worth it.
  func wakes() throws -> Bool {
    watcher.takeWakeups()
    return try #require(tailer).isAwake
  }

  /// The lines since the last call.
  func taken() -> [String] {
    defer { sink.lines = [] }
    return sink.lines
  }

  // MARK: What happens to logs

  func path(_ name: String) -> String { folder + "/" + name }

  func append(_ text: String, to name: String = "etl.log") throws {
    try append(Array(text.utf8), to: name)
  }

  func append(_ bytes: [UInt8], to name: String = "etl.log") throws {
    let file = try FileDescriptor(opening: path(name), [.writeOnly, .append, .create])
    try file.writeAll(unsafe bytes.span.bytes)
  }

  /// Writes over what is there, or behind it.
  func write(_ text: String, at offset: Int, to name: String = "etl.log") throws {
    try write(Array(text.utf8), at: offset, to: name)
  }

  func write(_ bytes: [UInt8], at offset: Int, to name: String) throws {
    let handle = try #require(FileHandle(forWritingAtPath: path(name)))
    try handle.seek(toOffset: UInt64(offset))
    try handle.write(contentsOf: Data(bytes))
    try handle.close()
  }

  func makeDirectory(_ name: String) throws {
    try FileManager.default.createDirectory(atPath: path(name), withIntermediateDirectories: false)
  }

  func rename(_ name: String = "etl.log", to other: String) throws {
    let result = unsafe Glibc.rename(path(name), path(other))
    try #require(result == 0)
  }

  func delete(_ name: String = "etl.log") throws {
    let result = unsafe unlink(path(name))
    try #require(result == 0)
  }

  func makeLink(_ name: String, to target: String) throws {
    let made = unsafe symlink(target, path("new-link"))
    let moved = unsafe Glibc.rename(path("new-link"), path(name))
    try #require(made == 0 && moved == 0)
  }

  func copy(_ name: String = "etl.log", to other: String) throws {
    let data = try Data(contentsOf: URL(fileURLWithPath: path(name)))
    try data.write(to: URL(fileURLWithPath: path(other)))
  }

  func moveFolder(away: Bool) throws {
    let result = away ? unsafe Glibc.rename(folder, folder + ".away") : unsafe Glibc.rename(folder + ".away", folder)
    try #require(result == 0)
  }

  /// Sets when a file's data last changed, so that no two changes share a tick of the file system's clock.
  func setModified(_ name: String, nanoseconds: Int64) throws {
    let time = timespec(tv_sec: Int(nanoseconds / 1_000_000_000), tv_nsec: Int(nanoseconds % 1_000_000_000))
    let set = unsafe utimensat(AT_FDCWD, path(name), [time, time], 0)
    try #require(set == 0)
  }

  func truncate(_ name: String = "etl.log", to size: Int = 0) throws {
    let result = unsafe Glibc.truncate(path(name), size)
    try #require(result == 0)
  }
}
