/// Where a tailed log's lines go.
package protocol LineSink: ~Copyable {
  /// Takes zero or more whole lines, in the log's order.
  ///
  /// - Parameter lines: The lines, each ended by `\n`; valid only during the call.
  mutating func receive(_ lines: RawSpan)

  /// Hears that a line over the limit was skipped, up to and including its newline.
  mutating func skipOversizedLine()
}
