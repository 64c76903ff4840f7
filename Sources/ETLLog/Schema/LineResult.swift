/// What becomes of a line; the raw value is the label's value in the metrics, and the key in a snapshot.
package enum LineResult: String, CaseIterable {
  /// It is one of the known events and was counted.
  case event
  /// It is well-formed, but says nothing known, or there is nothing in it but white space and NUL bytes.
  case other
  /// It has a brace, and no JSON object that reaches to its end.
  case malformed
  /// It is longer than the limit.
  case oversized
  /// It repeats a line that was counted before.
  case duplicate
  /// It is older than what was counted before.
  case stale
  /// It has no brace: a stack trace, a greeting.
  case text
  /// It is a piece of a line that a container's runtime cut; only logs with a format of their own have such lines.
  case partial
}
