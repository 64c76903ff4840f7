/// Paths that are no UTF-8: Linux takes any bytes for a name but NUL and the slash, and a `String` holds only UTF-8.
///
/// Each byte of such a name that is no ASCII stands in a `String` as one character that nobody uses, U+10FF80 to U+10FFFF;
/// on the way to the kernel it is the byte again.
package enum PathBytes {
  /// The character of byte 0.
  private static let base: UInt32 = 0x10_FF00
  /// How the UTF-8 of all such characters begins.
  private static let lead: (UInt8, UInt8, ClosedRange<UInt8>) = (0xF4, 0x8F, 0xBE...0xBF)

  /// Makes a text of a name.
  ///
  /// - Parameter bytes: The name, whatever it is.
  /// - Returns: The name itself where it is UTF-8.
  static func text(of bytes: [UInt8]) -> String {
    if let text = String(validating: bytes, as: UTF8.self), !holdsBytes(text) { return text }
    var text = ""
    for byte in bytes { text.unicodeScalars.append(scalar(of: byte)) }
    return text
  }

  private static func scalar(of byte: UInt8) -> Unicode.Scalar {
    guard byte >= 0x80, let scalar = Unicode.Scalar(base + UInt32(byte)) else { return Unicode.Scalar(byte) }
    return scalar
  }

  private static func byte(of scalar: Unicode.Scalar) -> UInt8? {
    (base + 0x80...base + 0xFF).contains(scalar.value) ? UInt8(scalar.value - base) : nil
  }

  /// Whether a text has such characters.
  static func holdsBytes(_ text: String) -> Bool {
    text.utf8.contains(lead.0) && text.unicodeScalars.contains { byte(of: $0) != nil }
  }

  /// A path as the kernel takes it.
  ///
  /// - Parameter path: The path as text.
  /// - Returns: Its bytes; nil where they are the text's own.
  static func bytes(of path: String) -> [UInt8]? {
    guard holdsBytes(path) else { return nil }
    var bytes: [UInt8] = []
    for scalar in path.unicodeScalars {
      if let byte = byte(of: scalar) { bytes.append(byte) } else { bytes += Array(String(scalar).utf8) }
    }
    return bytes
  }

  /// A text with paths in it, for people: what is no UTF-8 is shown as `\xE9`.
  ///
  /// - Parameter text: The text.
  /// - Returns: The text itself where all of it is UTF-8.
  package static func displayed(_ text: String) -> String {
    guard holdsBytes(text) else { return text }
    var shown = ""
    for scalar in text.unicodeScalars {
      if let byte = byte(of: scalar) {
        shown += "\\x" + String(byte, radix: 16, uppercase: true)
      } else {
        shown.unicodeScalars.append(scalar)
      }
    }
    return shown
  }
}

/// Hands a path to the kernel, as `PathBytes` says.
func withSystemPath<Result>(_ path: String, _ body: (UnsafePointer<CChar>) -> Result) -> Result {
  guard let bytes = PathBytes.bytes(of: path) else {
    // Safe: the pointer stands during the call.
    return unsafe path.withCString { unsafe body($0) }
  }
  let characters = bytes.map { CChar(bitPattern: $0) } + [0]
  // Safe: the array ends with a NUL and stands during the call.
  return unsafe characters.withUnsafeBufferPointer { buffer in
    guard let start = buffer.baseAddress else { preconditionFailure("an array that is not empty has a beginning") }
    return unsafe body(start)
  }
}
