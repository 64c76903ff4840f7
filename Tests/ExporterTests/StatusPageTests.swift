import ETLLog
import HTTPServer
import JSON
import Testing

@testable import Exporter

@Suite("Status page")
struct StatusPageTests {
  private let page = StatusPage(telemetryPath: "/job/metrics")

  private func fields(_ response: HTTPResponse) -> [String: String] {
    Dictionary(uniqueKeysWithValues: response.fields.map { ($0.name, $0.value) })
  }

  private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

  @Test("the policy lets in what is not in the page, or keeps out what is")
  func policy() throws {
    let response = page.response()
    let policy = try #require(fields(response)["Content-Security-Policy"])
    let directives = policy.split(separator: "; ").map(String.init)
    let nonce = try #require(directives.first { $0.hasPrefix("script-src ") }?.split(separator: "'").last)
    #expect(
      directives == [
        "default-src 'none'", "script-src '\(nonce)'", "style-src '\(nonce)'", "img-src data:", "connect-src 'self'",
        "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'", "require-trusted-types-for 'script'",
        "trusted-types 'none'",
      ]
    )
    let body = text(response.body.bytes)
    let value = nonce.dropFirst("nonce-".count)
    #expect(body.contains("<script nonce=\"\(value)\">"))
    #expect(body.contains("<style nonce=\"\(value)\">"))
  }

  @Test("a nonce can be guessed from another answer's")
  func nonces() {
    let policies = (0..<100).map { _ in fields(page.response())["Content-Security-Policy"] ?? "" }
    #expect(Set(policies).count == 100)
  }

  @Test("a cache may keep the page, or its address be told to others")
  func headers() {
    let response = page.response()
    #expect(response.contentType == "text/html; charset=utf-8")
    #expect(fields(response)["Cache-Control"] == "no-store")
    #expect(fields(response)["Referrer-Policy"] == "no-referrer")
  }

  @Test("the page is larger than it may be, asks others, or was not put together")
  func document() {
    let body = text(page.document(nonce: "N"))
    #expect(body.utf8.count < 46 << 10)
    #expect(!body.contains("{{"))
    #expect(body.contains("<a href=\"./job/metrics\">/job/metrics</a>"))
    let addresses = body.split(separator: "://").dropFirst().map { $0.prefix { $0 != "/" && $0 != "'" && $0 != "\"" } }
    // The names of SVG, which nobody asks.
    #expect(Set(addresses) == ["www.w3.org"])
    let links = body.split(separator: "href=\"").dropFirst().map { $0.prefix { $0 != "\"" } }
    #expect(links.contains { $0.hasPrefix("data:image/svg+xml,") } && !links.contains { $0.contains(" ") })
    for forbidden in [
      " onclick=", " onload=", " style=", "javascript:", "innerHTML", "eval(", "<iframe", "<link rel=\"stylesheet",
    ] {
      #expect(!body.contains(forbidden), "\(forbidden)")
    }
  }

  @Test(
    "a template is filled otherwise",
    arguments: [
      ("", ""), ("a", "a"), ("{{x}}", "{{y}}"), ("a{{x}}b{{x}}c", "a{{y}}b{{y}}c"), ("{{z}}", "{{z}}"), ("{", "{"),
      ("{{", "{{"), ("{{x", "{{x"), ("{a}", "{a}"), ("{{{x}}", "{{{y}}"), ("{{x}", "{{y}}"),
    ]
  )
  func templates(template: String, text expected: String) {
    let filled = StatusPage.fill(Array(template.utf8)) { $0 == "x" ? Array("{{y}}".utf8) : nil }
    #expect(text(filled) == expected)
  }

  @Test("what is right only now may be kept by a cache")
  func json() {
    let response = HTTPResponse(json: .null)
    #expect(response.contentType == "application/json")
    #expect(fields(response) == ["Cache-Control": "no-store"])
    #expect(text(response.body.bytes) == "null\n")
  }
}
