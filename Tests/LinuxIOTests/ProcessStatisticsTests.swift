import Glibc
import Testing

@testable import LinuxIO

@Suite("what the kernel counts of this process")
struct ProcessStatisticsTests {
  private func seconds(_ seconds: Double) -> MonotonicTime { MonotonicTime(nanoseconds: Int64(seconds * 1e9)) }

  @Test("the values are read for each scrape, or are older than a second")
  func age() throws {
    var reader = try ProcessStatisticsReader()
    let values = reader.read(at: seconds(10))
    let first = try #require(values)
    // Other tests use time and descriptors as well: equal values are those that were read once.
    let start = clock()
    while clock() - start < CLOCKS_PER_SEC / 100 {}
    let shared = reader.read(at: seconds(10.99))
    #expect(shared == first)
    let newValues = reader.read(at: seconds(11))
    let second = try #require(newValues)
    #expect(second.processorSeconds >= first.processorSeconds + 0.01)
    let sharedAgain = reader.read(at: seconds(11.99))
    #expect(sharedAgain == second)
  }

  @Test("the values are not those of this process")
  func values() throws {
    var reader = try ProcessStatisticsReader()
    let read = reader.read(at: seconds(0))
    let values = try #require(read)
    let pages = try String(decoding: Self.text(of: "/proc/self/statm"), as: UTF8.self).split(separator: " ")
    let virtualBytes = try #require(Int64(pages[0])) * Int64(sysconf(CInt(_SC_PAGESIZE)))
    // Other tests map memory meanwhile.
    #expect(values.virtualMemoryBytes > virtualBytes / 2 && values.virtualMemoryBytes < 2 * virtualBytes)
    #expect(values.residentMemoryBytes > 1 << 20 && values.residentMemoryBytes < values.virtualMemoryBytes)
    #expect(values.threads >= 1)
    // Standard input, output and error, and the reader's own two.
    #expect(try #require(values.openDescriptors) >= 5)
  }

  private static func text(of path: String) throws -> [UInt8] {
    let file = try FileDescriptor(opening: path, .readOnly)
    var text = [UInt8](repeating: 0, count: 256)
    var span = text.mutableSpan
    // Safe: whatever the kernel writes there is a valid byte.
    var bytes = unsafe span.mutableBytes
    return Array(text[..<(try file.read(into: &bytes) ?? 0)])
  }
}
