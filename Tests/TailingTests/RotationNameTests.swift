import Testing

@testable import Tailing

@Suite("names of a log's files")
struct RotationNameTests {
  @Test(
    "what the usual tools make of a log's name is the log's",
    arguments: [
      ("app.log", "app.log.1"), ("app.log", "app.log-20261127"), ("app.log", "app.log.2026-11-27_10-00"),
      ("app.log", "app.log.3.964747.DeletePending"), ("app.log", "app.1.log"), ("app.log", "app-2026-11-27.log"),
      ("app.log", "app-2026-11-27.2.log"), ("app.log", "app.2026-11-27T10-00-00.123.log"), ("app.log", "app1.log"),
      ("app.log", "app_001.log"), ("app.log", "app-11-27-2026-1.log"), ("app.log", "20261129-0120-01-app.log"),
      ("app-out.log", "app-out__2026-11-27_00-00-00.log"), ("access_log", "access_log.1700000000"),
      ("app-20261128.log", "app-20261129.log"), ("app-2026-11-28.log", "app-2026-11-28.log.1"),
      ("job.host.user.log.INFO.20261128-101010.1234", "job.host.user.log.INFO.20261129-101010.77"),
      ("current", "@400000006743f2a11b2c3d4e.s"), ("current", "@400000006743f2a11b2c3d4e.u"),
      ("app.log", "20261129T012000Z-app.log"),
    ]
  )
  func related(log: String, name: String) {
    #expect(RotationName.relation(of: name, to: log) != nil)
  }

  @Test(
    "what has other words in its name is none of the log's",
    arguments: [
      ("app.log", "app-audit.log"), ("app.log", "application.log"), ("app.log", "app.logs"), ("app.log", "app.txt"),
      ("etl_job.log", "etl-job.1.log"), ("app.log", "app.1.txt"), ("app.log", "my-app.1.log"), ("app.log", "app.log"),
      ("etl1.log", "etl.log"), ("app.log", "@400000006743f2a11b2c3d4e.s"), ("app.log", "1.log"),
    ]
  )
  func unrelated(log: String, name: String) {
    #expect(RotationName.relation(of: name, to: log) == nil)
  }

  @Test("a number of the log's own name is no rotation's")
  func ownNumbers() {
    #expect(RotationName.relation(of: "etl1.2026-11-27.log", to: "etl1.log") == .numbered)
    for name in ["etl2.log", "etl2.2026-11-27.log", "etl2.log.1", "etl11.log", "etl2.1.log"] {
      #expect(RotationName.relation(of: name, to: "etl1.log") == nil)
    }
    #expect(RotationName.relation(of: "etl2.log", to: "etl1.log", isLinkTarget: true) == .next)
    #expect(RotationName.relation(of: "etl.log.notes", to: "etl.log") == .behind(isNumbered: false))
    #expect(RotationName.relation(of: "etl.log.1", to: "etl.log") == .behind(isNumbered: true))
  }

  @Test("without times in lines the names tell the order: dates go up, numbers count from the newest file on")
  func order() {
    func sorted(_ names: String...) -> [String] {
      names.sorted { RotationOrder.isOlder(RotationName($0).numbers, RotationName($1).numbers) }
    }
    #expect(sorted("l.1", "l.10", "l.2") == ["l.10", "l.2", "l.1"])
    #expect(sorted("l_003.log", "l_001.log", "l_010.log") == ["l_001.log", "l_003.log", "l_010.log"])
    #expect(sorted("l-2026-11-28.log", "l-2026-10-30.log") == ["l-2026-10-30.log", "l-2026-11-28.log"])
    #expect(sorted("l.20261128", "l.20261127") == ["l.20261127", "l.20261128"])
  }
}
