import Foundation
import Glibc
import TestSupport
import Testing

extension EndToEnd {
  /// Whatever clients do, each gets its one right answer or is closed, others are served meanwhile, and nothing stays.
  @Suite("hostile clients", .serialized, .timeLimit(.minutes(5)))
  struct HostileClients {
    /// What a test may find on a machine that does other things too. The aim is 100 ms; what was measured is printed.
    private static let longestScrapeSeconds = 10.0

    /// What a process uses, to be compared before and after.
    private struct Usage {
      let descriptors: Int
      let residentKiB: Int
      let peakKiB: Int

      init(_ process: RunningProgram) {
        func kibibytes(_ name: String) -> Int {
          let line = textLines(process.kernelText("status")).first { $0.hasPrefix("\(name):") }
          return line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) } ?? .max
        }
        (descriptors, residentKiB, peakKiB) = (process.openDescriptors, kibibytes("VmRSS"), kibibytes("VmHWM"))
      }

      var text: String { "\(descriptors) descriptors, RSS \(residentKiB) KiB, at most \(peakKiB) KiB" }
    }

    /// Lets clients do something to an exporter while another one scrapes it.
    ///
    /// - Parameters:
    ///   - title: Printed above what was found.
    ///   - exporter: The exporter.
    ///   - growthKiB: How much more memory it may take at most, and keep.
    ///   - body: What clients do; returns what to print.
    /// - Throws: What the body throws.
    private func attack(
      _ title: String,
      _ exporter: RunningExporter,
      growthKiB: (most: Int, kept: Int),
      body: (ScrapeMeter) async throws -> [String]
    ) async throws {
      _ = try await exporter.scrape()
      // Buffers and the allocator's own structures are there after the first few connections.
      for _ in 0..<50 { _ = try await exporter.get("/metrics") }
      try await waitUntil("nobody is connected") { Self.connections(of: exporter) == 0 }
      let before = Usage(exporter.process)
      let meter = ScrapeMeter(port: exporter.port)
      let lines: [String]
      do {
        lines = try await body(meter)
      } catch {
        _ = meter.finish()
        throw error
      }
      let scrapes = meter.finish()
      #expect(scrapes.failures == [])
      #expect(scrapes.seconds.allSatisfy { $0 < Self.longestScrapeSeconds })
      // Whoever was still waiting to be accepted was so before this one.
      _ = try await exporter.scrape()
      try await waitUntil("all clients have gone") { exporter.process.openDescriptors == before.descriptors }
      try await waitUntil("most of the memory is given back") {
        Usage(exporter.process).residentKiB - before.residentKiB < growthKiB.kept
      }
      let after = Usage(exporter.process)
      #expect(after.peakKiB - before.residentKiB < growthKiB.most)
      #expect(exporter.process.errorLines.count < 15)
      #expect(exporter.process.poll() == nil)
      let facts = ["meanwhile: \(scrapes.summary)", "before: \(before.text)", "after: \(after.text)"]
      print(([title] + (lines + facts).map { "  \($0)" }).joined(separator: "\n"))
    }

    /// Connections that are open, without what it listens on.
    private static func connections(of exporter: RunningExporter) -> Int {
      let folder = "/proc/\(exporter.process.identifier)/fd"
      let links = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
      let targets = links.compactMap { try? FileManager.default.destinationOfSymbolicLink(atPath: "\(folder)/\($0)") }
      return targets.count { $0.hasPrefix("socket:") } - 1
    }

    private func outcomes(of cases: [HostileCase], on exporter: RunningExporter, _ meter: ScrapeMeter) async throws
      -> [String]
    {
      var lines: [String] = []
      let width = cases.map(\.name.count).max() ?? 0
      for example in cases {
        let outcome: String
        do {
          outcome = try await example.act(exporter)
        } catch {
          outcome = "\(error)"
        }
        #expect(outcome == example.expected, "\(example.name)")
        let slowest = meter.takeSlowest()
        lines.append(
          "\(example.name.padding(toLength: width, withPad: " ", startingAt: 0))  "
            + (slowest < 0.1 ? outcome : outcome + String(format: "  (a scrape took %.0f ms)", slowest * 1_000))
        )
      }
      return lines
    }

    @Test("each request and each trick gets its one answer")
    func tricks() async throws {
      try await Sandbox.run { sandbox in
        _ = try sandbox.startSimulator(["--records-per-second", "1000", "--failure-interval", "1s"])
        let exporter = try await sandbox.startExporter()
        let cases = HostileCase.heads + HostileCase.paths + HostileCase.sizes + HostileCase.behaviours
        #expect(cases.count >= 60)
        try await attack("\(cases.count) cases", exporter, growthKiB: (most: 16_384, kept: 4_096)) {
          try await outcomes(of: cases, on: exporter, $0)
        }
      }
    }

    @Test("who is too slow is told so, or closed")
    func slowness() async throws {
      try await Sandbox.run { sandbox in
        _ = try sandbox.startSimulator(["--records-per-second", "1000", "--failure-interval", "1s"])
        let exporter = try await sandbox.startExporter(["--web.head-timeout", "2s", "--web.idle-timeout", "1s"])
        let cases = HostileCase.slowness
        try await attack("\(cases.count) cases of slowness", exporter, growthKiB: (most: 16_384, kept: 4_096)) {
          try await outcomes(of: cases, on: exporter, $0)
        }
      }
    }

    // MARK: Many

    /// With the limit that is the default, and with one that they all fit into.
    @Test("5,000 idle connections", arguments: [512, 6_000])
    func idleConnections(limit: Int) async throws {
      try await Sandbox.run { sandbox in
        let mostAtOnce = min(5_000, Self.raiseDescriptorLimit() - 1_000)
        let exporter = try await sandbox.startExporter(
          ["--web.max-connections", "\(limit)", "--web.head-timeout", "10m"],
          preparation: "ulimit -n $(ulimit -H -n) &&"
        )
        try await attack("5,000 idle connections, \(limit) allowed", exporter, growthKiB: (most: 32_768, kept: 6_144)) {
          _ in
          var clients: [HTTPClient] = []
          var mostOpen = Usage(exporter.process)
          for number in 1...5_000 {
            clients.append(try HTTPClient(port: exporter.port))
            // Those that the exporter has not accepted yet fill the kernel's queue, where others then wait as well.
            if number % 100 == 0 { _ = try await exporter.get("/-/healthy") }
            guard clients.count == mostAtOnce || number == 5_000 else { continue }
            let usage = Usage(exporter.process)
            if usage.descriptors > mostOpen.descriptors { mostOpen = usage }
            clients = []
          }
          #expect(mostOpen.descriptors < limit + 30)
          if limit > mostAtOnce { #expect(mostOpen.descriptors >= mostAtOnce) }
          return ["with them: \(mostOpen.text)"]
        }
      }
    }

    /// 3.6 MB of metrics, which is more than the kernel takes of them: the most pipelines and types of error there can
    /// be, with names that are as long as they may be and have to be escaped.
    @Test("300 clients that ask for the largest metrics there can be and take nothing")
    func largeAnswers() async throws {
      try await Sandbox.run { sandbox in
        let quotes = String(repeating: #"\""#, count: 100)
        for pipeline in 0..<100 {
          let lines = (0..<50).map { type in
            #"{"timestamp": "2025-01-18T04:00:00Z", "message": "file_processing_failed", "#
              + #""error_type": "\#(quotes)_\#(type)", "pipeline": "\#(quotes)_\#(pipeline)"}"# + "\n"
          }
          try sandbox.append(lines.joined())
        }
        let exporter = try await sandbox.startExporter()
        _ = try await exporter.scrape()
        // 32 MiB is what may wait for clients; one answer more, one that is made, and what 300 connections take.
        try await attack("300 clients that take nothing", exporter, growthKiB: (most: 49_152, kept: 8_192)) { _ in
          let clients = try (0..<300).map { _ in
            let client = try HTTPClient(port: exporter.port, receiveBufferBytes: 4_096)
            try client.request("/metrics")
            return client
          }
          // Each of them was asked for before this.
          let metrics = try await exporter.scrape { $0["etl_exporter_http_connections"] ?? 0 >= 301 }
          let usage = Usage(exporter.process)
          let dropped = metrics["etl_exporter_http_limits_total{limit=\"pending_answers\"}"] ?? -1
          return withExtendedLifetime(clients) { ["with them: \(usage.text); \(Int(dropped)) were given up"] }
        }
      }
    }

    @Test("no descriptors left: who is connected is served, and others are when there is room")
    func descriptors() async throws {
      try await Sandbox.run { sandbox in
        let exporter = try await sandbox.startExporter(preparation: "ulimit -n 64 &&")
        try await attack("64 descriptors, 300 clients", exporter, growthKiB: (most: 16_384, kept: 4_096)) { _ in
          let clients = try (0..<300).map { _ in try HTTPClient(port: exporter.port) }
          let start = Date()
          // It waits behind the others, who make room for each other.
          #expect(try await exporter.get("/metrics").status == 200)
          let seconds = -start.timeIntervalSinceNow
          let metrics = try await exporter.scrape()
          let shortages = metrics["etl_exporter_http_limits_total{limit=\"descriptors\"}"] ?? 0
          #expect(shortages > 0)
          return withExtendedLifetime(clients) {
            [String(format: "out of descriptors %.0f times; a scrape behind the 300 after %.1f s", shortages, seconds)]
          }
        }
      }
    }

    private static func raiseDescriptorLimit() -> Int {
      var limit = rlimit()
      _ = unsafe getrlimit(__rlimit_resource_t(UInt32(RLIMIT_NOFILE.rawValue)), &limit)
      limit.rlim_cur = limit.rlim_max
      _ = unsafe setrlimit(__rlimit_resource_t(UInt32(RLIMIT_NOFILE.rawValue)), &limit)
      return Int(clamping: limit.rlim_max)
    }
  }
}
