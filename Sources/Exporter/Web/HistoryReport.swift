internal import JSON
internal import JobState
internal import LinuxIO

/// What `/api/history` says: the last hour of one pipeline, or of all together.
struct HistoryReport {
  private let now: WallTime
  private let names: [String?]
  /// The pipeline's name as the answer gives it; nil for the one without a name, and for all together.
  private let name: String?
  private let histories: [History]

  /// Chooses what is reported.
  ///
  /// - Parameters:
  ///   - now: The present, which ends the hour.
  ///   - pipelines: All pipelines.
  ///   - name: The one that is asked for, empty for the one without a name; nil for all together. Where no pipeline has
  ///     this name there is no report.
  init?(now: WallTime, pipelines: ArraySlice<PipelineState>, name: String?) {
    self.now = now
    names = pipelines.map(\.name)
    if let name {
      guard let pipeline = pipelines.first(where: { ($0.name ?? "") == name }) else { return nil }
      self.name = pipeline.name
      histories = [pipeline.history]
    } else {
      self.name = nil
      histories = pipelines.map(\.history)
    }
  }

  var json: JSONValue {
    let newest = History.number(at: now.nanoseconds)
    let oldest = newest - Int64(History.capacity) + 1
    let samples = (oldest...newest).map(sample)
    func column(_ value: (History.Sample) -> JSONValue) -> JSONValue {
      .array(samples.map { $0.map(value) ?? .null })
    }
    return .object([
      ("pipelines", .array(names.map { $0.map(JSONValue.string) ?? .null })),
      ("pipeline", name.map(JSONValue.string) ?? .null),
      ("sample_seconds", .integer(History.sampleSeconds)),
      ("start_time_seconds", .integer(oldest * History.sampleSeconds)),
      ("events", column { .integer(Int64($0.events)) }),
      ("records", column { .integer(Int64($0.records)) }),
      ("files", column { .integer(Int64($0.files)) }),
      ("failures", column { .integer(Int64($0.failures)) }),
      ("timed_files", column { .integer(Int64($0.timedFiles)) }),
      ("processing_seconds", column { .decimal($0.totalSeconds.roundedToMicroseconds) }),
      ("longest_processing_seconds", column { .decimal($0.longestSeconds.roundedToMicroseconds) }),
    ])
  }

  private func sample(_ number: Int64) -> History.Sample? {
    histories.reduce(nil) { sum, history in
      guard let sample = history.sample(number) else { return sum }
      guard var sum else { return sample }
      sum.add(sample)
      return sum
    }
  }
}

extension Double {
  /// Keeps what adding has left in the last digits out of the answer.
  fileprivate var roundedToMicroseconds: Double {
    let rounded = (self * 1e6).rounded() / 1e6
    // JSON has no infinity, and an absurd time is no unknown one.
    return rounded.isFinite ? rounded : min(self, .greatestFiniteMagnitude)
  }
}

/// The part of an address behind its question mark.
enum QueryString {
  /// The value of a parameter, decoded as browsers encode it (WHATWG URL Standard §5.1).
  ///
  /// - Parameters:
  ///   - name: The parameter's name, which needs no encoding.
  ///   - query: The part of the address behind the question mark.
  /// - Returns: The first one's value, "" where it has none; nil without the parameter.
  static func value(of name: String, in query: String) -> String? {
    for pair in query.utf8.split(separator: UInt8(ascii: "&")) {
      let parts = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
      guard parts[0].elementsEqual(name.utf8) else { continue }
      return parts.count > 1 ? decode(Array(parts[1])) : ""
    }
    return nil
  }

  private static func decode(_ text: [UInt8]) -> String {
    var bytes: [UInt8] = []
    var index = 0
    while index < text.count {
      if text[index] == UInt8(ascii: "%"), let byte = hexadecimalByte(text[(index + 1)...].prefix(2)) {
        bytes.append(byte)
        index += 3
      } else {
        bytes.append(text[index] == UInt8(ascii: "+") ? UInt8(ascii: " ") : text[index])
        index += 1
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func hexadecimalByte(_ digits: ArraySlice<UInt8>) -> UInt8? {
    // The conversion would take a sign as well.
    guard digits.count == 2, digits.allSatisfy({ $0 > UInt8(ascii: "/") }) else { return nil }
    return UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
  }
}
