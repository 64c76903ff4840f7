internal import HTTPServer
internal import LinuxIO

/// The metrics in one format, in memory that is used again for each scrape.
///
/// While a client has not taken them they have to stay; whoever asks within a second of them gets the same, so that
/// clients that take nothing hold few copies, however many they are.
struct ExpositionCache {
  /// How long the metrics are shared while somebody has not taken them; less than anybody waits between two scrapes.
  static let sharedSeconds = 1.0

  private var body = HTTPBody(capacity: 0)
  private var renderedAt = MonotonicTime(nanoseconds: 0)

  /// The metrics as they are now, or were a moment ago.
  ///
  /// - Parameters:
  ///   - now: The present.
  ///   - render: Fills an answer's body.
  /// - Returns: The body.
  mutating func body(at now: MonotonicTime, render: (inout [UInt8]) -> Void) -> HTTPBody {
    if body.isInFlight {
      guard now.seconds(since: renderedAt) >= Self.sharedSeconds else { return body }
      body = HTTPBody(capacity: body.bytes.count)
    }
    renderedAt = now
    body.refill(render)
    return body
  }
}
