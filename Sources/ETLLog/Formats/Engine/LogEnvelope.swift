internal import JSON

/// What a container's runtime or the journal puts around each line.
package enum LogEnvelope: String, CaseIterable, Sendable {
  /// Nothing.
  case none
  /// Docker's json-file: `{"log":"…\n","stream":"stdout","time":"…"}`.
  case docker
  /// The Container Runtime Interface, of containerd and CRI-O: `TIME stdout F …`.
  case cri
  /// `journalctl --output json`: `{"MESSAGE":"…","__REALTIME_TIMESTAMP":"…"}`.
  case journald
}

/// What is inside an envelope.
enum EnvelopeContent {
  /// A line, from its start to its end, and when the runtime saw it, as a text.
  case line(JSONString, time: JSONString?, stream: JSONString?)
  /// A piece of a line that is not its last one.
  case piece(stream: JSONString?)
  /// Something else than text.
  case noText
  /// No envelope.
  case malformed
}

extension LogEnvelope {
  /// Opens the envelope of a line.
  ///
  /// - Parameters:
  ///   - start: Where the line starts.
  ///   - newline: Its end.
  ///   - json: The grammar, up to the end of the chunk.
  ///   - texts: Where the content goes whose escapes are taken off.
  /// - Returns: What is inside.
  func open(_ start: BytePosition, newline: BytePosition, _ json: JSONScanner, _ texts: inout LineTexts)
    -> EnvelopeContent
  {
    switch self {
    case .none: .line(JSONString(start: start, end: newline, isEscaped: false), time: nil, stream: nil)
    case .cri: Self.openCRI(start, newline: newline)
    case .docker: openObject(start, json, &texts, text: "log", time: "time", stream: "stream")
    case .journald: openObject(start, json, &texts, text: "MESSAGE", time: "__REALTIME_TIMESTAMP", stream: "_TRANSPORT")
    }
  }

  /// `TIME STREAM TAGS CONTENT`; of the tags, which colons part, the first is `F` for a whole line and `P` for a piece.
  private static func openCRI(_ start: BytePosition, newline: BytePosition) -> EnvelopeContent {
    var position = start
    func word() -> JSONString? {
      let wordStart = position
      while position < newline, position.byte != Byte.space { position += 1 }
      guard position < newline, position > wordStart else { return nil }
      let word = JSONString(start: wordStart, end: position, isEscaped: false)
      position += 1
      return word
    }
    guard let time = word(), let stream = word(), let tags = word() else { return .malformed }
    let tag = tags.start.byte
    guard tags.byteCount == 1 || (tags.start + 1).byte == Byte.colon,
      tag == UInt8(ascii: "F") || tag == UInt8(ascii: "P")
    else {
      return .malformed
    }
    if tag == UInt8(ascii: "P") { return .piece(stream: stream) }
    return .line(JSONString(start: position, end: newline, isEscaped: false), time: time, stream: stream)
  }

  private func openObject(
    _ start: BytePosition,
    _ json: JSONScanner,
    _ texts: inout LineTexts,
    text textKey: StaticString,
    time timeKey: StaticString,
    stream streamKey: StaticString
  ) -> EnvelopeContent {
    var position = json.skipWhitespace(start)
    guard position.byte == Byte.openBrace else { return .malformed }
    var (text, time, stream): (JSONString?, JSONString?, JSONString?)
    var hasOtherText = false
    position = json.skipWhitespace(position + 1)
    while position.byte != Byte.closeBrace {
      guard let (key, value) = json.scanKey(position) else { return .malformed }
      let string = value.byte == Byte.quote ? json.scanString(value + 1) : nil
      guard let end = string.map({ $0.end + 1 }) ?? json.skipValue(value) else { return .malformed }
      if key.isEqual(to: textKey) { (text, hasOtherText) = (string, string == nil) }
      if key.isEqual(to: timeKey) { time = string }
      if key.isEqual(to: streamKey) { stream = string }
      position = json.skipWhitespace(end)
      if position.byte == Byte.closeBrace { break }
      guard position.byte == Byte.comma else { return .malformed }
      position = json.skipWhitespace(position + 1)
    }
    guard json.skipWhitespace(position + 1).byte == Byte.newline else { return .malformed }
    guard let text else { return hasOtherText ? .noText : .malformed }
    texts.reset(byteCount: LineTexts.byteCount(of: text))
    // A copy also where there are no escapes: behind it must stand a newline.
    let content = texts.resolve(text)
    guard self == .docker else { return .line(content, time: time, stream: nil) }
    guard content.byteCount > 0, (content.end + -1).byte == Byte.newline else { return .piece(stream: stream) }
    return .line(JSONString(start: content.start, end: content.end + -1, isEscaped: false), time: time, stream: stream)
  }
}

extension JSONString {
  /// Whether the bytes, as they stand, are those of a name.
  fileprivate func isEqual(to name: StaticString) -> Bool {
    guard byteCount == name.utf8CodeUnitCount else { return false }
    for index in 0..<byteCount {
      // Within the name, whose length was compared.
      guard unsafe (start + index).byte == name.utf8Start[index] else { return false }
    }
    return true
  }
}
