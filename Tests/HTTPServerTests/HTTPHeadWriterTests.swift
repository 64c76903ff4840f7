import LinuxIO
import Testing

@testable import HTTPServer

@Suite("answer heads")
struct HTTPHeadWriterTests {
  private func render(
    _ response: HTTPResponse,
    _ persistence: HTTPHeadWriter.Persistence = .keepsOpen,
    second: Int64 = 784_111_777
  ) -> String {
    var writer = HTTPHeadWriter()
    writer.render(response, persistence: persistence, now: WallTime(nanoseconds: second * 1_000_000_000))
    return String(decoding: writer.bytes, as: UTF8.self)
  }

  @Test("a head is complete and in order")
  func golden() {
    let response = HTTPResponse(
      status: .methodNotAllowed,
      text: "é\n",
      fields: [HTTPResponse.Field(name: "Allow", value: "GET, HEAD")]
    )
    #expect(
      render(response, .closes) == """
        HTTP/1.1 405 Method Not Allowed\r
        Date: Sun, 06 Nov 1994 08:49:37 GMT\r
        Content-Type: text/plain; charset=utf-8\r
        Content-Length: 3\r
        X-Content-Type-Options: nosniff\r
        Connection: close\r
        Allow: GET, HEAD\r
        \r\n
        """
    )
  }

  @Test("a value cannot end its line")
  func injection() {
    let field = HTTPResponse.Field(name: "Link", value: "a\r\nSet-Cookie: b\0\u{7F}")
    let head = render(HTTPResponse(contentType: "a/b\r\nc", fields: [field], body: []))
    #expect(head.contains("\r\nContent-Type: a/b  c\r\n"))
    #expect(head.hasSuffix("\r\nLink: a  Set-Cookie: b  \r\n\r\n"))
  }

  @Test("the date is rendered anew with each second, also back in time")
  func dates() {
    var writer = HTTPHeadWriter()
    func date(_ nanoseconds: Int64) -> Substring {
      writer.render(HTTPResponse(text: ""), persistence: .keepsOpen, now: WallTime(nanoseconds: nanoseconds))
      return String(decoding: writer.bytes, as: UTF8.self).split(separator: "\r\n")[1]
    }
    #expect(date(1_709_164_799_999_999_999) == "Date: Wed, 28 Feb 2024 23:59:59 GMT")
    #expect(date(1_709_164_800_000_000_000) == "Date: Thu, 29 Feb 2024 00:00:00 GMT")
    #expect(date(1_709_164_800_999_999_999) == "Date: Thu, 29 Feb 2024 00:00:00 GMT")
    #expect(date(0) == "Date: Thu, 01 Jan 1970 00:00:00 GMT")
  }
}
