/// What a server has done with its connections; each bound of `HTTPLimits` shows here or as a status code.
package struct HTTPStatistics: Equatable {
  /// Connections that are open now.
  package internal(set) var openConnections = 0
  /// Connections that were accepted.
  package internal(set) var acceptedConnections = 0
  /// Connections that were closed in favour of a new one, at the limit or for want of descriptors.
  package internal(set) var evictedConnections = 0
  /// How often accepting was paused because no connection could make room.
  package internal(set) var connectionLimitPauses = 0
  /// How often accepting failed and was paused: mostly for want of descriptors (EMFILE, ENFILE), for which silent
  /// connections are closed, and else for want of memory or a permission (ENOBUFS, ENOMEM, EPERM), for which none is.
  package internal(set) var descriptorShortages = 0
  /// Connections that did not send a whole head in time.
  package internal(set) var headTimeouts = 0
  /// Connections that were closed because no further request came.
  package internal(set) var idleTimeouts = 0
  /// Connections that were closed because the client did not take its answers.
  package internal(set) var stalledClients = 0
  /// How often a client's further requests were left unread because it had not taken its answers.
  package internal(set) var pendingAnswerPauses = 0
  /// Connections that were closed because the answers that clients had not taken needed too much memory.
  package internal(set) var droppedAnswers = 0
  /// Connections that were still open when the time for draining was over.
  package internal(set) var drainCutoffs = 0

  /// Nothing has happened yet.
  package init() {}
}
