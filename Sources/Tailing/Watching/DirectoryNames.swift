internal import LinuxIO

/// The names in a directory, in an order in which those that go with one log are found without looking at all.
struct DirectoryNames {
  /// By their bytes.
  private var sorted: [String]
  /// Names that begin with a number, by their first word.
  private var numberFirst: [String: [String]] = [:]

  /// More names than this are not looked at.
  private static let maximumNames = 100_000

  /// Lists a directory.
  ///
  /// - Throws: `SystemCallError` as `opendir(3)` lists them; E2BIG where there are more than 100,000 names.
  init(of directory: String) throws(SystemCallError) {
    let names = try Directory.names(in: directory, limit: Self.maximumNames + 1) { _ in true }
    guard names.count <= Self.maximumNames else {
      throw SystemCallError(operation: "list all names in", subject: directory, errno: .tooBig)
    }
    self.init(names)
  }

  init(_ names: [String]) {
    sorted = names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    for name in names where RotationName.beginsWithNumber(name) {
      numberFirst[RotationName.firstWordText(of: name), default: []].append(name)
    }
  }

  /// The names that go with a log's.
  func matching(_ matcher: RotationName.Matcher) -> [String] {
    let prefix = matcher.commonPrefix
    var names: [String] = []
    var index = firstIndex(notBefore: prefix)
    while index < sorted.count, sorted[index].utf8.starts(with: prefix) {
      if matcher.matches(sorted[index]) { names.append(sorted[index]) }
      index += 1
    }
    let others = numberFirst[matcher.firstWordText] ?? []
    return names + others.filter { !$0.utf8.starts(with: prefix) && matcher.matches($0) }
  }

  private func firstIndex(notBefore prefix: [UInt8]) -> Int {
    var range = 0..<sorted.count
    while !range.isEmpty {
      let middle = range.lowerBound + range.count / 2
      if sorted[middle].utf8.lexicographicallyPrecedes(prefix) {
        range = middle + 1..<range.upperBound
      } else {
        range = range.lowerBound..<middle
      }
    }
    return range.lowerBound
  }
}
