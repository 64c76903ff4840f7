import Glibc
import LinuxIO
import Testing

@testable import Tailing

@Suite("a log whose path leads elsewhere")
struct PathTests {
  @Test("a symbolic link is switched: the old file to its end, then the new one")
  func symlinkSwitch() throws {
    let bench = Workbench()
    try bench.append("a1\n", to: "run1")
    try bench.makeLink("etl.log", to: "run1")
    try bench.start()
    try bench.readAvailable()
    try bench.append("b1\n", to: "run2")
    try bench.append("a2\n", to: "run1")
    try bench.makeLink("etl.log", to: "run2")
    try bench.readAvailable()
    try bench.append("a3\n", to: "run1")
    try bench.settle()
    #expect(bench.taken() == ["a1", "a2", "a3", "b1"])
    #expect(bench.tailer?.statistics.rotations(.symlink) == 1)
  }

  @Test("a link is switched to and fro: each file goes on where it was left")
  func symlinkBack() throws {
    let bench = Workbench()
    for name in ["run1", "run2"] { try bench.append("first of \(name)\n", to: name) }
    try bench.makeLink("etl.log", to: "run1")
    try bench.start()
    try bench.settle()
    try bench.makeLink("etl.log", to: "run2")
    try bench.settle()
    try bench.append("second of run1\n", to: "run1")
    try bench.makeLink("etl.log", to: "run1")
    try bench.settle()
    #expect(bench.taken() == ["first of run1", "first of run2", "second of run1"])
  }

  @Test("a mounted volume's ..data is swapped")
  func kubernetesSwap() throws {
    let bench = Workbench()
    try bench.makeDirectory("..2025_1")
    try bench.append("a1\n", to: "..2025_1/etl.log")
    try bench.makeLink("..data", to: "..2025_1")
    try bench.makeLink("etl.log", to: "..data/etl.log")
    try bench.start()
    try bench.readAvailable()
    #expect(try !bench.wakes())
    try bench.makeDirectory("..2025_2")
    try bench.append("b1\n", to: "..2025_2/etl.log")
    try bench.readAvailable()
    try bench.makeLink("..data", to: "..2025_2")
    #expect(try bench.wakes())
    try bench.readAvailable()
    try bench.append("a2\n", to: "..2025_1/etl.log")
    #expect(try bench.wakes())
    try bench.settle()
    #expect(bench.taken() == ["a1", "a2", "b1"])
    try bench.append("b2\n", to: "..2025_2/etl.log")
    #expect(try bench.wakes())
    try bench.readAvailable()
    #expect(bench.taken() == ["b2"])
  }

  @Test("siblings of what the link leads to are found too, but not those that were there before the switch")
  func siblingsOfTarget() throws {
    let bench = Workbench()
    for name in ["one", "two"] { try bench.makeDirectory(name) }
    try bench.append("a1\n", to: "one/job.log")
    try bench.makeLink("etl.log", to: "one/job.log")
    try bench.start()
    try bench.readAvailable()
    try bench.rename("one/job.log", to: "one/job.log.2")
    try bench.append("b1\n", to: "one/job.log.1")
    try bench.append("c1\n", to: "one/job.log")
    try bench.settle()
    #expect(bench.taken() == ["a1", "b1", "c1"])
    try bench.append("from before\n", to: "two/job.log.1")
    try bench.append("d1\n", to: "two/job.log")
    try bench.makeLink("etl.log", to: "two/job.log")
    try bench.settle()
    #expect(bench.taken() == ["d1"])
  }

  @Test("the log's directory is moved away and comes back")
  func movedDirectory() throws {
    let bench = Workbench()
    try bench.append("old\n", to: "etl.log.1")
    try bench.append("a1\n")
    try bench.start()
    try bench.readAvailable()
    try bench.moveFolder(away: true)
    #expect(try bench.wakes())
    try bench.readAvailable()
    #expect(bench.tailer?.state == .waiting(reason: "\(bench.log) does not exist, nor does its directory"))
    try bench.moveFolder(away: false)
    #expect(try bench.wakes())
    try bench.readAvailable()
    try bench.append("a2\n")
    #expect(try bench.wakes())
    try bench.settle()
    #expect(bench.taken() == ["a1", "a2"])
    #expect(RotationKind.allCases.allSatisfy { bench.tailer?.statistics.rotations($0) == 0 })
  }

  @Test("the log's directory is removed and made anew")
  func removedDirectory() throws {
    let bench = Workbench()
    try bench.makeDirectory("logs")
    try bench.append("a1\n", to: "logs/etl.log")
    bench.log = bench.path("logs/etl.log")
    try bench.start()
    try bench.readAvailable()
    try bench.append("a2\n", to: "logs/etl.log")
    try bench.delete("logs/etl.log")
    let result = unsafe rmdir(bench.path("logs"))
    try #require(result == 0)
    try bench.readAvailable()
    try bench.makeDirectory("logs")
    #expect(try bench.wakes())
    try bench.readAvailable()
    try bench.append("b1\n", to: "logs/etl.log")
    #expect(try bench.wakes())
    try bench.settle()
    #expect(bench.taken() == ["a1", "a2", "b1"])
  }

  @Test("links that lead in a circle are a failure, not a hang")
  func linkLoop() throws {
    let bench = Workbench()
    try bench.makeLink("etl.log", to: "other")
    try bench.makeLink("other", to: "etl.log")
    try bench.start()
    try bench.readAvailable()
    let error = SystemCallError(operation: "stat", subject: bench.log, errno: .tooManyLinks)
    #expect(bench.tailer?.state == .failing(error))
  }

  @Test("a trail names each directory in which a change may lead elsewhere")
  func trail() throws {
    let bench = Workbench()
    try bench.makeDirectory("a")
    try bench.makeDirectory("a/b")
    try bench.makeLink("link", to: "a")
    try bench.append("", to: "a/b/file")
    #expect(SymlinkChain(along: bench.path("link/b/file")).directories == [bench.folder, bench.path("a/b")])
    #expect(SymlinkChain(along: bench.path("link/b/file")).resolvedPath == bench.path("a/b/file"))
    #expect(SymlinkChain(along: bench.path("a/no/file")).directories == [bench.path("a")])
    #expect(SymlinkChain(along: "relative.log").directories == ["."])
    #expect(SymlinkChain(along: "/no-such-directory/x").directories == ["/"])
  }
}
