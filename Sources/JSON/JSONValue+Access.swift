extension JSONValue {
  /// An object's member; nil where this is no object or has no such member. Of equal names the last one counts.
  package subscript(name: String) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    return members.last { $0.0 == name }?.1
  }

  /// The whole number that this is; nil where it is none.
  package var integerValue: Int64? {
    guard case .integer(let value) = self else { return nil }
    return value
  }

  /// The number that this is; nil where it is none.
  package var decimalValue: Double? {
    switch self {
    case .decimal(let value): value
    case .integer(let value): Double(value)
    default: nil
    }
  }

  /// The string that this is; nil where it is none.
  package var stringValue: String? {
    guard case .string(let value) = self else { return nil }
    return value
  }

  /// The truth value that this is; nil where it is none.
  package var booleanValue: Bool? {
    guard case .boolean(let value) = self else { return nil }
    return value
  }

  /// The elements of the array that this is; nil where it is none.
  package var arrayValue: [JSONValue]? {
    guard case .array(let elements) = self else { return nil }
    return elements
  }

  /// A count; nil where this is none, or below 0.
  package var count: Int64? { integerValue.flatMap { $0 >= 0 ? $0 : nil } }

  /// The elements of an array, each made into something.
  ///
  /// - Parameter make: Makes it; nil where it cannot.
  /// - Returns: What was made; nil where this is no array, or one of the elements could not be.
  package func elements<Element>(_ make: (JSONValue) -> Element?) -> [Element]? {
    guard let values = arrayValue else { return nil }
    let elements = values.compactMap(make)
    return elements.count == values.count ? elements : nil
  }
}
