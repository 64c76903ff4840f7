internal import JSON

extension MatchTree {
  /// The bits of a node's tests that a value passes.
  ///
  /// - Parameters:
  ///   - node: The node.
  ///   - kind: What kind of value it is.
  ///   - string: The value, without escapes, and with a byte behind it that ends a number.
  ///   - end: Up to where bytes can be read; the string's end at least.
  /// - Returns: The bits.
  func bits(of node: Node, _ kind: LineSlot.Kind, _ string: JSONString, end: BytePosition) -> UInt128 {
    var bits: UInt128 = 0
    var short: ShortText?
    if kind == .text, string.byteCount <= ShortText.maximumByteCount {
      short = ShortText(string.start, byteCount: string.byteCount, end: end)
    }
    for index in node.tests {
      let test = tests[index]
      if passes(test, kind, string, short) { bits |= test.bits }
    }
    return bits
  }

  private func passes(_ test: Test, _ kind: LineSlot.Kind, _ string: JSONString, _ short: ShortText?) -> Bool {
    switch (test.kind, kind) {
    case (.present, _): kind != .empty
    case (.scalar, _): kind != .empty && kind != .container
    case (.text, .text):
      if let wanted = test.short {
        short == wanted
      } else {
        string.byteCount == test.textCount && has(test, at: 0, string)
      }
    case (.prefix, .text): string.byteCount >= test.textCount && has(test, at: 0, string)
    case (.suffix, .text):
      string.byteCount >= test.textCount && has(test, at: string.byteCount - test.textCount, string)
    case (.contains, .text): contains(test, string)
    case (.number, .number): number(string) == test.number
    case (.boolean, .boolean): (string.start.byte == UInt8(ascii: "t")) == test.isTrue
    default: false
    }
  }

  private func number(_ string: JSONString) -> Double? {
    // Nothing reads as far as the end that is given: the value itself ends a number.
    JSONScanner(end: string.end).scanNumber(string.start)?.signedDecimal
  }

  /// Whether a test's text stands at a place of a string that is long enough.
  private func has(_ test: Test, at offset: Int, _ string: JSONString) -> Bool {
    string.withSpan { bytes in
      for index in 0..<test.textCount where bytes[offset + index] != textBytes[test.textStart + index] { return false }
      return true
    }
  }

  private func contains(_ test: Test, _ string: JSONString) -> Bool {
    guard string.byteCount >= test.textCount else { return false }
    for offset in 0...string.byteCount - test.textCount where has(test, at: offset, string) { return true }
    return false
  }
}
