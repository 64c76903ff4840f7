import Glibc
import LinuxIO
import Testing

@testable import Tailing

@Suite("a FIFO or standard input")
struct StreamTests {
  private func makeFIFO(_ bench: Workbench) throws {
    let result = unsafe mkfifo(bench.log, 0o600)
    try #require(result == 0)
  }

  private func openWriter(_ bench: Workbench) throws -> FileDescriptor {
    try FileDescriptor(opening: bench.log, [.writeOnly, .nonBlocking])
  }

  private func write(_ text: String, to writer: borrowing FileDescriptor) throws {
    let bytes = Array(text.utf8)
    try writer.writeAll(unsafe bytes.span.bytes)
  }

  @Test("a FIFO without a writer does not block, and writers may come and go")
  func fifo() throws {
    let bench = Workbench()
    try makeFIFO(bench)
    try bench.start()
    #expect(try bench.readAvailable() == .caughtUp)
    #expect(bench.tailer?.state == .following)
    #expect(bench.tailer?.streamDescriptor != nil)
    do {
      let writer = try openWriter(bench)
      try write("one\nha", to: writer)
    }
    #expect(bench.tailer?.isAwake == true)
    #expect(try bench.readAvailable() == .caughtUp)
    #expect(bench.tailer?.isAwake == false)
    #expect(bench.taken() == ["one"])
    #expect(bench.tailer?.lagBytes == 2)
    do {
      let writer = try openWriter(bench)
      try write("lf\nthree\n", to: writer)
    }
    try bench.readAvailable()
    #expect(bench.taken() == ["half", "three"])
    #expect(bench.tailer?.position.files == [])
  }

  @Test("lines over the limit are skipped in a FIFO too, and the budget holds")
  func fifoLimits() throws {
    let bench = Workbench()
    bench.options.maximumLineBytes = 10
    try makeFIFO(bench)
    try bench.start()
    try bench.readAvailable()
    let writer = try openWriter(bench)
    for _ in 0..<20 {
      try write(String(repeating: "x", count: 1_000), to: writer)
      try bench.readAvailable(budget: 100)
    }
    try write("\nshort\n", to: writer)
    try bench.readAvailable(budget: 1)
    #expect(bench.taken() == ["short"])
    #expect(bench.sink.oversizedLines == 1)
    #expect(bench.tailer?.statistics.bytesRead == 20_007)
  }

  @Test("a FIFO is deleted and a regular file takes its place: what was left in it is read first")
  func fifoReplaced() throws {
    let bench = Workbench()
    try makeFIFO(bench)
    try bench.start()
    try bench.readAvailable()
    let writer = try openWriter(bench)
    try write("one\nlast", to: writer)
    try bench.delete()
    try bench.append("regular\n")
    try bench.settle()
    #expect(bench.taken() == ["one", "last", "regular"])
    #expect(bench.tailer?.streamDescriptor == nil)
  }

  @Test("standard input that is not open for reading cannot be followed, and the reason is said")
  func unreadableStandardInput() async {
    // In a process of its own, whose standard input it may take away.
    await #expect(processExitsWith: .success) {
      // O_PATH, which Glibc shows only with _GNU_SOURCE.
      let pathOnly: CInt = 0o10_000_000
      for flags in [O_WRONLY, O_RDWR | O_WRONLY, pathOnly, nil] {
        // First, so that its own descriptors do not become the standard input.
        let bench = Workbench()
        bench.log = "-"
        close(0)
        if let flags {
          let descriptor = unsafe open("/dev/null", flags)
          try #require(descriptor == 0)
        }
        let error = #expect(throws: TailStartError.self, "\(flags ?? -1)") {
          try bench.start()
          try bench.readAvailable()
        }
        #expect(
          error?.description == "cannot read standard input, which is not open for reading: Bad file descriptor"
        )
      }
    }
  }

  @Test("standard input is read to its end; what is left is the last line")
  func standardInput() throws {
    var ends: [CInt] = [0, 0]
    let piped = unsafe pipe(&ends)
    try #require(piped == 0)
    let saved = dup(0)
    dup2(ends[0], 0)
    close(ends[0])
    defer {
      dup2(saved, 0)
      close(saved)
    }
    let bench = Workbench()
    bench.log = "-"
    try bench.start()
    #expect(try bench.readAvailable() == .caughtUp)
    do {
      let writer = FileDescriptor(owning: ends[1], name: "pipe")
      try write("one\nlast", to: writer)
      try bench.readAvailable()
      #expect(bench.taken() == ["one"])
      #expect(bench.tailer?.streamDescriptor != nil)
    }
    try bench.readAvailable()
    #expect(bench.taken() == ["last"])
    #expect(bench.tailer?.state == .ended)
    #expect(bench.tailer?.streamDescriptor == nil)
    #expect(try bench.readAvailable() == .caughtUp)
  }
}
