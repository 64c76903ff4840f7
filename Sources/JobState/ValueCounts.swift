internal import ETLLog
internal import Metrics

/// How many values of each field could not be taken as they stood in the log.
package struct ValueCounts: Equatable {
  /// Values that their field cannot have, by the field's place in `LogField.read`.
  package private(set) var unusable = Array(repeating: 0 as Int64, count: LogField.read.count)
  /// Texts with characters that cannot be shown, likewise; 0 for fields that are no texts.
  package private(set) var replaced = Array(repeating: 0 as Int64, count: LogField.read.count)

  /// Makes counts of no value.
  package init() {}

  /// Makes counts from before.
  ///
  /// - Parameters:
  ///   - unusable: Values that their field cannot have, for each of `LogField.read`.
  ///   - replaced: Texts with characters that cannot be shown, likewise.
  package init(unusable: [Int64], replaced: [Int64]) {
    precondition(unusable.count == self.unusable.count && replaced.count == self.replaced.count)
    self.unusable = unusable
    self.replaced = replaced
  }

  /// Counts the values of a line.
  mutating func add(unusable unusableFields: LogFieldSet, replaced replacedFields: LogFieldSet) {
    for (index, field) in LogField.read.enumerated() {
      if unusableFields.contains(field) { unusable[index] = saturatingSum(unusable[index], 1) }
      if replacedFields.contains(field) { replaced[index] = saturatingSum(replaced[index], 1) }
    }
  }

  /// All values that could not be used.
  package var unusableTotal: Int64 { unusable.reduce(0, saturatingSum) }
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
