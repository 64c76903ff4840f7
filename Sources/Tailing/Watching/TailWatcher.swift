package import LinuxIO

/// The one inotify queue of the process, shared by its tailers. It only wakes them; what happened, each sees for itself.
package final class TailWatcher {
  private var queue: Inotify?
  /// Watches asked of the kernel since the start; for tests.
  private(set) var askedWatches = 0
  private var sets: [CInt: [WatchSet]] = [:]
  /// Every set that lives, for the overflow.
  private var allSets: [WeakSet] = []
  /// How many tailers follow each path, without links.
  private var logPaths: [String: Int] = [:]
  /// The names of those paths, by the directory and what is left of the name without numbers.
  private var logNames: [String: Set<String>] = [:]
  /// Why some changes cannot be heard of, so that only the timer finds them; nil while all can.
  package private(set) var failure: SystemCallError?

  /// By the directory; nil outside a turn.
  private var turnListings: [String: DirectoryNames]?

  private struct WeakSet {
    weak var set: WatchSet?
  }

  /// What is heard of in a directory.
  private static let directoryEvents: Inotify.Events = [
    .created, .deleted, .movedFrom, .movedTo, .attributesChanged, .selfDeleted, .selfMoved, .onlyDirectory,
  ]
  /// What is heard of a file; that it was deleted shows as a change of its attributes.
  private static let fileEvents: Inotify.Events = [.modified, .attributesChanged, .selfMoved]
  /// Buffers of events taken in one turn, so that a storm of them does not keep the loop.
  private static let readsPerTurn = 16

  /// Opens the queue; where that fails, `failure` says why, and everything goes by the timer.
  ///
  /// - Parameter usesInotify: False to go by the timer alone.
  package init(usesInotify: Bool = true) {
    guard usesInotify else { return }
    do throws(SystemCallError) {
      queue = try Inotify()
    } catch {
      failure = error
    }
  }

  /// Begins a turn, in which the logs that only look whether something changed share one listing of each directory.
  package func beginTurn() { turnListings = [:] }

  /// Ends the turn: what was listed may be out of date from now on.
  package func endTurn() { turnListings = nil }

  /// The names in a directory, as of this turn; nil outside a turn, and where the directory cannot be listed.
  func names(in directory: String) -> DirectoryNames? {
    guard turnListings != nil else { return nil }
    if let names = turnListings?[directory] { return names }
    guard let names = try? DirectoryNames(of: directory) else { return nil }
    turnListings?[directory] = names
    return names
  }

  /// The descriptor that becomes readable when something happened; nil without inotify.
  package var wakeDescriptor: CInt? { queue?.rawDescriptor }

  /// Takes what was heard, and marks the tailers that it concerns: see `LogTailer.isAwake`.
  ///
  /// - Returns: Whether anything was heard.
  @discardableResult
  package func takeWakeups() -> Bool {
    var heard = false
    for _ in 0..<Self.readsPerTurn {
      var events: [Inotify.Event] = []
      do throws(SystemCallError) {
        guard try queue?.takeEvents({ events.append($0) }) == true else { break }
      } catch {
        failure = failure ?? error
        break
      }
      heard = true
      for event in events { handle(event) }
    }
    return heard
  }

  private func handle(_ event: Inotify.Event) {
    if event.events.contains(.overflow) {
      for weak in allSets {
        weak.set?.hear(of: nil)
        weak.set?.askAgain()
      }
      return
    }
    for set in sets[event.watch] ?? [] { set.hear(of: event.name) }
    guard event.events.contains(.ignored) else { return }
    // The kernel has already forgotten it.
    for set in sets[event.watch] ?? [] { set.askAgain() }
    sets[event.watch] = nil
  }

  /// Makes the watches of one tailer.
  func makeSet() -> WatchSet {
    let set = WatchSet(watcher: self)
    allSets.removeAll { $0.set == nil }
    allSets.append(WeakSet(set: set))
    return set
  }

  /// Watches a path for a set.
  ///
  /// - Returns: The watch's number, or nil when it cannot be watched.
  func watch(_ path: String, isDirectory: Bool, for set: WatchSet) -> CInt? {
    askedWatches += 1
    do throws(SystemCallError) {
      guard let watch = try queue?.addWatch(path, for: isDirectory ? Self.directoryEvents : Self.fileEvents) else {
        return nil
      }
      var members = sets[watch] ?? []
      if !members.contains(where: { $0 === set }) { members.append(set) }
      sets[watch] = members
      return watch
    } catch {
      // What is not there (any more) is no fault of the watching; the nearest directory that is there is watched too.
      if error.errno != .noSuchFile && error.errno != .notDirectory { failure = failure ?? error }
      return nil
    }
  }

  func replace(_ old: Set<String>, with new: Set<String>) {
    for path in new.subtracting(old) {
      logPaths[path, default: 0] += 1
      logNames[Self.family(of: path), default: []].insert(SiblingFinder.split(path).name)
    }
    for path in old.subtracting(new) {
      let count = logPaths[path, default: 1] - 1
      logPaths[path] = count > 0 ? count : nil
      guard count <= 0 else { continue }
      let family = Self.family(of: path)
      logNames[family]?.remove(SiblingFinder.split(path).name)
      if logNames[family]?.isEmpty == true { logNames[family] = nil }
    }
  }

  private static func family(of path: String) -> String {
    let (directory, name) = SiblingFinder.split(path)
    return SiblingFinder.join(directory, RotationName(name).core)
  }

  /// The names of the logs in a directory that are followed and are the same without their numbers.
  func logNames(in directory: String, named core: String) -> Set<String> {
    logNames[SiblingFinder.join(directory, core)] ?? []
  }

  func followers(of path: String) -> Int { logPaths[path, default: 0] }

  func release(_ watch: CInt, by set: WatchSet) {
    guard var members = sets[watch] else { return }
    members.removeAll { $0 === set }
    if members.isEmpty {
      sets[watch] = nil
      queue?.removeWatch(watch)
    } else {
      sets[watch] = members
    }
  }
}
