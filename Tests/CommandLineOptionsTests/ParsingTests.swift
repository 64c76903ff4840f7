import Testing

@testable import CommandLineOptions

@Suite("Command line")
struct ParsingTests {
  @Test("no arguments do not leave the defaults as they are")
  func defaults() {
    #expect(Outcome([]) == .run(Sample()))
  }

  @Test(
    "a value is not read into its field",
    arguments: [
      Reading(["--port", "80"]) { $0.port = 80 },
      Reading(["--port=80"]) { $0.port = 80 },
      Reading(["--log-file", "a b=c.log"]) { $0.logFile = "a b=c.log" },
      Reading(["--log-file=a=b.log"]) { $0.logFile = "a=b.log" },
      Reading(["--log-file", "-"]) { $0.logFile = "-" },
      Reading(["--log-file=--odd"]) { $0.logFile = "--odd" },
      Reading(["--log.poll-interval", "1m30s"]) { $0.pollInterval = .seconds(90) },
      Reading(["--log.max-line-bytes=1MB"]) { $0.maximumLineBytes = 1_000_000 },
      Reading(["--variance", "0.5"]) { $0.variance = 0.5 },
      Reading(["--log.level", "error"]) { $0.level = .error },
      Reading(["--seed", "18446744073709551615"]) { $0.seed = .max },
      Reading(["--quiet"]) { $0.quiet = true },
      Reading(["--quiet", "--port", "80"]) { ($0.quiet, $0.port) = (true, 80) },
      Reading(["--web.listen-address", ":1"]) { $0.addresses = [":1"] },
      Reading(["--web.listen-address", ":1", "--quiet", "--web.listen-address=:2"]) {
        ($0.addresses, $0.quiet) = ([":1", ":2"], true)
      },
      Reading(["--web.listen-address", "a,b"]) { $0.addresses = ["a,b"] },
    ] as [Reading]
  )
  func value(reading: Reading) {
    #expect(reading.outcome == reading.expected)
  }

  @Test(
    "an option that was given its default counts as not given, or one that was not as given",
    arguments: [
      ([], [:], []),
      (["--port", "80", "--quiet"], [:], ["port", "quiet"]),
      (["--port", "80"], ["ETL_PORT": "x", "ETL_QUIET": "", "OTHER": "1", "ETL_NAMES": "a,b"], ["port", "names"]),
      (["--names", "a", "--names", "b"], ["PORT_TOO": "80"], ["port", "names"]),
    ] as [([String], [String: String], Set<String>)]
  )
  func given(arguments: [String], environment: [String: String], names: Set<String>) throws {
    struct Numbers {
      var given: Set<String> = []
      var port = 80
      var names: [String] = []
      var quiet = false
    }
    let table = OptionTable(
      program: "etl-sample",
      summary: "Does nothing.",
      defaults: Numbers(),
      given: \Numbers.given,
      options: [
        .value("port", .integer(in: 1...100), \.port, otherVariables: ["PORT_TOO"], help: "Listen on this port"),
        .list("names", .text("NAME"), \.names, help: "Go by these names"),
        .flag("quiet", \.quiet, help: "Print nothing"),
      ]
    )
    guard case .run(let numbers) = try table.parse(arguments, environment: environment) else {
      throw UsageError("not a run")
    }
    #expect(numbers.given == names)
  }

  @Test(
    "a wrong command line is accepted, or its error does not say what would be right",
    arguments: [
      (["--port"], "--port needs a value; use --port PORT"),
      (
        ["--log-file", "--quiet"],
        #"--log-file needs a value before "--quiet"; use --log-file PATH, or --log-file=PATH for a value that starts with a dash"#
      ),
      (
        ["--port", "-h"],
        #"--port needs a value before "-h"; use --port PORT, or --port=PORT for a value that starts with a dash"#
      ),
      (
        ["--port", "--"],
        #"--port needs a value before "--"; use --port PORT, or --port=PORT for a value that starts with a dash"#
      ),
      (["--port="], "--port: the value is empty; use --port PORT"),
      (["--log-file", ""], "--log-file: the value is empty; use --log-file PATH"),
      (["--port", "70000"], #"--port: "70000" is not a port; use a whole number from 1 to 65535"#),
      (["--variance", "-0.1"], #"--variance: "-0.1" is out of range; use a number from 0 to 1"#),
      (["--variance", "-.1"], #"--variance: "-.1" is out of range; use a number from 0 to 1"#),
      (
        ["--web.listen-address=:1", "--web.listen-address="],
        "--web.listen-address: the value is empty; use --web.listen-address ADDRESS"
      ),
      (["--quiet=yes"], #"--quiet takes no value; leave out "yes""#),
      (["--quiet="], #"--quiet takes no value; leave out """#),
      (["--quiet", "false"], #"--quiet takes no value; leave out "false""#),
      (["--help=port"], #"--help takes no value; leave out "port""#),
      (["--port", "1", "--port", "1"], "--port is given more than once; give it once"),
      (["--quiet", "--quiet"], "--quiet is given more than once; give it once"),
      (["a.log"], #"unexpected argument "a.log"; did you mean --log-file "a.log"?"#),
      (["--quiet", "a.log"], #"unexpected argument "a.log"; did you mean --log-file "a.log"?"#),
      (["-"], #"unexpected argument "-"; did you mean --log-file "-"?"#),
      ([""], #"unexpected argument ""; there are only options, see etl-sample --help"#),
      (["--"], #"unknown option "--"; see etl-sample --help"#),
      (["--=1"], #"unknown option "--"; see etl-sample --help"#),
      (["--no-such-thing"], #"unknown option "--no-such-thing"; see etl-sample --help"#),
      (["--prot=80"], #"unknown option "--prot"; did you mean --port?"#),
      (["-port", "80"], #"unknown option "-port"; did you mean --port?"#),
      (["-v"], #"unknown option "-v"; see etl-sample --help"#),
      (["--evil\n\u{1b}[2J\u{202e}"], #"unknown option "--evil\u{a}\u{1b}[2J\u{202e}"; see etl-sample --help"#),
    ]
  )
  func wrongCommandLine(arguments: [String], error: String) {
    #expect(Outcome(arguments) == .error(error))
  }

  @Test(
    "help or version is drowned by what comes after it, or hides what came before it",
    arguments: [
      (["--help"], .help),
      (["-h"], .help),
      (["--version"], .version),
      (["--port", "80", "--help"], .help),
      (["--help", "--version", "--bogus"], .help),
      (["--version", "a.log", "-h"], .version),
      (["--port", "x", "--help"], .error(#"--port: "x" is not a port; use a whole number from 1 to 65535"#)),
      (["--hepl"], .error(#"unknown option "--hepl"; did you mean --help?"#)),
    ] as [([String], Outcome)]
  )
  func helpAndVersion(arguments: [String], outcome: Outcome) {
    #expect(Outcome(arguments, environment: ["ETL_SEED": "wrong as well"]) == outcome)
  }

  @Test("a long value makes a long error")
  func longValue() {
    let error = #"--port: "\#(String(repeating: "9", count: 80))…" is not a port; use a whole number from 1 to 65535"#
    #expect(Outcome(["--port", String(repeating: "9", count: 100_000)]) == .error(error))
    let exact = String(repeating: "9", count: 80)
    #expect(UsageError.quoted(exact) == "\"\(exact)\"")
    #expect(UsageError.quoted(exact + "9") == "\"\(exact)…\"")
  }

  @Test("a table without a likely option for a stray argument suggests one")
  func noOptionForPositional() {
    let table = OptionTable(program: "p", summary: "S.", defaults: Sample(), options: [])
    #expect(throws: UsageError(#"unexpected argument "a.log"; there are only options, see p --help"#)) {
      try table.parse(["a.log"], environment: [:])
    }
  }
}

@Suite("Environment")
struct EnvironmentTests {
  @Test(
    "a variable does not set its option, or sets it against the order of precedence",
    arguments: [
      Reading(environment: ["ETL_PORT": "80"]) { $0.port = 80 },
      Reading(environment: ["ETL_LOG_POLL_INTERVAL": "5m"]) { $0.pollInterval = .seconds(300) },
      Reading(environment: ["ETL_LOG_MAX_LINE_BYTES": "1KiB"]) { $0.maximumLineBytes = 1024 },
      Reading(["--port", "81"], environment: ["ETL_PORT": "80"]) { $0.port = 81 },
      Reading(["--port", "81"], environment: ["ETL_PORT": "wrong, but not needed"]) { $0.port = 81 },
      Reading(["--quiet"], environment: ["ETL_PORT": "80"]) { ($0.port, $0.quiet) = (80, true) },
      Reading(environment: ["ETL_PORT": "", "ETL_QUIET": ""]) { _ in },
      Reading(environment: ["LOG_FILE": "a.log"]) { $0.logFile = "a.log" },
      Reading(environment: ["LOG_FILE": "a.log", "ETL_LOG_FILE": "b.log"]) { $0.logFile = "b.log" },
      Reading(environment: ["LOG_FILE": "a.log", "ETL_LOG_FILE": ""]) { $0.logFile = "a.log" },
      Reading(["--log-file=c.log"], environment: ["LOG_FILE": "a.log", "ETL_LOG_FILE": "b.log"]) {
        $0.logFile = "c.log"
      },
      Reading(environment: ["LOG_FILE": "a,b.log"]) { $0.logFile = "a,b.log" },
      Reading(environment: ["LOG_FILE": "--odd.log"]) { $0.logFile = "--odd.log" },
      Reading(environment: ["ETL_WEB_LISTEN_ADDRESS": ":1"]) { $0.addresses = [":1"] },
      Reading(environment: ["ETL_WEB_LISTEN_ADDRESS": ":1, [::1]:2 ,:3"]) { $0.addresses = [":1", "[::1]:2", ":3"] },
      Reading(["--web.listen-address", ":3"], environment: ["ETL_WEB_LISTEN_ADDRESS": ":1,:2"]) {
        $0.addresses = [":3"]
      },
      Reading(environment: ["ETL_QUIET": "true"]) { $0.quiet = true },
      Reading(environment: ["ETL_QUIET": "1"]) { $0.quiet = true },
      Reading(environment: ["ETL_QUIET": "YES"]) { $0.quiet = true },
      Reading(environment: ["ETL_QUIET": "on"]) { $0.quiet = true },
      Reading(environment: ["ETL_QUIET": "false"]) { _ in },
      Reading(environment: ["ETL_QUIET": "0"]) { _ in },
      Reading(environment: ["ETL_QUIET": "No"]) { _ in },
      Reading(environment: ["ETL_QUIET": "off"]) { _ in },
      Reading(["--quiet"], environment: ["ETL_QUIET": "false"]) { $0.quiet = true },
      Reading(environment: ["ETL_VERSION": "1.2.3", "ETL_HELP": "1", "ETL_OF_ANOTHER_PROGRAM": "x", "PORT": "80"]) {
        _ in
      },
    ] as [Reading]
  )
  func variable(reading: Reading) {
    #expect(reading.outcome == reading.expected)
  }

  @Test(
    "an error in a variable does not name the variable",
    arguments: [
      ("ETL_PORT", "0", #"ETL_PORT: "0" is not a port; use a whole number from 1 to 65535"#),
      ("ETL_QUIET", "maybe", #"ETL_QUIET: "maybe" is neither true nor false; use true or false"#),
      ("ETL_LOG_LEVEL", "INFO", #"ETL_LOG_LEVEL: "INFO" is not one of the choices; use debug, info, warn or error"#),
      (
        "ETL_WEB_LISTEN_ADDRESS", ":1,,:2",
        #"ETL_WEB_LISTEN_ADDRESS: ":1,,:2" has an empty item; put one comma between two items"#
      ),
      (
        "ETL_WEB_LISTEN_ADDRESS", ":1, ",
        #"ETL_WEB_LISTEN_ADDRESS: ":1, " has an empty item; put one comma between two items"#
      ),
    ]
  )
  func wrongVariable(variable: String, value: String, error: String) {
    #expect(Outcome([], environment: [variable: value]) == .error(error))
  }

  @Test("a wrong item of a list in the environment is not the one that the error names")
  func wrongItem() {
    struct Ports { var ports = [1] }
    let table = OptionTable(
      program: "p",
      summary: "S.",
      defaults: Ports(),
      options: [.list("port", .integer("PORT", in: 1...9), \.ports, otherVariables: ["PORTS"], help: "H")]
    )
    #expect(throws: UsageError(#"PORTS: "10" is out of range; use a whole number from 1 to 9"#)) {
      try table.parse([], environment: ["PORTS": "5,10,x"])
    }
  }
}
