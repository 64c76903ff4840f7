import TestSupport

extension RandomSource {
  /// A number ≥ 0 as JSON may write it.
  mutating func decimal() -> String {
    if below(3) == 0 {
      return Double(bitPattern: UInt64.random(in: 0..<0x7FF0_0000_0000_0000, using: &self)).description
    }
    var text = below(5) == 0 ? "0" : String(1 + below(9)) + digits(atMost: 20)
    if below(3) > 0 { text += "." + digits(atMost: 24) + String(below(10)) }
    if below(3) == 0 {
      text += element(["e", "E"]) + element(["", "+", "-"]) + String(below(element([10, 30, 330])))
    }
    return text
  }

  private mutating func digits(atMost limit: Int) -> String {
    (0..<below(limit + 1)).map { _ in String(below(10)) }.joined()
  }

  /// A text of characters from all over Unicode, and those that JSON escapes.
  mutating func text() -> String {
    var text = String.UnicodeScalarView()
    for _ in 0..<below(element([4, 20, 80])) {
      let limit: UInt32 = element([0x20, 0x80, 0x80, 0x80, 0x800, 0x1_0000, 0x11_0000])
      text.append(Unicode.Scalar(UInt32.random(in: 0..<limit, using: &self)) ?? "\\")
    }
    return String(text)
  }
}
