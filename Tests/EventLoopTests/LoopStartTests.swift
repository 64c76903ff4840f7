import CLibEvent
import Foundation
import Glibc
import LinuxIO
import Testing

@testable import EventLoop

/// The process's descriptors that are epolls.
private func epollDescriptors() -> [CInt] {
  let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
  return names.compactMap { CInt($0) }.filter { descriptor in
    (try? Directory.linkTarget(of: "/proc/self/fd/\(descriptor)")) == "anon_inode:[eventpoll]"
  }
}

/// The descriptors that an epoll waits for.
private func waitedFor(by epoll: CInt) throws -> [Substring] {
  let information = try String(contentsOfFile: "/proc/self/fdinfo/\(epoll)", encoding: .utf8)
  return information.split(separator: "\n").filter { $0.hasPrefix("tfd:") }
}

/// Lets the process open no descriptor with a number as high as a limit, nor higher.
private func limitDescriptors(_ count: CInt) {
  var limit = rlimit()
  _ = unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
  limit.rlim_cur = rlim_t(count)
  _ = unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
}

// Each in a process of its own: limits, environment and memory belong to all that runs there.
@Suite("the start of a loop", .timeLimit(.minutes(1)))
struct LoopStartTests {
  @Test("no descriptor is left, or one too few: an error, not the end of the process", arguments: 0...3)
  func descriptorShortage(left: Int) async {
    await #expect(processExitsWith: .success) { [left] in
      let before = epollDescriptors()
      limitDescriptors(256)
      var fillers: [CInt] = []
      while case let filler = dup(0), filler >= 0 { fillers.append(filler) }
      for filler in fillers.prefix(left) { close(filler) }
      var start: Errno?
      do throws(SystemCallError) {
        let loop = try EventLoop()
        loop.runOnce()
      } catch {
        start = error.errno
      }
      for filler in fillers.dropFirst(left) { close(filler) }
      #expect(start == (left < 3 ? .tooManyOpenFiles : nil))
      #expect(epollDescriptors() == before)
    }
  }

  @Test("the environment does not choose another way to wait than epoll")
  func environment() async {
    await #expect(processExitsWith: .success) {
      unsafe setenv("EVENT_NOEPOLL", "1", 1)
      let loop = try EventLoop()
      #expect(unsafe String(cString: event_base_get_method(loop.base)).hasPrefix("epoll"))
    }
  }

  @Test("room for descriptors is made once: nothing waits for them, and a high one takes no more memory")
  func reservedDescriptors() async {
    await #expect(processExitsWith: .success) {
      let others = epollDescriptors()
      let loop = try EventLoop()
      let epoll = try #require(epollDescriptors().first { !others.contains($0) })
      let before = try waitedFor(by: epoll)
      let highest: CInt = 4_000
      limitDescriptors(highest + 1)
      loop.reserveDescriptors(Int(highest) + 1)
      // Returns at once: there is nothing to wait for.
      loop.run()
      #expect(try waitedFor(by: epoll) == before)

      var ends: [CInt] = [0, 0]
      let piped = unsafe pipe(&ends)
      try #require(piped == 0 && dup2(ends[0], highest) == highest)
      var count = 0
      let bytesBefore = mallinfo2().uordblks + mallinfo2().hblkhd
      let event = try DescriptorEvent(loop: loop, readable: highest) {
        count += 1
        loop.stop()
      }
      let bytes = mallinfo2().uordblks + mallinfo2().hblkhd
      // A table for so many numbers alone would be 32 KB.
      #expect(bytes < bytesBefore + 8 << 10)
      close(ends[1])
      loop.run()
      #expect(count == 1)
      withExtendedLifetime(event) {}
    }
  }
}
