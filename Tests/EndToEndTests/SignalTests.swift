import Foundation
import Glibc
import TestSupport
import Testing

extension EndToEnd {
  /// Both programs end when they are told to, and say so.
  @Suite("signals")
  struct Signals {
    @Test("the exporter ends at SIGTERM and SIGINT, with clients connected", arguments: [SIGTERM, SIGINT])
    func exporter(signal: CInt) async throws {
      try await Sandbox.run { sandbox in
        let exporter = try await sandbox.startExporter()
        _ = try await exporter.scrape()
        let idle = try HTTPClient(port: exporter.port)
        try idle.request("/-/healthy")
        #expect(try await idle.answer().status == 200)
        let silent = try HTTPClient(port: exporter.port)
        #expect(try exporter.process.stop(signal, within: 5) == .exited(0))
        #expect(try await idle.remainder() == "")
        #expect(try await silent.remainder() == "")
        #expect(exporter.process.errorLines.last?.hasSuffix("msg=stopped") == true)
        #expect(exporter.process.output == "")
      }
    }

    @Test("a request that is half sent at SIGTERM is answered, and nobody new is")
    func drain() async throws {
      try await Sandbox.run { sandbox in
        let exporter = try await sandbox.startExporter()
        _ = try await exporter.scrape()
        let client = try HTTPClient(port: exporter.port)
        try client.request("/-/healthy")
        #expect(try await client.answer().status == 200)
        try client.send("GET /metrics HTTP/1.1\r\nHo")
        exporter.process.send(SIGTERM)
        try await waitUntil("the exporter stops") { exporter.process.errors.contains("msg=stopping") }
        #expect(throws: RawHTTPClient.Failure.self) { try HTTPClient(port: exporter.port) }
        #expect(exporter.process.poll() == nil)
        try client.send("st: localhost\r\n\r\n")
        let answer = try await client.answer()
        #expect(answer.status == 200)
        #expect(answer.fields["connection"] == "close")
        #expect(answer.body.contains("etl_records_total 0\n"))
        #expect(try await client.remainder() == "")
        #expect(try exporter.process.waitForEnd(within: 5) == .exited(0))
      }
    }

    @Test("a request that never ends does not keep the exporter longer than the drain")
    func endlessRequest() async throws {
      try await Sandbox.run { sandbox in
        let exporter = try await sandbox.startExporter(["--web.head-timeout", "1h"])
        _ = try await exporter.scrape()
        let client = try HTTPClient(port: exporter.port)
        try client.request("/-/healthy")
        #expect(try await client.answer().status == 200)
        try client.send("GET /metrics HTTP/1.1\r\nHo")
        exporter.process.send(SIGTERM)
        // The drain's own 4 seconds, and what a busy machine needs.
        try await waitUntil("the end", within: 10) { exporter.process.poll() != nil }
        #expect(exporter.process.poll() == .exited(0))
      }
    }

    @Test("the simulator ends within a second at SIGTERM and SIGINT, with its last line", arguments: [SIGTERM, SIGINT])
    func simulator(signal: CInt) async throws {
      try await Sandbox.run { sandbox in
        // At its usual speed it has tens of seconds to go to its next event.
        let simulator = try sandbox.startSimulator(["--seed", "1"])
        try await waitUntil("its first file") { sandbox.size(of: "etl.log") > 300 }
        #expect(try simulator.stop(signal, within: 1) == .exited(0))
        #expect(try sandbox.logFacts().lastMessage == "etl_simulator_stopped")
        #expect(simulator.errors == "")
      }
    }

    @Test("the simulator ends within a second while it writes ten years of history")
    func simulatorInHistory() async throws {
      try await Sandbox.run { sandbox in
        let simulator = try sandbox.startSimulator(["--history", "3650d"])
        try await waitUntil("some history") { sandbox.size(of: "etl.log") > 1_000_000 }
        #expect(try simulator.stop(within: 1) == .exited(0))
        let facts = try sandbox.logFacts()
        #expect(facts.lastMessage == "etl_simulator_stopped")
        // It ends where it has come to, and does not claim to have worked until now.
        #expect(facts.lastEvent ?? .infinity < Date().timeIntervalSince1970 - 86_400)
      }
    }
  }
}
