import Testing

@testable import CommandLineOptions

private struct Two {
  var first = "a"
  var number = 11
}

private func makeTable(
  _ options: [CommandLineOption<Two>],
  optionForPositional: String? = nil
) -> OptionTable<Two> {
  OptionTable(
    program: "p",
    summary: "S.",
    defaults: Two(),
    optionForPositional: optionForPositional,
    options: options
  )
}

@Suite("Declarations")
struct DeclarationTests {
  @Test("a malformed name is found by a user, not by its author")
  func malformedName() async {
    await #expect(processExitsWith: .failure) { _ = makeTable([.value("Upper", .text("T"), \.first, help: "H")]) }
    await #expect(processExitsWith: .failure) { _ = makeTable([.value("--first", .text("T"), \.first, help: "H")]) }
  }

  @Test("two options share a name or a variable, and one of them is never read")
  func sharedNames() async {
    await #expect(processExitsWith: .failure) {
      _ = makeTable([
        .value("first", .text("T"), \.first, help: "H"), .value("first", .text("T"), \.first, help: "H"),
      ])
    }
    await #expect(processExitsWith: .failure) {
      _ = makeTable([
        .value("the.first", .text("T"), \.first, help: "H"), .value("the-first", .text("T"), \.first, help: "H"),
      ])
    }
    await #expect(processExitsWith: .failure) { _ = makeTable([.value("help", .text("T"), \.first, help: "H")]) }
  }

  @Test("a default that its own option refuses is shown in the help")
  func refusedDefault() async {
    await #expect(processExitsWith: .failure) {
      _ = makeTable([.value("number", .integer(in: 1...10), \.number, help: "H")])
    }
  }

  @Test("a stray argument is said to belong to an option that does not exist")
  func missingOption() async {
    await #expect(processExitsWith: .failure) { _ = makeTable([], optionForPositional: "first") }
  }

  @Test("a sound table is refused")
  func soundTable() async {
    await #expect(processExitsWith: .success) {
      _ = makeTable(
        [
          .value("first", .text("T"), \.first, help: "H"),
          .value("number", .integer(in: 1...11), \.number, help: "H"),
        ],
        optionForPositional: "first"
      )
    }
  }
}
