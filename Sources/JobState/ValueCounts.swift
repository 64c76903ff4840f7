package import ETLLog
internal import Metrics

/// How many values of each field could not be taken as they stood in the log.
package struct ValueCounts: Equatable {
  /// A count for each field that is read.
  package struct ByField: Equatable {
    private var counts = Array(repeating: 0 as Int64, count: LogField.read.count)
    private static let indices = LogField.allCases.map { LogField.read.firstIndex(of: $0) }

    /// Makes counts of 0.
    package init() {}

    /// The count of one field; fields that are not read have none and stay at 0.
    package subscript(field: LogField) -> Int64 {
      get { Self.indices[field.rawValue].map { counts[$0] } ?? 0 }
      set { if let index = Self.indices[field.rawValue] { counts[index] = newValue } }
    }

    /// All counts together.
    package var total: Int64 { counts.reduce(0, saturatingSum) }

    fileprivate mutating func add(_ fields: LogFieldSet) {
      for field in LogField.read where fields.contains(field) { self[field] = saturatingSum(self[field], 1) }
    }
  }

  /// Values that their field cannot have.
  package var unusable = ByField()
  /// Texts with characters that cannot be shown; 0 for fields that are no texts.
  package var replaced = ByField()

  /// Makes counts of no value.
  package init() {}

  /// Counts the values of a line.
  mutating func add(unusable unusableFields: LogFieldSet, replaced replacedFields: LogFieldSet) {
    unusable.add(unusableFields)
    replaced.add(replacedFields)
  }
}

/// Values that could not be used: their number, and the first of them for somebody to find it by.
package struct UnusableValues {
  /// The log of the first one.
  package let path: String
  /// The name of its field.
  package let fieldName: String
  /// How it begins in the line.
  package let beginning: [UInt8]
  /// What is wrong with it, and what would be right.
  package let fault: String
  /// How many there were.
  package internal(set) var count: Int64 = 0

  init(path: String, first: UnusableValue) {
    self.path = path
    fieldName = first.field.name
    beginning = Array(first.text.prefix(RejectedLines.maximumBytes))
    fault = first.fault
  }
}
