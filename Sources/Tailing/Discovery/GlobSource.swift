internal import LinuxIO

/// A configured source that is a pattern, and what it matched when it was last looked at.
struct GlobSource {
  let pattern: LogGlob
  /// The index among the configured sources.
  let index: Int
  /// The pattern for keys of paths; nil where a file has that name.
  let keyPattern: LogGlob?
  /// Nil before the first look.
  private(set) var matches: GlobMatches?
  /// The paths of `matches`.
  private(set) var paths: Set<String> = []

  private let keyPrefix: String
  private let spelledPrefix: String
  private var scannedAt: MonotonicTime?

  /// What directories' times do not tell, such as that a link leads elsewhere, is found after this time.
  private static let longestTrustSeconds = 10.0

  init(pattern: LogGlob, index: Int, workingDirectory: String?) {
    self.pattern = pattern
    self.index = index
    keyPattern = LogGlob(Path.normalized(pattern.pattern, from: workingDirectory))
    let directory = pattern.directory
    spelledPrefix = directory.isEmpty || directory == "/" ? directory : directory + "/"
    let key = Path.normalized(directory, from: workingDirectory)
    keyPrefix = key.isEmpty || key == "/" ? key : key + "/"
  }

  /// How the pattern's matches spell a path.
  ///
  /// - Parameter key: The path's key.
  /// - Returns: The path; nil where it is outside the pattern's directory.
  func spelling(ofKey key: String) -> String? {
    key.hasPrefix(keyPrefix) ? spelledPrefix + key.dropFirst(keyPrefix.count) : nil
  }

  /// Whether nothing can have changed since the last look.
  ///
  /// - Parameter now: The present.
  /// - Returns: False where it is time to look again.
  func isCurrent(at now: MonotonicTime) -> Bool {
    guard let matches, let scannedAt, now.seconds(since: scannedAt) < Self.longestTrustSeconds else { return false }
    return matches.areCurrent()
  }

  /// Looks which files match.
  ///
  /// - Parameters:
  ///   - followed: Logs that are or were followed, spelled as the matches are.
  ///   - now: The present.
  mutating func scan(besides followed: Set<String>, at now: MonotonicTime) {
    let found = pattern.matches(besides: followed)
    scannedAt = now
    paths = Set(found.paths)
    matches = found
  }
}
