import Foundation
import Glibc
import Testing

@testable import LinuxIO

@Suite("inotify")
struct InotifyTests {
  @Test("creation, change and deletion are reported once each, and nothing when nothing happens")
  func events() throws {
    let folder = NSTemporaryDirectory() + "inotify-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let queue = try Inotify()
    let watch = try queue.addWatch(folder, for: [.created, .modified, .deleted, .onlyDirectory])
    #expect(try queue.addWatch(folder, for: [.created, .modified, .deleted]) == watch)
    var seen: [Inotify.Event] = []
    #expect(try queue.takeEvents { seen.append($0) } == false)
    let file = try FileDescriptor(opening: folder + "/a", [.writeOnly, .create])
    let text: [UInt8] = [65]
    for _ in 0..<3 { try file.writeAll(unsafe text.span.bytes) }
    _ = unsafe unlink(folder + "/a")
    #expect(try queue.takeEvents { seen.append($0) })
    #expect(seen.map(\.events) == [.created, .modified, .deleted])
    #expect(seen.allSatisfy { $0.watch == watch })
    queue.removeWatch(watch)
    queue.removeWatch(watch)
    seen = []
    #expect(try queue.takeEvents { seen.append($0) })
    #expect(seen == [Inotify.Event(watch: watch, events: .ignored, name: nil)])
    #expect(throws: SystemCallError(operation: "watch", subject: folder + "/no", errno: .noSuchFile)) {
      try queue.addWatch(folder + "/no", for: .created)
    }
  }
}
