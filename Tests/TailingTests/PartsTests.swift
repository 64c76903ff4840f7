import LinuxIO
import Testing

@testable import Tailing

@Suite("the parts")
struct PartsTests {
  @Test(
    "the hash is FNV-1a's, in every process",
    arguments: [("", 0xcbf2_9ce4_8422_2325), ("a", 0xaf63_dc4c_8601_ec8c), ("foobar", 0x8594_4171_f739_67e8)]
      as [(String, UInt64)]
  )
  func hash(text: String, value: UInt64) {
    let bytes = Array(text.utf8)
    #expect(ContentHash(of: unsafe bytes.span.bytes).value == value)
    var parts = ContentHash()
    for byte in bytes {
      let one = [byte]
      parts.add(unsafe one.span.bytes)
    }
    #expect(parts.value == value)
  }

  @Test(
    "lines are cut the same wherever a read ends",
    arguments: [
      "a\nb\n", "\n\n\n", "0123456789\n", "01234567890\nx\n", "\0\0\0a\n\0b\n", "a\0b\n\0\0\n",
      "0123456789012\0\n\0a\n",
      "a\n\0\0\0\0\0\0\0\0\0\0\0\0\0\0b\n", "no newline", "0123456789-too-long-without-newline", "\0\0\0", "ü\nä\n",
      "0123456789\r\n", "a\n0123456789\r\nb\n0123456789\r\n", "01234567890\r\nx\n", "0123456789\rx\n", "0123456789\r",
      "0123456789\r\r\nx\n", "\0\0\00123456789\r\n", "a\r\n\r\n0123456789\r\n\0b\r\n",
    ]
  )
  func cutting(text: String) {
    let bytes = Array(text.utf8)
    let (lines, oversized, rest) = Self.reference(bytes, maximumLineBytes: 10)
    for size in 1...bytes.count {
      var cutter = LineSplitter(maximumLineBytes: 10)
      var sink = RecordingSink()
      var pending: [UInt8] = []
      for start in stride(from: 0, to: bytes.count, by: size) {
        pending += bytes[start..<min(bytes.count, start + size)]
        let outcome = cutter.cut(unsafe pending.span.bytes, into: &sink)
        pending.removeFirst(outcome.consumedBytes)
      }
      #expect(sink.lines == lines)
      #expect(sink.oversizedLines == oversized)
      #expect(pending == rest)
    }
  }

  /// The same by the book, one byte after the other.
  private static func reference(
    _ bytes: [UInt8],
    maximumLineBytes: Int
  ) -> (lines: [String], oversized: Int, rest: [UInt8]) {
    var lines: [String] = []
    var oversized = 0
    var line: [UInt8] = []
    var isOversized = false
    // Those at the end may yet be written over.
    var zeros: [UInt8] = []
    for byte in bytes {
      zeros = byte == 0 && line.isEmpty && !isOversized ? zeros + [0] : []
      if byte == UInt8(ascii: "\n") {
        let length = line.last == UInt8(ascii: "\r") ? line.count - 1 : line.count
        if isOversized || length > maximumLineBytes {
          oversized += 1
        } else {
          lines.append(String(decoding: line, as: UTF8.self))
        }
        line = []
        isOversized = false
      } else if !isOversized, byte != 0 || !line.isEmpty {
        line.append(byte)
        if line.count > maximumLineBytes + (byte == UInt8(ascii: "\r") ? 1 : 0) {
          isOversized = true
          line = []
        }
      }
    }
    return (lines, oversized, line + zeros)
  }

  @Test(
    "content is compared again when the file's times say that it changed, and while they cannot say so",
    arguments: [0, 3]
  )
  func comparing(seconds: Int64) throws {
    let bench = Workbench()
    try bench.append("content\n")
    let file = try OpenLogFile(opening: bench.log, role: .atPath)
    let changed = file.status.changedNanoseconds
    #expect(try file.verify(at: WallTime(nanoseconds: changed + seconds * 1_000_000_000)) == .intact)
    try bench.truncate()
    try bench.append("another\n")
    // The clock may not have ticked since; when it counts, it has.
    if seconds > 0 { try bench.setModified("etl.log", nanoseconds: changed + 1) }
    #expect(try file.verify(at: WallTime(nanoseconds: changed + seconds * 1_000_000_000)) == .truncated)
  }

  @Test("rotated files are ordered by their time, then by number downwards or by date upwards")
  func order() {
    func sorted(_ files: [(Int64, String)]) -> [String] {
      files.map { (modifiedNanoseconds: $0.0, path: $0.1) }.sorted(by: SiblingFinder.isOlder).map(\.path)
    }
    #expect(sorted([(2, "l.1"), (1, "l.2"), (3, "l.3")]) == ["l.2", "l.1", "l.3"])
    #expect(sorted([(1, "l.1"), (1, "l.10"), (1, "l.2")]) == ["l.10", "l.2", "l.1"])
    #expect(
      sorted([(1, "l-20250103"), (1, "l-20250101"), (1, "l-20250102")]) == ["l-20250101", "l-20250102", "l-20250103"]
    )
    #expect(sorted([(1, "l.20250103"), (1, "l.20250101")]) == ["l.20250101", "l.20250103"])
  }
}
