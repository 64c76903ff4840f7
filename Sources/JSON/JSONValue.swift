/// A value to be written as JSON: RFC 8259.
package enum JSONValue {
  case null
  case boolean(Bool)
  case integer(Int64)
  /// Written in the fewest digits that say exactly it; as null where it is not finite, because JSON has no such.
  case decimal(Double)
  /// Escaped by RFC 8259 §7.
  case string(String)
  case array([JSONValue])
  /// Members in their order; no name may occur twice.
  case object([(String, JSONValue)])

  /// Writes the value on one line.
  ///
  /// - Parameter output: What it is added to.
  package func append(to output: inout [UInt8]) {
    switch self {
    case .null:
      output.append(contentsOf: "null".utf8)
    case .boolean(let value):
      output.append(contentsOf: (value ? "true" : "false").utf8)
    case .integer(let value):
      output.append(contentsOf: String(value).utf8)
    case .decimal(let value):
      output.append(contentsOf: (value.isFinite ? value.description : "null").utf8)
    case .string(let text):
      Self.append(string: text, to: &output)
    case .array(let elements):
      output.append(UInt8(ascii: "["))
      for (index, element) in elements.enumerated() {
        if index > 0 { output.append(contentsOf: ", ".utf8) }
        element.append(to: &output)
      }
      output.append(UInt8(ascii: "]"))
    case .object(let members):
      output.append(UInt8(ascii: "{"))
      for (index, (name, value)) in members.enumerated() {
        if index > 0 { output.append(contentsOf: ", ".utf8) }
        Self.append(string: name, to: &output)
        output.append(contentsOf: ": ".utf8)
        value.append(to: &output)
      }
      output.append(UInt8(ascii: "}"))
    }
  }

  /// Writes a string, escaped by RFC 8259 §7.
  ///
  /// - Parameters:
  ///   - text: The string.
  ///   - buffer: What it is added to.
  package static func append(string text: String, to buffer: inout [UInt8]) {
    buffer.append(Byte.quote)
    for byte in text.utf8 {
      switch byte {
      case Byte.quote: buffer.append(contentsOf: #"\""#.utf8)
      case Byte.backslash: buffer.append(contentsOf: #"\\"#.utf8)
      case Byte.newline: buffer.append(contentsOf: #"\n"#.utf8)
      case Byte.carriageReturn: buffer.append(contentsOf: #"\r"#.utf8)
      case Byte.tab: buffer.append(contentsOf: #"\t"#.utf8)
      case ..<Byte.space:
        buffer.append(contentsOf: #"\u00"#.utf8)
        if byte < 0x10 { buffer.append(Byte.zero) }
        buffer.append(contentsOf: String(byte, radix: 16).utf8)
      default: buffer.append(byte)
      }
    }
    buffer.append(Byte.quote)
  }
}
