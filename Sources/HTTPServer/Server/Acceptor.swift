internal import EventLoop
internal import Glibc
internal import LinuxIO

/// The listeners of a server and when they pause.
final class Acceptor {
  /// Why nothing is accepted for now.
  private struct Pauses: OptionSet {
    let rawValue: Int

    /// Enough was accepted in this turn: the connections that are open are next.
    static let turnIsOver = Pauses(rawValue: 1)
    /// The server is full, and no connection can make room.
    static let isFull = Pauses(rawValue: 2)
    /// Accepting failed, and would fail again.
    static let isFailing = Pauses(rawValue: 4)
  }

  private unowned let server: HTTPServer
  private let loop: EventLoop
  private var listeners: [Listener] = []
  private var pauses: Pauses = [] {
    didSet {
      guard pauses.isEmpty != oldValue.isEmpty else { return }
      for listener in listeners { listener.setAccepting(pauses.isEmpty) }
    }
  }
  private var acceptedThisTurn = 0
  /// A connection that was accepted just when there was no room any more; it waits as those in the kernel do.
  private var waitingDescriptor: CInt?
  private lazy var turnTimer = TimerEvent(loop: loop) { [unowned self] in startTurn() }
  private lazy var retryTimer = TimerEvent(loop: loop) { [unowned self] in retry() }

  /// Makes an acceptor without a listener.
  ///
  /// - Parameters:
  ///   - loop: The process's loop.
  ///   - server: Takes the connections; it owns this object.
  init(loop: EventLoop, server: HTTPServer) {
    self.loop = loop
    self.server = server
  }

  /// Listens on one more address.
  ///
  /// - Parameter address: The address; port 0 lets the kernel choose one.
  /// - Returns: The address with the port that it listens on.
  /// - Throws: `SystemCallError` as `socket(2)`, `bind(2)` and `listen(2)` list them.
  func listen(on address: SocketAddress) throws(SystemCallError) -> SocketAddress {
    let listener = try Listener(loop: loop, address: address) { [unowned self] event in handle(event) }
    listener.setAccepting(pauses.isEmpty)
    listeners.append(listener)
    return listener.address
  }

  deinit {
    closeWaiting()
  }

  /// Closes the listeners: whoever connects now is refused by the kernel.
  func stop() {
    listeners.removeAll()
    closeWaiting()
    turnTimer.cancel()
    retryTimer.cancel()
  }

  /// Goes on when the server was full and is so no longer.
  func capacityFreed() {
    guard pauses.contains(.isFull), server.hasRoom else { return }
    pauses.remove(.isFull)
    guard let descriptor = waitingDescriptor else { return }
    waitingDescriptor = nil
    admit(descriptor)
  }

  private func admit(_ descriptor: CInt) {
    if !server.admit(descriptor) {
      // Closed now, it would be reset under a client that has sent its request.
      waitingDescriptor = descriptor
    } else if server.hasRoom {
      return
    }
    server.statistics.connectionLimitPauses += 1
    pauses.insert(.isFull)
    retryTimer.schedule(afterSeconds: server.limits.acceptPauseSeconds)
  }

  private func closeWaiting() {
    if let waitingDescriptor { _ = close(waitingDescriptor) }
    waitingDescriptor = nil
  }

  private func handle(_ event: Listener.Event) {
    switch event {
    case .connection(let descriptor):
      acceptedThisTurn += 1
      if acceptedThisTurn == 1 { turnTimer.schedule(afterSeconds: 0) }
      admit(descriptor)
      // Half the limit at most, so that no connection is evicted before its first turn.
      if acceptedThisTurn >= min(HTTPLimits.acceptsPerTurn, max(1, server.limits.connections / 2)) {
        pauses.insert(.turnIsOver)
      }
    case .failed(let error):
      server.statistics.descriptorShortages += 1
      let isShortage = error == .tooManyOpenFiles || error == .tooManyOpenFilesInSystem
      // Whatever else is lacking, such as memory or a permission, closing connections does not bring it.
      if isShortage, server.evictForDescriptors() {
        // libevent closes what was evicted before the next turn.
        pauses.insert(.turnIsOver)
        turnTimer.schedule(afterSeconds: 0)
      } else {
        pauses.insert(.isFailing)
        retryTimer.schedule(afterSeconds: server.limits.acceptPauseSeconds)
      }
    }
  }

  private func startTurn() {
    acceptedThisTurn = 0
    pauses.remove(.turnIsOver)
  }

  private func retry() {
    pauses.remove(.isFailing)
    capacityFreed()
    // Connections that are stuck can make room after a while without anything happening to them.
    if pauses.contains(.isFull) { retryTimer.schedule(afterSeconds: server.limits.acceptPauseSeconds) }
  }
}

@available(*, unavailable)
extension Acceptor: Sendable {}
