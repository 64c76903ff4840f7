import LinuxIO
import Testing

@testable import Tailing

@Suite("whether somebody can still write to a file")
struct WriterTests {
  private func bench() throws -> Workbench {
    let bench = Workbench()
    bench.options.asksForWriters = true
    try bench.append("a1\n")
    try bench.start()
    try bench.readAvailable()
    return bench
  }

  private func write(_ text: String, _ file: borrowing FileDescriptor) throws {
    let bytes = Array(text.utf8)
    try file.writeAll(unsafe bytes.span.bytes)
  }

  @Test("the kernel says whether a file is open for writing")
  func asking() throws {
    let bench = try bench()
    let file = try FileDescriptor(opening: bench.log, [.readOnly])
    #expect(file.isOpenForWriting() == false)
    do {
      let writer = try FileDescriptor(opening: bench.log, [.writeOnly, .append])
      #expect(file.isOpenForWriting() == true)
      try write("a2\n", writer)
    }
    #expect(file.isOpenForWriting() == false)
  }

  @Test("nobody writes to the renamed file any more: the new one's lines do not wait")
  func noWriter() throws {
    let bench = try bench()
    try bench.append("a2\n")
    try bench.rename(to: "etl.log.1")
    try bench.append("b1\n")
    try bench.readAvailable()
    #expect(bench.taken() == ["a1", "a2", "b1"])
  }

  @Test("somebody has the renamed file open: late lines come first, until the wait is over")
  func writer() throws {
    let bench = try bench()
    let writer = try FileDescriptor(opening: bench.log, [.writeOnly, .append])
    try bench.rename(to: "etl.log.1")
    try bench.append("b1\n")
    try bench.readAvailable()
    try write("a2\n", writer)
    try bench.readAvailable()
    #expect(bench.taken() == ["a1", "a2"])
    bench.advance(seconds: 5)
    try bench.readAvailable()
    #expect(bench.taken() == ["b1"])
  }

  @Test("a deleted log is let go once nobody can write to it, so that its disk is free; the rest of it is a line")
  func deleted() throws {
    let bench = try bench()
    do {
      let writer = try FileDescriptor(opening: bench.log, [.writeOnly, .append])
      try bench.delete()
      try write("a2\nhalf", writer)
      try bench.readAvailable()
      #expect(bench.taken() == ["a1", "a2"])
      #expect(bench.tailer?.chain.count == 1)
    }
    try bench.readAvailable()
    #expect(bench.taken() == ["half"])
    #expect(bench.tailer?.chain.isEmpty == true)
    try bench.append("b1\n")
    try bench.readAvailable()
    #expect(bench.taken() == ["b1"])
    #expect(bench.tailer?.statistics.rotations(.delete) == 1)
  }
}
