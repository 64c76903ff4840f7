internal import JSON

/// The paths of a format as one tree, by which a line is read once.
///
/// Its nodes stand in preorder, so that all below a node is a range. What is read for each line is free of references.
struct MatchTree {
  /// A place that a path, or the beginning of one, leads to.
  struct Node: BitwiseCopyable {
    /// The keys below, an index range of `keys`.
    var firstKey: Int32 = 0
    var keysEnd: Int32 = 0
    /// The tests of the value, an index range of `tests`.
    var firstTest: Int32 = 0
    var testsEnd: Int32 = 0
    /// Behind all nodes below.
    var end: Int32 = 0
    /// How many parts its path has; 0 for the root.
    var depth: UInt8 = 0
    /// Whether its value matters: whether a path ends here.
    var isWanted = false
    /// The bits of all its tests.
    var testBits: UInt128 = 0

    var hasKeys: Bool { firstKey < keysEnd }
    var tests: Range<Int> { Int(firstTest)..<Int(testsEnd) }
  }

  /// A key, which may have dots in it: it then leads several parts down at once.
  struct Key: BitwiseCopyable {
    /// The key where it has at most 32 bytes.
    let name: ShortText
    let byteCount: Int32
    /// Where in `longNames` it is, where it is longer.
    let longName: Int32
    let node: Int32
    /// Which element of an array it names, or -1.
    let arrayIndex: Int32
  }

  /// A test of one value.
  struct Test: BitwiseCopyable {
    enum Kind: UInt8 {
      case text
      case number
      case boolean
      case prefix
      case suffix
      case contains
      /// Neither null nor `""`.
      case present
      /// Present, and neither object nor array.
      case scalar
    }

    let kind: Kind
    let bits: UInt128
    var number = 0.0
    var isTrue = false
    /// A text's bytes where it is short.
    var short: ShortText?
    /// The text's bytes: where in `textBytes`, and how many.
    var textStart = 0
    var textCount = 0
  }

  /// Where `@text` stands: the node behind the tree's.
  private(set) var nodes: [Node] = []
  private(set) var keys: [Key] = []
  private(set) var longNames: [[UInt8]] = []
  private(set) var tests: [Test] = []
  private(set) var textBytes: [UInt8] = []
  /// The node of each path.
  private(set) var places: [FormatPath: Int] = [:]
  /// The bit of each test that is one.
  private(set) var bits: [FormatBounds.AtomicTest: UInt128] = [:]

  /// Where the text before the object is kept.
  var textNode: Int { nodes.count - 1 }

  init(_ format: FormatDeclaration) {
    let paths = FormatBounds.paths(of: format)
    let tests = FormatBounds.tests(of: format).sorted {
      ($0.path.description, "\($0.test)") < ($1.path.description, "\($1.test)")
    }
    for (index, test) in tests.enumerated() { bits[test] = 1 << UInt128(index) }
    let root = Branch(paths: paths)
    addNodes(root, path: [], tests: tests)
    nodes[0].end = Int32(nodes.count)
    nodes.append(Node(isWanted: paths.contains(.text)))
    places[.text] = textNode
    nodes[textNode].end = Int32(nodes.count)
    addTests(of: .text, to: textNode, tests)
    addKeys(root, node: 0)
  }

  /// The parts of paths below one place, in the order of their names.
  private final class Branch {
    var isEnd = false
    var branches: [(name: String, branch: Branch)] = []
    var node = 0

    init(paths: Set<FormatPath>) {
      let members = paths.compactMap { path -> [String]? in if case .member(let parts) = path { parts } else { nil } }
      for parts in members.sorted(by: { $0.lexicographicallyPrecedes($1) }) { add(parts[...]) }
    }

    private init() {}

    private func add(_ parts: ArraySlice<String>) {
      guard let first = parts.first else {
        isEnd = true
        return
      }
      if branches.last?.name != first { branches.append((first, Branch())) }
      branches.last?.branch.add(parts.dropFirst())
    }
  }

  private mutating func addNodes(_ branch: Branch, path: [String], tests: [FormatBounds.AtomicTest]) {
    let index = nodes.count
    branch.node = index
    nodes.append(Node(depth: UInt8(path.count), isWanted: branch.isEnd))
    if branch.isEnd {
      places[.member(path)] = index
      addTests(of: .member(path), to: index, tests)
    }
    for (name, child) in branch.branches { addNodes(child, path: path + [name], tests: tests) }
    nodes[index].end = Int32(nodes.count)
  }

  /// The keys below a node: each name below it, and each chain of names joined by dots.
  private mutating func addKeys(_ branch: Branch, node: Int) {
    var names: [(name: String, node: Int)] = []
    func collect(_ branch: Branch, _ prefix: String) {
      for (name, child) in branch.branches {
        names.append((prefix + name, child.node))
        collect(child, prefix + name + ".")
      }
    }
    collect(branch, "")
    nodes[node].firstKey = Int32(keys.count)
    for (name, child) in names {
      let bytes = Array(name.utf8)
      let isShort = bytes.count <= ShortText.maximumByteCount
      if !isShort { longNames.append(bytes) }
      keys.append(
        Key(
          name: ShortText(isShort ? name : ""),
          byteCount: Int32(bytes.count),
          longName: Int32(longNames.count - 1),
          node: Int32(child),
          arrayIndex: bytes.allSatisfy { $0 &- Byte.zero <= 9 } ? Int32(name) ?? -1 : -1
        )
      )
    }
    nodes[node].keysEnd = Int32(keys.count)
    for (_, child) in branch.branches { addKeys(child, node: child.node) }
  }

  private mutating func addTests(of path: FormatPath, to node: Int, _ all: [FormatBounds.AtomicTest]) {
    nodes[node].firstTest = Int32(tests.count)
    for test in all where test.path == path {
      let bit = bits[test] ?? 0
      nodes[node].testBits |= bit
      addTest(test.test, bit)
    }
    nodes[node].testsEnd = Int32(tests.count)
  }

  private mutating func addTest(_ test: ValueTest, _ bit: UInt128) {
    switch test {
    case .anyOf(let constants):
      for constant in constants {
        switch constant {
        case .text(let text): tests.append(textTest(.text, text, bit))
        case .number(let number, _): tests.append(Test(kind: .number, bits: bit, number: number))
        case .boolean(let value): tests.append(Test(kind: .boolean, bits: bit, isTrue: value))
        }
      }
    case .prefix(let text): tests.append(textTest(.prefix, text, bit))
    case .suffix(let text): tests.append(textTest(.suffix, text, bit))
    case .contains(let text): tests.append(textTest(.contains, text, bit))
    case .present: tests.append(Test(kind: .present, bits: bit))
    // The only one of its kind that is a test of its own, see `Condition.atoms`.
    case .not: tests.append(Test(kind: .scalar, bits: bit))
    }
  }

  private mutating func textTest(_ kind: Test.Kind, _ text: String, _ bit: UInt128) -> Test {
    var test = Test(kind: kind, bits: bit)
    let bytes = Array(text.utf8)
    if bytes.count <= ShortText.maximumByteCount { test.short = ShortText(text) }
    (test.textStart, test.textCount) = (textBytes.count, bytes.count)
    textBytes += bytes
    return test
  }

  /// The bits that must be set and must not be set for a condition.
  func masks(of condition: Condition) -> (needed: UInt128, refused: UInt128) {
    var masks: (needed: UInt128, refused: UInt128) = (0, 0)
    for (test, isWanted) in condition.atoms {
      let bit = bits[test] ?? 0
      if isWanted { masks.needed |= bit } else { masks.refused |= bit }
    }
    return masks
  }
}
