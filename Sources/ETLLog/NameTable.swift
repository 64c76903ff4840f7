/// The names of fields and messages, ready to be compared.
struct NameTable: ~Copyable {
  /// The shortest names first.
  private let fields: [(name: ShortText, field: LogField)]
  /// How many fields have shorter names than so many bytes, for each length and one more.
  private let shorterFields: [Int]
  private let messages: [(name: ShortText, message: LogMessage)]

  init() {
    let fields = LogField.allCases.map { (name: ShortText($0.name), field: $0) }
      .sorted { $0.name.byteCount < $1.name.byteCount }
    self.fields = fields
    shorterFields = (0...ShortText.maximumByteCount + 1).map { byteCount in
      fields.count { $0.name.byteCount < byteCount }
    }
    messages = LogMessage.allCases.flatMap { message in
      message.spellings.map { (ShortText($0), message) }
    }
  }

  /// The field with a name, nil if it is not a known one.
  func field(_ name: JSONString, end: BytePosition) -> LogField? {
    guard let name = ShortText(name, end: end) else { return nil }
    // Most names that are not known are as long as none or few that are.
    for index in shorterFields[name.byteCount]..<shorterFields[name.byteCount + 1] where fields[index].name == name {
      return fields[index].field
    }
    return nil
  }

  /// The message with a spelling.
  func message(_ spelling: JSONString, end: BytePosition) -> LogMessage {
    guard let spelling = ShortText(spelling, end: end) else { return .other }
    return messages.first { $0.name == spelling }?.message ?? .other
  }
}

/// What followed each message when it was last read: jobs do things in turn.
struct MessageMemory {
  /// A message as it stood in the log, with its quotes.
  private struct Follower: BitwiseCopyable {
    var text = RememberedText.none
    var message = LogMessage.other
  }

  /// Two for each message, because a file that was started may be completed or fail.
  private var likely = InlineArray<7, Follower>(repeating: Follower())
  private var likelyToo = InlineArray<7, Follower>(repeating: Follower())
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
    let place = last.rawValue
    if likely[place].text.matches(quote) {
      last = likely[place].message
      return (last, quote + likely[place].text.byteCount)
    }
    guard likelyToo[place].text.matches(quote) else { return nil }
    last = likelyToo[place].message
    return (last, quote + likelyToo[place].text.byteCount)
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
      likely[last.rawValue] = Follower(text: RememberedText(quoted), message: message)
    }
    last = message
  }
}
