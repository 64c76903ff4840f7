/// The bytes behind an answer's head: held by reference until they are sent, and by all answers that share them once.
package final class HTTPBody {
  /// What is sent.
  package private(set) var bytes: [UInt8]
  private var holders = 0
  private var memory: InFlightBytes?

  /// Takes what is sent.
  ///
  /// - Parameter bytes: The bytes.
  package init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  /// Makes an empty one to be filled.
  ///
  /// - Parameter capacity: Roughly how many bytes it will have.
  package init(capacity: Int) {
    bytes = []
    bytes.reserveCapacity(capacity)
  }

  /// Whether a client has not taken all of it yet, so that it has to stay as it is.
  package var isInFlight: Bool { holders > 0 }

  /// Fills it anew, in the memory that it has.
  ///
  /// - Parameter fill: Called with the old bytes; only while nobody awaits them.
  package func refill(_ fill: (inout [UInt8]) -> Void) {
    precondition(!isInFlight, "a body is changed while it is sent")
    fill(&bytes)
  }

  /// Adds one answer to those that hold the bytes.
  ///
  /// - Parameter memory: Where the bytes count, once, while any answer holds them; always the same.
  func retainForSend(countedIn memory: InFlightBytes) {
    holders += 1
    guard holders == 1 else { return }
    self.memory = memory
    memory.bytes += bytes.count
  }

  /// Takes away one of the answers that hold the bytes.
  func releaseAfterSend() {
    holders -= 1
    guard holders == 0 else { return }
    memory?.bytes -= bytes.count
    memory = nil
  }
}

@available(*, unavailable)
extension HTTPBody: Sendable {}

/// The memory of all bodies that clients have not taken yet; what several share counts once.
final class InFlightBytes {
  var bytes = 0
}

@available(*, unavailable)
extension InFlightBytes: Sendable {}
