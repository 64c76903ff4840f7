import LinuxIO
import Testing

@testable import Exporter

@Suite("Telling the service manager")
struct ServiceManagerTests {
  @Test(
    "a watchdog is misunderstood",
    arguments: [
      ([:], nil), (["WATCHDOG_USEC": "30000000"], 15), (["WATCHDOG_USEC": "0"], nil), (["WATCHDOG_USEC": "-1"], nil),
      (["WATCHDOG_USEC": "1 s"], nil), (["WATCHDOG_USEC": "2000000", "WATCHDOG_PID": "1"], nil),
      (["WATCHDOG_USEC": "2000000", "WATCHDOG_PID": "\(processIdentifier)"], 1),
    ] as [([String: String], Double?)]
  )
  func watchdog(environment: [String: String], seconds: Double?) {
    #expect(SystemdNotifier.keepAliveSeconds(environment) == seconds)
  }
}
