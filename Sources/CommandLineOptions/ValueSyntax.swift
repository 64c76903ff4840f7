/// How the values of an option are written: the one place that reads them, shows them and describes them in the help.
///
/// A module with values of its own (an address, a log's name and path) declares a syntax beside their type and uses it
/// like those declared here.
package struct ValueSyntax<Value: Sendable>: Sendable {
  /// What stands for the value in the help and in errors, in capitals: `DURATION`.
  let placeholder: String

  /// The allowed words where there are only a few, shown beside each option that takes them.
  let choices: String?

  /// A sentence on the notation, shown once below the options of the help.
  let notation: String?

  let parse: @Sendable (String) throws(InvalidValue) -> Value
  let format: @Sendable (Value) -> String

  /// Declares a syntax.
  ///
  /// - Parameters:
  ///   - placeholder: What stands for the value in the help and in errors, in capitals.
  ///   - choices: The allowed words where there are only a few: `debug, info, warn or error`.
  ///   - notation: A sentence on the notation that the help shows once, however many options use it.
  ///   - parse: Reads a value from text, which is never empty.
  ///   - format: Writes a value so that `parse` reads it again; the help shows defaults with it.
  package init(
    placeholder: String,
    choices: String? = nil,
    notation: String? = nil,
    parse: @escaping @Sendable (String) throws(InvalidValue) -> Value,
    format: @escaping @Sendable (Value) -> String
  ) {
    self.placeholder = placeholder
    self.choices = choices
    self.notation = notation
    self.parse = parse
    self.format = format
  }
}

extension ValueSyntax where Value == String {
  /// Any text that is not empty, such as a path.
  ///
  /// - Parameter placeholder: What stands for the text in the help: `PATH`.
  /// - Returns: The syntax.
  package static func text(_ placeholder: String) -> ValueSyntax {
    ValueSyntax(placeholder: placeholder, parse: { text throws(InvalidValue) in text }, format: { $0 })
  }
}

extension ValueSyntax where Value: FixedWidthInteger {
  /// A whole number in decimal digits.
  ///
  /// - Parameters:
  ///   - placeholder: What stands for the number in the help: `PORT`.
  ///   - range: The numbers allowed.
  ///   - noun: What such a number is, with its article, for errors: `a port`.
  /// - Returns: The syntax.
  package static func integer(
    _ placeholder: String = "NUMBER",
    in range: ClosedRange<Value>,
    noun: String? = nil
  ) -> ValueSyntax {
    ValueSyntax(
      placeholder: placeholder,
      parse: { text throws(InvalidValue) in
        // Digits that the type cannot hold are a number all the same, and the error says so.
        let digits = text.hasPrefix("-") ? text.dropFirst() : text[...]
        let isNumber = !digits.isEmpty && digits.utf8.allSatisfy(isDigit)
        guard isNumber, let value = Value(text), range.contains(value) else {
          let problem = noun.map { "is not \($0)" } ?? (isNumber ? "is out of range" : "is not a whole number")
          // An upper bound that is only the type's is of interest to those who exceed it.
          let isTooLarge = isNumber && !text.hasPrefix("-") && Value(text).map { $0 > range.upperBound } ?? true
          let end =
            range.upperBound == .max && !isTooLarge
            ? "of at least \(range.lowerBound)" : range.inWords { "\($0)" }
          throw InvalidValue(problem, remedy: "use a whole number \(end)")
        }
        return value
      },
      format: { "\($0)" }
    )
  }
}

extension ValueSyntax where Value == Double {
  /// A decimal number, with an exponent if need be: `0.2`, `10`, `1e3`. Never infinite, not a number or hexadecimal.
  ///
  /// - Parameters:
  ///   - placeholder: What stands for the number in the help.
  ///   - range: The numbers allowed.
  /// - Returns: The syntax.
  package static func decimal(_ placeholder: String = "NUMBER", in range: ClosedRange<Double>) -> ValueSyntax {
    let format: @Sendable (Double) -> String = { value in
      let text = "\(value)"
      return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }
    return ValueSyntax(
      placeholder: placeholder,
      parse: { text throws(InvalidValue) in
        let remedy = "use a number \(range.inWords(format))"
        // `Double.init` reads `nan`, `infinity` and `0x1p3` too, none of which anyone means here.
        guard text.utf8.allSatisfy({ isDigit($0) || "+-.eE".utf8.contains($0) }), let value = Double(text) else {
          throw InvalidValue("is not a number", remedy: remedy)
        }
        guard range.contains(value) else {
          throw InvalidValue("is out of range", remedy: remedy)
        }
        return value
      },
      format: format
    )
  }
}

extension ValueSyntax where Value: CaseIterable & RawRepresentable<String> {
  /// One of the raw values of an enumeration.
  ///
  /// - Parameter placeholder: What stands for the word in the help: `LEVEL`.
  /// - Returns: The syntax.
  package static func oneOf(_ placeholder: String) -> ValueSyntax {
    let words = Value.allCases.map(\.rawValue)
    let choices = [words.dropLast().joined(separator: ", "), words.suffix(1).joined()]
      .filter { !$0.isEmpty }
      .joined(separator: " or ")
    return ValueSyntax(
      placeholder: placeholder,
      choices: choices,
      parse: { text throws(InvalidValue) in
        guard let value = Value(rawValue: text) else {
          throw InvalidValue("is not one of the choices", remedy: "use \(choices)")
        }
        return value
      },
      format: \.rawValue
    )
  }
}

extension ValueSyntax where Value == Bool {
  /// What a flag's environment variable may say, in capitals or not.
  static var boolean: ValueSyntax {
    ValueSyntax(
      placeholder: "BOOLEAN",
      parse: { text throws(InvalidValue) in
        switch text.lowercased() {
        case "true", "yes", "on", "1": return true
        case "false", "no", "off", "0": return false
        default: throw InvalidValue("is neither true nor false", remedy: "use true or false")
        }
      },
      format: { "\($0)" }
    )
  }
}

extension ClosedRange {
  /// The range as the end of "use a number …".
  ///
  /// - Parameter format: Writes a bound.
  /// - Returns: `from 1 to 65535`.
  func inWords(_ format: (Bound) -> String) -> String {
    "from \(format(lowerBound)) to \(format(upperBound))"
  }
}

/// Whether a byte of UTF-8 text is an ASCII digit.
///
/// - Parameter byte: The byte.
/// - Returns: Whether it is one of `0` to `9`.
func isDigit(_ byte: UInt8) -> Bool {
  UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
}
