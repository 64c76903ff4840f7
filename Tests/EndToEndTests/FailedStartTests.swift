import Foundation
import Glibc
import Testing

extension EndToEnd {
  /// What cannot start says so in one line, on standard error only, and with the right exit code.
  @Suite("failed starts")
  struct FailedStarts {
    private struct Wrong {
      let program: Program
      let arguments: [String]
      var environment: [String: String] = [:]
      /// What the line has to name.
      let names: [String]
    }

    /// Exit code 2: the command line or the environment is wrong.
    private static let misuses = [
      Wrong(program: .exporter, arguments: ["--prot", "8083"], names: ["--prot", "--port"]),
      Wrong(program: .exporter, arguments: ["--port", "70000"], names: ["--port", "70000", "65535"]),
      Wrong(program: .exporter, arguments: ["--port"], names: ["--port"]),
      Wrong(
        program: .exporter,
        arguments: ["--log.poll-interval", "1 year"],
        names: ["--log.poll-interval", "1 year"]
      ),
      Wrong(program: .exporter, arguments: ["--log.level", "loud"], names: ["--log.level", "loud", "debug"]),
      Wrong(
        program: .exporter,
        arguments: ["--web.listen-address", "localhost:1"],
        names: ["localhost:1", "127.0.0.1"]
      ),
      Wrong(
        program: .exporter,
        arguments: ["--port", "1", "--web.listen-address", ":2"],
        names: ["--port", "--web.listen-address"]
      ),
      Wrong(
        program: .exporter,
        arguments: ["--web.telemetry-path", "/health"],
        names: ["--web.telemetry-path", "/health"]
      ),
      Wrong(program: .exporter, arguments: ["--bad\nline"], names: ["bad"]),
      Wrong(program: .exporter, arguments: [], environment: ["ETL_PORT": "x"], names: ["ETL_PORT", "\"x\""]),
      Wrong(program: .simulator, arguments: ["--rekords-per-second", "1"], names: ["--records-per-second"]),
      Wrong(program: .simulator, arguments: ["--records-per-second", "-1"], names: ["--records-per-second", "-1"]),
      Wrong(program: .simulator, arguments: ["--failure-interval", "often"], names: ["--failure-interval", "often"]),
      Wrong(program: .simulator, arguments: ["--min-records", "9", "--max-records", "8"], names: ["9", "8"]),
      Wrong(program: .simulator, arguments: ["--exit"], names: ["--exit", "--history"]),
      Wrong(program: .simulator, arguments: [], environment: ["ETL_SEED": "x"], names: ["ETL_SEED", "\"x\""]),
    ]

    @Test("a wrong option, value or combination: exit code 2", arguments: misuses.indices)
    func misuse(index: Int) async throws {
      let wrong = Self.misuses[index]
      try await Sandbox.run { sandbox in
        try expectFailure(of: wrong, exitCode: 2, in: sandbox)
        #expect(sandbox.logNames("etl_process.log").isEmpty)
      }
    }

    @Test("the port is taken: exit code 1")
    func takenPort() async throws {
      try await Sandbox.run { sandbox in
        let taken = try TakenPort()
        let address = "127.0.0.1:\(taken.port)"
        try expectFailure(
          of: Wrong(program: .exporter, arguments: ["--web.listen-address", address], names: [address, "in use"]),
          exitCode: 1,
          in: sandbox
        )
      }
    }

    @Test("the address is another machine's: exit code 1, and what to use")
    func foreignAddress() async throws {
      try await Sandbox.run { sandbox in
        // RFC 5737: no machine has it.
        let address = "192.0.2.1:9199"
        try expectFailure(
          of: Wrong(
            program: .exporter,
            arguments: ["--web.listen-address", address],
            names: [address, "an address of this machine"]
          ),
          exitCode: 1,
          in: sandbox
        )
      }
    }

    @Test("two paths name one log: exit code 2 where they say so, 1 where only the file does")
    func oneLogTwice() async throws {
      try await Sandbox.run { sandbox in
        try sandbox.append("{}\n", to: "x.log")
        try sandbox.append("", to: "logs.txt")
        let wrong = Wrong(
          program: .exporter,
          arguments: ["--log-file", "x.log", "--log-file", sandbox.path("x.log")],
          names: ["more than once"]
        )
        try expectFailure(of: wrong, exitCode: 2, in: sandbox)
        try FileManager.default.createSymbolicLink(atPath: sandbox.path("y.log"), withDestinationPath: "x.log")
        try expectFailure(
          of: Wrong(
            program: .exporter,
            arguments: ["--port", "1", "--log-file", "x.log", "--log-file", "y.log"],
            names: ["x.log", "y.log", "one file"]
          ),
          exitCode: 1,
          in: sandbox
        )
      }
    }

    @Test("the log is a directory or a device: exit code 1")
    func noLog() async throws {
      try await Sandbox.run { sandbox in
        try sandbox.makeDirectory("logs")
        for path in [sandbox.path("logs"), "/dev/null"] {
          let arguments = ["--web.listen-address", "127.0.0.1:0", "--log-file", path]
          try expectFailure(
            of: Wrong(program: .exporter, arguments: arguments, names: [path]),
            exitCode: 1,
            in: sandbox
          )
        }
      }
    }

    @Test("the simulator's log cannot be written: exit code 1")
    func unwritableLog() async throws {
      try await Sandbox.run { sandbox in
        try sandbox.makeDirectory("logs")
        // Not even the superuser makes files in /sys.
        for path in [sandbox.path("logs"), sandbox.path("missing/etl.log"), "/sys/etl.log"] {
          try expectFailure(
            of: Wrong(program: .simulator, arguments: ["--log-file", path], names: [path]),
            exitCode: 1,
            in: sandbox
          )
        }
        #expect(!sandbox.exists("missing"))
      }
    }

    private func expectFailure(of wrong: Wrong, exitCode: Int32, in sandbox: Sandbox) throws {
      let (process, end) = try sandbox.run(wrong.program, wrong.arguments, environment: wrong.environment)
      let errors = process.errors
      #expect(end == .exited(exitCode), "\(wrong.arguments)")
      #expect(process.errorLines.count == 1 && errors.hasSuffix("\n"), "\(errors)")
      #expect(errors.hasPrefix("\(wrong.program.rawValue): "), "\(errors)")
      for name in wrong.names { #expect(errors.contains(name), "\(name) is missing in: \(errors)") }
      #expect(process.output == "")
    }
  }
}
