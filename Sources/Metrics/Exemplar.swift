/// A labelled example of a value: which one it was, and when. It needs no memory of its own.
package struct Exemplar {
  /// Names longer than this have no exemplar: OpenMetrics 1.0 allows 128 characters in names and values together.
  package static let maximumNameBytes = 112

  let label: String
  let value: Double
  let nanoseconds: Int64
  private let nameBytes: InlineArray<112, UInt8>
  private let nameCount: Int

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
    nameCount = name.count
    var bytes = InlineArray<112, UInt8>(repeating: 0)
    for index in name.indices { bytes[index] = name[index] }
    nameBytes = bytes
  }

  /// The label's value.
  var name: String {
    String(decoding: (0..<nameCount).map { nameBytes[$0] }, as: UTF8.self)
  }
}
