import Glibc
import Testing

@testable import EventLoop

@Suite("descriptors and ownership", .timeLimit(.minutes(1)))
struct DescriptorEventTests {
  @Test("a handler is called until everything is read, and at the end of the file")
  func readable() throws {
    let loop = try EventLoop()
    let pipe = try Pipe()
    var bytes: [UInt8?] = []
    let event = try DescriptorEvent(loop: loop, readable: pipe.readEnd) {
      bytes.append((try? pipe.readByte()) ?? nil)
      if bytes.count == 3 { pipe.closeWriteEnd() }
      if bytes.count == 4 { loop.stop() }
    }
    for byte in 1...3 { try pipe.write(UInt8(byte)) }
    withExtendedLifetime(event) { loop.run() }
    #expect(bytes == [1, 2, 3, nil])
  }

  @Test("nothing to read, no call")
  func notReadable() throws {
    let loop = try EventLoop()
    let pipe = try Pipe()
    var count = 0
    let event = try DescriptorEvent(loop: loop, readable: pipe.readEnd) { count += 1 }
    for _ in 0..<3 { loop.runOnce() }
    #expect(count == 0)
    try pipe.write(1)
    // The handler reads nothing, so each turn calls it once more.
    for _ in 0..<3 { loop.runOnce() }
    #expect(count == 3)
    withExtendedLifetime(event) {}
  }

  @Test("a handler may drop its own event; the descriptor stays open")
  func dropsItself() throws {
    let loop = try EventLoop()
    let pipe = try Pipe()
    var count = 0
    var event: DescriptorEvent?
    event = try DescriptorEvent(loop: loop, readable: pipe.readEnd) {
      event = nil
      count += 1
    }
    try pipe.write(7)
    // Unread, the byte would be reported for ever if the event were still there.
    loop.run()
    #expect(count == 1)
    #expect(event == nil)
    #expect(try pipe.readByte() == 7)
  }

  @Test("an event holds its loop, and the last event gives it back")
  func ownership() throws {
    weak var weakLoop: EventLoop?
    var timer: TimerEvent?
    do {
      let loop = try EventLoop()
      weakLoop = loop
      timer = TimerEvent(loop: loop) {}
      timer?.schedule(afterSeconds: 60)
    }
    #expect(weakLoop != nil)
    timer = nil
    #expect(timer == nil)
    #expect(weakLoop == nil)
  }

  @Test("an event gives back what its handler holds")
  func handlerIsReleased() throws {
    let loop = try EventLoop()
    let pipe = try Pipe()
    var isGone = false
    do {
      let canary = Canary { isGone = true }
      let event = try DescriptorEvent(loop: loop, readable: pipe.readEnd) { canary.sing() }
      withExtendedLifetime(event) { #expect(!isGone) }
    }
    #expect(isGone)
  }

  @Test("stop ends a loop that still has something to wait for")
  func stop() throws {
    let loop = try EventLoop()
    let pipe = try Pipe()
    let event = try DescriptorEvent(loop: loop, readable: pipe.readEnd) {}
    let timer = TimerEvent(loop: loop) { loop.stop() }
    timer.schedule(afterSeconds: 0)
    withExtendedLifetime(event) { loop.run() }
  }
}
