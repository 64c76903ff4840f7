import ETLLog
import Testing

@testable import JobState

@Suite("Open files")
struct OpenFilesTests {
  @Test("files that are worked on at the same time are not told apart")
  func parallel() {
    var files = OpenFiles()
    files.start(1, at: 10)
    files.start(2, at: 20)
    files.start(3, at: 30)
    #expect(files.oldestNanoseconds == 10)
    #expect(files.finish(2) == 20)
    #expect(files.finish(1) == 10)
    #expect(files.oldestNanoseconds == 30)
    #expect(files.finish(7) == nil)
    // Started again, it is worked on since then.
    files.start(3, at: 40)
    #expect(files.oldestNanoseconds == 40)
    files.removeAll()
    #expect(files.oldestNanoseconds == nil)
  }

  @Test("more files than there is room for take ever more memory")
  func bounds() {
    var files = OpenFiles()
    for number in 0..<5_000 { files.start(UInt64(number), at: Int64(number)) }
    #expect(files.oldestNanoseconds == 4_000)
    #expect(files.finish(3_999) == nil)
    #expect(files.finish(4_999) == 4_999)
  }

  @Test("a restart forgets which files are open")
  func snapshots() {
    var files = OpenFiles()
    files.start(.max, at: 10)
    files.start(2, at: -20)
    #expect(OpenFiles(files.files, startedNanoseconds: nil) == files)
    // Older snapshots know only since when one is.
    #expect(OpenFiles(nil, startedNanoseconds: 5).oldestNanoseconds == 5)
    #expect(OpenFiles(nil, startedNanoseconds: nil).oldestNanoseconds == nil)
    #expect(OpenFiles([], startedNanoseconds: 5) == OpenFiles())
  }
}
