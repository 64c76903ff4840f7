/// What a command line asks an executable to do.
package enum Invocation<Configuration: Sendable>: Sendable {
  /// Run with this configuration.
  case run(Configuration)
  /// Print the table's help to standard output, and end well.
  case help
  /// Print the version to standard output, and end well.
  case version
}

extension Invocation: Equatable where Configuration: Equatable {}

/// All options of an executable, and all that follows from them: parsing, the environment, the help and the errors.
///
/// `--help` (`-h`) and `--version` are part of every table.
package struct OptionTable<Configuration: Sendable>: Sendable {
  let program: String
  let summary: String
  let defaults: Configuration
  let optionForPositional: String?
  let options: [CommandLineOption<Configuration>]
  private let given: CommandLineOption<Configuration>.Field<Set<String>>?

  /// Makes a table, and holds its author to it: names that are malformed, that exist already or whose environment
  /// variables coincide, and defaults that the option itself would refuse, are programming errors and end the process.
  ///
  /// - Parameters:
  ///   - program: The executable's name.
  ///   - summary: What the executable does: one sentence, with its full stop.
  ///   - defaults: The configuration of a command line without options.
  ///   - optionForPositional: The option that is probably meant by an argument that belongs to none: `log-file`.
  ///   - given: The field that takes the names of the options that were given; a value that was given may be the default.
  ///   - options: The options, in the order of the help.
  package init(
    program: String,
    summary: String,
    defaults: Configuration,
    optionForPositional: String? = nil,
    given: CommandLineOption<Configuration>.Field<Set<String>>? = nil,
    options: [CommandLineOption<Configuration>]
  ) {
    self.program = program
    self.summary = summary
    self.defaults = defaults
    self.optionForPositional = optionForPositional
    self.given = given
    self.options = options
    checkDeclarations()
  }

  /// Reads the command line, and for the options that are not in it, the environment.
  ///
  /// Arguments are read in order: the first `--help` or `--version` ends the reading, so that what comes after it can
  /// be wrong, and so can the environment, but what comes before it cannot. A value is the next argument or follows an
  /// `=`; one that starts with a dash (other than `-` itself and negative numbers) needs the `=`. Variables of options
  /// that the command line sets are not looked at; an empty variable counts as not set, and unknown `ETL_` variables
  /// are left to the programs that share the prefix.
  ///
  /// - Parameters:
  ///   - arguments: The arguments without the program's name.
  ///   - environment: The environment variables.
  /// - Returns: What to do.
  /// - Throws: ``UsageError`` for the first argument or variable that is wrong.
  package func parse(
    _ arguments: [String],
    environment: [String: String]
  ) throws(UsageError) -> Invocation<Configuration> {
    var configuration = defaults
    var given: Set<String> = []
    var remaining = arguments[...]
    while let argument = remaining.popFirst() {
      let (name, attachedValue) = try split(argument)
      if name == "help" || name == "version" {
        if let attachedValue { throw takesNoValue(name, attachedValue) }
        return name == "help" ? .help : .version
      }
      guard let option = options.first(where: { $0.name == name }) else { throw unknownOption(name) }
      let value = try value(of: option, attached: attachedValue, remaining: &remaining)
      let isFirst = given.insert(name).inserted
      guard isFirst || option.arity == .list else {
        throw UsageError("--\(name) is given more than once; give it once")
      }
      guard !value.isEmpty else {
        throw UsageError("--\(name): the value is empty; use \(option.usage)")
      }
      try assign(value, isFirst: isFirst, to: option, from: "--\(name)", in: &configuration)
    }
    for option in options where !given.contains(option.name) {
      if try readEnvironment(environment, for: option, into: &configuration) { given.insert(option.name) }
    }
    if let field = self.given { configuration[keyPath: field] = given }
    return .run(configuration)
  }

  /// Takes an argument that should be an option apart into its name and the value after `=`.
  private func split(_ argument: String) throws(UsageError) -> (name: String, attachedValue: String?) {
    guard argument != "-h" else { return ("help", nil) }
    guard looksLikeOption(argument) else { throw unexpected(argument) }
    guard argument.hasPrefix("--") else { throw unknownOption(argument) }
    let parts = argument.dropFirst(2).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    return (String(parts[0]), parts.count == 2 ? String(parts[1]) : nil)
  }

  /// Finds the value of an option after its `=`, or takes it from the arguments that remain.
  private func value(
    of option: CommandLineOption<Configuration>,
    attached: String?,
    remaining: inout ArraySlice<String>
  ) throws(UsageError) -> String {
    if option.arity == .flag {
      if let attached { throw takesNoValue(option.name, attached) }
      // `--quiet true` is a mistake about the flag, not about the argument after it.
      if let next = remaining.first, (try? ValueSyntax.boolean.parse(next)) != nil {
        throw takesNoValue(option.name, next)
      }
      return "true"
    }
    if let attached { return attached }
    guard let value = remaining.first else {
      throw UsageError("--\(option.name) needs a value; use \(option.usage)")
    }
    guard !looksLikeOption(value) else {
      throw UsageError(
        "--\(option.name) needs a value before \(UsageError.quoted(value)); use \(option.usage), "
          + "or --\(option.name)=\(option.placeholder) for a value that starts with a dash"
      )
    }
    remaining.removeFirst()
    return value
  }

  /// Whether an argument is meant as an option: `-` stands for standard input, and `-1` is a number.
  private func looksLikeOption(_ argument: String) -> Bool {
    guard argument.hasPrefix("-"), let next = argument.utf8.dropFirst().first else { return false }
    return !isDigit(next) && next != UInt8(ascii: ".")
  }

  /// Reads an option's value from the environment.
  ///
  /// - Returns: Whether there is one.
  private func readEnvironment(
    _ environment: [String: String],
    for option: CommandLineOption<Configuration>,
    into configuration: inout Configuration
  ) throws(UsageError) -> Bool {
    guard
      let variable = option.variables.first(where: { environment[$0]?.isEmpty == false }),
      let value = environment[variable]
    else { return false }
    guard option.arity == .list else {
      try assign(value, isFirst: true, to: option, from: variable, in: &configuration)
      return true
    }
    var isFirst = true
    for item in value.split(separator: ",", omittingEmptySubsequences: false) {
      let item = trimmingSpaces(item)
      guard !item.isEmpty else {
        throw UsageError("\(variable): \(UsageError.quoted(value)) has an empty item; put one comma between two items")
      }
      try assign(item, isFirst: isFirst, to: option, from: variable, in: &configuration)
      isFirst = false
    }
    return true
  }

  /// Hands a value to its option; an error names where the value came from.
  private func assign(
    _ value: String,
    isFirst: Bool,
    to option: CommandLineOption<Configuration>,
    from source: String,
    in configuration: inout Configuration
  ) throws(UsageError) {
    do {
      try option.assign(value, isFirst, &configuration)
    } catch {
      throw UsageError("\(source): \(UsageError.quoted(value)) \(error.problem); \(error.remedy)")
    }
  }

  private func takesNoValue(_ name: String, _ value: String) -> UsageError {
    UsageError("--\(name) takes no value; leave out \(UsageError.quoted(value))")
  }

  private func unknownOption(_ name: String) -> UsageError {
    let argument = name.hasPrefix("-") ? name : "--\(name)"
    let suggestion = nearestName(to: name, among: options.map(\.name) + ["help", "version"])
    let remedy = suggestion.map { "did you mean --\($0)?" } ?? "see \(program) --help"
    return UsageError("unknown option \(UsageError.quoted(argument)); \(remedy)")
  }

  private func unexpected(_ argument: String) -> UsageError {
    let quoted = UsageError.quoted(argument)
    guard let optionForPositional, !argument.isEmpty else {
      return UsageError("unexpected argument \(quoted); there are only options, see \(program) --help")
    }
    return UsageError("unexpected argument \(quoted); did you mean --\(optionForPositional) \(quoted)?")
  }

  private func checkDeclarations() {
    var seen: Set<String> = ["ETL_HELP", "ETL_VERSION"]
    var scratch = defaults
    for option in options {
      let isWellFormed = option.name.utf8.allSatisfy { byte in
        isDigit(byte) || UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte || ".-".utf8.contains(byte)
      }
      precondition(isWellFormed && !option.name.isEmpty && !option.name.hasPrefix("-"), "bad name --\(option.name)")
      for variable in option.variables {
        precondition(seen.insert(variable).inserted, "two options of the name --\(option.name) or \(variable)")
      }
      for value in option.values(defaults) {
        precondition(
          (try? option.assign(value, true, &scratch)) != nil,
          "--\(option.name) refuses its default \(value)"
        )
      }
    }
    if let optionForPositional {
      precondition(options.contains { $0.name == optionForPositional }, "there is no --\(optionForPositional)")
    }
  }
}

/// A text without the spaces around it.
private func trimmingSpaces(_ text: Substring) -> String {
  let start = text.drop { $0 == " " }
  return String(start.reversed().drop { $0 == " " }.reversed())
}
