import Testing

@testable import Exporter
@testable import HTTPServer
@testable import Metrics

@Suite("Which format a client gets")
struct FormatNegotiationTests {
  private static let prometheus3 =
    "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
    + "application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,"
    + "text/plain;version=0.0.4;q=0.3,*/*;q=0.2"
  private static let prometheus2 =
    "application/openmetrics-text;version=1.0.0;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,"
    + "text/plain;version=0.0.4;q=0.3,*/*;q=0.2"
  private static let browser =
    "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"

  private static let plain = "text/plain; version=0.0.4; charset=utf-8"
  private static let open = "application/openmetrics-text; version=1.0.0; charset=utf-8"

  @Test(
    "the header of each client, and what it gets",
    arguments: [
      (nil, plain),
      ("", plain),
      ("*/*", plain),
      (prometheus3, open + "; escaping=underscores"),
      (prometheus2, open),
      (browser, plain),
      ("application/openmetrics-text", open),
      ("application/openmetrics-text; version=\"1.0.0\"", open),
      ("APPLICATION/OpenMetrics-Text;Version=1.0.0", open),
      ("application/openmetrics-text;version=0.0.1", plain),
      ("application/openmetrics-text;version=2.0.0", plain),
      ("application/openmetrics-text;q=0", plain),
      ("application/openmetrics-text;q=0.000", plain),
      ("text/plain;version=0.0.4;escaping=values", plain + "; escaping=underscores"),
      ("text/plain,application/openmetrics-text;escaping=values;q=0.9", plain),
      ("text/plain;escaping=values;q=0.9,application/openmetrics-text", open),
      ("text/plain;q=0.5,application/openmetrics-text;q=0.5", plain),
      ("text/plain;q=0.5,application/openmetrics-text;q=0.501", open),
      ("application/openmetrics-text;q=0.1,*/*;q=0.9", plain),
      ("text/plain;q=0.1,*/*;q=0.9", open),
      ("text/*;q=0.9,application/*;q=0.8", plain),
      ("application/*", open),
      ("application/json", plain),
      ("*/plain;q=1,application/openmetrics-text;q=0.1", open),
      ("application/openmetrics-text;q=1.5", plain),
      ("application/openmetrics-text;q=0.1234", plain),
      ("application/openmetrics-text;q=", plain),
      ("application/openmetrics-text;q=-1", plain),
      ("application/openmetrics-text ; q = 0.7", open),
      (";,/,;;q=1,=,application/,/x", plain),
      ("text/plain;q=1.001,application/openmetrics-text;q=0.1", open),
      ("text/plain;q=01,application/openmetrics-text;q=0.1", open),
      ("text/plain;q=0x1,application/openmetrics-text;q=0.1", open),
      ("text/plain;q=0.,application/openmetrics-text;q=0.1", open),
      ("application/openmetrics-text;version=1.0.0;q=0.1,application/openmetrics-text;q=0.9,*/*;q=0.5", plain),
      (#"text/plain;q=0.9, text/html;x=",application/openmetrics-text,""#, plain),
      (#"text/plain;q=0.9, text/html;x=",\",application/openmetrics-text,""#, plain),
      (#"text/plain;q=0.9, text/html;x=",application/openmetrics-text"#, plain),
      (#"application/openmetrics-text;x="\",text/plain,\"";q=0.5"#, open),
      (#"application/openmetrics-text;q=0.9;x=";q=0.1;",text/plain;q=0.5"#, open),
      (#"application/openmetrics-text;q=0.1;x=";q=0.9;",text/plain;q=0.5"#, plain),
      (#"text/html;x="",application/openmetrics-text"#, open),
      (#"text/html;x="\\",application/openmetrics-text"#, open),
      (String(repeating: "a/b,", count: 31) + "application/openmetrics-text", open),
      (String(repeating: "a/b,", count: 32) + "application/openmetrics-text", plain),
      (String(repeating: ",", count: 100) + "application/openmetrics-text", open),
      (String(repeating: "a/b,", count: 100_000) + "application/openmetrics-text", plain),
    ] as [(String?, String)]
  )
  func contentType(accept: String?, contentType: String) throws {
    let negotiated = Endpoints.negotiatedFormat(for: try request(accepting: accept.map { [$0] } ?? []))
    #expect(negotiated.format.contentType(namesEscaping: negotiated.namesEscaping) == contentType)
  }

  @Test("of several Accept fields each counts, and their ranges together are no more than of one")
  func severalFields() throws {
    let few = ["text/plain;q=0.5", "application/openmetrics-text;q=0.7", "text/html"]
    #expect(Endpoints.negotiatedFormat(for: try request(accepting: few)).format == .openMetrics)
    let many = [String](repeating: "a/b", count: 32) + ["application/openmetrics-text"]
    #expect(Endpoints.negotiatedFormat(for: try request(accepting: many)).format == .text)
    #expect(Endpoints.negotiatedFormat(for: try request(accepting: Array(many.dropFirst()))).format == .openMetrics)
  }

  private func request(accepting fields: [String]) throws -> HTTPRequest {
    let head = "GET / HTTP/1.1\r\nHost: x\r\n" + fields.map { "Accept: \($0)\r\n" }.joined() + "\r\n"
    let bytes = Array(head.utf8)
    var limits = HTTPLimits()
    limits.headBytes = 1 << 20
    var parser = HTTPHeadParser(limits: limits)
    try #require(parser.advance(over: bytes.span) == bytes.count)
    return HTTPRequest(method: .get, bytes: bytes, head: parser.head)
  }
}
