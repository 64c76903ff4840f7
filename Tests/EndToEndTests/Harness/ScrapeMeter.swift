import Foundation
import Glibc
import Synchronization
import TestSupport

/// A client that scrapes again and again, from a thread of its own, so that what it measures is the exporter's time and
/// not that of the other tests of this process.
final class ScrapeMeter: Sendable {
  struct Result {
    var seconds: [Double] = []
    var failures: [String] = []
    fileprivate var slowestSinceTaken = 0.0

    /// Such as "120 scrapes, median 1.2 ms, 99 % within 3.4 ms, slowest 5.6 ms".
    var summary: String {
      let sorted = seconds.sorted()
      guard let slowest = sorted.last else { return "no scrapes" }
      let times = [sorted[sorted.count / 2], sorted[sorted.count * 99 / 100], slowest].map {
        String(format: "%.1f ms", $0 * 1_000)
      }
      return "\(sorted.count) scrapes, median \(times[0]), 99 % within \(times[1]), slowest \(times[2])"
    }
  }

  private let result = Mutex(Result())
  private let shouldStop = Atomic(false)
  private let ended = DispatchSemaphore(value: 0)

  /// Starts to scrape, on a new connection each time.
  init(port: UInt16) {
    Thread.detachNewThread { [self] in
      while !shouldStop.load(ordering: .relaxed) {
        let start = DispatchTime.now().uptimeNanoseconds
        let failure = Self.scrape(port)
        let seconds = Double(DispatchTime.now().uptimeNanoseconds - start) / 1e9
        result.withLock { result in
          if let failure { result.failures.append(failure) } else { result.seconds.append(seconds) }
          result.slowestSinceTaken = max(result.slowestSinceTaken, seconds)
        }
        usleep(20_000)
      }
      ended.signal()
    }
  }

  /// How long the slowest scrape took that ended since this was last asked, in seconds.
  func takeSlowest() -> Double {
    result.withLock { result in
      defer { result.slowestSinceTaken = 0 }
      return result.slowestSinceTaken
    }
  }

  /// Ends, and says what was measured.
  func finish() -> Result {
    shouldStop.store(true, ordering: .relaxed)
    ended.wait()
    return result.withLock { $0 }
  }

  /// Scrapes once, and waits for it; gives what went wrong.
  private static func scrape(_ port: UInt16) -> String? {
    let descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return "no socket" }
    defer { close(descriptor) }
    var timeout = timeval(tv_sec: 20, tv_usec: 0)
    for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
      _ = unsafe setsockopt(descriptor, SOL_SOCKET, option, &timeout, socklen_t(MemoryLayout<timeval>.size))
    }
    let connected = unsafe withUnsafeBytes(of: loopbackAddress(port: port)) {
      unsafe connect(descriptor, $0.baseAddress?.assumingMemoryBound(to: sockaddr.self), socklen_t($0.count))
    }
    guard connected == 0 else { return "no connection" }
    let request = Array("GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".utf8)
    let sent = unsafe request.withUnsafeBytes { unsafe send(descriptor, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL)) }
    guard sent == request.count else { return "not sent" }
    var answer: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = unsafe recv(descriptor, &buffer, buffer.count, 0)
      guard count >= 0 else { return "the answer broke off" }
      if count == 0 { break }
      answer += buffer[..<count]
    }
    let text = String(decoding: answer, as: UTF8.self)
    guard text.hasPrefix("HTTP/1.1 200 "), text.contains("\n# TYPE etl_records_total counter\netl_records_total") else {
      return "answered \(text.prefix(80))"
    }
    return nil
  }
}
