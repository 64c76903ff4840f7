internal import JSON

/// What followed each message when it was last read: jobs do things in turn.
struct MessagePredictor {
  /// A message as it stood in the log, with its quotes.
  private struct Follower: BitwiseCopyable {
    var text = PredictedText.none
    var message = LogMessage.other
  }

  /// Two for each message, because a file that was started may be completed or fail.
  private var likely = InlineArray<8, Follower>(repeating: Follower())
  private var likelyToo = InlineArray<8, Follower>(repeating: Follower())
  private var last = LogMessage.other

  /// Reads the message that most likely stands at a place.
  ///
  /// - Parameters:
  ///   - quote: The place where the message starts.
  ///   - end: The end of the chunk.
  /// - Returns: The message and the place behind its closing quote, or nil where something else stands.
  @inline(__always)
  mutating func match(_ quote: BytePosition, end: BytePosition) -> (message: LogMessage, next: BytePosition)? {
    guard end - quote >= ShortText.maximumByteCount else { return nil }
    let index = last.rawValue
    if likely[index].text.matches(quote) {
      last = likely[index].message
      return (last, quote + likely[index].text.byteCount)
    }
    guard likelyToo[index].text.matches(quote) else { return nil }
    last = likelyToo[index].message
    return (last, quote + likelyToo[index].text.byteCount)
  }

  /// Remembers a message, unless it is too long.
  ///
  /// - Parameters:
  ///   - message: The message.
  ///   - text: How it is spelled, between its quotes.
  ///   - end: The end of the chunk.
  mutating func remember(_ message: LogMessage, _ text: JSONString, end: BytePosition) {
    let byteCount = text.byteCount + 2
    if byteCount <= ShortText.maximumByteCount {
      let quoted = ShortText(text.start + -1, byteCount: byteCount, end: end)
      likelyToo[last.rawValue] = likely[last.rawValue]
      likely[last.rawValue] = Follower(text: PredictedText(quoted), message: message)
    }
    last = message
  }
}
