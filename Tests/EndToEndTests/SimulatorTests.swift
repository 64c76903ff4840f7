import Foundation
import Glibc
import Testing

extension EndToEnd {
  @Suite("simulator")
  struct SimulatorProgram {
    @Test("the same seed makes the same events, another one others")
    func seed() async throws {
      try await Sandbox.run { sandbox in
        func events(seed: Int, to name: String) throws -> [String] {
          let arguments = ["--history", "1h", "--exit", "--seed", "\(seed)", "--log-file", sandbox.path(name)]
          #expect(try sandbox.run(.simulator, arguments).end == .exited(0))
          // All but the time, which every line begins with.
          return textLines(try String(contentsOfFile: sandbox.path(name), encoding: .utf8)).map { line in
            line.components(separatedBy: "\", \"message\"").last ?? ""
          }
        }
        let first = try events(seed: 7, to: "a.log")
        #expect(first.count > 300)
        #expect(try events(seed: 7, to: "b.log") == first)
        #expect(try events(seed: 8, to: "c.log") != first)
      }
    }

    @Test("a completed file's line has the mission's fields, in its order and spelling")
    func completedLine() async throws {
      try await Sandbox.run { sandbox in
        #expect(try sandbox.startSimulator(["--history", "1h", "--exit"]).waitForEnd() == .exited(0))
        let text = try String(contentsOfFile: sandbox.path("etl.log"), encoding: .utf8)
        let completed = textLines(text).filter { $0.contains("file_processing_completed") }
        #expect(completed.count > 50)
        let number = #"[0-9]+(\.[0-9]+)?"#
        let pattern =
          #"\{"timestamp": "20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?Z", "#
          + #""message": "file_processing_completed", "total_records": [0-9]+, "total_files": [0-9]+, "#
          + #""total_failures": [0-9]+, "file_id": "file_[0-9]{6}", "records_processed": [0-9]+, "#
          + #""processing_time": NUMBER, "current_rate": NUMBER\}"#.replacingOccurrences(of: "NUMBER", with: number)
        let expression = try Regex(pattern)
        let others = completed.filter { $0.wholeMatch(of: expression) == nil }
        #expect(others.isEmpty, "\(others.first ?? "")")
        #expect(completed[4].contains("\"total_files\": 5, ") && completed[4].contains("\"file_000005\""))
      }
    }

    @Test("each line goes to the standard output too, unless it is to be quiet", arguments: [false, true])
    func standardOutput(isQuiet: Bool) async throws {
      try await Sandbox.run { sandbox in
        let arguments = ["--files", "20", "--records-per-second", "100000"] + (isQuiet ? ["--quiet"] : [])
        let (simulator, end) = try sandbox.run(.simulator, arguments)
        #expect(end == .exited(0))
        // Where nothing says otherwise, the log is in the working directory.
        let log = try String(contentsOfFile: sandbox.path("etl_process.log"), encoding: .utf8)
        #expect(textLines(log).count >= 42)
        #expect(simulator.output == (isQuiet ? "" : log))
        #expect(simulator.errors == "")
      }
    }

    @Test("whoever reads its standard output goes away, or reads no more: it works on", arguments: [true, false])
    func unreadOutput(readerGoes: Bool) async throws {
      try await Sandbox.run { sandbox in
        let pipe = Pipe()
        let simulator = try sandbox.start(
          .simulator,
          ["--records-per-second", "100000", "--log-file", sandbox.path("etl.log")],
          outputDescriptor: pipe.fileHandleForWriting.fileDescriptor
        )
        try pipe.fileHandleForWriting.close()
        #expect(try pipe.fileHandleForReading.read(upToCount: 1)?.count == 1)
        if readerGoes { try pipe.fileHandleForReading.close() }
        // More than a pipe holds, which is 64 KiB.
        let size = sandbox.size(of: "etl.log")
        try await waitUntil("further lines") { sandbox.size(of: "etl.log") > size + 300_000 }
        #expect(try simulator.stop(within: 1) == .exited(0))
        #expect(try sandbox.logFacts().lastMessage == "etl_simulator_stopped")
        #expect(simulator.errors == "")
        withExtendedLifetime(pipe) {}
      }
    }
  }

  @Suite("command lines")
  struct CommandLines {
    @Test("--help and --version answer on standard output and start nothing", arguments: ["exporter", "simulator"])
    func answers(name: String) async throws {
      let program: Program = name == "exporter" ? .exporter : .simulator
      try await Sandbox.run { sandbox in
        let help = try sandbox.run(program, ["--help"])
        #expect(help.end == .exited(0))
        #expect(help.process.output.hasPrefix("Usage: \(program.rawValue) "))
        #expect(help.process.output.contains("--log-file"))
        #expect(help.process.outputLines.count <= 58)
        #expect(help.process.outputLines.allSatisfy { $0.count <= 80 })
        #expect(help.process.errors == "")
        let version = try sandbox.run(program, ["--version"])
        #expect(version.end == .exited(0))
        #expect(
          version.process.output.wholeMatch(of: try Regex("\(program.rawValue) [0-9]+\\.[0-9]+\\.[0-9]+\n")) != nil
        )
        #expect(sandbox.logNames("etl_process.log").isEmpty)
      }
    }

    @Test("options come from the environment, and the command line goes before it")
    func environment() async throws {
      try await Sandbox.run { sandbox in
        let variables = ["ETL_FILES": "3", "ETL_RECORDS_PER_SECOND": "100000", "LOG_FILE": "other.log"]
        let first = try sandbox.run(.simulator, ["--quiet"], environment: variables)
        #expect(first.end == .exited(0))
        #expect(try LogFacts(reading: [sandbox.path("other.log")]).files == 3)
        let second = try sandbox.run(.simulator, ["--quiet", "--files", "2"], environment: variables)
        #expect(second.end == .exited(0))
        #expect(try LogFacts(reading: [sandbox.path("other.log")]).files == 5)
      }
    }
  }
}
