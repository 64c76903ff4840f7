import Foundation
import LinuxIO
import Testing

@testable import Tailing

/// How rotation names files.
enum RotationScheme: CaseIterable {
  case numbers
  case dates
  case numbersBeforeExtension
  case datesBeforeExtension
  case datesInFront

  /// Whether files that were rotated before get other names.
  var movesUp: Bool { self == .numbers || self == .numbersBeforeExtension }

  func name(_ number: Int) -> String {
    switch self {
    case .numbers: "etl.log.\(number)"
    case .dates: "etl.log-\(20_250_000 + number)"
    case .numbersBeforeExtension: "etl.\(number).log"
    case .datesBeforeExtension: "etl-\(20_250_000 + number).log"
    case .datesInFront: "\(20_250_000 + number)-0120-etl.log"
    }
  }
}

/// Changes of a log's content that are no rotation.
extension LogModel {
  /// The number of a line is its time; half a line, or one behind half a line, says none.
  static func sketch(_ line: RawSpan) -> LineSketch {
    let text = line.byteOffsets.map { line.byte(at: $0) }
    let parts = text.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    guard parts.count == 2, parts[1].contains(UInt8(ascii: " ")) else { return .event(nanoseconds: nil) }
    let digits = parts[1].prefix { $0 != UInt8(ascii: " ") }
    return .event(nanoseconds: Int64(String(decoding: digits, as: UTF8.self)))
  }

  /// Writes behind what the log holds, over zeros where there are.
  func put(_ text: [UInt8], to name: String, _ segment: Segment) throws {
    defer { segment.bytes += text }
    guard isPreallocated, segment === current?.segment else { return try bench.append(text, to: name) }
    try bench.write(text, at: segment.bytes.count, to: name)
  }

  /// The log's file, where the tailer holds it alone and has read so much of it that it is told by that.
  private var heldAlone: OpenLogFile? {
    guard !usesSymlink, !isPreallocated, !wasTruncated, let current, let tailer = bench.tailer,
      let file = tailer.chain.first, tailer.chain.count == 1, file.role == .atPath,
      (try? FileStatus(of: bench.path(current.name)))?.isSameFile(as: file.status) == true,
      file.offset >= ReadFileIndex.minimumFingerprintBytes, tailer.unresolvedPosition == nil
    else { return nil }
    return file
  }

  /// A careful writer cuts off half a line that it could not write whole.
  func cutHalfLine() throws {
    guard let file = heldAlone, let current, current.segment.bytes.last != UInt8(ascii: "\n"),
      let newline = current.segment.bytes.lastIndex(of: UInt8(ascii: "\n")), file.offset == newline + 1
    else { return }
    // An earlier state has seen less of it, or more.
    snapshot = nil
    steps.append("cut off half a line of segment \(current.segment.number)")
    current.segment.bytes.removeSubrange((newline + 1)...)
    try bench.truncate(current.name, to: newline + 1)
    try touch(current.name)
  }

  /// A copy of the log with more lines takes its place, and the old file keeps another name.
  func replaceByCopy() throws {
    try readAvailable(budget: 1 << 20)
    guard heldAlone != nil, let current else { return }
    fileNumber += 1
    snapshot = nil
    steps.append("replace segment \(current.segment.number) by a copy with more lines")
    try bench.copy(to: "new")
    try bench.rename(to: "backup \(fileNumber)")
    try bench.rename("new", to: "etl.log")
    try append(whole: true)
    try readAvailable(budget: 1 << 20)
  }
}
