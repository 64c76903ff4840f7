internal import Glibc
internal import LinuxIO

/// Renders the heads of answers into one buffer that is used again and again.
struct HTTPHeadWriter {
  /// The last rendered head.
  private(set) var bytes: [UInt8] = []
  private var dateField: [UInt8] = []
  private var dateSecond: Int64?

  /// What an answer says about the connection (RFC 9112 §9.3).
  enum Persistence {
    /// It stays open, which HTTP/1.1 clients take for granted.
    case keepsOpen
    /// It stays open, which HTTP/1.0 clients have to be told.
    case saysKeepAlive
    /// It ends with this answer.
    case closes
  }

  /// Renders a head.
  ///
  /// - Parameters:
  ///   - response: The answer.
  ///   - persistence: What happens to the connection.
  ///   - now: For the Date field (RFC 9110 §6.6.1), which is rendered once a second.
  mutating func render(_ response: borrowing HTTPResponse, persistence: Persistence, now: WallTime) {
    renderDate(now)
    bytes.removeAll(keepingCapacity: true)
    append("HTTP/1.1 ")
    appendDecimal(response.status.rawValue)
    append(" ")
    append(response.status.reasonPhrase)
    bytes.append(contentsOf: dateField)
    // An answer without content says nothing of it (RFC 9110 §8.6).
    if response.status != .noContent {
      append("\r\nContent-Type: ")
      appendValue(response.contentType)
      append("\r\nContent-Length: ")
      appendDecimal(response.body.bytes.count)
    }
    append("\r\nX-Content-Type-Options: nosniff")
    switch persistence {
    case .keepsOpen: break
    case .saysKeepAlive: append("\r\nConnection: keep-alive")
    case .closes: append("\r\nConnection: close")
    }
    for field in response.fields {
      append("\r\n")
      append(field.name)
      append(": ")
      appendValue(field.value)
    }
    append("\r\n\r\n")
  }

  private mutating func append(_ text: String) {
    bytes.append(contentsOf: text.utf8)
  }

  /// Keeps a value from ending its line, wherever it came from.
  private mutating func appendValue(_ value: String) {
    for byte in value.utf8 {
      bytes.append(byte < 0x20 || byte == 0x7F ? UInt8(ascii: " ") : byte)
    }
  }

  private mutating func appendDecimal(_ value: Int) {
    append(String(value))
  }

  /// Renders IMF-fixdate, such as "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110 §5.6.7).
  private mutating func renderDate(_ now: WallTime) {
    let second = now.nanoseconds / 1_000_000_000
    guard second != dateSecond else { return }
    dateSecond = second
    var time = time_t(second)
    dateField.removeAll(keepingCapacity: true)
    dateField.append(contentsOf: "\r\nDate: ".utf8)
    // Safe: the year fits, and the text with its NUL has 30 bytes. The C locale stands: nobody calls setlocale.
    unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { text in
      var parts = unsafe tm()
      _ = unsafe gmtime_r(&time, &parts)
      let count = unsafe strftime(text.baseAddress, text.count, "%a, %d %b %Y %H:%M:%S GMT", &parts)
      for place in 0..<count { unsafe dateField.append(UInt8(bitPattern: text[place])) }
    }
  }
}
