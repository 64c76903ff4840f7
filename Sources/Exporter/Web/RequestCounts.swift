internal import HTTPServer
internal import Metrics

/// What the server answered and what its limits did.
struct RequestCounts {
  /// The answers of one path with one status.
  struct Series {
    let path: String
    let status: HTTPStatus
    let labels: LabelSet
    var count: Int64 = 0
  }

  /// How requests are shown that no path took.
  private static let otherPath = "other"

  /// Every path and status seen so far: as many at most as there are routes and statuses.
  private(set) var answers: [Series] = []
  /// The server's own account.
  var statistics = HTTPStatistics()

  /// Makes one with the answers that are there at 0 from the start.
  ///
  /// - Parameter paths: The paths that are served.
  init(paths: [String]) {
    for path in paths { addSeries(path, .ok) }
  }

  /// Counts an answer.
  ///
  /// - Parameters:
  ///   - path: The route's path; nil where no route took the request.
  ///   - status: The answer's status.
  mutating func count(_ path: String?, _ status: HTTPStatus) {
    let path = path ?? Self.otherPath
    if let index = answers.firstIndex(where: { $0.status == status && $0.path == path }) {
      answers[index].count += 1
    } else {
      addSeries(path, status)
      answers[answers.count - 1].count = 1
    }
  }

  private mutating func addSeries(_ path: String, _ status: HTTPStatus) {
    let labels = LabelSet.none.adding("handler", path).adding("code", "\(status.rawValue)")
    answers.append(Series(path: path, status: status, labels: labels))
  }

  /// Connections that are open now.
  var openConnections: Int64 { Int64(statistics.openConnections) }

  /// How often each limit on clients took effect.
  static let limits: [(labels: LabelSet, count: @Sendable (HTTPStatistics) -> Int)] = [
    (limit("connections"), { $0.evictedConnections + $0.connectionLimitPauses }),
    (limit("descriptors"), { $0.descriptorShortages }),
    (limit("head_time"), { $0.headTimeouts }),
    (limit("idle_time"), { $0.idleTimeouts }),
    (limit("pending_answers"), { $0.pendingAnswerPauses + $0.droppedAnswers }),
    (limit("stalled_clients"), { $0.stalledClients }),
  ]

  private static func limit(_ name: String) -> LabelSet { .none.adding("limit", name) }
}
