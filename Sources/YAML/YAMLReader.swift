package import JSON

/// Reads YAML, of which JSON is a part, into a tree of values that know where they stand.
package enum YAMLReader {
  /// The longest text in bytes, the deepest nesting, and the largest number of values: what no configuration needs.
  package static let maximumByteCount = 1 << 20
  package static let maximumDepth = 32
  package static let maximumValueCount = 50_000

  /// Reads a text of one document.
  ///
  /// Aliases, anchors, tags, merge keys, several documents, and keys that are no text or occur twice are refused.
  ///
  /// - Parameter bytes: UTF-8.
  /// - Returns: The document; null where there is nothing in it.
  /// - Throws: What is wrong, where, and what would be right.
  package static func read(_ bytes: [UInt8]) throws(ConfigurationError) -> LocatedValue {
    guard bytes.count <= maximumByteCount else {
      throw ConfigurationError(
        "it has \(bytes.count) bytes; \(maximumByteCount) is the most",
        at: TextLocation(line: 1, column: 1)
      )
    }
    do throws(ConfigurationError) {
      return try tree(bytes)
    } catch {
      throw withProposal(error, in: bytes)
    }
  }

  private static func tree(_ bytes: [UInt8]) throws(ConfigurationError) -> LocatedValue {
    var builder = TreeBuilder(parser: try YAMLParser(bytes))
    return try builder.document()
  }

  /// Adds to an error how its line would be right with quotes, where that line is then no longer wrong.
  private static func withProposal(_ error: ConfigurationError, in bytes: [UInt8]) -> ConfigurationError {
    var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    let index = error.location.line - 1
    // The parser notices some mistakes only at the next token, which may be on a later line.
    for candidate in [index, index - 1] where lines.indices.contains(candidate) {
      let line = lines[candidate]
      guard line.count <= QuotingProposal.maximumLineBytes else { continue }
      guard let quoted = QuotingProposal.quoted(String(decoding: line, as: UTF8.self)) else { continue }
      lines[candidate] = Array(quoted.utf8)[...]
      defer { lines[candidate] = line }
      if let rest = faultLocation(Array(lines.joined(separator: [UInt8(ascii: "\n")]))),
        rest.line <= error.location.line
      {
        continue
      }
      let trimmed = String(decoding: quoted.utf8.drop { $0 == UInt8(ascii: " ") }, as: UTF8.self)
      return ConfigurationError("\(error.message); with quotes it is right: \(trimmed)", at: error.location)
    }
    return error
  }

  private static func faultLocation(_ bytes: [UInt8]) -> TextLocation? {
    do throws(ConfigurationError) {
      _ = try tree(bytes)
      return nil
    } catch {
      return error.location
    }
  }
}

/// Builds the tree of a document from its events.
private struct TreeBuilder: ~Copyable {
  private var parser: YAMLParser
  private var valueCount = 0

  init(parser: consuming YAMLParser) {
    self.parser = parser
  }

  mutating func document() throws(ConfigurationError) -> LocatedValue {
    guard case .documentStart = try parser.next() else {
      return LocatedValue(.null, location: TextLocation(line: 1, column: 1))
    }
    let root = try value(try parser.next(), depth: 0)
    _ = try parser.next()
    if case .documentStart(let location) = try parser.next() {
      throw ConfigurationError("a second document (---) is not taken; put all into one", at: location)
    }
    return root
  }

  private mutating func value(_ event: YAMLEvent, depth: Int) throws(ConfigurationError) -> LocatedValue {
    switch event {
    case .scalar(let text, let isPlain, let location):
      try count(location, depth: depth)
      let content: LocatedValue.Content = isPlain ? CoreSchema.content(ofPlain: text) : .string(text)
      return LocatedValue(content, spelling: text, location: location)
    case .sequenceStart(let location):
      try count(location, depth: depth)
      return LocatedValue(.array(try elements(depth: depth)), location: location)
    case .mappingStart(let inBraces, let location):
      try count(location, depth: depth)
      return LocatedValue(.object(try members(inBraces: inBraces, depth: depth)), location: location)
    default:
      // The parser gives a value wherever there can be one.
      throw ConfigurationError("a value is missing here", at: TextLocation(line: 1, column: 1))
    }
  }

  private mutating func count(_ location: TextLocation, depth: Int) throws(ConfigurationError) {
    valueCount += 1
    guard depth <= YAMLReader.maximumDepth else {
      throw ConfigurationError("it is nested deeper than \(YAMLReader.maximumDepth)", at: location)
    }
    guard valueCount <= YAMLReader.maximumValueCount else {
      throw ConfigurationError("it has more than \(YAMLReader.maximumValueCount) values", at: location)
    }
  }

  private mutating func elements(depth: Int) throws(ConfigurationError) -> [LocatedValue] {
    var elements: [LocatedValue] = []
    while true {
      let event = try parser.next()
      if case .sequenceEnd = event { return elements }
      elements.append(try value(event, depth: depth + 1))
    }
  }

  private mutating func members(inBraces: Bool, depth: Int) throws(ConfigurationError) -> [LocatedValue.Member] {
    var members: [LocatedValue.Member] = []
    var names: Set<String> = []
    while true {
      let event = try parser.next()
      if case .mappingEnd = event { return members }
      let key = try value(event, depth: depth + 1)
      guard case .scalar(let name, let isPlain, _) = event else {
        throw ConfigurationError(
          "a key is \(key.kindName); put a text with braces or brackets in quotes",
          at: key.location
        )
      }
      if isPlain, name == "<<" {
        throw ConfigurationError("a merge key (<<) is not taken; write the members again", at: key.location)
      }
      guard names.insert(name).inserted else {
        let first = members.first { $0.name == name }?.location.line ?? 0
        throw ConfigurationError("\"\(name)\" is set twice, first on line \(first); once is right", at: key.location)
      }
      let value = try value(try parser.next(), depth: depth + 1)
      if inBraces, case .null = value.content, value.spelling.isEmpty {
        throw ConfigurationError("in braces \"\(name)\" is a key, and it has no value", at: key.location)
      }
      members.append(LocatedValue.Member(name: name, location: key.location, value: value))
    }
  }
}
