internal import EventLoop
internal import LinuxIO

/// One client: reads its requests, has them answered in order, and closes when they end or when it misbehaves.
final class Connection {
  private enum Phase {
    /// Requests are read and answered.
    case reading
    /// The last answer is on its way.
    case finishing
    /// The last answer was sent; what the client still sends is thrown away, so that it gets to read the answer:
    /// closing with input unread would reset the connection under it (RFC 9112 §9.6).
    case lingering
    case closed
  }

  private enum Deadline {
    case none
    /// For the rest of a head, or for the first one.
    case head
    /// For the next request.
    case idle
    /// For the client to close.
    case linger
  }

  /// How readily a connection makes room for a new one.
  enum Evictability: Comparable {
    case never
    /// The client has taken nothing of its answers for as long as it may take to send a head.
    case stuck
    /// The client is idle, slow or has its last answer.
    case waiting
  }

  /// The connection's place among the server's.
  var slot: Int
  /// When it was accepted or answered, took something of an answer, or was found to have sent a request last.
  private(set) var activeAt = MonotonicTime.now

  private unowned let server: HTTPServer
  private let loop: EventLoop
  private var socket: BufferedSocket?
  private var parser: HTTPHeadParser
  private var phase = Phase.reading
  private var isServing = false
  private var goesOnNextTurn = false
  /// Whether the client has to take its answers before anything else is read.
  private var isReadingPaused = false
  private var peerHasFinished = false
  private var lingeredBytes = 0
  private var deadline = Deadline.none
  private lazy var deadlineTimer = DeadlineTimer(loop: loop) { [unowned self] in deadlineIsOver() }
  private lazy var turnTimer = TimerEvent(loop: loop) { [unowned self] in takeNextTurn() }

  /// Makes a connection without a socket.
  ///
  /// - Parameters:
  ///   - server: Answers the requests; it owns this object.
  ///   - loop: The process's loop.
  ///   - slot: The connection's place among the server's.
  init(server: HTTPServer, loop: EventLoop, slot: Int) {
    self.server = server
    self.loop = loop
    self.slot = slot
    parser = HTTPHeadParser(limits: server.limits)
  }

  /// Starts to serve.
  ///
  /// - Parameter descriptor: A connected socket that does not block; taken over.
  /// - Returns: Whether the kernel and the memory sufficed; otherwise the socket is closed.
  func open(_ descriptor: CInt) -> Bool {
    socket = BufferedSocket(
      loop: loop,
      descriptor: descriptor,
      inputBytes: server.limits.headBytes,
      stallSeconds: server.limits.idleTimeoutSeconds
    ) { [unowned self] event in handle(event) }
    guard socket != nil else { return false }
    setDeadline(.head)
    return true
  }

  /// Closes at once, whatever is pending.
  func close() {
    guard phase != .closed else { return }
    phase = .closed
    setDeadline(.none)
    socket = nil
    server.remove(self)
  }

  /// Closes if nothing is in flight; otherwise the next answer is the last.
  func drain() {
    guard let socket, phase == .reading, !isServing, !goesOnNextTurn, !isReadingPaused else { return }
    guard socket.inputCount == 0, !socket.hasUnreportedInput else { return }
    close()
  }

  /// Whether the client has not taken all of its answers.
  var isInFlight: Bool { (socket?.pendingOutputBytes ?? 0) > 0 }

  /// Whether a request has come that the loop has not reported yet; then it counts as active now.
  func hasPendingRequest() -> Bool {
    guard phase == .reading, !isReadingPaused, let socket, socket.hasUnreportedInput else { return false }
    activeAt = .now
    return true
  }

  /// Tells how readily the connection makes room.
  ///
  /// - Parameter now: The present.
  /// - Returns: `never` while an answer is made, and while one is on its way that the client takes; `stuck` once it has
  ///   taken nothing of it for too long.
  func evictability(now: MonotonicTime) -> Evictability {
    guard let socket, !isServing, !goesOnNextTurn else { return .never }
    guard socket.pendingOutputBytes > 0 else { return .waiting }
    return now.seconds(since: activeAt) > server.limits.headTimeoutSeconds ? .stuck : .never
  }

  private func handle(_ event: BufferedSocket.Event) {
    switch event {
    case .input:
      if phase == .lingering { discardInput() } else { serve() }
    case .outputTaken:
      activeAt = .now
      if !isInFlight { outputHasDrained() }
    case .peerFinished:
      peerHasFinished = true
      if phase == .lingering { close() } else { serve() }
    case .stalled:
      server.statistics.stalledClients += 1
      close()
    case .failed:
      close()
    }
  }
}

@available(*, unavailable)
extension Connection: Sendable {}

// MARK: Requests and answers

extension Connection {
  /// Answers what has come in, as far as this turn goes.
  private func serve() {
    guard let socket, phase == .reading, !goesOnNextTurn, !isReadingPaused else { return }
    isServing = true
    let needsInput = answerRequests(from: socket)
    isServing = false
    flush(socket)
    guard phase == .reading else { return }
    if isInFlight {
      // What the kernel holds keeps the client busy; more would only take memory.
      if socket.inputCount > 0 { server.statistics.pendingAnswerPauses += 1 }
      isReadingPaused = true
      socket.setReading(false)
    } else if needsInput {
      waitForInput(socket)
    } else {
      goesOnNextTurn = true
      turnTimer.schedule(afterSeconds: 0)
    }
  }

  private func takeNextTurn() {
    goesOnNextTurn = false
    serve()
  }

  /// Answers what has come in, as much as one turn may take.
  ///
  /// - Parameter socket: The connection's socket.
  /// - Returns: Whether more has to come in first; otherwise the turn is over.
  private func answerRequests(from socket: BufferedSocket) -> Bool {
    var answers = 0
    while phase == .reading {
      if answers == HTTPLimits.answersPerTurn || server.output.count >= HTTPLimits.answerBytesPerTurn {
        return false
      }
      do {
        let length = try socket.withInput { (bytes) throws(HTTPRefusal) in try parser.advance(over: bytes) }
        guard let length else { return true }
        let head = parser.head
        parser = HTTPHeadParser(limits: server.limits)
        setDeadline(.none)
        socket.takeInput(length, into: &server.requestBytes)
        if !server.answer(head) { phase = .finishing }
      } catch {
        refuse(error)
      }
      answers += 1
      activeAt = .now
    }
    return true
  }

  private func refuse(_ refusal: HTTPRefusal) {
    server.refuse(refusal, head: parser.head)
    setDeadline(.none)
    phase = .finishing
  }

  private func waitForInput(_ socket: BufferedSocket) {
    let hasInput = socket.inputCount > 0
    if hasInput, peerHasFinished {
      refuse(.malformed("The request ends before its head does."))
      flush(socket)
    } else if peerHasFinished || server.isDraining, !hasInput {
      // A client that has closed its side of the connection still gets the answers that are pending.
      phase = .finishing
      flush(socket)
    } else if hasInput, deadline != .head {
      setDeadline(.head)
    } else if !hasInput, deadline == .none {
      setDeadline(.idle)
    }
    server.becameIdle()
  }

  /// Sends what was answered, and ends the connection when that was all.
  private func flush(_ socket: BufferedSocket) {
    do {
      try socket.send(server.output)
    } catch {
      close()
      return
    }
    if isInFlight {
      server.enforceOutputLimit(by: self)
    } else if phase == .finishing {
      finish()
    }
  }

  private func outputHasDrained() {
    if phase == .finishing { finish() }
    if phase == .reading, isReadingPaused {
      isReadingPaused = false
      socket?.setReading(true)
      serve()
    }
    server.outputDrained()
  }

  private func finish() {
    guard let socket, !peerHasFinished else {
      close()
      return
    }
    socket.finishOutput()
    phase = .lingering
    setDeadline(.linger)
    socket.setReading(true)
    discardInput()
  }

  private func discardInput() {
    guard let socket else { return }
    lingeredBytes += socket.discardInput()
    if lingeredBytes > server.limits.lingerBytes { close() }
  }
}

// MARK: Deadlines

extension Connection {
  private func setDeadline(_ kind: Deadline) {
    deadline = kind
    switch kind {
    case .none: deadlineTimer.clear()
    case .head: deadlineTimer.set(afterSeconds: server.limits.headTimeoutSeconds)
    case .idle: deadlineTimer.set(afterSeconds: server.limits.idleTimeoutSeconds)
    case .linger: deadlineTimer.set(afterSeconds: server.limits.lingerSeconds)
    }
  }

  private func deadlineIsOver() {
    guard let socket else { return }
    switch deadline {
    case .none:
      break
    case .linger:
      close()
    case .head:
      server.statistics.headTimeouts += 1
      guard socket.inputCount > 0 else {
        close()
        return
      }
      let seconds = server.limits.headTimeoutSeconds
      refuse(HTTPRefusal(status: .requestTimeout, reason: "A request's head has to come within \(seconds) seconds."))
      flush(socket)
    case .idle:
      server.statistics.idleTimeouts += 1
      close()
    }
  }
}
