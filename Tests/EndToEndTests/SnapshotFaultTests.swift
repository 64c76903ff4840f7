import Foundation
import Glibc
import TestSupport
import Testing

extension EndToEnd.Proofs {
  /// The snapshot is damaged, foreign, not to be read or not to be written.
  @Suite("snapshot faults")
  struct SnapshotFaults {
    static let snapshot = "state/etl-exporter.snapshot"

    enum Damage: CaseIterable {
      case flippedBit
      case halfWritten
      case empty
      case otherVersion
      case otherProgram

      func apply(to contents: inout [UInt8], _ random: inout SeededGenerator) {
        switch self {
        case .flippedBit:
          contents[Int.random(in: 0..<contents.count, using: &random)] ^= 1 << Int.random(in: 0..<8, using: &random)
        case .halfWritten: contents.removeLast(Int.random(in: 1..<contents.count, using: &random))
        case .empty: contents = []
        case .otherVersion: contents = Self.withFormat(99, contents)
        case .otherProgram: contents = Array("{\"format\": 1, \"offsets\": {}}\n".utf8)
        }
      }

      /// The snapshot with another format and a checksum that is right.
      private static func withFormat(_ format: Int, _ contents: [UInt8]) -> [UInt8] {
        let text = String(decoding: contents, as: UTF8.self).replacing("\"format\": 1,", with: "\"format\": \(format),")
        let content = text.components(separatedBy: ", \"checksum\"")[0]
        let checksum = content.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) {
          ($0 ^ UInt64($1)) &* 0x100_0000_01b3
        }
        let digits = String(checksum, radix: 16)
        let padding = String(repeating: "0", count: 16 - digits.count)
        return Array("\(content), \"checksum\": \"\(padding)\(digits)\"}\n".utf8)
      }
    }

    @Test("a snapshot that cannot be used is set aside, and the log counted anew and right", arguments: Damage.allCases)
    func damaged(_ damage: Damage) async throws {
      let seed = EndToEnd.Proofs.makeSeed()
      var random = SeededGenerator(seed: seed)
      let rounds = damage == .flippedBit || damage == .halfWritten ? 5 : 1
      try await Sandbox.run { sandbox in
        var job = WrittenJob()
        for _ in 0..<rounds {
          try sandbox.append(job.completed() + job.failed("corrupt_file_format"))
          let first = try await startExporter(in: sandbox)
          expectAllCounted(of: job, by: try await first.scrape(), "seed \(seed)")
          #expect(try first.process.stop() == .exited(0))

          var contents = Array(try #require(FileManager.default.contents(atPath: sandbox.path(Self.snapshot))))
          damage.apply(to: &contents, &random)
          try sandbox.remove(Self.snapshot)
          try sandbox.append(contents, to: Self.snapshot)
          try sandbox.append(job.completed())
          let second = try await startExporter(in: sandbox)
          expectAllCounted(of: job, by: try await second.scrape(), "seed \(seed)")
          let errors = second.process.errorLines.filter { $0.contains("level=error") }
          #expect(errors.count == 1, "\(errors), seed \(seed)")
          #expect(errors.first?.contains("the snapshot cannot be used") == true)
          if damage == .otherVersion { #expect(errors.first?.contains("format 99") == true) }
          #expect(FileManager.default.contents(atPath: sandbox.path("\(Self.snapshot).corrupt")) == Data(contents))
          try second.process.crash()
        }
        EndToEnd.Proofs.report("snapshot \(damage): \(rounds) of \(rounds) set aside, seed \(seed)")
      }
    }

    enum Refusal: CaseIterable {
      case directoryInItsPlace
      case tooLarge
      case notReadable
      case storageNotWritable

      var message: String {
        switch self {
        case .tooLarge: "File too large; a snapshot has 16777216 bytes at most: move it away to count"
        case .directoryInItsPlace, .notReadable: "let the exporter's user read it, or remove it"
        case .storageNotWritable: "--storage.path needs a directory that can be written to"
        }
      }
    }

    @Test(
      "a snapshot that cannot be read, or a place where none can be kept, ends the start with one line",
      .enabled(if: Machine.givingUpPrivileges != nil, "setpriv cannot take root's privileges away here"),
      arguments: Refusal.allCases
    )
    func refused(_ refusal: Refusal) async throws {
      try await Sandbox.run { sandbox in
        var job = WrittenJob()
        try sandbox.append(job.completed())
        let first = try await startExporter(in: sandbox)
        _ = try await first.scrape()
        #expect(try first.process.stop() == .exited(0))
        switch refusal {
        case .directoryInItsPlace:
          try sandbox.remove(Self.snapshot)
          try sandbox.makeDirectory(Self.snapshot)
        case .tooLarge: try sandbox.append([UInt8](repeating: 0x20, count: 17 << 20), to: Self.snapshot)
        case .notReadable: unsafe chmod(sandbox.path(Self.snapshot), 0)
        case .storageNotWritable:
          try sandbox.remove("state/etl-exporter.lock")
          unsafe chmod(sandbox.path("state"), 0o500)
        }
        let second = try sandbox.start(
          .exporter,
          [
            "--web.listen-address", "127.0.0.1:0", "--log-file", sandbox.path("etl.log"), "--storage.path",
            sandbox.path("state"),
          ],
          preparation: Machine.givingUpPrivileges ?? ""
        )
        #expect(try second.waitForEnd() == .exited(1))
        #expect(second.output == "")
        #expect(second.errorLines.count == 1)
        #expect(second.errors.contains(refusal.message), "\(second.errors)")
        unsafe chmod(sandbox.path("state"), 0o700)
        EndToEnd.Proofs.report("snapshot \(refusal): \(second.errors.dropLast())")
      }
    }

    @Test("a second exporter on one storage directory ends with the first one's process number in its one line")
    func twoExporters() async throws {
      try await Sandbox.run { sandbox in
        let first = try await startExporter(in: sandbox)
        let (second, end) = try sandbox.run(
          .exporter,
          [
            "--web.listen-address", "127.0.0.1:0", "--log-file", sandbox.path("etl.log"), "--storage.path",
            sandbox.path("state"),
          ]
        )
        #expect(end == .exited(1))
        #expect(second.errorLines.count == 1)
        #expect(second.errors.contains("in use by process \(first.process.identifier);"), "\(second.errors)")
        #expect(first.process.poll() == nil)
        // The lock is the process's, whatever ends it.
        try first.process.crash()
        _ = try await startExporter(in: sandbox).scrape()
      }
    }

    private func startExporter(in sandbox: Sandbox) async throws -> RunningExporter {
      try await sandbox.startExporter(["--storage.path", sandbox.path("state"), "--storage.interval", "10ms"])
    }
  }
}

/// Sees that all lines of a job were counted, each once.
func expectAllCounted(
  of job: WrittenJob,
  by metrics: ScrapedMetrics,
  _ note: String = "",
  location: SourceLocation = #_sourceLocation
) {
  #expect(metrics.counts == [job.records, job.files, job.failures], "\(note)", sourceLocation: location)
  #expect(metrics.events == job.files + job.failures, "\(note)", sourceLocation: location)
  expectNothingLost(metrics, location: location)
}
