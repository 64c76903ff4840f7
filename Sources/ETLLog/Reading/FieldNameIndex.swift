internal import JSON

/// The names of fields and messages, ready to be compared.
struct FieldNameIndex: ~Copyable {
  /// The shortest names first.
  private let fields: [(name: ShortText, field: LogField)]
  /// How many fields have shorter names than so many bytes, for each length and one more.
  private let shorterFields: [Int]
  private let messages: [(name: ShortText, message: LogMessage)]

  init() {
    let fields = LogField.allCases.map { (name: ShortText($0.name), field: $0) }
      .sorted { $0.name.byteCount < $1.name.byteCount }
    self.fields = fields
    shorterFields = (0...ShortText.maximumByteCount + 1).map { byteCount in
      fields.count { $0.name.byteCount < byteCount }
    }
    messages = LogMessage.allCases.flatMap { message in
      message.spellings.map { (ShortText($0), message) }
    }
  }

  /// The field with a name, nil if it is not a known one.
  func field(_ name: JSONString, end: BytePosition) -> LogField? {
    guard let name = ShortText(name, end: end) else { return nil }
    // Most names that are not known are as long as none or few that are.
    for index in shorterFields[name.byteCount]..<shorterFields[name.byteCount + 1] where fields[index].name == name {
      return fields[index].field
    }
    return nil
  }

  /// The message with a spelling.
  func message(_ spelling: JSONString, end: BytePosition) -> LogMessage {
    guard let spelling = ShortText(spelling, end: end) else { return .other }
    return messages.first { $0.name == spelling }?.message ?? .other
  }
}
