/// A labelled example of a value: which one it was, and when. It needs no memory of its own.
package struct Exemplar {
  /// Names longer than this have no exemplar: OpenMetrics 1.0 allows 128 characters in names and values together.
  package static let maximumNameBytes = 112

  let label: String
  private(set) var value: Double
  private(set) var nanoseconds: Int64
  private var nameBytes = InlineArray<112, UInt8>(repeating: 0)
  private var nameCount = 0

  /// Takes a value for an example.
  ///
  /// - Parameters:
  ///   - label: The name of the example's one label.
  ///   - name: The label's value, in UTF-8; nil comes of one that is too long.
  ///   - value: The value, a finite number.
  ///   - nanoseconds: When it was, since 1970.
  package init?(_ label: String, _ name: Span<UInt8>, value: Double, nanoseconds: Int64) {
    guard name.count <= Self.maximumNameBytes else { return nil }
    self.label = label
    self.value = value
    self.nanoseconds = nanoseconds
    setName(name)
  }

  /// Takes another value for the example, without a copy of all that it holds; one that is not newer changes nothing.
  ///
  /// - Parameters:
  ///   - name: The label's value, in UTF-8; one that is too long changes nothing.
  ///   - value: The value, a finite number.
  ///   - nanoseconds: When it was, since 1970.
  fileprivate mutating func replace(_ name: Span<UInt8>, value: Double, nanoseconds: Int64) {
    // In milliseconds, because Prometheus keeps no more: one that is not newer it drops with a warning, at each scrape.
    guard name.count <= Self.maximumNameBytes, nanoseconds / 1_000_000 > self.nanoseconds / 1_000_000 else { return }
    self.value = value
    self.nanoseconds = nanoseconds
    setName(name)
  }

  private mutating func setName(_ name: Span<UInt8>) {
    nameCount = name.count
    var bytes = nameBytes.mutableSpan
    // Both are as long as the copy: the name is no longer than the limit, which callers compare.
    unsafe name.withUnsafeBufferPointer { source in
      unsafe bytes.withUnsafeMutableBufferPointer { _ = unsafe $0.update(fromContentsOf: source) }
    }
  }

  /// Writes the example as OpenMetrics has it behind a sample: its label, its value and its time.
  ///
  /// - Parameter output: Where it goes.
  func append(to output: inout [UInt8]) {
    output.append(contentsOf: " # {".utf8)
    output.append(contentsOf: label.utf8)
    output.append(contentsOf: "=\"".utf8)
    for place in 0..<nameCount { appendEscaped(nameBytes[place], quotes: true, to: &output) }
    output.append(contentsOf: "\"} ".utf8)
    appendDecimal(value, to: &output)
    output.append(UInt8(ascii: " "))
    // Milliseconds are what Prometheus keeps.
    appendDecimal(Double(nanoseconds / 1_000_000) / 1e3, to: &output)
  }
}

extension Exemplar? {
  /// Takes a value for the example, unless its name is too long for one, or the example is as new.
  ///
  /// - Parameters:
  ///   - label: The name of the example's one label, the same each time.
  ///   - name: The label's value, in UTF-8.
  ///   - value: The value, a finite number.
  ///   - nanoseconds: When it was, since 1970.
  package mutating func note(_ label: String, _ name: Span<UInt8>, value: Double, nanoseconds: Int64) {
    if case .none = self {
      self = Exemplar(label, name, value: value, nanoseconds: nanoseconds)
    } else {
      self?.replace(name, value: value, nanoseconds: nanoseconds)
    }
  }
}
