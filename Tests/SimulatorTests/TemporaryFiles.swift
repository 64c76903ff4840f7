import Foundation
import LinuxIO
import TestSupport
import Testing

@testable import Simulator

extension TemporaryFolder {
  /// The names in the directory, in order.
  var names: [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted()
  }

  func makeDirectory(_ name: String) throws {
    try FileManager.default.createDirectory(atPath: path + "/" + name, withIntermediateDirectories: true)
  }

  func makeFIFO(_ name: String) throws {
    // Safe: the string stands during the call.
    try #require(unsafe mkfifo(path + "/" + name, 0o600) == 0)
  }

  /// Cuts a file to nothing, as logrotate's copytruncate does.
  func cut(_ name: String) throws {
    // Safe: the string stands during the call.
    try #require(unsafe truncate(path + "/" + name, 0) == 0)
  }

  func contents(of name: String) -> String {
    FileManager.default.contents(atPath: path + "/" + name).map { String(decoding: $0, as: UTF8.self) } ?? ""
  }
}

/// What a log said to the operator.
final class Complaints {
  private(set) var texts: [String] = []

  func add(_ text: String) {
    texts.append(text)
  }
}

/// A pipe of one page, neither end of which waits for the other.
final class SmallPipe {
  private let directory: TemporaryFolder
  private var reader: FileDescriptor?

  init() throws {
    directory = try TemporaryFolder()
    try directory.makeFIFO("pipe")
    let reader = try FileDescriptor(opening: directory.path + "/pipe", [.readOnly, .nonBlocking])
    // F_SETPIPE_SZ, fcntl(2); the C library shows it to GNU sources only.
    try #require(fcntl(reader.rawValue, 1031, CInt(4096)) == 4096)
    self.reader = consume reader
  }

  /// Opens the writing end.
  func output() throws -> LineOutput {
    LineOutput(try FileDescriptor(opening: directory.path + "/pipe", [.writeOnly, .nonBlocking]))
  }

  func closeReadingEnd() {
    reader = nil
  }

  /// Takes all that is in the pipe.
  func read() throws -> String {
    var bytes = [UInt8](repeating: 0, count: 1 << 16)
    var span = bytes.mutableSpan
    // Safe: a span of UInt8 has no padding.
    var rawSpan = unsafe span.mutableBytes
    let count = try reader?.read(into: &rawSpan) ?? 0
    return String(decoding: bytes.prefix(count), as: UTF8.self)
  }
}

/// So many lines of so many bytes each, the newline included, that say which they are.
func numberedLines(_ range: ClosedRange<Int>, bytes: Int) -> String {
  range.map { number in
    let head = "line \(number) "
    return head + String(repeating: "x", count: bytes - head.utf8.count - 1) + "\n"
  }.joined()
}

extension LineOutput {
  mutating func write(_ text: String) -> LineWriteResult {
    let bytes = Array(text.utf8)
    return write(bytes.span)
  }
}

extension LogFile {
  mutating func write(_ text: String) {
    let bytes = Array(text.utf8)
    write(bytes.span)
  }
}
