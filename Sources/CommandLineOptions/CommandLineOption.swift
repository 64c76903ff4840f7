/// One option of an executable: the single declaration from which its parsing, its environment variable, its line of
/// the help and its errors come.
///
/// An option writes to one field of the configuration. What that field holds in the option table's `defaults` is the
/// default that the help shows.
package struct CommandLineOption<Configuration: Sendable>: Sendable {
  /// A field of the configuration, written as a key path literal: `\.pollInterval`.
  package typealias Field<Value> = any WritableKeyPath<Configuration, Value> & Sendable

  enum Arity {
    /// Given or not; takes a value only in the environment.
    case flag
    /// Takes one value, and is given once.
    case single
    /// Takes one value each time it is given; a list separated by commas in the environment.
    case list
  }

  /// Without the two dashes.
  let name: String
  let help: String
  let arity: Arity
  let placeholder: String
  let choices: String?
  let notation: String?

  /// Variables that are looked at after the option's own, in this order.
  let otherVariables: [String]

  /// Reads a value into the configuration. A list starts anew at the first of its values.
  let assign:
    @Sendable (_ text: String, _ isFirst: Bool, _ configuration: inout Configuration) throws(InvalidValue) -> Void

  /// The values that the option's field holds in a configuration, as they would be given.
  let values: @Sendable (Configuration) -> [String]

  /// The option's own environment variable: `ETL_LOG_POLL_INTERVAL` for `log.poll-interval`.
  var variable: String {
    "ETL_" + String(name.map { ".-".contains($0) ? "_" : $0 }).uppercased()
  }

  /// The variables that may set the option, the one that wins first.
  var variables: [String] { [variable] + otherVariables }

  /// How the option is given: `--port PORT`, or `--quiet`.
  var usage: String {
    arity == .flag ? "--\(name)" : "--\(name) \(placeholder)"
  }

  private init<Value>(
    _ name: String,
    help: String,
    arity: Arity,
    syntax: ValueSyntax<Value>,
    otherVariables: [String] = [],
    assign: @escaping @Sendable (Value, Bool, inout Configuration) -> Void,
    values: @escaping @Sendable (Configuration) -> [Value]
  ) {
    self.name = name
    self.help = help
    self.arity = arity
    placeholder = syntax.placeholder
    choices = syntax.choices
    notation = syntax.notation
    self.otherVariables = otherVariables
    self.assign = { text, isFirst, configuration throws(InvalidValue) in
      assign(try syntax.parse(text), isFirst, &configuration)
    }
    self.values = { values($0).map(syntax.format) }
  }

  /// An option that is given or not: `--quiet`. In the environment it is `true` or `false`.
  ///
  /// - Parameters:
  ///   - name: The name without dashes: small letters, digits, `.` and `-`.
  ///   - field: The field that it sets, `false` by default.
  ///   - help: What it does, in a few words without a full stop.
  /// - Returns: The option.
  package static func flag(_ name: String, _ field: Field<Bool>, help: String) -> Self {
    CommandLineOption(
      name,
      help: help,
      arity: .flag,
      syntax: .boolean,
      assign: { value, _, configuration in configuration[keyPath: field] = value },
      values: { [$0[keyPath: field]] }
    )
  }

  /// An option with one value: `--log.poll-interval 1s`.
  ///
  /// - Parameters:
  ///   - name: The name without dashes: small letters, digits, `.` and `-`.
  ///   - syntax: How the value is written.
  ///   - field: The field that it sets.
  ///   - otherVariables: Environment variables beside the option's own, which wins over them.
  ///   - help: What it does, in a few words without a full stop; the default is added.
  /// - Returns: The option.
  package static func value<Value>(
    _ name: String,
    _ syntax: ValueSyntax<Value>,
    _ field: Field<Value>,
    otherVariables: [String] = [],
    help: String
  ) -> Self {
    CommandLineOption(
      name,
      help: help,
      arity: .single,
      syntax: syntax,
      otherVariables: otherVariables,
      assign: { value, _, configuration in configuration[keyPath: field] = value },
      values: { [$0[keyPath: field]] }
    )
  }

  /// An option with one value whose field is `nil` where it is not given: `--seed 42`.
  ///
  /// - Parameters:
  ///   - name: The name without dashes: small letters, digits, `.` and `-`.
  ///   - syntax: How the value is written.
  ///   - field: The field that it sets.
  ///   - otherVariables: Environment variables beside the option's own, which wins over them.
  ///   - help: What it does, in a few words without a full stop.
  /// - Returns: The option.
  package static func optionalValue<Value>(
    _ name: String,
    _ syntax: ValueSyntax<Value>,
    _ field: Field<Value?>,
    otherVariables: [String] = [],
    help: String
  ) -> Self {
    CommandLineOption(
      name,
      help: help,
      arity: .single,
      syntax: syntax,
      otherVariables: otherVariables,
      assign: { value, _, configuration in configuration[keyPath: field] = value },
      values: { $0[keyPath: field].map { [$0] } ?? [] }
    )
  }

  /// An option that may be given several times, each time with one value: `--log-file a.log --log-file b.log`.
  ///
  /// The values given replace the default, and those of the command line replace those of the environment, where they
  /// are separated by commas.
  ///
  /// - Parameters:
  ///   - name: The name without dashes: small letters, digits, `.` and `-`.
  ///   - syntax: How each value is written.
  ///   - field: The field that it sets.
  ///   - otherVariables: Environment variables beside the option's own, which wins over them.
  ///   - help: What it does, in a few words without a full stop; the default is added.
  /// - Returns: The option.
  package static func list<Value>(
    _ name: String,
    _ syntax: ValueSyntax<Value>,
    _ field: Field<[Value]>,
    otherVariables: [String] = [],
    help: String
  ) -> Self {
    CommandLineOption(
      name,
      help: help,
      arity: .list,
      syntax: syntax,
      otherVariables: otherVariables,
      assign: { value, isFirst, configuration in
        if isFirst {
          configuration[keyPath: field] = []
        }
        configuration[keyPath: field].append(value)
      },
      values: { $0[keyPath: field] }
    )
  }
}
