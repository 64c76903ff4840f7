/// What becomes of a line; the raw value is the label's value in the metrics, and the key in a snapshot.
package enum LineResult: String, CaseIterable {
  /// It is one of the known events and was counted.
  case event
  /// It is well-formed, but says nothing known, or there is nothing in it but white space and NUL bytes.
  case other
  /// It has no JSON object as RFC 8259 defines it, something beside the object, or a known field with a value that
  /// the field cannot have.
  case malformed
  /// It is longer than the limit.
  case oversized
  /// It repeats a line that was counted before.
  case duplicate
  /// It is older than what was counted before.
  case stale
}
