internal import JSON
internal import UnixTime

/// A value to be written into a log line.
package enum LogValue {
  /// A moment, in nanoseconds since 1970-01-01T00:00:00Z; written with milliseconds, as UTC.
  case timestamp(nanoseconds: Int64)
  /// A message, by the first of its spellings; `other`, which has none, is written as null.
  case message(LogMessage)
  /// A whole number.
  case count(Int64)
  /// A number in the fewest digits that say exactly it, such as 25.3; null where it is not finite, as JSON has no such.
  case decimal(Double)
  /// A string, escaped by RFC 8259 §7.
  case text(String)
  /// An object of more fields, in their order.
  case object([(LogField, LogValue)])
}

/// Writes lines of the log.
package enum LogLine {
  /// Writes one line: a JSON object with the fields in the order given, and a newline.
  ///
  /// - Parameters:
  ///   - fields: The fields; none may occur twice.
  ///   - buffer: What the line is added to.
  package static func append(_ fields: [(LogField, LogValue)], to buffer: inout [UInt8]) {
    append(object: fields, to: &buffer)
    buffer.append(Byte.newline)
  }

  private static func append(object fields: [(LogField, LogValue)], to buffer: inout [UInt8]) {
    buffer.append(Byte.openBrace)
    for (index, (field, value)) in fields.enumerated() {
      if index > 0 { buffer.append(contentsOf: ", ".utf8) }
      JSONValue.append(string: field.name, to: &buffer)
      buffer.append(contentsOf: ": ".utf8)
      append(value, to: &buffer)
    }
    buffer.append(Byte.closeBrace)
  }

  private static func append(_ value: LogValue, to buffer: inout [UInt8]) {
    switch value {
    case .timestamp(let nanoseconds):
      buffer.append(Byte.quote)
      Timestamp.append(nanoseconds, to: &buffer)
      buffer.append(Byte.quote)
    case .message(let message):
      guard let spelling = message.spellings.first else { return buffer.append(contentsOf: "null".utf8) }
      JSONValue.append(string: spelling, to: &buffer)
    case .count(let count):
      buffer.append(contentsOf: String(count).utf8)
    case .decimal(let decimal):
      // The description is the shortest text that reads back as the same number, and always valid JSON.
      buffer.append(contentsOf: (decimal.isFinite ? decimal.description : "null").utf8)
    case .text(let text):
      JSONValue.append(string: text, to: &buffer)
    case .object(let fields):
      append(object: fields, to: &buffer)
    }
  }
}
