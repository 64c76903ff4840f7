internal import LinuxIO

/// Copies that are made of a log before it is truncated.
extension SiblingTracker {
  /// Copies in the making that are held open; each is one more descriptor.
  private static let maximumPossibleCopies = 2

  /// Holds files that appeared beside a log that is still the same: one of them may be the copy that is made before a
  /// truncation, and packed and deleted right after it.
  func holdPossibleCopies(_ files: [OpenLogFile]) {
    for file in possibleCopies { try? file.refreshStatus() }
    // One that was deleted while the log was not truncated was something else; held on, it would only fill the disk.
    possibleCopies.removeAll { $0.status.linkCount == 0 }
    for file in files where !possibleCopies.contains(where: { $0.isSameFile(as: file.status) }) {
      possibleCopies.append(file)
    }
    possibleCopies.removeFirst(max(0, possibleCopies.count - Self.maximumPossibleCopies))
  }

  /// The file that holds what was seen of another one before it was truncated; the longest where there are several. It is
  /// no longer known as one that is not to be read.
  ///
  /// A copy that holds nothing but what was delivered already is none to be read, and is remembered as known.
  func takeCopy(
    of truncated: OpenLogFile,
    among siblings: SiblingListing,
    besides chain: FileChain
  ) throws(SystemCallError) -> OpenLogFile? {
    guard !truncated.isUnseen else { return nil }
    var longest: OpenLogFile?
    let present = try open(siblings, besides: chain)
    let removed = possibleCopies.filter { file in !present.contains { $0.isSameFile(as: file.status) } }
    for file in present + removed where !chain.contains(file) {
      try file.refreshStatus()
      if try truncated.hasDelivered(file) {
        ignore(file, "all that it holds was read from the log before that was truncated")
      } else if file.status.size > longest?.status.size ?? -1, try file.continues(truncated.position) {
        longest = file
      }
    }
    return longest
  }

  /// A copy is to be read after all.
  func release(copy: OpenLogFile) {
    known.forget(copy)
    possibleCopies.removeAll { $0 === copy }
  }
}
