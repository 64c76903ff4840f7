internal import CLibEvent
package import EventLoop
internal import Glibc
package import LinuxIO

/// A strict HTTP/1.1 server for GET, HEAD and OPTIONS (RFC 9110, RFC 9112) on the process's loop.
///
/// It is used on the loop's thread only. Its end closes everything at once; `drain` ends it gently.
package final class HTTPServer {
  private struct Route {
    let path: String
    let bytes: [UInt8]
    let handler: (HTTPRequest) -> HTTPResponse
  }

  /// Called once for each answer: the route's path, or nil where no route took the request, and the status.
  package var observer: ((_ route: String?, _ status: HTTPStatus) -> Void)?
  /// What has happened to the connections so far.
  package internal(set) var statistics = HTTPStatistics()

  /// Descriptors that a process has beside its connections, roughly.
  private static let otherDescriptors = 64

  let limits: HTTPLimits
  /// The answers of the connection that has its turn; empty between two turns.
  let output = OutputBuffer()
  /// The head of the request that is answered, in memory that is used again.
  var requestBytes: [UInt8] = []
  private(set) var isDraining = false

  private let loop: EventLoop
  private var routes: [Route] = []
  private var notFoundText = ""
  private var headWriter = HTTPHeadWriter()
  private var connections: [Connection] = []
  private lazy var acceptor = Acceptor(loop: loop, server: self)
  private lazy var drainTimer = TimerEvent(loop: loop) { [unowned self] in finishDrain() }
  private var whenDrained: (() -> Void)?
  /// Connections at most since memory was last given back.
  private(set) var mostConnections = 0
  /// Memory of bodies at most since then.
  private var mostAwaitedBytes = 0
  /// Whether the timer for giving memory back is running.
  private var awaitsReturnOfMemory = false
  private lazy var memoryTimer = TimerEvent(loop: loop) { [unowned self] in trimHeap() }

  /// Makes a server that listens nowhere yet.
  ///
  /// - Parameters:
  ///   - loop: The process's loop.
  ///   - limits: What clients are granted.
  package init(loop: EventLoop, limits: HTTPLimits = HTTPLimits()) {
    precondition(limits.connections > 0 && limits.headerLines > 0 && 256...1_048_576 ~= limits.headBytes)
    self.loop = loop
    self.limits = limits
    loop.reserveDescriptors(limits.connections + Self.otherDescriptors)
  }

  /// Serves a path; requests for any other are answered with 404.
  ///
  /// - Parameters:
  ///   - path: Compared with the path as it was sent, of which letters, digits and `-._~` may be percent-encoded.
  ///   - handler: Makes the answer, on the loop's thread and without blocking; called for GET and for HEAD.
  package func route(_ path: String, handler: @escaping (HTTPRequest) -> HTTPResponse) {
    routes.append(Route(path: path, bytes: Array(path.utf8), handler: handler))
    notFoundText = "There is nothing at this path. Paths are \(routes.map(\.path).joined(separator: ", ")).\n"
  }

  /// Listens on one more address.
  ///
  /// - Parameter address: The address; port 0 lets the kernel choose one.
  /// - Returns: The address with the port that it listens on.
  /// - Throws: `SystemCallError` as `socket(2)`, `bind(2)` and `listen(2)` list them.
  package func listen(on address: SocketAddress) throws(SystemCallError) -> SocketAddress {
    try acceptor.listen(on: address)
  }

  /// Ends gently: accepts nothing more, closes idle connections, finishes the answers in flight and closes what is
  /// still open after `drainSeconds`.
  ///
  /// - Parameter whenDone: Called by the loop once all connections are closed. Only the first call of `drain` counts.
  package func drain(whenDone: @escaping () -> Void) {
    guard !isDraining else { return }
    isDraining = true
    whenDrained = whenDone
    acceptor.stop()
    drainTimer.schedule(afterSeconds: limits.drainSeconds)
    for connection in connections { connection.drain() }
    finishDrainIfEmpty()
  }

  private func finishDrainIfEmpty() {
    if isDraining, connections.isEmpty { drainTimer.schedule(afterSeconds: 0) }
  }

  private func finishDrain() {
    statistics.drainCutoffs += connections.count
    for connection in connections { connection.close() }
    // The last of them has scheduled the timer again.
    drainTimer.cancel()
    let whenDone = whenDrained
    whenDrained = nil
    whenDone?()
  }
}

@available(*, unavailable)
extension HTTPServer: Sendable {}

// MARK: Connections

extension HTTPServer {
  /// Takes a new connection in; at the limit the one that has been silent longest makes room.
  ///
  /// - Parameter descriptor: Its socket, taken over where there is room.
  /// - Returns: Whether there is.
  func admit(_ descriptor: CInt) -> Bool {
    guard connections.count < limits.connections || evictOne() else { return false }
    let connection = Connection(server: self, loop: loop, slot: connections.count)
    guard connection.open(descriptor) else { return true }
    connections.append(connection)
    statistics.acceptedConnections += 1
    statistics.openConnections = connections.count
    mostConnections = max(mostConnections, connections.count)
    return true
  }

  /// Lets a connection go that has closed.
  ///
  /// - Parameter connection: One of the server's connections.
  func remove(_ connection: Connection) {
    let last = connections.removeLast()
    if last !== connection {
      connections[connection.slot] = last
      last.slot = connection.slot
    }
    statistics.openConnections = connections.count
    acceptor.capacityFreed()
    finishDrainIfEmpty()
    scheduleReturnOfMemory()
  }

  private func scheduleReturnOfMemory() {
    // Waits for those that go together, but not for ever where one goes each moment.
    guard hasMemoryToReturn, !awaitsReturnOfMemory else { return }
    awaitsReturnOfMemory = true
    memoryTimer.schedule(afterSeconds: 1)
  }

  /// Whether a crowd has gone, or many answers have, and left memory behind that nobody will need for long.
  private var hasMemoryToReturn: Bool {
    mostConnections >= 256 && connections.count < mostConnections / 4
      || mostAwaitedBytes >= 4 << 20 && awaitedBytes < mostAwaitedBytes / 4
  }

  private func trimHeap() {
    awaitsReturnOfMemory = false
    guard hasMemoryToReturn else { return }
    mostConnections = connections.count
    mostAwaitedBytes = awaitedBytes
    // Takes milliseconds, so it is not for every connection.
    _ = malloc_trim(0)
  }

  /// Whether one more connection could be taken in.
  var hasRoom: Bool {
    if connections.count < limits.connections { return true }
    let now = MonotonicTime.now
    return connections.contains { $0.evictability(now: now) != .never }
  }

  /// Tells that a connection may have become one that could make room.
  func becameIdle() {
    acceptor.capacityFreed()
  }

  /// Closes an eighth of the silent connections, so that accepting finds descriptors when it goes on.
  ///
  /// - Returns: Whether there was one.
  func evictForDescriptors() -> Bool {
    let count = connections.count
    var left = count / 8 + 1
    // However many have to go, all are looked at once.
    for candidate in evictionCandidates.sorted() where left > 0 {
      if evict(candidate.connection) { left -= 1 }
    }
    return connections.count < count
  }

  /// Closes the connection that has been waiting longest for its client: idle, slow or silent alike.
  ///
  /// One that sends its request at once is never the oldest, however many others come and wait.
  private func evictOne() -> Bool {
    // So many at most turn out to have a request after all.
    for _ in 0..<Self.surprisesPerEviction {
      guard let victim = evictionCandidates.min() else { return false }
      if evict(victim.connection) { return true }
    }
    return false
  }

  private static let surprisesPerEviction = 16

  /// Closes a connection in favour of another, unless it turns out to have a request after all.
  private func evict(_ connection: Connection) -> Bool {
    guard !connection.hasPendingRequest() else { return false }
    statistics.evictedConnections += 1
    connection.close()
    return true
  }

  /// The connections that could make room.
  private var evictionCandidates: some Sequence<EvictionCandidate> {
    let now = MonotonicTime.now
    return connections.lazy.compactMap { EvictionCandidate($0, now: now) }
  }
}

// MARK: Answers that nobody takes

extension HTTPServer {
  /// The memory of bodies that clients have not taken yet.
  var awaitedBytes: Int { output.inFlightBytes.bytes }

  /// The connections whose clients have not taken all of their answers.
  var awaitedConnections: [Connection] { connections.filter(\.isInFlight) }

  /// Keeps clients that take nothing from filling the memory: those go that have been at it for longest.
  ///
  /// - Parameter newest: The connection whose answer is the newest; it stays.
  func enforceOutputLimit(by newest: Connection) {
    mostAwaitedBytes = max(mostAwaitedBytes, awaitedBytes)
    guard awaitedBytes > limits.pendingAnswerBytes else { return }
    // Those that share a body free its memory together: sorting once is cheaper than searching for each.
    for connection in awaitedConnections.sorted(by: { $0.activeAt < $1.activeAt }) where connection !== newest {
      guard awaitedBytes > limits.pendingAnswerBytes else { break }
      statistics.droppedAnswers += 1
      connection.close()
    }
  }

  /// Tells that a connection has given all of its answers to the kernel.
  func outputDrained() {
    becameIdle()
    scheduleReturnOfMemory()
  }
}

// MARK: Answers

extension HTTPServer {
  /// Answers the request whose head is in `requestBytes`.
  ///
  /// - Parameter head: What it says.
  /// - Returns: Whether the connection stays open.
  func answer(_ head: HTTPRequestHead) -> Bool {
    let method: HTTPRequest.Method
    switch head.method {
    case .get: method = .get
    case .head: method = .head
    case .options: method = .get
    case .other:
      return send(.methodNotAllowed, to: head, route: nil)
    }
    let request = HTTPRequest(method: method, bytes: requestBytes, head: head)
    guard !head.isForWholeServer else { return send(.options, to: head, route: nil) }
    guard let route = routes.first(where: { request.hasPath($0.bytes) }) else {
      return send(HTTPResponse(status: .notFound, text: notFoundText), to: head, route: nil)
    }
    let response = head.method == .options ? .options : route.handler(request)
    return send(response, to: head, route: route.path)
  }

  /// Answers a request that could not be read; the connection ends with that.
  ///
  /// - Parameters:
  ///   - refusal: What is wrong.
  ///   - head: What was read of its head.
  func refuse(_ refusal: HTTPRefusal, head: HTTPRequestHead) {
    var head = head
    head.persists = false
    _ = send(HTTPResponse(status: refusal.status, text: refusal.reason + "\n"), to: head, route: nil)
  }

  private func send(_ response: HTTPResponse, to head: HTTPRequestHead, route: String?) -> Bool {
    // The handler itself may have started draining.
    let persists = head.persists && !isDraining
    let persistence: HTTPHeadWriter.Persistence =
      !persists ? .closes : head.isVersion11 ? .keepsOpen : .saysKeepAlive
    headWriter.render(response, persistence: persistence, now: .now)
    output.append(copyOf: headWriter.bytes)
    if head.method != .head { output.append(response.body) }
    observer?(route, response.status)
    return persists
  }
}
