import Glibc
import LinuxIO
import Testing

@testable import Tailing

@Suite("a log that is read as it stands")
struct ReadOnceTests {
  @Test("rotated files are done with at their end, also where the newer ones are empty", arguments: [0, 1, 2])
  func emptyFiles(empty: Int) throws {
    let bench = Workbench()
    bench.options.waitsForMore = false
    let names = ["etl.log.2", "etl.log.1", "etl.log"]
    for (place, name) in names.enumerated() {
      try bench.append(place == empty ? "" : "line of \(name)\nrest of \(name)", to: name)
      try bench.setModified(name, nanoseconds: Int64(1_700_000_000 + place) * 1_000_000_000)
    }
    try bench.start(at: .beforeSiblings(of: bench.log))
    #expect(try bench.readAvailable() == .caughtUp)
    // Of the newest file nobody can say whether its last line is whole.
    let expected = names.enumerated().filter { $0.offset != empty }.flatMap { place, name in
      place == 2 ? ["line of \(name)"] : ["line of \(name)", "rest of \(name)"]
    }
    #expect(bench.taken() == expected)
    #expect(bench.tailer?.chain.count == 1)
    #expect(bench.tailer?.state == .following)
  }

  @Test(
    "files bear times that no clock here can show: they are read all the same",
    arguments: [10_413_792_000, -10_413_792_000]
  )
  func farTimes(seconds: Int) throws {
    let bench = Workbench()
    bench.options.waitsForMore = false
    for name in ["etl.log.1", "etl.log"] {
      try bench.append("line of \(name)\n", to: name)
      let time = timespec(tv_sec: seconds, tv_nsec: 0)
      let set = unsafe utimensat(AT_FDCWD, bench.path(name), [time, time], 0)
      try #require(set == 0)
    }
    try bench.start(at: .beforeSiblings(of: bench.log))
    #expect(try bench.readAvailable() == .caughtUp)
    #expect(bench.taken().sorted() == ["line of etl.log", "line of etl.log.1"])
  }

  @Test("a FIFO is waited for until it has had a writer, and has ended with its last one")
  func fifo() throws {
    let bench = Workbench()
    let made = unsafe mkfifo(bench.log, 0o600)
    try #require(made == 0)
    bench.options.waitsForMore = false
    try bench.start(at: .beforeSiblings(of: bench.log))
    #expect(try bench.readAvailable() == .caughtUp)
    let descriptor = try #require(bench.tailer?.streamDescriptor)
    #expect(bench.tailer?.isAwake == false)
    do {
      let writer = try FileDescriptor(opening: bench.log, [.writeOnly, .nonBlocking])
      let bytes = Array("one\nlast".utf8)
      try writer.writeAll(unsafe bytes.span.bytes)
      try wait(for: descriptor, toBe: .readable)
      #expect(try bench.readAvailable() == .caughtUp)
      #expect(bench.tailer?.state == .following)
      #expect(bench.taken() == ["one"])
      #expect(bench.tailer?.streamDescriptor == descriptor)
    }
    try wait(for: descriptor, toBe: .readable)
    #expect(try bench.readAvailable() == .caughtUp)
    #expect(bench.taken() == ["last"])
    #expect(bench.tailer?.state == .ended)
    #expect(bench.tailer?.streamDescriptor == nil)
  }
}
