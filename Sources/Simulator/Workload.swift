/// The simulated job as a sequence of events on a time of its own: no clock, no file, the same for the same seed.
///
/// Whoever drives it decides how its time relates to a clock: the live job waits for each event, the history of a day
/// is written at once.
struct Workload {
  private enum Phase {
    /// The next event is the start of an attempt at the current file.
    case start
    /// The attempt in progress ends well.
    case complete(processingNanoseconds: Int64)
    /// The attempt in progress fails.
    case fail
  }

  private let parameters: WorkloadParameters
  private var random: SplitMix64
  private var phase = Phase.start
  private var fileRecords: Int
  private var totals = Totals()
  /// When the event that comes next happens, in nanoseconds since the start of the run.
  private var offsetNanoseconds: Int64 = 0
  private var failureDueNanoseconds: Int64 = .max

  init(_ parameters: WorkloadParameters, seed: UInt64) {
    self.parameters = parameters
    random = SplitMix64(seed: seed)
    fileRecords = random.integer(in: parameters.fileRecords)
    if parameters.failureIntervalNanoseconds > 0 {
      failureDueNanoseconds = nextFailureInterval()
    }
  }

  /// Goes on to the next event.
  ///
  /// - Returns: The event, never earlier than the one before; nil when the job has completed all files it was to.
  mutating func next() -> WorkloadEvent? {
    switch phase {
    case .start:
      if let limit = parameters.fileLimit, totals.files >= limit { return nil }
      return start()
    case .complete(let processingNanoseconds):
      return complete(processingNanoseconds)
    case .fail:
      return fail()
    }
  }

  private mutating func start() -> WorkloadEvent {
    let estimate = estimatedNanoseconds
    let event = event(.started(expectedRecords: fileRecords, estimatedNanoseconds: quantized(estimate)))
    if failureDueNanoseconds <= offsetNanoseconds {
      // Counted from when the failure was due, not from when it struck: else the lengths of the files would add to
      // the interval.
      failureDueNanoseconds += nextFailureInterval()
      offsetNanoseconds += quantized(shortTime(random.real(in: 0.002...0.02)))
      phase = .fail
    } else {
      let processing = quantized(estimate * random.real(in: 1 - parameters.variance...1 + parameters.variance))
      offsetNanoseconds += processing
      phase = .complete(processingNanoseconds: processing)
    }
    return event
  }

  private mutating func complete(_ processingNanoseconds: Int64) -> WorkloadEvent {
    totals.records += fileRecords
    totals.files += 1
    let event = event(
      .completed(records: fileRecords, processingNanoseconds: processingNanoseconds),
      fileNumber: totals.files
    )
    fileRecords = random.integer(in: parameters.fileRecords)
    phase = .start
    return event
  }

  private mutating func fail() -> WorkloadEvent {
    totals.failures += 1
    let texts = Failure.kinds[random.integer(in: 0...Failure.kinds.count - 1)]
    let failure = texts[random.integer(in: 0...texts.count - 1)]
    let retry = quantized(shortTime(random.real(in: 0.005...0.015)))
    let event = event(.failed(failure, retryNanoseconds: retry))
    offsetNanoseconds += retry
    phase = .start
    return event
  }

  private func event(_ kind: WorkloadEvent.Kind, fileNumber: Int? = nil) -> WorkloadEvent {
    WorkloadEvent(
      offsetNanoseconds: offsetNanoseconds,
      fileNumber: fileNumber ?? totals.files + 1,
      kind: kind,
      totals: totals
    )
  }

  private var estimatedNanoseconds: Double {
    Double(fileRecords) / parameters.recordsPerSecond * 1e9
  }

  /// A time that a failure costs: a fraction of the file's time and of the failure interval, whichever is shorter.
  ///
  /// So failures cost about 2 % of the job's time at most, however fast the job and however frequent its failures.
  private func shortTime(_ fraction: Double) -> Double {
    min(estimatedNanoseconds, Double(parameters.failureIntervalNanoseconds)) * fraction
  }

  private mutating func nextFailureInterval() -> Int64 {
    max(1, Int64(Double(parameters.failureIntervalNanoseconds) * random.real(in: 0.5...1.5)))
  }
}

/// Rounds a time to what the log shows of it: milliseconds, or microseconds below 0.1 s so that a fast job's times do
/// not all become 0. What the log says is then what the job did.
private func quantized(_ nanoseconds: Double) -> Int64 {
  let microsecond = 1e3
  let step = nanoseconds < 1e8 ? microsecond : 1e6
  return Int64(max((nanoseconds / step).rounded() * step, microsecond))
}
