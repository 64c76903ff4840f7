import Testing

@testable import CommandLineOptions

@Suite("Help")
struct HelpTests {
  @Test("the help does not show an option, its choices or its default, or breaks its columns")
  func golden() {
    #expect(
      sampleTable.help == """
        Usage: etl-sample [OPTION]...

        Reads a log and does nothing else with it.

        Options:
          --web.listen-address ADDRESS  Listen here (repeatable; default: :8083)
          --port PORT                   Listen on this port
          --log-file PATH               Read this log (default: $LOG_FILE, else
                                        etl_process.log)
          --log.poll-interval DURATION  Look at the log at least this often, also where
                                        the kernel has nothing to say about it
                                        (default: 1s)
          --log.max-line-bytes SIZE     Skip longer lines (default: 64KiB)
          --variance NUMBER             Spread of the times (default: 0.2)
          --log.level LEVEL             Least message to log (debug, info, warn or
                                        error; default: info)
          --seed NUMBER                 Make the run repeatable
          --quiet                       Print nothing
          --version                     Show the version and exit
          -h, --help                    Show this help and exit

        A DURATION is written as 500ms, 90s, 5m, 1h30m or 7d. A SIZE is in bytes, or
        written as 64KiB, 1MB or 2GiB.
        Options not given are taken from the environment: ETL_ and the name in capitals,
        with _ for . and -, such as ETL_WEB_LISTEN_ADDRESS=:8083. There, flags are true
        or false and lists are separated by commas.

        """
    )
  }

  @Test("a table without lists, flags or values promises them")
  func smallest() {
    struct Empty {}
    let empty = OptionTable(program: "p", summary: "Does little.", defaults: Empty(), options: [])
    #expect(
      empty.help == """
        Usage: p [OPTION]...

        Does little.

        Options:
          --version   Show the version and exit
          -h, --help  Show this help and exit

        """
    )
    struct One { var once = false }
    let flag = OptionTable(
      program: "p",
      summary: "Does little.",
      defaults: One(),
      options: [.flag("once", \.once, help: "Do it once")]
    )
    #expect(
      flag.help == """
        Usage: p [OPTION]...

        Does little.

        Options:
          --once      Do it once
          --version   Show the version and exit
          -h, --help  Show this help and exit

        Options not given are taken from the environment: ETL_ and the name in capitals,
        with _ for . and -, such as ETL_ONCE=true. There, flags are true or false.

        """
    )
  }

  private struct Long {
    var text = "a"
    var path: String?
  }

  @Test("a usage that is wider than its column runs into the text")
  func wideUsage() {
    let table = OptionTable(
      program: "p",
      summary: "Does little.",
      defaults: Long(),
      options: [
        .value("a-name-that-is-much-too-long", .text("PLACEHOLDER"), \.text, help: "Take this"),
        .optionalValue("path", .text("PATH"), \.path, otherVariables: ["THE_PATH"], help: "Read this"),
      ]
    )
    #expect(
      table.help == """
        Usage: p [OPTION]...

        Does little.

        Options:
          --a-name-that-is-much-too-long PLACEHOLDER
                       Take this (default: a)
          --path PATH  Read this (default: $THE_PATH)
          --version    Show the version and exit
          -h, --help   Show this help and exit

        Options not given are taken from the environment: ETL_ and the name in capitals,
        with _ for . and -, such as ETL_A_NAME_THAT_IS_MUCH_TOO_LONG=a.

        """
    )
  }

  @Test("the help of as many options as the exporter has does not fit a screen")
  func fitsAScreen() {
    let names = [
      "web.listen-address", "port", "web.telemetry-path", "log-file", "log.poll-interval", "log.rotate-wait",
      "log.max-line-bytes", "storage.path", "storage.interval", "health.stale-after", "web.max-connections",
      "web.head-timeout", "web.idle-timeout", "log.level", "log.format", "once",
    ]
    let table = OptionTable(
      program: "etl-exporter",
      summary: "Follows the log of an ETL job and serves its numbers to Prometheus.",
      defaults: Sample(),
      options: names.map { name in
        .value(name, .duration(in: .zero ... .seconds(60)), \.pollInterval, help: "As long as these texts often are")
      }
    )
    let lines = table.help.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.count <= 40)
    #expect(lines.filter { $0.contains("A DURATION is") }.count == 1)
    #expect((lines.map(\.count).max() ?? 0) <= 80)
  }
}
