import LinuxIO
import Testing

@testable import Exporter

@Suite("Lines of the own log that are held back")
struct LineRestraintTests {
  private var rateLimiter = LogRateLimiter<String>(linesAtOnce: 3, intervalSeconds: 60)

  private func time(_ seconds: Double) -> MonotonicTime { MonotonicTime(nanoseconds: Int64(seconds * 1e9)) }

  /// What is written of lines that come at these seconds, as `second: line (held back)`.
  private mutating func written(_ seconds: [Int], about subject: String = "a.log") -> [String] {
    seconds.flatMap { second in
      let due = rateLimiter.flush(at: time(Double(second))).map { "\(second): \($0.line) (\($0.suppressed))" }
      return due
        + (rateLimiter.allow("line \(second)", about: subject, at: time(Double(second)))
          ? ["\(second): line \(second)"] : [])
    }
  }

  @Test("a log that flips every second fills the disk, or its last state is not said")
  mutating func flipping() {
    #expect(
      written(Array(0..<200)) == [
        "0: line 0", "1: line 1", "2: line 2", "60: line 59 (56)", "120: line 119 (59)", "180: line 179 (59)",
      ]
    )
    // It has come to rest.
    #expect(rateLimiter.flush(at: time(239.9)).isEmpty)
    #expect(rateLimiter.flush(at: time(240)).map { "\($0.line) (\($0.suppressed))" } == ["line 199 (19)"])
    #expect(rateLimiter.flush(at: time(300)).isEmpty)
    #expect(written([301, 302, 303]).count == 3)
  }

  @Test("one subject keeps another from being written about")
  mutating func subjects() {
    #expect(written([0, 1, 2, 3, 4]).count == 3)
    #expect(written([5], about: "b.log") == ["5: line 5"])
  }

  @Test("what changes seldom is held back")
  mutating func seldom() {
    let minutes = (0..<50).map { $0 * 61 }
    #expect(written(minutes).count == minutes.count)
  }

  @Test("the end loses what is held back")
  mutating func end() {
    #expect(written([0, 1, 2, 3, 4]).count == 3)
    #expect(rateLimiter.flush(at: nil).map { "\($0.line) (\($0.suppressed))" } == ["line 4 (1)"])
    #expect(rateLimiter.flush(at: nil).isEmpty)
  }
}
