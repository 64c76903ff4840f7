internal import JSON

/// What stands at a path in the line that is being read.
struct LineSlot: BitwiseCopyable {
  enum Kind: UInt8 {
    /// null or `""`, which are like nothing.
    case empty
    case text
    case number
    case boolean
    case container
  }

  /// The number of the line that the rest is of.
  var line: UInt64 = 0
  /// The number of the line that `seenRoutes` is of.
  var seenLine: UInt64 = 0
  /// By which keys the place was reached: for each way to put dots and nesting together one bit, so that a key that comes twice
  /// is told from one that is written in another way.
  var seenRoutes: UInt128 = 0
  /// The route of the value.
  var route: UInt8 = 0
  var kind = Kind.empty
  var string: JSONString
}

/// The slots of a format's nodes; one line's values at a time.
@safe struct LineSlots: ~Copyable {
  private let slots: UnsafeMutablePointer<LineSlot>
  private let count: Int
  /// The number of the line that is being read, from 1.
  private(set) var line: UInt64 = 0

  init(count: Int) {
    self.count = count
    // Freed by deinit, never replaced. What a slot's string refers to is read only where its line is this one.
    unsafe slots = .allocate(capacity: max(count, 1))
    let start = unsafe BytePosition(UnsafeRawPointer(slots))
    let none = LineSlot(string: JSONString(start: start, end: start, isEscaped: false))
    unsafe slots.initialize(repeating: none, count: max(count, 1))
  }

  deinit {
    // Allocated by init; what it holds needs no deinitialization.
    unsafe slots.deallocate()
  }

  /// Forgets all values.
  mutating func startLine() { line &+= 1 }

  subscript(node: Int) -> LineSlot {
    @inline(__always) get {
      precondition(node < count)
      // Compared; nodes are not negative.
      return unsafe slots[node]
    }
    @inline(__always) nonmutating set {
      precondition(node < count)
      // Compared; nodes are not negative.
      unsafe slots[node] = newValue
    }
  }

  /// Whether a node has a value in this line.
  @inline(__always)
  func has(_ node: Int) -> Bool { self[node].line == line }
}
