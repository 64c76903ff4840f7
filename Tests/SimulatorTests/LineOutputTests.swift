import Foundation
import LinuxIO
import Testing

@testable import Simulator

struct LineOutputTests {
  @Test("a full pipe leaves half a line, and the next line is run together with it")
  func halfLine() throws {
    let pipe = try SmallPipe()
    var output = try pipe.output()
    // A block over PIPE_BUF may be taken in part: 4096 bytes, which end inside the fifth line.
    let result = output.write(numberedLines(1...7, bytes: 1000))
    #expect(result == LineWriteResult(droppedLines: 2, error: nil))
    #expect(output.endsInsideLine == true)
    var received = try pipe.read()
    #expect(received.utf8.count == 4096)

    #expect(output.write(numberedLines(8...8, bytes: 1000)) == LineWriteResult())
    #expect(output.endsInsideLine == false)
    received += try pipe.read()
    #expect(received == numberedLines(1...5, bytes: 1000) + numberedLines(8...8, bytes: 1000))
  }

  @Test("the rest of a line is forgotten, or counted as dropped, when the pipe stays full")
  func staysFull() throws {
    let pipe = try SmallPipe()
    var output = try pipe.output()
    _ = output.write(numberedLines(1...5, bytes: 1000))
    #expect(output.endsInsideLine == true)
    #expect(output.write(numberedLines(6...8, bytes: 1000)).droppedLines == 3)
    #expect(output.write("").droppedLines == 0)
    #expect(output.endsInsideLine == true)
    var received = try pipe.read()
    #expect(output.write("") == LineWriteResult())
    received += try pipe.read()
    #expect(received == numberedLines(1...5, bytes: 1000))
  }

  @Test("a pipe that takes nothing loses its first line without counting it")
  func nothingTaken() throws {
    let pipe = try SmallPipe()
    var output = try pipe.output()
    #expect(output.write(numberedLines(1...4, bytes: 1024)) == LineWriteResult())
    #expect(output.write(numberedLines(5...6, bytes: 100)).droppedLines == 2)
    #expect(output.endsInsideLine == false)
    _ = try pipe.read()
    #expect(output.write(numberedLines(7...7, bytes: 100)) == LineWriteResult())
    #expect(try pipe.read() == numberedLines(7...7, bytes: 100))
  }

  @Test("a reader that has gone is not reported")
  func brokenPipe() throws {
    // As the event loop does for the whole process.
    _ = signal(SIGPIPE, SIG_IGN)
    let pipe = try SmallPipe()
    var output = try pipe.output()
    pipe.closeReadingEnd()
    let result = output.write("a\nb\n")
    #expect(result.error?.errno == Errno(rawValue: EPIPE))
    #expect(result.droppedLines == 2)
  }
}
