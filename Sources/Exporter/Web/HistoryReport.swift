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
  ///   - state: The exporter's state, whose moment ends the hour.
  ///   - name: The pipeline that is asked for, empty for the one without a name; nil for all together. Where no pipeline
  ///     has this name there is no report.
  init?(_ state: ExporterState, pipeline name: String?) {
    now = state.now
    names = state.pipelines.map(\.name)
    if let name {
      guard let pipeline = state.pipelines.first(where: { ($0.name ?? "") == name }) else { return nil }
      self.name = pipeline.name
      histories = [pipeline.history]
    } else {
      self.name = nil
      histories = state.pipelines.map(\.history)
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
