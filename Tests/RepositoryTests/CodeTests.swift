import Testing

@Suite("Code")
struct CodeTests {
  private func source(_ text: String, module: String = "Metrics") -> SourceFile {
    SourceFile("Sources/\(module)/A.swift", text)
  }

  private func lines(_ count: Int) -> String {
    String(repeating: "  a()\n", count: count)
  }

  @Test("a file or a function under Sources is too long")
  func sourceSizes() throws {
    expectNone(try Repository.sources.get().flatMap(CodeRules.sizeFindings))
  }

  @Test("a file or a function of the tests is too long")
  func testSizes() throws {
    expectNone(try Repository.tests.get().flatMap(CodeRules.sizeFindings))
  }

  @Test("a source uses threads, locks or public access, or makes promises that nobody checks")
  func words() throws {
    expectNone(try Repository.sources.get().flatMap(CodeRules.wordFindings))
  }

  @Test("a module other than EventLoop and HTTPServer sees libevent")
  func libevent() throws {
    expectNone(try Repository.sources.get().flatMap(CodeRules.libeventFindings))
  }

  @Test("a file uses unsafe and says nowhere why that holds")
  func unsafeUses() throws {
    expectNone(try Repository.sources.get().flatMap(CodeRules.unsafeFindings))
  }

  @Test("something unfinished is noted, or the linter is told to look away")
  func notes() throws {
    let files = try Repository.sources.get() + Repository.tests.get()
    expectNone(files.flatMap(CodeRules.noteFindings))
  }

  @Test("a package declaration has no doc comment")
  func documentation() throws {
    expectNone(try Repository.sources.get().flatMap(DocumentationRules.findings))
  }

  @Test("a metric or a message of the log is declared twice, or one of the ten metrics nowhere")
  func names() throws {
    let files = try Repository.sources.get()
    expectNone(CodeRules.nameFindings(in: files))
    let declared = Set(files.flatMap(\.text.literals).map(\.text))
    let metrics = [
      "etl_records_total", "etl_files_total", "etl_failures_total", "etl_errors_by_type_total",
      "etl_current_rate_records_per_second", "etl_avg_processing_time_seconds", "etl_seconds_since_last_success",
      "etl_seconds_since_last_failure", "etl_health_status", "etl_uptime_seconds",
    ]
    #expect(metrics.filter { !declared.contains($0) } == [])
  }

  @Test("a long file goes unnoticed, or a short one does not")
  func longFile() {
    #expect(CodeRules.sizeFindings(in: source(String(repeating: "\n", count: 320))).isEmpty)
    #expect(CodeRules.sizeFindings(in: source(String(repeating: "\n", count: 321))).count == 1)
    let test = { SourceFile("Tests/MetricsTests/A.swift", String(repeating: "//\n", count: $0)) }
    #expect(CodeRules.sizeFindings(in: test(400)).isEmpty)
    #expect(CodeRules.sizeFindings(in: test(401)).count == 1)
    let main = { SourceFile("Sources/etl-exporter/Main.swift", String(repeating: "//\n", count: $0)) }
    #expect(CodeRules.sizeFindings(in: main(39)).isEmpty)
    #expect(CodeRules.sizeFindings(in: main(40)).count == 1)
  }

  @Test(
    "a long function goes unnoticed, or a short one does not",
    arguments: [
      "func f() {", "struct A { func f() {", "extension A where B == C { init() {", "let a = {",
      "var a: Int { get {", "enum A { static var a: B {", "class A { class func f() {", "deinit {",
      "func f() { enum B {", "import struct A.B\nfunc f() {", "func f(of type: A.Protocol = A.enum) {",
      "let a = \"{{\" // {\nfunc f() {",
    ]
  )
  func longFunction(head: String) {
    let depth = head.count { $0 == "{" } - (head.contains("\"") ? 3 : 0)
    let end = String(repeating: "}", count: depth)
    #expect(CodeRules.sizeFindings(in: source("\(head)\n\(lines(68))\(end)")).isEmpty)
    #expect(CodeRules.sizeFindings(in: source("\(head)\n\(lines(69))\(end)")).count == 1)
  }

  @Test("a function's length counts from its body only, or with what stands before it")
  func functionStart() {
    let head = "struct A {\n  let a = 1\n\n  func f(\n    a: Int,\n    b: Int\n  ) {\n"
    #expect(CodeRules.sizeFindings(in: source(head + lines(65) + "  }\n}\n")).isEmpty)
    #expect(CodeRules.sizeFindings(in: source(head + lines(66) + "  }\n}\n")).map(\.line) == [4])
  }

  @Test("a long type of short functions is refused")
  func longType() {
    let function = "  func f() {\n\(lines(10))  }\n"
    let text = "struct A {\n  let b = 1\n\(String(repeating: function, count: 10))}\n"
    #expect(CodeRules.sizeFindings(in: source(text)).isEmpty)
  }

  @Test(
    "a forbidden word goes unnoticed",
    arguments: [
      "extension A: @unchecked Sendable {}", "nonisolated(unsafe) var a = 1", "func f() async {}", "await f()",
      "public struct A {}", "let a = Mutex(1)", "actor A {}", "\"\\(await f())\"",
    ]
  )
  func forbiddenWord(text: String) {
    #expect(CodeRules.wordFindings(in: source(text)).count == 1)
    #expect(CodeRules.wordFindings(in: source("// \(text)\nlet a = #\"\(text)\"#")).isEmpty)
  }

  @Test(
    "libevent is seen from outside and nobody notices",
    arguments: [
      "unsafe event_new(a)", "let a = EV_READ", "unsafe bufferevent_free(b)", "evbuffer_add(a, b, c)",
      "evconnlistener_free(a)", "self.loop.base", "eventLoop.base", "let a: OpaquePointer?", "BEV_OPT_CLOSE_ON_FREE",
    ]
  )
  func libeventOutside(text: String) {
    #expect(CodeRules.libeventFindings(in: source(text, module: "Exporter")).count == 1)
    #expect(CodeRules.libeventFindings(in: source(text, module: "HTTPServer")).isEmpty)
  }

  @Test("a word that only begins like libevent's is refused")
  func notLibevent() {
    #expect(CodeRules.libeventFindings(in: source("eventCount + slice.base + a.event(b) + base64")).isEmpty)
  }

  @Test("unsafe without a reason goes unnoticed, or one with a reason does not")
  func unsafeReason() {
    #expect(CodeRules.unsafeFindings(in: source("\(lines(5))unsafe f()")).map(\.line) == [6])
    #expect(CodeRules.unsafeFindings(in: source("/// Documentation.\nunsafe f()\n// Why.")).count == 1)
    #expect(CodeRules.unsafeFindings(in: source("// f reads nothing.\nunsafe f()")).isEmpty)
    #expect(CodeRules.unsafeFindings(in: source("/// Safe: it checks.\n\(lines(9))unsafe f()")).isEmpty)
    #expect(CodeRules.unsafeFindings(in: source("let a = \"unsafe\" /* unsafe */")).isEmpty)
  }

  @Test("a note goes unnoticed", arguments: ["// TODO: a", "/* FIXME */", "let a = 1 // swift-format-ignore: B"])
  func note(text: String) {
    #expect(CodeRules.noteFindings(in: source(text)).count == 1)
    #expect(CodeRules.noteFindings(in: source("let a = #\"\(text)\"#")).isEmpty)
  }

  @Test("a name that is declared twice goes unnoticed, or other text does not")
  func twice() {
    let first = source("a(\"etl_x_total\", \"of etl_x_total\", \"etl_\")")
    #expect(CodeRules.nameFindings(in: [first]).isEmpty)
    #expect(CodeRules.nameFindings(in: [first, source("b(\"etl_x_total\")", module: "Exporter")]).count == 1)
    #expect(CodeRules.nameFindings(in: [source("a(\"etl_x\", \"etl_x\")")]).count == 1)
    #expect(CodeRules.nameFindings(in: [first, SourceFile("Tests/A/A.swift", "\"etl_x_total\"")]).isEmpty)
  }

  @Test(
    "a missing doc comment goes unnoticed",
    arguments: [
      "package let a = 1", "// a\npackage let a = 1", "/// a\n\npackage let a = 1",
      "/// a\nlet b = 1\npackage let a = 1",
      "@inline(__always)\npackage func a() {}", "package static func a() {}", "package private(set) var a = 1",
      "package init(a: A) { self.a = a + 1 }", "package init(a: A) { f() }", "package extension A { func f() {} }",
      "package extension A {\n  /// a\n  func f() {}\n\n  static var b: Int { 1 }\n}",
      "/// a\npackage static let a = 1\npackage let b = 1",
      "package static let a = 1", "/// a\npackage static let a = 1\n\npackage static let b = 1",
    ]
  )
  func undocumented(text: String) {
    #expect(DocumentationRules.findings(in: source(text)).count == 1)
  }

  @Test(
    "what is documented, or has nothing to say, is refused",
    arguments: [
      "/// a\npackage let a = 1", "/// a\n@inline(__always)\n// b\npackage func a() {}", "/** a */\npackage let a = 1",
      "/// a\n@discardableResult package func a() {}", "package import A", "private package(set) var a = 1",
      "package init(a: A, b: B) {\n  self.a = a\n  self.b = b\n}", "let a = 1 // package let",
      "package let rawValue: Int",
      "package extension A {\n  /// a\n  init() {\n    f()\n    let b = 1\n  }\n\n  private let b = 1\n}\nlet c = 1",
      "package static func < (a: A, b: A) -> Bool { a.b < b.b }",
      "/// a\npackage static let a = 1\npackage static let b = 1\npackage static let c = 1",
    ]
  )
  func documented(text: String) {
    #expect(DocumentationRules.findings(in: source(text)) == [])
  }
}
