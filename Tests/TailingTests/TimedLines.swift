import LinuxIO

@testable import Tailing

/// Lines that say when they were written: `T` and a number, then text.
enum TimedLines {
  /// A line; over 64 bytes with its newline.
  static func line(_ time: Int, _ text: String = "") -> String {
    "T\(time) \(text) \(String(repeating: ".", count: 64))"
  }

  /// Lines of a range of times.
  static func text(_ times: some Sequence<Int>, _ text: String = "") -> String {
    times.map { line($0, text) + "\n" }.joined()
  }

  /// The times of some lines.
  static func times(_ lines: [String]) -> [Int] {
    lines.map { Int($0.dropFirst().prefix { $0 != " " }) ?? -1 }
  }

  /// Reads the time of a line; a line of another form is no event.
  static func sketch(_ line: RawSpan) -> LineSketch {
    guard line.byteCount > 1, line.byte(at: 0) == UInt8(ascii: "T") else { return .other }
    var time: Int64 = 0
    for index in line.byteOffsets.dropFirst() {
      guard let digit = Int64(String(UnicodeScalar(line.byte(at: index)))) else { break }
      time = 10 * time + digit
    }
    return .event(nanoseconds: time)
  }
}

extension Workbench {
  /// A bench whose lines have times.
  static func timed() -> Workbench {
    let bench = Workbench()
    bench.options.sketch = TimedLines.sketch
    return bench
  }
}
