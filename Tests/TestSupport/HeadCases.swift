/// One request and what becomes of it: of its head in the parser's tests, of the whole in the server's.
package struct HeadCase: CustomStringConvertible, Sendable {
  package let name: String
  package let bytes: [UInt8]
  /// What the head is refused with; nil: it is valid.
  package let refusal: Int?
  /// What a server answers that has routes at "/" and "/metrics".
  package let answer: Int

  package init(_ name: String, _ text: String, _ refusal: Int? = nil, answer: Int = 200) {
    self.init(name, bytes: Array(text.utf8), refusal, answer: answer)
  }

  package init(_ name: String, bytes: [UInt8], _ refusal: Int? = nil, answer: Int = 200) {
    (self.name, self.bytes, self.refusal, self.answer) = (name, bytes, refusal, refusal ?? answer)
  }

  package var description: String { name }

  package static let all = requestLines + targets + fieldLines + hosts + bodies
}

extension HeadCase {
  static let requestLines: [HeadCase] = [
    HeadCase("plain GET", get()),
    HeadCase("HEAD", "HEAD / HTTP/1.1\r\nHost: x\r\n\r\n"),
    HeadCase("unknown method is a token", "BREW / HTTP/1.1\r\nHost: x\r\n\r\n", answer: 405),
    HeadCase("OPTIONS with asterisk", "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", answer: 204),
    HeadCase("OPTIONS of a path", "OPTIONS /metrics HTTP/1.1\r\nHost: x\r\n\r\n", answer: 204),
    HeadCase("OPTIONS of no path", "OPTIONS /nothing HTTP/1.1\r\nHost: x\r\n\r\n", answer: 404),
    HeadCase("OPTIONS without a Host on 1.0", "OPTIONS / HTTP/1.0\r\n\r\n", answer: 204),
    HeadCase("CONNECT with authority", "CONNECT x:443 HTTP/1.1\r\nHost: x\r\n\r\n", answer: 405),
    HeadCase("method is no token", "G(T / HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    HeadCase("no method", " / HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    HeadCase("two spaces after the method", "GET  / HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    HeadCase("tab after the method", "GET\t/ HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    HeadCase("two spaces after the target", "GET /  HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    HeadCase("space at the line's end", "GET / HTTP/1.1 \r\nHost: x\r\n\r\n", 400),
    HeadCase("space before the line", " GET / HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    HeadCase("one word", "GET\r\n", 400),
    HeadCase("HTTP/0.9", "GET /\r\n", 400),
    HeadCase("HTTP/0.9 by name", "GET / HTTP/0.9\r\n", 400),
    HeadCase("no version", "GET / \r\n", 400),
    HeadCase("HTTP/1.0", get("/", "HTTP/1.0", fields: "")),
    HeadCase("HTTP/1.7 counts as 1.1", get("/", "HTTP/1.7")),
    HeadCase("HTTP/1.7 needs Host as 1.1 does", get("/", "HTTP/1.7", fields: ""), 400),
    HeadCase("HTTP/2.0", get("/", "HTTP/2.0"), 505),
    HeadCase("HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505),
    HeadCase("HTTP/9.9", get("/", "HTTP/9.9"), 505),
    HeadCase("HTTP/11.1", get("/", "HTTP/11.1"), 400),
    HeadCase("HTTP/1.10", get("/", "HTTP/1.10"), 400),
    HeadCase("HTTP/1", get("/", "HTTP/1"), 400),
    HeadCase("HTTP/1,1", get("/", "HTTP/1,1"), 400),
    HeadCase("HTTP/-1.1", get("/", "HTTP/-1.1"), 400),
    HeadCase("lower-case version", get("/", "http/1.1"), 400),
    HeadCase("other protocol", get("/", "RTSP/1.1"), 400),
    HeadCase("empty lines before", "\r\n\r\n" + get()),
    HeadCase("too many empty lines before", "\r\n\r\n\r\n\r\n\r\n" + get(), 400),
    HeadCase("TLS instead of HTTP", bytes: [0x16, 0x03, 0x01, 0x02, 0x00, 0x01], 400),
  ]

  static let targets: [HeadCase] = [
    HeadCase("query", get("/metrics?a=b&c=/d?e")),
    HeadCase("query as browsers send it", get("/?a[]={b}|c^`\\%zz")),
    HeadCase("percent-encoded path", get("/%6detrics")),
    HeadCase("percent-encoded path in capitals", get("/%6D%65tric%73")),
    HeadCase("percent-encoded slash stays encoded", get("/%2Fmetrics"), answer: 404),
    HeadCase("percent-encoded slash for a slash", get("%2Fmetrics"), 400),
    HeadCase("longest target", get("/?" + String(repeating: "a", count: 7_985), fields: prometheusFields)),
    HeadCase("longer target than a request line holds", get("/?" + String(repeating: "a", count: 9_000)), 414),
    HeadCase("percent-encoded NUL stays encoded", get("/%00"), answer: 404),
    HeadCase("broken triplet in the path", get("/%6"), 400),
    HeadCase("no hexadecimal digits in the path", get("/%zz"), 400),
    HeadCase("fragment", get("/#top"), 400),
    HeadCase("quote in the query", get("/?a=\"b\""), 400),
    HeadCase("backslash in the path", get("/..\\etc"), 400),
    HeadCase("bytes outside ASCII", get("/é"), 400),
    HeadCase("asterisk", get("*"), 400),
    HeadCase("authority", get("x:80"), 400),
    HeadCase("no slash", get("metrics"), 400),
    HeadCase("absolute", get("http://x/metrics")),
    HeadCase("absolute in capitals", get("HTTP://x/metrics")),
    HeadCase("absolute with port and query", get("http://x:8083/?a")),
    HeadCase("absolute without a path", get("http://x")),
    HeadCase("absolute without a path, with a query", get("http://x?a")),
    HeadCase("absolute with an IPv6 host", get("http://[::1]:8083/")),
    HeadCase("absolute without a host", get("http:///metrics"), 400),
    HeadCase("absolute with nothing behind", get("http://"), 400),
    HeadCase("absolute with a user", get("http://user@x/"), 400),
    HeadCase("absolute with a bad port", get("http://x:8a/"), 400),
    HeadCase("absolute for https", get("https://x/"), 400),
    HeadCase("absolute for a file", get("file:///etc/passwd"), 400),
  ]

  static let fieldLines: [HeadCase] = [
    HeadCase("fields", get(fields: "Host: x\r\nAccept: */*\r\nX-Empty:\r\nX-Tab:\t a\tb \t\r\n")),
    HeadCase("bytes outside ASCII in a value", get(fields: "Host: x\r\nX: é\r\n")),
    HeadCase("space before the colon", get(fields: "Host : x\r\n"), 400),
    HeadCase("tab before the colon", get(fields: "Host\t: x\r\n"), 400),
    HeadCase("no colon", get(fields: "Host: x\r\nAccept\r\n"), 400),
    HeadCase("empty name", get(fields: "Host: x\r\n: a\r\n"), 400),
    HeadCase("name is no token", get(fields: "Host: x\r\nA/B: c\r\n"), 400),
    HeadCase("name outside ASCII", get(fields: "Host: x\r\né: c\r\n"), 400),
    HeadCase("folded line", get(fields: "Host: x\r\nA: b\r\n c\r\n"), 400),
    HeadCase("folded line with a tab", get(fields: "Host: x\r\nA: b\r\n\tc: d\r\n"), 400),
    HeadCase("space before the first field", get(fields: " Host: x\r\n"), 400),
    HeadCase("NUL in a value", get(fields: "Host: x\r\nA: b\0c\r\n"), 400),
    HeadCase("DEL in a value", get(fields: "Host: x\r\nA: b\u{7F}c\r\n"), 400),
    HeadCase("escape in a value", get(fields: "Host: x\r\nA: \u{1B}[2J\r\n"), 400),
    HeadCase("LF alone", "GET / HTTP/1.1\nHost: x\n\n", 400),
    HeadCase("LF alone after a field", "GET / HTTP/1.1\r\nHost: x\n\r\n", 400),
    HeadCase("LF alone at the head's end", "GET / HTTP/1.1\r\nHost: x\r\n\n", 400),
    HeadCase("LF first", "\nGET / HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    HeadCase("CR alone", "GET / HTTP/1.1\r\nHost: x\rA: b\r\n\r\n", 400),
    HeadCase("two CR", "GET / HTTP/1.1\r\r\nHost: x\r\n\r\n", 400),
    HeadCase("CR at the head's end", "GET / HTTP/1.1\r\nHost: x\r\n\rx", 400),
  ]

  static let hosts: [HeadCase] = [
    HeadCase("no Host on 1.1", get(fields: ""), 400),
    HeadCase("two Hosts", get(fields: "Host: x\r\nHost: x\r\n"), 400),
    HeadCase("two Hosts on 1.0", get("/", "HTTP/1.0", fields: "Host: x\r\nhost: x\r\n"), 400),
    HeadCase("Host on 1.0", get("/", "HTTP/1.0")),
    HeadCase("Host in capitals", get(fields: "HOST: x\r\n")),
    HeadCase("name and port", get(fields: "Host: etl_metrics.local:8083\r\n")),
    HeadCase("port left empty", get(fields: "Host: x:\r\n")),
    HeadCase("IPv4", get(fields: "Host: 127.0.0.1:8083\r\n")),
    HeadCase("IPv6", get(fields: "Host: [::1]:8083\r\n")),
    HeadCase("empty Host", get(fields: "Host:\r\n"), 400),
    HeadCase("port without a name", get(fields: "Host: :80\r\n"), 400),
    HeadCase("port with letters", get(fields: "Host: x:80a\r\n"), 400),
    HeadCase("space in Host", get(fields: "Host: x y\r\n"), 400),
    HeadCase("list in Host", get(fields: "Host: x, y\r\n"), 400),
    HeadCase("path in Host", get(fields: "Host: x/y\r\n"), 400),
    HeadCase("user in Host", get(fields: "Host: a@x\r\n"), 400),
    HeadCase("bracket left open", get(fields: "Host: [::1\r\n"), 400),
    HeadCase("nothing in the brackets", get(fields: "Host: []\r\n"), 400),
    HeadCase("more behind the brackets", get(fields: "Host: [::1]x\r\n"), 400),
    HeadCase("absolute target needs Host too", get("http://x/", fields: ""), 400),
  ]

  static let bodies: [HeadCase] = [
    HeadCase("length 0", get(fields: "Host: x\r\nContent-Length: 0\r\n")),
    HeadCase("length 000", get(fields: "Host: x\r\nContent-Length: 000\r\n")),
    HeadCase("length 0 twice", get(fields: "Host: x\r\nContent-Length: 0\r\nContent-Length: 0\r\n")),
    HeadCase("Expect without a body", get(fields: "Host: x\r\nExpect: 100-continue\r\n")),
    HeadCase("length 1", get(fields: "Host: x\r\nContent-Length: 1\r\n"), 413),
    HeadCase("length 5 twice", get(fields: "Host: x\r\nContent-Length: 5, 5\r\n"), 413),
    HeadCase("greatest length", get(fields: "Host: x\r\nContent-Length: 18446744073709551615\r\n"), 413),
    HeadCase("overflowing length", get(fields: "Host: x\r\nContent-Length: 18446744073709551616\r\n"), 400),
    HeadCase(
      "length that wraps to 0",
      get(fields: "Host: x\r\nContent-Length: 184467440737095516160\r\n"),
      400
    ),
    HeadCase("two lengths", get(fields: "Host: x\r\nContent-Length: 0\r\nContent-Length: 5\r\n"), 400),
    HeadCase("two lengths in a list", get(fields: "Host: x\r\nContent-Length: 0, 5\r\n"), 400),
    HeadCase("signed length", get(fields: "Host: x\r\nContent-Length: +0\r\n"), 400),
    HeadCase("negative length", get(fields: "Host: x\r\nContent-Length: -1\r\n"), 400),
    HeadCase("hexadecimal length", get(fields: "Host: x\r\nContent-Length: 0x0\r\n"), 400),
    HeadCase("fractional length", get(fields: "Host: x\r\nContent-Length: 0.0\r\n"), 400),
    HeadCase("empty length", get(fields: "Host: x\r\nContent-Length:\r\n"), 400),
    HeadCase("empty element", get(fields: "Host: x\r\nContent-Length: 0,\r\n"), 400),
    HeadCase("space inside", get(fields: "Host: x\r\nContent-Length: 0 0\r\n"), 400),
    HeadCase("chunked", get(fields: "Host: x\r\nTransfer-Encoding: chunked\r\n"), 413),
    HeadCase("chunked in capitals", get(fields: "Host: x\r\nTRANSFER-ENCODING: CHUNKED\r\n"), 413),
    HeadCase("unknown coding", get(fields: "Host: x\r\nTransfer-Encoding: cow\r\n"), 413),
    HeadCase("empty coding", get(fields: "Host: x\r\nTransfer-Encoding:\r\n"), 413),
    HeadCase("chunked on 1.0", get("/", "HTTP/1.0", fields: "Transfer-Encoding: chunked\r\n"), 413),
    HeadCase(
      "length and coding",
      get(fields: "Host: x\r\nContent-Length: 0\r\nTransfer-Encoding: chunked\r\n"),
      400
    ),
    HeadCase("POST with a body", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\n", answer: 405),
    HeadCase("POST in chunks", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n", answer: 405),
    HeadCase("POST with a length that is none", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n", 400),
    HeadCase("OPTIONS with a body", "OPTIONS / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\n", 413),
  ]
}

/// The header fields with which Prometheus 2 scrapes.
private let prometheusFields = [
  "Host: exporter:8083", "User-Agent: Prometheus/2.42.0", "Accept-Encoding: gzip",
  "Accept: application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
    + "text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
  "X-Prometheus-Scrape-Timeout-Seconds: 10",
].map { $0 + "\r\n" }.joined()

/// A request that is right, but for what a test makes of it.
package func get(_ target: String = "/", _ version: String = "HTTP/1.1", fields: String = "Host: x\r\n") -> String {
  "GET \(target) \(version)\r\n\(fields)\r\n"
}
