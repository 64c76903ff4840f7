/// Paths as text.
package enum Path {
  /// Gives all spellings of a path one form: absolute, without `.`, `..` and doubled slashes.
  ///
  /// Symbolic links are not resolved, because where they lead may change while the path stays the same one.
  ///
  /// - Parameters:
  ///   - path: The path; `-`, which stands for standard input, is its own normal form.
  ///   - directory: Where relative paths begin; nil where it is not known, and then they stay relative.
  /// - Returns: The normal form.
  package static func normalized(_ path: String, from directory: String? = currentDirectory()) -> String {
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
