import LinuxIO
import Testing

@testable import Exporter
@testable import HTTPServer

@Suite("Metrics that clients have not taken yet")
struct RenderedMetricsTests {
  private func seconds(_ seconds: Double) -> MonotonicTime { MonotonicTime(nanoseconds: Int64(seconds * 1e9)) }

  @Test("a scrape gets old numbers although nobody awaits them, or new memory although there is some")
  func nobodyWaits() {
    var metrics = ExpositionCache()
    let first = metrics.body(at: seconds(10)) { $0 = [1] }
    let second = metrics.body(at: seconds(10.1)) { $0 = [2] }
    #expect(second === first)
    #expect(second.bytes == [2])
  }

  @Test("numbers change while they are sent, are copied for each client, or are shared for too long")
  func somebodyWaits() {
    var metrics = ExpositionCache()
    let memory = InFlightBytes()
    let first = metrics.body(at: seconds(10)) { $0 = [1] }
    first.retainForSend(countedIn: memory)
    #expect(metrics.body(at: seconds(10.9)) { $0 = [2] } === first)
    #expect(first.bytes == [1])
    let second = metrics.body(at: seconds(11)) { $0 = [3] }
    #expect(second !== first)
    #expect((first.bytes, second.bytes) == ([1], [3]))
    #expect(memory.bytes == 1)
    first.releaseAfterSend()
    #expect(memory.bytes == 0)
  }
}
