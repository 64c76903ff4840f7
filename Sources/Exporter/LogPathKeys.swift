internal import LinuxIO

/// Gives all spellings of a log's path one key: its absolute path, without `.`, `..` and doubled slashes.
///
/// Symbolic links are not resolved, because where they lead may change while the log stays the same one.
struct LogPathKeys {
  private let directory: String?

  /// Makes keys for paths as this process understands them.
  ///
  /// - Parameter directory: Where relative paths begin; nil where nothing can be said of it.
  init(from directory: String? = currentDirectory()) {
    self.directory = directory
  }

  /// The key of a path.
  ///
  /// - Parameter path: The path; `-`, which stands for standard input, is its own key.
  /// - Returns: The key.
  func key(of path: String) -> String {
    guard path != "-" else { return path }
    let isAbsolute = path.hasPrefix("/")
    var components = isAbsolute ? [] : (directory ?? "").split(separator: "/")
    for component in path.split(separator: "/") where component != "." {
      if component == "..", let last = components.last, last != ".." {
        components.removeLast()
      } else if component != ".." || !(isAbsolute || directory != nil) {
        components.append(component)
      }
    }
    return (isAbsolute || directory != nil ? "/" : "") + components.joined(separator: "/")
  }
}
