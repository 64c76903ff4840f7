internal import LinuxIO

/// Siblings that cannot be read now.
extension SiblingTracker {
  /// Whether a decision is put off, because of siblings that cannot be read.
  var isHeldUp: Bool { unreadable.failures > 0 }

  /// Takes note of a sibling that cannot be read, unless it is known to be no part of what is to be read.
  func note(unreadable path: String, _ status: FileStatus?, _ error: SystemCallError, besides chain: FileChain) {
    guard !unreadable.siblings.contains(where: { $0.path == path }) else { return }
    if let status, chain.contains(status) || known.hasNumber(of: status) { return }
    recorder.decide(.wait, path, "\(error)")
    unreadable.siblings.append(UnreadableSiblings.Sibling(path: path, status: status, error: error))
  }

  /// Lets a decision be made by the siblings that could be read, unless it has to wait for another one.
  ///
  /// - Throws: `SystemCallError` of one that cannot be read, and was not there before.
  func settleUnreadable() throws(SystemCallError) {
    if hasScanned { try requireReadable() } else { passOverUnreadable() }
  }

  /// Puts off a decision for which all siblings must be read, until they can be or are given up.
  ///
  /// - Throws: `SystemCallError` of the first one that cannot be read.
  func requireReadable() throws(SystemCallError) {
    guard let first = unreadable.siblings.first else {
      unreadable.failures = 0
      return
    }
    unreadable.failures += 1
    if !options.waitsForMore || unreadable.failures < UnreadableSiblings.failuresBeforeAbandoning { throw first.error }
    for sibling in unreadable.siblings { recorder.record(.fileAbandoned(path: sibling.path, sibling.error)) }
    passOverUnreadable()
  }

  /// Counts the siblings that cannot be read, and holds nothing up for them, now or later.
  func passOverUnreadable() {
    recorder.statistics.readErrors += Int64(unreadable.siblings.count)
    for sibling in unreadable.siblings {
      if let status = sibling.status { known.rememberUnread(status) }
      recorder.decide(.ignore, sibling.path, "\(sibling.error)")
    }
    unreadable = UnreadableSiblings()
  }
}
