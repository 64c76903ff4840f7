/// How much a client wants a format.
package struct FormatPreference {
  /// The more, the better; 0 for not at all.
  package let quality: Int
  /// Whether the client named an escaping of names for the format.
  package let namesEscaping: Bool

  package init(quality: Int, namesEscaping: Bool) {
    self.quality = quality
    self.namesEscaping = namesEscaping
  }
}

/// The format that a client is best served with.
package struct NegotiatedFormat: Equatable {
  /// The format.
  package let format: ExpositionFormat
  /// Whether the client named an escaping of names for it.
  package let namesEscaping: Bool

  /// Chooses the format of the higher quality, of equal ones the text format.
  ///
  /// A client that wants neither gets the text format, which every reader knows.
  ///
  /// - Parameter preference: How much the client wants a format.
  package init(by preference: (ExpositionFormat) -> FormatPreference) {
    let (text, openMetrics) = (preference(.text), preference(.openMetrics))
    let isText = text.quality >= openMetrics.quality
    format = isText ? .text : .openMetrics
    let chosen = isText ? text : openMetrics
    namesEscaping = chosen.quality > 0 && chosen.namesEscaping
  }
}
