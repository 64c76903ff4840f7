internal import JSON

/// A value that the snapshot holds as one JSON object.
protocol SnapshotObject {
  /// Makes one with what holds where a member that may be missing is missing.
  init()

  /// Declares each member, in the order in which they are written. By the same declaration it is written and read, so that
  /// no key stands twice.
  ///
  /// - Parameter members: What writes or reads them.
  mutating func declare(_ members: inout SnapshotMembers)
}

/// Writes or reads the members of one JSON object.
struct SnapshotMembers {
  /// The object that is read; nil while one is written.
  private let source: JSONValue?
  private var written: [(String, JSONValue)] = []
  private var isDamaged = false
  /// The parts that could not be read and start anew, each once.
  private var resetParts: [String] = []

  private init(reading source: JSONValue?) {
    self.source = source
  }

  /// Writes an object.
  ///
  /// - Parameter object: The object.
  /// - Returns: Its JSON.
  static func json(of object: some SnapshotObject) -> JSONValue {
    var object = object
    var members = SnapshotMembers(reading: nil)
    object.declare(&members)
    return .object(members.written)
  }

  /// Reads what `json(of:)` gave.
  ///
  /// - Parameters:
  ///   - json: The object's JSON.
  ///   - resetParts: Where the names of those parts are added that could not be read and start anew.
  /// - Returns: The object; nil where a member is missing that must not be, or cannot be read.
  static func read<Object: SnapshotObject>(_ json: JSONValue, resetParts: inout [String]) -> Object? {
    var object = Object()
    var members = SnapshotMembers(reading: json)
    swap(&members.resetParts, &resetParts)
    object.declare(&members)
    swap(&members.resetParts, &resetParts)
    return members.isDamaged ? nil : object
  }

  // MARK: What an object declares

  /// A member without which the snapshot is of no use.
  ///
  /// - Parameters:
  ///   - key: Its key.
  ///   - value: What is written, or is set to what was read.
  ///   - form: How it is written.
  ///   - mayBeMissing: Whether older snapshots have no such member; the value then stays as it is.
  mutating func required<Value>(
    _ key: String,
    _ value: inout Value,
    _ form: SnapshotForm<Value>,
    mayBeMissing: Bool = false
  ) {
    if !take(key, &value, form, mayBeMissing: mayBeMissing) { isDamaged = true }
  }

  /// A member that stays as it is where it is missing or cannot be read.
  ///
  /// - Parameters:
  ///   - key: Its key.
  ///   - value: What is written, or is set to what was read.
  ///   - form: How it is written.
  mutating func optional<Value>(_ key: String, _ value: inout Value, _ form: SnapshotForm<Value>) {
    _ = take(key, &value, form, mayBeMissing: true)
  }

  /// A member that stays as it is where it cannot be read, which is said: for it alone nobody should lose the rest.
  ///
  /// - Parameters:
  ///   - key: Its key.
  ///   - value: What is written, or is set to what was read.
  ///   - form: How it is written.
  ///   - mayBeMissing: Whether older snapshots have no such member.
  mutating func part<Value>(
    _ key: String,
    _ value: inout Value,
    _ form: SnapshotForm<Value>,
    mayBeMissing: Bool = false
  ) {
    guard !take(key, &value, form, mayBeMissing: mayBeMissing), !resetParts.contains(key) else { return }
    resetParts.append(key)
  }

  /// A member that is an object itself.
  ///
  /// - Parameters:
  ///   - key: Its key.
  ///   - object: What is written, or is set to what was read.
  ///   - mayBeMissing: Whether older snapshots have no such member.
  mutating func object<Object: SnapshotObject>(_ key: String, _ object: inout Object, mayBeMissing: Bool = false) {
    guard let source else { return written.append((key, Self.json(of: object))) }
    guard let json = source[key] else { return isDamaged = isDamaged || !mayBeMissing }
    if let read: Object = Self.read(json, resetParts: &resetParts) { object = read } else { isDamaged = true }
  }

  /// A member that is an array of objects.
  ///
  /// - Parameters:
  ///   - key: Its key.
  ///   - objects: What is written, or is set to what was read.
  mutating func objects<Object: SnapshotObject>(_ key: String, _ objects: inout [Object]) {
    guard let source else { return written.append((key, .array(objects.map { Self.json(of: $0) }))) }
    guard let elements = source[key]?.arrayValue else { return isDamaged = true }
    objects = []
    for element in elements {
      guard let object: Object = Self.read(element, resetParts: &resetParts) else { return isDamaged = true }
      objects.append(object)
    }
  }

  /// Writes or reads one member.
  ///
  /// - Returns: False where it could not be read.
  private mutating func take<Value>(
    _ key: String,
    _ value: inout Value,
    _ form: SnapshotForm<Value>,
    mayBeMissing: Bool
  ) -> Bool {
    guard let source else {
      written.append((key, form.write(value)))
      return true
    }
    guard let json = source[key] else { return mayBeMissing }
    guard let read = form.read(json) else { return false }
    value = read
    return true
  }
}

/// How one kind of value is written as JSON, and read again.
struct SnapshotForm<Value> {
  /// Makes JSON of a value.
  let write: (Value) -> JSONValue
  /// Makes a value of JSON; nil where it is none of this kind.
  let read: (JSONValue) -> Value?
}

extension SnapshotForm {
  /// The values of an array.
  static func list<Element>(_ element: SnapshotForm<Element>) -> Self where Value == [Element] {
    Self(write: { .array($0.map(element.write)) }, read: { $0.elements(element.read) })
  }

  /// Null for nil.
  static func orNull<Wrapped>(_ wrapped: SnapshotForm<Wrapped>) -> Self where Value == Wrapped? {
    Self(
      write: { $0.map(wrapped.write) ?? .null },
      read: { json in if case .null = json { .some(nil) } else { wrapped.read(json).map(Optional.some) } }
    )
  }
}

extension SnapshotForm where Value: SnapshotObject {
  /// An object of which all or nothing is read; what of it alone could not be read is not told apart.
  static var object: Self {
    Self(
      write: { SnapshotMembers.json(of: $0) },
      read: { json in
        var resetParts: [String] = []
        let read: Value? = SnapshotMembers.read(json, resetParts: &resetParts)
        return resetParts.isEmpty ? read : nil
      }
    )
  }
}

extension SnapshotForm<Int64> {
  static var integer: Self { Self(write: JSONValue.integer, read: \.integerValue) }
  /// At least 0.
  static var count: Self { Self(write: JSONValue.integer, read: \.count) }
}

extension SnapshotForm<Int> {
  /// At least 0.
  static var count: Self { Self(write: { .integer(Int64($0)) }, read: { $0.count.flatMap(Int.init(exactly:)) }) }
}

extension SnapshotForm<UInt64> {
  /// Sixteen hexadecimal digits in a string: JSON's numbers do not hold 64 bits everywhere.
  static var hexadecimal: Self {
    Self(write: { .string(Snapshot.hexadecimal($0)) }, read: { $0.stringValue.flatMap { UInt64($0, radix: 16) } })
  }
}

extension SnapshotForm<Double> {
  static var decimal: Self { Self(write: JSONValue.decimal, read: \.decimalValue) }
}

extension SnapshotForm<Bool> {
  static var boolean: Self { Self(write: JSONValue.boolean, read: \.booleanValue) }
}

extension SnapshotForm<String> {
  static var string: Self { Self(write: JSONValue.string, read: \.stringValue) }
}
