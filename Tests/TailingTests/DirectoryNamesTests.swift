import Testing

@testable import Tailing

@Suite("names in a directory")
struct DirectoryNamesTests {
  private static let names = [
    "app.log", "app.log.1", "app.1.log", "app-2026-11-27.log", "app1.log", "app_001.log", "20261129-0120-01-app.log",
    "application.log", "apply-2.log", "job0001.log", "job0001.log.1", "job0001.1.log", "job0002.log", "job0002.log.1",
    "app-20261128.log", "app-20261129.log", "current", "@400000006743f2a11b2c3d4e.s", "zebra.txt", "1.log", "z",
  ]

  @Test(
    "those that go with a log are found as by looking at each",
    arguments: [
      "app.log", "job0001.log", "job0002.log", "app-20261128.log", "current", "zebra.txt", "none.log", "app", "z",
      "1.log",
    ],
    [false, true]
  )
  func matching(log: String, isLinkTarget: Bool) {
    let matcher = RotationName.Matcher(log: log, isLinkTarget: isLinkTarget)
    let found = DirectoryNames(Self.names).matching(matcher)
    #expect(found.count == Set(found).count)
    #expect(found.sorted() == Self.names.filter(matcher.matches).sorted())
  }
}
