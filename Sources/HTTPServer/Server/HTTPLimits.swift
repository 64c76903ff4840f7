/// What one server grants its clients; past each bound it answers with an error, waits or closes, and counts it.
package struct HTTPLimits: Equatable {
  /// Open connections, at least 1; at the limit the one that has been silent longest makes room.
  package var connections = 512
  /// Bytes of a request line and its header lines, 256 to 1,048,576; more is answered with 431.
  ///
  /// Enough for a request line of 8,000 bytes, which is the least that RFC 9112 §3 recommends, and many fields.
  package var headBytes = 16 << 10
  /// Bytes of a request line without its end; more is answered with 414.
  package var requestLineBytes: Int { min(headBytes - 2, 8 << 10) }
  /// Header lines of a request, at least 1; more is answered with 431.
  package var headerLines = 100
  /// Time from a head's first byte (of the first head: from the connection's start) to its last; then 408.
  package var headTimeoutSeconds = 10.0
  /// Time without a request between two requests, and time without progress while a client takes its answers.
  ///
  /// Longer than a usual scrape interval, so that Prometheus keeps its connection.
  package var idleTimeoutSeconds = 75.0
  /// Bytes of bodies that all clients together have not taken, shared ones counted once; above that the clients that
  /// have taken nothing for longest are closed. One answer more than that may be held.
  ///
  /// Beside them each connection holds a head, and answers of one turn that are too small to be shared.
  package var pendingAnswerBytes = 32 << 20
  /// Time for the client to read a last answer before the connection is closed under it.
  package var lingerSeconds = 1.0
  /// Bytes that are read and thrown away while a last answer is on its way, such as a refused body.
  package var lingerBytes = 256 << 10
  /// Time that `drain` gives the answers in flight; less than the 5 s after which the process is to have ended, with its
  /// snapshot written.
  package var drainSeconds = 4.0
  /// Time without accepting after the process or the machine ran out of descriptors.
  package var acceptPauseSeconds = 1.0

  /// The defaults.
  package init() {}

  /// Answers to one connection before the other connections get their turn.
  static let answersPerTurn = 16
  /// Bytes of answers to one connection before the others get their turn: whoever asks for much at once and does not
  /// even stay for the answers costs the others little.
  static let answerBytesPerTurn = 16 << 10
  /// Connections accepted before those that are open get their turn.
  static let acceptsPerTurn = 64
  /// Bytes of answers that the kernel holds for a connection, roughly (SO_SNDBUF in `socket(7)`): more than an answer
  /// mostly has, and as much as a far client takes within a moment.
  static let kernelOutputBytes: CInt = 256 << 10
  /// Connections that the kernel holds ready while the server does not accept (`listen(2)`; at most
  /// net.core.somaxconn).
  static let backlog: CInt = 4_096
}
