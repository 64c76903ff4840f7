internal import JSON
internal import JobState

extension SnapshotForm<History> {
  /// See `HistoryText`.
  static var history: Self {
    Self(
      write: { .string(HistoryText.text(of: $0)) },
      read: { $0.stringValue.flatMap(HistoryText.history(of:)) }
    )
  }
}

/// The numbers of a history with blanks between them: those of the newest and the oldest sample, then of each sample that
/// is not empty its age and its values; nothing before the first sample.
///
/// One string, because a tree of JSON values would take ten times the memory of the ring.
enum HistoryText {
  /// The text of a history.
  ///
  /// - Parameter history: The history.
  /// - Returns: The text.
  static func text(of history: History) -> String {
    guard !history.isEmpty else { return "" }
    var row = NumberRow()
    var ends = Ends(newest: history.newest, oldest: history.oldest)
    ends.declare(&row)
    for age in 0..<Int64(History.capacity) {
      guard let sample = history.sample(history.newest - age), sample != History.Sample() else { continue }
      var aged = History.AgedSample(age: age, sample: sample)
      aged.declare(&row)
    }
    return row.text
  }

  /// Reads what `text(of:)` gave.
  ///
  /// - Parameter text: The text.
  /// - Returns: The history; nil where the text is that of none.
  static func history(of text: String) -> History? {
    guard !text.isEmpty else { return History() }
    var row = NumberRow(reading: text)
    var ends = Ends()
    ends.declare(&row)
    var samples: [History.AgedSample] = []
    while row.hasMore, samples.count < History.capacity {
      var aged = History.AgedSample()
      aged.declare(&row)
      samples.append(aged)
    }
    guard !row.hasMore, !row.isDamaged else { return nil }
    return History(newest: ends.newest, oldest: ends.oldest, samples: samples)
  }

  private struct Ends {
    var newest: Int64 = 0
    var oldest: Int64 = 0

    mutating func declare(_ row: inout NumberRow) {
      row.number(&newest)
      row.number(&oldest)
    }
  }
}

extension History.AgedSample {
  fileprivate mutating func declare(_ row: inout NumberRow) {
    row.number(&age)
    row.number(&sample.events)
    row.number(&sample.records)
    row.number(&sample.files)
    row.number(&sample.failures)
    row.number(&sample.timedFiles)
    row.number(&sample.totalSeconds)
    row.number(&sample.longestSeconds)
  }
}

/// Writes or reads numbers with one blank between two of them.
private struct NumberRow {
  /// What was written so far.
  private(set) var text = ""
  /// Whether a number is missing, or is none that its type holds.
  private(set) var isDamaged = false
  /// What is left to be read; nil while a row is written.
  private var rest: ArraySlice<Substring>?

  init() {}

  init(reading text: String) {
    rest = text.split(separator: " ", omittingEmptySubsequences: false)[...]
  }

  var hasMore: Bool { !isDamaged && rest?.isEmpty == false }

  mutating func number<Number: LosslessStringConvertible>(_ number: inout Number) {
    guard rest != nil else {
      if !text.isEmpty { text += " " }
      return text += number.description
    }
    if let read = rest?.popFirst().flatMap({ Number(String($0)) }) { number = read } else { isDamaged = true }
  }
}
