internal import CYAML
internal import JSON

/// What libyaml finds in a text, one after the other.
enum YAMLEvent {
  case scalar(String, isPlain: Bool, TextLocation)
  case sequenceStart(TextLocation)
  case sequenceEnd
  /// In braces or by indentation.
  case mappingStart(inBraces: Bool, TextLocation)
  case mappingEnd
  case documentStart(TextLocation)
  case documentEnd
  case streamEnd
}

/// libyaml's parser, over a text that it keeps.
///
/// What this program's configuration has no use for is refused here: an alias makes a small text endless, a tag asks for types
/// that there are not.
@safe struct YAMLParser: ~Copyable {
  private let parser: UnsafeMutablePointer<yaml_parser_t>
  private let text: UnsafeMutableBufferPointer<UInt8>

  init(_ bytes: [UInt8]) throws(ConfigurationError) {
    // Both are freed by deinit and never replaced; the parser needs the text at one address for as long as it lives.
    unsafe parser = .allocate(capacity: 1)
    unsafe text = .allocate(capacity: bytes.count)
    _ = unsafe text.initialize(from: bytes)
    guard unsafe yaml_parser_initialize(parser) == 1 else {
      // A struct that throws in its initializer is not deinitialized.
      unsafe parser.deallocate()
      unsafe text.deallocate()
      throw ConfigurationError("there is no memory to read it", at: TextLocation(line: 1, column: 1))
    }
    // Only UTF-8, whatever the first bytes look like.
    unsafe yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
    unsafe yaml_parser_set_input_string(parser, text.baseAddress, text.count)
  }

  deinit {
    // Initialized by init, which is where this could have failed.
    unsafe yaml_parser_delete(parser)
    unsafe parser.deallocate()
    unsafe text.deallocate()
  }

  /// The next event.
  mutating func next() throws(ConfigurationError) -> YAMLEvent {
    while true {
      var event = unsafe yaml_event_t()
      // Both pointers are to memory that stands during the call.
      guard unsafe yaml_parser_parse(parser, &event) == 1 else { throw fault() }
      // Deleted once, after its texts were copied.
      defer { unsafe yaml_event_delete(&event) }
      if let event = unsafe try Self.event(event) { return event }
    }
  }

  /// What an event says; nil for the stream's start.
  private static func event(_ event: yaml_event_t) throws(ConfigurationError) -> YAMLEvent? {
    // Of the union the member is read that the type names.
    let location = unsafe location(event.start_mark)
    switch unsafe event.type {
    case YAML_STREAM_END_EVENT: return .streamEnd
    case YAML_DOCUMENT_START_EVENT: return .documentStart(location)
    case YAML_DOCUMENT_END_EVENT: return .documentEnd
    case YAML_ALIAS_EVENT:
      throw ConfigurationError(
        "an alias (*) is not taken; write the value again, or put a text in quotes",
        at: location
      )
    case YAML_SCALAR_EVENT:
      let scalar = unsafe event.data.scalar
      try unsafe refuse(anchor: scalar.anchor, tag: scalar.tag, at: location)
      let text = unsafe String(decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
      return unsafe .scalar(text, isPlain: scalar.style == YAML_PLAIN_SCALAR_STYLE, location)
    case YAML_SEQUENCE_START_EVENT:
      try unsafe refuse(anchor: event.data.sequence_start.anchor, tag: event.data.sequence_start.tag, at: location)
      return .sequenceStart(location)
    case YAML_SEQUENCE_END_EVENT: return .sequenceEnd
    case YAML_MAPPING_START_EVENT:
      try unsafe refuse(anchor: event.data.mapping_start.anchor, tag: event.data.mapping_start.tag, at: location)
      return unsafe .mappingStart(inBraces: event.data.mapping_start.style == YAML_FLOW_MAPPING_STYLE, location)
    case YAML_MAPPING_END_EVENT: return .mappingEnd
    default: return nil
    }
  }

  private static func refuse(
    anchor: UnsafeMutablePointer<yaml_char_t>?,
    tag: UnsafeMutablePointer<yaml_char_t>?,
    at location: TextLocation
  ) throws(ConfigurationError) {
    // Compared with none, not read.
    if unsafe anchor != nil {
      throw ConfigurationError("an anchor (&) is not taken; put a text that begins with & in quotes", at: location)
    }
    if unsafe tag != nil {
      throw ConfigurationError("a tag (!) is not taken; put a text that begins with ! in quotes", at: location)
    }
  }

  /// What made libyaml give up.
  private func fault() -> ConfigurationError {
    // The parser stands; its problem is a constant text, or none.
    let problem = unsafe parser.pointee.problem.map { unsafe String(cString: $0) } ?? "it cannot be read"
    if unsafe parser.pointee.error == YAML_READER_ERROR {
      let offset = unsafe min(parser.pointee.problem_offset, text.count)
      return ConfigurationError("it is no UTF-8 text: \(problem)", at: unsafe Self.location(of: offset, in: text))
    }
    let location = unsafe Self.location(parser.pointee.problem_mark)
    let isTab = unsafe parser.pointee.problem_mark.index < text.count && text[parser.pointee.problem_mark.index] == 0x09
    return ConfigurationError(isTab ? "a tab indents nothing; use spaces" : Self.inPlainWords(problem), at: location)
  }

  /// What libyaml's own words mean to somebody who does not know its grammar.
  private static func inPlainWords(_ problem: String) -> String {
    switch problem {
    case "found character that cannot start any token": "no text can begin with this character without quotes"
    case "mapping values are not allowed in this context":
      "a second key and colon are on this line, or it is indented wrongly"
    case "did not find expected ',' or '}'": "a comma or the closing } is missing"
    case "did not find expected ',' or ']'": "a comma or the closing ] is missing"
    case "did not find expected '-' indicator": "this is no element of the list above; indent it like the elements"
    case "did not find expected key": "a key is expected here; is it indented like those above?"
    case "found unexpected end of stream": "the closing quote is missing"
    default: problem
    }
  }

  private static func location(_ mark: yaml_mark_t) -> TextLocation {
    TextLocation(line: Int(mark.line) + 1, column: Int(mark.column) + 1)
  }

  private static func location(of offset: Int, in text: UnsafeMutableBufferPointer<UInt8>) -> TextLocation {
    // The caller has compared the offset with the text's length.
    let before = unsafe text[..<offset]
    let line = unsafe before.count { $0 == UInt8(ascii: "\n") } + 1
    let lineStart = unsafe before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    return TextLocation(line: line, column: offset - lineStart + 1)
  }
}
