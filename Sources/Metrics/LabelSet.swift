/// The labels of a series, rendered once and written as they are with every sample.
package struct LabelSet: Equatable {
  /// What stands between a sample's name and its value: `{name="value",name="value"} `, or a space for a series without
  /// labels.
  let rendered: [UInt8]

  private static let end = Array("} ".utf8)

  /// No labels.
  package static let none = LabelSet(rendered: [UInt8(ascii: " ")])

  /// These labels and one more.
  ///
  /// - Parameters:
  ///   - name: The label's name, `[a-zA-Z_][a-zA-Z0-9_]*`.
  ///   - value: Any text.
  /// - Returns: The longer set.
  package func adding(_ name: String, _ value: String) -> LabelSet {
    precondition(Self.isLabelName(name), "\(name) is not a label name")
    var bytes: [UInt8] = []
    bytes.reserveCapacity(rendered.count + name.utf8.count + value.utf8.count + 6)
    bytes.append(contentsOf: rendered.dropLast(Self.end.count))
    bytes.append(UInt8(ascii: bytes.isEmpty ? "{" : ","))
    bytes.append(contentsOf: name.utf8)
    bytes.append(contentsOf: [UInt8(ascii: "="), UInt8(ascii: "\"")])
    appendEscaped(value, quotes: true, to: &bytes)
    bytes.append(UInt8(ascii: "\""))
    bytes.append(contentsOf: Self.end)
    return LabelSet(rendered: bytes)
  }

  private static func isLabelName(_ name: String) -> Bool {
    guard let first = name.utf8.first, isNameByte(first, colon: false), !isDigit(first) else { return false }
    return name.utf8.allSatisfy { isNameByte($0, colon: false) }
  }
}

/// Whether a byte may stand in a metric's or label's name.
///
/// - Parameters:
///   - byte: The byte.
///   - colon: Whether a colon counts, as it does in metric names.
/// - Returns: True for letters, digits, `_`, and the colon where asked for.
func isNameByte(_ byte: UInt8, colon: Bool) -> Bool {
  switch byte {
  case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"): true
  case UInt8(ascii: ":"): colon
  default: isDigit(byte)
  }
}

/// Whether a byte is a decimal digit.
///
/// - Parameter byte: The byte.
/// - Returns: True for `0` to `9`.
func isDigit(_ byte: UInt8) -> Bool {
  (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
}

/// Escapes as both exposition formats ask: backslash and newline everywhere, quotes in label values.
///
/// - Parameters:
///   - text: What to write.
///   - quotes: Whether `"` is escaped, too.
///   - output: Where it goes.
func appendEscaped(_ text: String, quotes: Bool, to output: inout [UInt8]) {
  for byte in text.utf8 { appendEscaped(byte, quotes: quotes, to: &output) }
}

/// Escapes one byte of a text.
///
/// - Parameters:
///   - byte: The byte.
///   - quotes: Whether `"` is escaped, too.
///   - output: Where it goes.
func appendEscaped(_ byte: UInt8, quotes: Bool, to output: inout [UInt8]) {
  switch byte {
  case UInt8(ascii: "\\"):
    output.append(contentsOf: "\\\\".utf8)
  case UInt8(ascii: "\n"):
    output.append(contentsOf: "\\n".utf8)
  case UInt8(ascii: "\"") where quotes:
    output.append(contentsOf: "\\\"".utf8)
  default:
    output.append(byte)
  }
}
