import Foundation
import Glibc
import TestSupport
import Testing

extension EndToEnd {
  @Suite("HTTP")
  struct HTTP {
    /// What a client sends, whole, and the status of the answer.
    private static let exchanges: [(name: String, request: String, status: Int)] = [
      ("the metrics", "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n", 200),
      ("the metrics, with a query", "GET /metrics?a=b HTTP/1.1\r\nHost: x\r\n\r\n", 200),
      ("an absolute target", "GET http://x/metrics HTTP/1.1\r\nHost: x\r\n\r\n", 200),
      ("HTTP/1.0 without a host", "GET /metrics HTTP/1.0\r\n\r\n", 200),
      ("the page", "GET / HTTP/1.1\r\nHost: x\r\n\r\n", 200),
      ("the health", "GET /health HTTP/1.1\r\nHost: x\r\n\r\n", 200),
      ("the last hour", "GET /api/history HTTP/1.1\r\nHost: x\r\n\r\n", 200),
      ("the last hour of nobody", "GET /api/history?pipeline=x HTTP/1.1\r\nHost: x\r\n\r\n", 404),
      ("liveness", "GET /-/healthy HTTP/1.1\r\nHost: x\r\n\r\n", 200),
      ("readiness", "GET /-/ready HTTP/1.1\r\nHost: x\r\n\r\n", 200),
      ("no host", "GET /metrics HTTP/1.1\r\n\r\n", 400),
      ("two hosts", "GET /metrics HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", 400),
      ("a blank before the colon", "GET /metrics HTTP/1.1\r\nHost : x\r\n\r\n", 400),
      ("a folded field", "GET /metrics HTTP/1.1\r\nHost: x\r\nA: b\r\n c\r\n\r\n", 400),
      ("no HTTP", "hello\r\n\r\n", 400),
      ("TLS", "\u{16}\u{03}\u{01}\u{02}", 400),
      ("no such path", "GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n", 404),
      ("a path in other letters", "GET /Metrics HTTP/1.1\r\nHost: x\r\n\r\n", 404),
      ("a path that means the metrics", "GET /%6detrics HTTP/1.1\r\nHost: x\r\n\r\n", 200),
      ("another method", "DELETE /metrics HTTP/1.1\r\nHost: x\r\n\r\n", 405),
      ("a body", "GET /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello", 413),
      ("a body in chunks", "GET /metrics HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n", 413),
      (
        "a head that is too long",
        "GET /metrics HTTP/1.1\r\nHost: x\r\nA: \(String(repeating: "a", count: 17_000))\r\n\r\n", 431
      ),
      (
        "a line that is too long",
        "GET /\(String(repeating: "a", count: 9_000)) HTTP/1.1\r\nHost: x\r\n\r\n", 414
      ),
      ("another version", "GET /metrics HTTP/2.0\r\nHost: x\r\n\r\n", 505),
    ]

    @Test("each request gets its status, and the exporter serves on")
    func statuses() async throws {
      try await Sandbox.run { sandbox in
        let exporter = try await sandbox.startExporter()
        _ = try await exporter.scrape()
        for (name, request, status) in Self.exchanges {
          let client = try HTTPClient(port: exporter.port)
          try client.send(request)
          let answer = try await client.answer()
          #expect(answer.status == status, "\(name)")
          #expect(!answer.body.isEmpty, "\(name)")
          if status == 405 { #expect(answer.fields["allow"] == "GET, HEAD, OPTIONS") }
          if [400, 413, 414, 431, 505].contains(status) {
            #expect(answer.fields["connection"] == "close", "\(name)")
            #expect(try await client.remainder() == "", "\(name)")
          }
        }
        #expect(try await exporter.get("/metrics").status == 200)
        #expect(exporter.process.errorLines.allSatisfy { $0.contains("level=info") || $0.contains("level=warn") })
      }
    }

    @Test("a request that does not end in time: 408, however slowly it goes on")
    func slowRequest() async throws {
      try await Sandbox.run { sandbox in
        let exporter = try await sandbox.startExporter(["--web.head-timeout", "200ms"])
        let client = try HTTPClient(port: exporter.port)
        try client.send("GET /metrics HTTP/1.1\r\n")
        // A byte now and then keeps no deadline away.
        try await waitUntil("an answer", lookingEvery: 0.02) {
          try client.send("A")
          return client.hasInput
        }
        let answer = try await client.answer()
        #expect(answer.status == 408)
        #expect(answer.fields["connection"] == "close")
      }
    }

    @Test("a HEAD has the fields of a GET and no body")
    func head() async throws {
      try await Sandbox.run { sandbox in
        let exporter = try await sandbox.startExporter()
        _ = try await exporter.scrape()
        let client = try HTTPClient(port: exporter.port)
        for path in ["/", "/metrics", "/health", "/api/history", "/-/ready", "/nothing"] {
          try client.request(path, method: "HEAD")
          try client.request(path)
          let head = try await client.answer(toHead: true)
          let answer = try await client.answer()
          #expect(head.status == answer.status)
          #expect(head.fields["content-type"] == answer.fields["content-type"])
          #expect(head.fields["cache-control"] == answer.fields["cache-control"])
          // Only the metrics depend on what the client accepts, and a cache has to know.
          for one in [head, answer] { #expect(one.fields["vary"] == (path == "/metrics" ? "Accept" : nil)) }
          #expect(Int(head.fields["content-length"] ?? "") ?? 0 > 0)
        }
      }
    }

    @Test("a connection is kept for the next request, and its requests are answered in their order")
    func persistence() async throws {
      try await Sandbox.run { sandbox in
        let exporter = try await sandbox.startExporter()
        _ = try await exporter.scrape()
        let client = try HTTPClient(port: exporter.port)
        for _ in 0..<2 {
          try client.request("/-/ready")
          let answer = try await client.answer()
          #expect(answer.status == 200)
          #expect(answer.fields["connection"] == nil)
        }
        let paths = ["/nothing", "/metrics", "/-/healthy"]
        try client.send((0..<60).map { "GET \(paths[$0 % 3]) HTTP/1.1\r\nHost: x\r\n\r\n" }.joined())
        for place in 0..<60 {
          let answer = try await client.answer()
          #expect(answer.status == [404, 200, 200][place % 3])
          #expect(answer.body.contains("etl_records_total") == (place % 3 == 1))
        }
        try client.request("/-/ready", fields: "Connection: close\r\n")
        #expect(try await client.answer().fields["connection"] == "close")
        #expect(try await client.remainder() == "")
      }
    }

    @Test("the metrics have another path, and no longer their usual one")
    func telemetryPath() async throws {
      try await Sandbox.run { sandbox in
        let exporter = try await sandbox.startExporter(["--web.telemetry-path", "/job/metrics"])
        try await waitUntil("the metrics") { try await exporter.get("/job/metrics").status == 200 }
        #expect(try await exporter.get("/metrics").status == 404)
        #expect(try await exporter.get("/").body.contains("/job/metrics"))
      }
    }

    @Test("more clients than descriptors: the exporter does not spin, and serves when they have gone")
    func outOfDescriptors() async throws {
      try await Sandbox.run { sandbox in
        let limit = 40
        let exporter = try await sandbox.startExporter(preparation: "ulimit -n \(limit) &&")
        _ = try await exporter.scrape()
        #expect(exporter.process.kernelText("limits").contains(try Regex("Max open files +\(limit) +\(limit)")))
        var clients = try (0..<100).map { _ in try HTTPClient(port: exporter.port) }
        // It makes room again at once, so that the last descriptor is not seen in use.
        try await waitUntil("most descriptors are in use") { exporter.process.openDescriptors > limit * 3 / 4 }

        // Behind all the others, so that each of them was accepted before it.
        let metrics = try await exporter.scrape()
        // Each time that none is left some make room. One that tried again at once would try for as long as it waits.
        let shortages = metrics["etl_exporter_http_limits_total{limit=\"descriptors\"}"] ?? 0
        #expect((1...Double(clients.count)).contains(shortages))
        #expect(metrics["process_max_fds"] == Double(limit))
        #expect(exporter.process.errors.utf8.count < 10_000)
        #expect(exporter.process.poll() == nil)
        clients.removeAll()
        _ = try await exporter.scrape()
      }
    }
  }
}
