import Foundation
import Glibc
import LinuxIO
import Testing

@testable import Tailing

/// A generator that gives the same numbers for the same seed (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }
}

/// What a log held between its beginning (or a truncation) and its end: the unit that the model compares.
final class Segment {
  let number: Int
  var bytes: [UInt8] = []
  /// Whether bytes of it may have been destroyed before they could be read.
  var mayBeLost = false
  /// Where what may have been destroyed begins, when it is not all of it.
  var mayBeLostFrom = Int.max
  /// Whether its file had zeros behind the lines, over which the next ones are written.
  var isPreallocated = false

  init(number: Int) { self.number = number }

  /// The lines as they must be delivered, once it has ended, without those over the limit, and whether each may be lost.
  func lines(maximumLineBytes: Int) -> [(text: String, mayBeLost: Bool)] {
    var lines: [(text: String, mayBeLost: Bool)] = []
    for line in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: true) {
      let text = line.drop { $0 == 0 }
      guard !text.isEmpty, text.count <= maximumLineBytes else { continue }
      lines.append((String(decoding: text, as: UTF8.self), mayBeLost || line.startIndex >= mayBeLostFrom))
    }
    return lines
  }
}

/// A log on a real file system, changed by random steps, and what must come of it.
final class LogModel {
  var random: SeededGenerator
  var steps: [String] = []
  private let events = TailEventQueue(includesDecisions: true)
  let bench: Workbench
  let usesSymlink: Bool
  let scheme: RotationScheme
  var segments: [Segment] = []
  /// What the log's path names: the file's name and its segment; nil when it names nothing.
  var current: (name: String, segment: Segment)?
  /// The other files, by name.
  var siblings: [String: Segment] = [:]
  /// Rotated files that a late line may still go to.
  var late: [(name: String, segment: Segment, rotatedAt: Double)] = []
  var now = 0.0
  var lineNumber = 0
  var fileNumber = 0
  /// The state that a kill falls back to: the position, and how many lines were delivered then.
  var snapshot: (position: TailPosition, lines: Int)?
  private var modified: Int64 = 1_700_000_000_000_000_000
  private var failure: String?
  /// Whether the log's file has zeros behind its lines, over which the next ones are written.
  var isPreallocated: Bool { current?.segment.isPreallocated ?? false }
  /// Whether the log was truncated since the last drain.
  var wasTruncated = false

  init(seed: UInt64) throws {
    random = SeededGenerator(seed: seed)
    let inotify = Int.random(in: 0..<3, using: &random) > 0
    bench = Workbench(usesInotify: inotify)
    bench.events = events
    bench.options.maximumLineBytes = [40, 100, 65_536].randomElement(using: &random) ?? 40
    bench.options.maximumOpenFiles = [3, 6, 64].randomElement(using: &random) ?? 64
    usesSymlink = Int.random(in: 0..<5, using: &random) == 0
    scheme = RotationScheme.allCases.randomElement(using: &random) ?? .numbers
    // Times in lines tell more; without them everything must be right as well.
    if Bool.random(using: &random) { bench.options.sketch = Self.sketch }
    steps.append(
      "inotify \(inotify), longest line \(bench.options.maximumLineBytes), symlink \(usesSymlink), \(scheme), "
        + "times \(bench.options.sketch != nil)"
    )
    if Bool.random(using: &random) { try create() }
    try bench.start()
    try readAvailable(budget: 1 << 20)
  }

  // MARK: Running

  /// Takes random steps, then lets everything be read, and compares.
  ///
  /// - Returns: What went wrong, or nil.
  func run(steps count: Int) throws -> String? {
    for _ in 0..<count where failure == nil { try step() }
    steps.append("— settle")
    if current == nil { try create() }
    try append(whole: true)
    for _ in 0..<4 {
      try readAvailable(budget: 1 << 20)
      advance(seconds: 5)
    }
    return failure ?? compare()
  }

  private func step() throws {
    switch Int.random(in: 0..<100, using: &random) {
    case 0..<30: try append(whole: Bool.random(using: &random))
    case 30..<50: try readAvailable(budget: [1, 50, 200, 1 << 20].randomElement(using: &random) ?? 1)
    case 50..<58: advance(seconds: Double.random(in: 0..<6, using: &random))
    case 58..<68: try rotate()
    case 68..<76: try copyTruncate()
    case 76..<81: try writeLate()
    case 81..<85: _ = try delete()
    case 85..<88: if current == nil { try create() }
    case 88..<90: try replace()
    case 90..<93: try restart(fromSnapshot: false)
    case 93..<96: try restart(fromSnapshot: true)
    case 96: takeSnapshot()
    case 97: try cutHalfLine()
    case 98: try replaceByCopy()
    default: try moveDirectory()
    }
  }

  /// Compares what was delivered with what must have been: in order, and all of it but what was destroyed unread.
  private func compare() -> String? {
    let expected = segments.flatMap { segment in
      segment.lines(maximumLineBytes: bench.options.maximumLineBytes)
        .map { (line: $0.text, mayBeLost: $0.mayBeLost, segment: segment) }
    }
    var place = 0
    for (index, line) in bench.sink.lines.enumerated() {
      while place < expected.count, expected[place].line != line {
        guard expected[place].mayBeLost else {
          return "delivered line \(index) is \"\(line)\", but \"\(expected[place].line)\" of segment "
            + "\(expected[place].segment.number) must come first"
        }
        place += 1
      }
      if place == expected.count {
        return "delivered line \(index), \"\(line)\", was delivered before or never written"
      }
      place += 1
    }
    for rest in expected[place...] where !rest.mayBeLost {
      return "\"\(rest.line)\" of segment \(rest.segment.number) is missing at the end"
    }
    return nil
  }

  // MARK: Steps of the tailer

  func readAvailable(budget: Int) throws {
    bench.watcher.takeWakeups()
    wasTruncated = false
    guard let tailer = bench.tailer else { return }
    if budget == 1 << 20 {
      try bench.readAvailable(budget: budget)
    } else {
      _ = tailer.readAvailable(budget: budget, into: &bench.sink)
    }
    for report in events.take() {
      guard case .decided(let decision) = report.event else { continue }
      let name = decision.path.split(separator: "/").last ?? ""
      steps.append("  \(decision.action.rawValue) \(name): \(decision.reason)")
    }
    let held = tailer.chain.map {
      "\($0.status.inode % 10_000):\($0.role == .atPath ? "path" : $0.role == .copy ? "copy" : "old") \($0.offset)/\($0.status.size)"
    }
    let known = tailer.siblings.known.positions.map { "\($0.identity.inode % 10_000):\($0.offset)" }
    steps.append("drain \(budget): \(bench.sink.lines.count) lines, held \(held), known \(known)")
  }

  private func advance(seconds: Double) {
    steps.append("advance \(seconds) s")
    bench.advance(seconds: seconds)
    now += seconds
    late.removeAll { now - $0.rotatedAt >= bench.options.rotateWaitSeconds }
  }

  private func takeSnapshot() {
    guard let tailer = bench.tailer else { return }
    steps.append("snapshot at \(bench.sink.lines.count) lines")
    snapshot = (tailer.position, bench.sink.lines.count)
  }

  private func restart(fromSnapshot: Bool) throws {
    guard let tailer = bench.tailer else { return }
    let state = (fromSnapshot ? snapshot : nil) ?? (tailer.position, bench.sink.lines.count)
    steps.append("\(fromSnapshot ? "kill, back" : "restart") at \(state.lines) of \(bench.sink.lines.count) lines")
    bench.sink.lines.removeSubrange(state.lines...)
    // Whatever has no name any more cannot be found again.
    for segment in segments where current?.segment !== segment && !siblings.values.contains(where: { $0 === segment }) {
      segment.mayBeLost = true
    }
    bench.tailer = nil
    try bench.start(at: state.position)
    snapshot = state
  }

  // MARK: Steps of the log

  func touch(_ name: String) throws {
    modified += 1_000_000
    try bench.setModified(name, nanoseconds: modified)
  }

  func create() throws {
    fileNumber += 1
    let segment = Segment(number: segments.count)
    segments.append(segment)
    let name = usesSymlink ? "etl.log.run\(1_000 + fileNumber)" : "etl.log"
    steps.append("create \(name), segment \(segment.number)")
    try bench.append("", to: name)
    segment.isPreallocated = !usesSymlink && Int.random(in: 0..<6, using: &random) == 0
    if segment.isPreallocated {
      try bench.append([UInt8](repeating: 0, count: [100, 5_000].randomElement(using: &random) ?? 100), to: name)
      steps.append("preallocated")
    }
    try touch(name)
    if usesSymlink { try bench.makeLink("etl.log", to: name) }
    current = (name, segment)
  }

  func append(whole: Bool) throws {
    guard let current else { return }
    try write(whole: whole, to: current.name, current.segment)
  }

  func write(whole: Bool, to name: String, _ segment: Segment) throws {
    var text: [UInt8] = []
    for _ in 0..<Int.random(in: 1..<6, using: &random) { text += line(of: segment) }
    if !whole { text.removeLast(Int.random(in: 1..<text.count, using: &random)) }
    steps.append("append \(text.count) bytes to \(name), segment \(segment.number)\(whole ? "" : ", half a line")")
    try put(text, to: name, segment)
    try touch(name)
  }

  /// A line like no other, whose first byte tells its segment from its neighbours.
  func line(of segment: Segment) -> [UInt8] {
    lineNumber += 1
    let letter = UInt8(ascii: "A") + UInt8(segment.number % 50)
    let padding = String(repeating: "é", count: Int.random(in: 0..<40, using: &random))
    return [letter] + Array("\(segment.number)/\(lineNumber) \(padding)\n".utf8)
  }

  func rotate() throws {
    guard let old = current else { return }
    if usesSymlink {
      siblings[old.name] = old.segment
      late.append((old.name, old.segment, now))
      try create()
      return
    }
    let name = try makeRoom()
    steps.append("rename to \(name), segment \(old.segment.number)")
    try bench.rename(to: name)
    siblings[name] = old.segment
    late.append((name, old.segment, now))
    current = nil
    if Int.random(in: 0..<4, using: &random) > 0 { try create() }
  }

  /// Frees the name for the next rotated file as rotation does: numbers move up, dates go on.
  private func makeRoom() throws -> String {
    fileNumber += 1
    guard scheme.movesUp else { return scheme.name(fileNumber) }
    for number in stride(from: siblings.count, through: 1, by: -1) {
      guard let segment = siblings.removeValue(forKey: scheme.name(number)) else { continue }
      try bench.rename(scheme.name(number), to: scheme.name(number + 1))
      siblings[scheme.name(number + 1)] = segment
      for index in late.indices where late[index].segment === segment { late[index].name = scheme.name(number + 1) }
    }
    return scheme.name(1)
  }

  private func copyTruncate() throws {
    guard let old = current, !usesSymlink, !isPreallocated else { return }
    let name = try makeRoom()
    try bench.copy(to: name)
    try touch(name)
    siblings[name] = old.segment
    if Int.random(in: 0..<4, using: &random) == 0 { try readAvailable(budget: 1 << 20) }
    if Bool.random(using: &random) { try writeBehindCopy(of: old.segment) }
    let segment = Segment(number: segments.count)
    segments.append(segment)
    current = (old.name, segment)
    try bench.truncate()
    try touch(old.name)
    wasTruncated = true
    steps.append("copy to \(name) and truncate, segment \(segment.number)")
    switch Int.random(in: 0..<4, using: &random) {
    case 0:
      // A writer that is not in O_APPEND goes on where it was.
      let hole = old.segment.bytes.count
      try bench.truncate(to: hole)
      segment.bytes = [UInt8](repeating: 0, count: hole)
      steps.append("hole of \(hole) bytes")
      try append(whole: true)
    case 1:
      while segment.bytes.count <= old.segment.bytes.count { try append(whole: true) }
    default: break
    }
  }

  /// What is written between the copy and the truncation is in no file, and may be seen or read all the same.
  private func writeBehindCopy(of segment: Segment) throws {
    // A copy that is shorter than its original is told by what was read, and by the first 1,024 bytes.
    guard let front = bench.tailer?.chain.first, (try? FileStatus(of: bench.log))?.isSameFile(as: front.status) == true,
      front.offset >= ReadFileIndex.minimumFingerprintBytes,
      front.offset == segment.bytes.count || front.offset >= 1_024,
      !wasTruncated, segment.bytes.last == UInt8(ascii: "\n")
    else { return }
    segment.mayBeLostFrom = min(segment.mayBeLostFrom, segment.bytes.count)
    try append(whole: true)
    if Bool.random(using: &random) { try readAvailable(budget: [1, 200, 1 << 20].randomElement(using: &random) ?? 1) }
  }

  /// A writer that has not noticed the rotation writes on, to the file that is being read or was last read.
  private func writeLate() throws {
    // What the tailer has not seen yet as it is now, it puts in its place by the time of its last line: not that.
    guard let front = bench.tailer?.chain.first, front.head.bytes > 0, !wasTruncated || front.role != .atPath,
      let target = late.first(where: {
        !$0.segment.isPreallocated && (try? FileStatus(of: bench.path($0.name)))?.isSameFile(as: front.status) == true
      })
    else { return }
    steps.append("late:")
    // A process that falls back to before it held this file puts it in its place by its time, which is now late too.
    snapshot = nil
    try write(whole: Bool.random(using: &random), to: target.name, target.segment)
  }

  @discardableResult
  private func delete(
    by what: String = "delete",
    _ act: (Workbench) throws -> Void = { try $0.delete() }
  ) throws -> Bool {
    guard let old = current, !usesSymlink else { return false }
    // With the original gone a copy is known by its content alone, and so little content tells nothing.
    let seen = (bench.tailer?.position.files ?? []) + (snapshot?.position.files ?? [])
    guard !seen.contains(where: { $0.seenBytes > 0 && $0.seenBytes < ReadFileIndex.minimumFingerprintBytes }) else {
      return false
    }
    let status = try FileStatus(of: bench.log)
    let isHeld = bench.tailer?.chain.contains { $0.isSameFile(as: status) } ?? false
    if !isHeld { old.segment.mayBeLost = true }
    steps.append("\(what) segment \(old.segment.number)\(isHeld ? ", held" : "")")
    try act(bench)
    current = nil
    return true
  }

  /// Another file is renamed over the log.
  private func replace() throws {
    guard try delete(by: "rename over", { _ in }) else { return }
    let segment = Segment(number: segments.count)
    segments.append(segment)
    try bench.append("", to: "new")
    try write(whole: true, to: "new", segment)
    try bench.rename("new", to: "etl.log")
    current = ("etl.log", segment)
  }

  private func moveDirectory() throws {
    guard bench.tailer?.unresolvedPosition == nil else { return }
    // A truncation that nothing shows but the copy cannot be seen while the copy is away with its directory.
    try readAvailable(budget: 1 << 20)
    steps.append("move the directory away and back")
    try bench.moveFolder(away: true)
    try readAvailable(budget: 1 << 20)
    try bench.moveFolder(away: false)
  }
}
