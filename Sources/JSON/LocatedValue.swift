/// A place in a text that somebody wrote.
package struct TextLocation: Equatable, Sendable {
  /// The line, from 1.
  package let line: Int
  /// The character in that line, from 1.
  package let column: Int

  package init(line: Int, column: Int) {
    self.line = line
    self.column = column
  }
}

/// A value of a configuration, with where it stands: what an error about it needs.
package struct LocatedValue: Sendable {
  /// What a value may be; JSON's types, so that a configuration can be written as either YAML or JSON.
  package enum Content: Sendable {
    case null
    case boolean(Bool)
    case integer(Int64)
    /// May be an infinity or not a number, where the text says so.
    case decimal(Double)
    case string(String)
    case array([LocatedValue])
    /// Members in their order; no name occurs twice.
    case object([Member])
  }

  /// A member of an object.
  package struct Member: Sendable {
    /// The member's name.
    package let name: String
    /// Where the name stands.
    package let location: TextLocation
    /// What it is set to.
    package let value: LocatedValue

    package init(name: String, location: TextLocation, value: LocatedValue) {
      self.name = name
      self.location = location
      self.value = value
    }
  }

  /// What it is.
  package let content: Content
  /// A scalar as it is written, without quotation marks: `1e3` stays that, and is no `1000.0`. Empty for the others.
  package let spelling: String
  /// Where it starts.
  package let location: TextLocation

  /// Makes a value.
  ///
  /// - Parameters:
  ///   - content: What it is.
  ///   - spelling: How a scalar is written.
  ///   - location: Where it starts.
  package init(_ content: Content, spelling: String = "", location: TextLocation) {
    self.content = content
    self.spelling = spelling
    self.location = location
  }

  /// What kind of value it is, in words that end "this is …".
  package var kindName: String {
    switch content {
    case .null: "empty"
    case .boolean: "true or false"
    case .integer, .decimal: "a number"
    case .string: "a text"
    case .array: "a list"
    case .object: "a mapping"
    }
  }
}

/// Why a configuration cannot be used.
package struct ConfigurationError: Error, Equatable, Sendable {
  /// Where it is wrong.
  package let location: TextLocation
  /// What is wrong and what would be right, on one line.
  package let message: String

  /// Makes an error.
  ///
  /// - Parameters:
  ///   - message: What is wrong and what would be right, on one line.
  ///   - location: Where.
  package init(_ message: String, at location: TextLocation) {
    self.message = message
    self.location = location
  }

  /// The one line that says it, as compilers do.
  ///
  /// - Parameter file: What the text is called.
  /// - Returns: File, line, column and message.
  package func text(file: String) -> String {
    "\(file):\(location.line):\(location.column): \(message)"
  }
}
