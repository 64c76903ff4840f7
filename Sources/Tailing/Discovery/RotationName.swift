/// What a file's name says about the log that it was rotated from, or goes on from.
///
/// Rotation adds numbers and dates to a log's name, wherever in it they stand: `app.log.1`, `app.1.log`, `app-2026-11-27.log`,
/// `20261129-0120-app.log`. So two names are of one log where they are the same without their numbers.
struct RotationName: Equatable {
  /// How a file's name goes with a log's.
  enum Relation: Equatable {
    /// It goes on behind the log's name with `.`, `-` or `_`; `isNumbered` where a number or date is in what follows.
    case behind(isNumbered: Bool)
    /// It is the log's name with more numbers in it.
    case numbered
    /// It has other numbers in place of the log's own, such as the next day's date.
    case next
  }

  /// The name with one point in place of each number and the separators around it.
  let core: String
  /// The numbers, in the order in which they stand; dates are several.
  let numbers: [String]

  /// What may come between a log's name and what rotation adds to it.
  static let separators = Array(".-_".utf8)
  /// What may stand around a number, or between those of a date.
  private static let numberSeparators = Array(".-_ :+@,~()".utf8)

  init(_ name: String) {
    let bytes = Array(name.utf8)
    var core: [UInt8] = []
    var numbers: [String] = []
    var index = 0
    while index < bytes.count {
      let end = Self.endOfTag(in: bytes, from: index)
      let tag = bytes[index..<end]
      let found = tag.split { !Self.isDigit($0) }
      if found.isEmpty {
        core += tag.isEmpty ? bytes[index...index] : tag
        index = max(end, index + 1)
        continue
      }
      numbers += found.map { String(decoding: $0, as: UTF8.self) }
      if !core.isEmpty, end < bytes.count { core.append(UInt8(ascii: ".")) }
      index = end
    }
    self.core = String(decoding: core, as: UTF8.self)
    self.numbers = numbers
  }

  /// How a name goes with a log's name; nil where it is none of that log's.
  ///
  /// - Parameters:
  ///   - name: The file's name.
  ///   - log: The log's name.
  ///   - isLinkTarget: Whether a link leads to the log, so that what counts up in its name is of the next file, and not of
  ///     another job.
  /// - Returns: The relation.
  static func relation(of name: String, to log: String, isLinkTarget: Bool = false) -> Relation? {
    Matcher(log: log, isLinkTarget: isLinkTarget).relation(of: name)
  }

  /// Compares names with one log's.
  struct Matcher {
    private let log: String
    private let own: RotationName
    private let firstWord: [UInt8]
    /// The log's name up to its last number.
    private let stem: [UInt8]
    /// Whether files with other numbers in place of the log's own are the log's.
    private let allowsNext: Bool

    init(log: String, isLinkTarget: Bool = false) {
      self.log = log
      own = RotationName(log)
      firstWord = RotationName.firstWord(of: log)
      let bytes = Array(log.utf8)
      stem = Array(bytes[..<(bytes.lastIndex(where: isDigit).map { $0 + 1 } ?? 0)])
      allowsNext = isLinkTarget || own.isDated
    }

    /// What all names begin with that go with the log's, but for those that begin with a number.
    var commonPrefix: [UInt8] {
      let bytes = Array(log.utf8)
      if allowsNext, !own.numbers.isEmpty {
        let beginning = bytes.prefix { !RotationName.isDigit($0) }
        let end = beginning.lastIndex { !numberSeparators.contains($0) }
        return Array(beginning[..<(end.map { $0 + 1 } ?? 0)])
      }
      if !stem.isEmpty { return stem }
      let dot = bytes.lastIndex(of: UInt8(ascii: "."))
      return Array(bytes[..<(dot ?? bytes.count)])
    }

    /// The log's first word.
    var firstWordText: String { log == "current" ? "@" : String(decoding: firstWord, as: UTF8.self) }

    /// Whether a name is one of the log's.
    func matches(_ name: String) -> Bool { relation(of: name) != nil }

    /// How a name goes with the log's name; nil where it is none of that log's.
    func relation(of name: String) -> Relation? {
      // Most names in a folder are told by this alone.
      guard RotationName.firstWord(of: name) == firstWord || RotationName.isMultilogName(name) else { return nil }
      guard name != log else { return nil }
      let rest = name.utf8.dropFirst(log.utf8.count)
      if name.utf8.starts(with: log.utf8), let separator = rest.first {
        // A number at once behind the name makes another log's name: `app.log2`.
        return separators.contains(separator) ? .behind(isNumbered: rest.contains(where: isDigit)) : nil
      }
      if RotationName.isMultilogName(name) { return log == "current" ? .numbered : nil }
      let other = RotationName(name)
      guard other.core == own.core else { return nil }
      if other.numbers.count > own.numbers.count, holdsStem(name) { return .numbered }
      guard allowsNext, other.numbers != own.numbers, other.numbers.count >= own.numbers.count else { return nil }
      return .next
    }

    /// Whether the log's own numbers stand in a name as they do in the log's.
    private func holdsStem(_ name: String) -> Bool {
      guard !stem.isEmpty else { return true }
      let bytes = Array(name.utf8)
      guard bytes.count > stem.count else { return false }
      return (0...bytes.count - stem.count).contains { start in
        let end = start + stem.count
        return bytes[start..<end].elementsEqual(stem) && (end == bytes.count || !isDigit(bytes[end]))
          && (start == 0 || !isDigit(bytes[start - 1]) || !isDigit(stem[0]))
      }
    }
  }

  /// Whether the numbers are a date or a time, and not what tells one job's log from another's.
  private var isDated: Bool {
    numbers.count >= 3 || numbers.contains { $0.utf8.count >= 6 }
  }

  /// Names by svlogd and multilog beside `current`: `@`, 24 hexadecimal digits, and `.s` or `.u`.
  private static func isMultilogName(_ name: String) -> Bool {
    guard name.utf8.count == 27, name.utf8.first == UInt8(ascii: "@") else { return false }
    guard name.hasSuffix(".s") || name.hasSuffix(".u") else { return false }
    return name.utf8.dropFirst().prefix(24).allSatisfy { byte in
      isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
    }
  }

  /// Where a run of digits and what may stand around them ends; the T and the Z of a date belong to it.
  private static func endOfTag(in bytes: [UInt8], from start: Int) -> Int {
    var end = start
    while end < bytes.count {
      let byte = bytes[end]
      let followsDigit = end > start && isDigit(bytes[end - 1])
      let precedesDigit = end + 1 < bytes.count && isDigit(bytes[end + 1])
      let precedesLetter = end + 1 < bytes.count && isLetter(bytes[end + 1])
      if isDigit(byte) || numberSeparators.contains(byte) {
        end += 1
      } else if byte | 0x20 == UInt8(ascii: "t"), followsDigit, precedesDigit {
        end += 1
      } else if byte | 0x20 == UInt8(ascii: "z"), followsDigit, !precedesLetter {
        end += 1
      } else {
        break
      }
    }
    return end
  }

  /// The first letters that are no part of a date.
  private static func firstWord(of name: String) -> [UInt8] {
    var word: [UInt8] = []
    for byte in name.utf8 {
      if isLetter(byte) || byte >= 0x80 {
        word.append(byte)
      } else if word.count > 1 || !(word.isEmpty || isDatePart(word)) {
        break
      } else {
        word = []
      }
    }
    return word
  }

  /// The first letters that are no part of a date; `@` for a name by svlogd or multilog.
  static func firstWordText(of name: String) -> String {
    isMultilogName(name) ? "@" : String(decoding: firstWord(of: name), as: UTF8.self)
  }

  /// Whether a number or date comes before the first word.
  static func beginsWithNumber(_ name: String) -> Bool {
    name.utf8.first.map { isDigit($0) || numberSeparators.contains($0) } ?? false
  }

  private static func isDatePart(_ word: [UInt8]) -> Bool {
    word.count == 1 && (word[0] | 0x20 == UInt8(ascii: "t") || word[0] | 0x20 == UInt8(ascii: "z"))
  }

  static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

  private static func isLetter(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
  }
}
