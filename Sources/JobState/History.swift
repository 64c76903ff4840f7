/// What a pipeline did in the last hour, in fixed memory: a ring of samples of ten seconds each.
///
/// A line counts in the sample of the time that it states, so that a log that is read late, or anew, gives the same
/// history as one that was followed.
package struct History {
  /// The time that one sample stands for.
  package static let sampleSeconds: Int64 = 10
  /// An hour, and the sample that is not over yet.
  package static let capacity = 361

  /// What the lines of ten seconds say.
  package struct Sample {
    /// How often the ring had been gone around when this was written: what is of an earlier time is empty by now. So
    /// nothing has to be emptied as time goes on.
    package var lap: UInt32 = 0
    /// Lines that were counted, also those that say nothing of work.
    package var events: UInt32 = 0
    /// Records of completed files.
    package var records: UInt32 = 0
    /// Completed files.
    package var files: UInt32 = 0
    /// Failed files.
    package var failures: UInt32 = 0
    /// Completed files whose line says how long they took.
    package var timedFiles: UInt32 = 0
    /// The time of these files together, in seconds.
    package var totalSeconds = 0.0
    /// The longest of these times, in seconds.
    package var longestSeconds = 0.0

    /// Makes an empty one.
    package init() {}

    /// Adds another sample of the same time.
    ///
    /// - Parameter other: The other sample.
    package mutating func add(_ other: Sample) {
      events = clampedSum(events, Int64(other.events))
      records = clampedSum(records, Int64(other.records))
      files = clampedSum(files, Int64(other.files))
      failures = clampedSum(failures, Int64(other.failures))
      timedFiles = clampedSum(timedFiles, Int64(other.timedFiles))
      totalSeconds = min(totalSeconds + other.totalSeconds, .greatestFiniteMagnitude)
      longestSeconds = max(longestSeconds, other.longestSeconds)
    }
  }

  /// What one line adds.
  struct Work {
    var records: Int64 = 0
    var files: Int64 = 0
    var failures: Int64 = 0
    /// How long the completed file took; nil where the line does not say.
    var processingSeconds: Double?

    /// Whether there is nothing to add.
    fileprivate var isNone: Bool { records | files | failures == 0 && processingSeconds == nil }
  }

  /// Each at its number modulo the capacity; none before the first line.
  private var samples: [Sample] = []
  /// The number of the newest sample, counted in samples since 1970.
  package private(set) var newest: Int64 = 0
  /// The number of the oldest sample ever, which may have left the ring.
  package private(set) var oldest: Int64 = 0
  /// Whether no line has come yet.
  package var isEmpty: Bool { samples.isEmpty }

  /// Makes one of no line.
  package init() {}

  /// The number of the sample that a time belongs to.
  ///
  /// - Parameter nanoseconds: The time, since 1970; an earlier one counts as 1970.
  /// - Returns: The number, at least 0.
  package static func number(at nanoseconds: Int64) -> Int64 {
    max(0, nanoseconds) / (sampleSeconds * 1_000_000_000)
  }

  /// Takes one line in.
  ///
  /// - Parameters:
  ///   - work: What it adds.
  ///   - nanoseconds: When it happened, since 1970.
  ///   - readNanoseconds: When it was read, since 1970; not earlier.
  mutating func record(_ work: Work, at nanoseconds: Int64, readNanoseconds: Int64) {
    let number = Self.number(at: nanoseconds)
    if number != newest || samples.isEmpty {
      guard makeRoom(for: number, readNanoseconds: readNanoseconds) else { return }
    }
    let (lap, index) = Self.lapAndIndex(of: number)
    if samples[index].lap != lap {
      samples[index] = Sample()
      samples[index].lap = lap
    }
    samples[index].add(work)
  }

  /// Makes the ring hold the sample with a number.
  ///
  /// - Returns: False where it is older than any that the ring can hold.
  private mutating func makeRoom(for number: Int64, readNanoseconds: Int64) -> Bool {
    if samples.isEmpty {
      samples = Array(repeating: Sample(), count: Self.capacity)
      newest = number
      oldest = number
    }
    if number > newest {
      newest = number
    } else if number <= newest - Int64(Self.capacity) {
      // A newest sample that is yet to come is left from a clock that was ahead; it must not keep the present out.
      guard newest > Self.number(at: readNanoseconds) else { return false }
      self = History()
      return makeRoom(for: number, readNanoseconds: readNanoseconds)
    }
    oldest = min(oldest, number)
    return true
  }

  private static func lapAndIndex(of number: Int64) -> (lap: UInt32, index: Int) {
    let (lap, index) = number.quotientAndRemainder(dividingBy: Int64(capacity))
    // Not truncated: the latest time that nanoseconds can say is in lap 2,554,902.
    return (UInt32(truncatingIfNeeded: lap), Int(index))
  }

  /// One sample.
  ///
  /// - Parameter number: Its number.
  /// - Returns: The sample, empty where nothing happened; nil where nothing is known: before the first line.
  package func sample(_ number: Int64) -> Sample? {
    guard !samples.isEmpty, number >= oldest, number > newest - Int64(Self.capacity) else { return nil }
    let (lap, index) = Self.lapAndIndex(of: number)
    return samples[index].lap == lap ? samples[index] : Sample()
  }
}

extension History: Equatable {
  package static func == (left: History, right: History) -> Bool {
    guard left.newest == right.newest, left.oldest == right.oldest else { return false }
    return (0..<Int64(capacity)).allSatisfy { left.sample(left.newest - $0) == right.sample(right.newest - $0) }
  }
}

extension History.Sample: Equatable {
  package static func == (left: History.Sample, right: History.Sample) -> Bool {
    left.events == right.events && left.records == right.records && left.files == right.files
      && left.failures == right.failures && left.timedFiles == right.timedFiles
      && left.totalSeconds == right.totalSeconds && left.longestSeconds == right.longestSeconds
  }
}

extension History.Sample {
  @inline(__always)
  fileprivate mutating func add(_ work: History.Work) {
    events = clampedSum(events, 1)
    guard !work.isNone else { return }
    records = clampedSum(records, work.records)
    files = clampedSum(files, work.files)
    failures = clampedSum(failures, work.failures)
    guard let seconds = work.processingSeconds else { return }
    timedFiles = clampedSum(timedFiles, 1)
    totalSeconds = min(totalSeconds + seconds, .greatestFiniteMagnitude)
    longestSeconds = max(longestSeconds, seconds)
  }
}

/// Adds to a sample's count; stops at the largest one, because absurd numbers in a log must not end the process.
private func clampedSum(_ left: UInt32, _ right: Int64) -> UInt32 {
  let (sum, overflow) = left.addingReportingOverflow(UInt32(clamping: right))
  return overflow ? .max : sum
}

// MARK: In a snapshot

extension History {
  /// A sample and how many samples it is older than the newest one.
  package struct AgedSample {
    /// How many samples it is older than the newest one; 0 up to the capacity.
    package var age: Int64
    /// The sample.
    package var sample: Sample

    package init(age: Int64 = 0, sample: Sample = Sample()) {
      self.age = age
      self.sample = sample
    }
  }

  /// Makes one with samples from before; nil where these are numbers that no history has.
  ///
  /// - Parameters:
  ///   - newest: The number of the newest sample.
  ///   - oldest: The number of the oldest sample ever.
  ///   - agedSamples: Those that are not empty.
  package init?(newest: Int64, oldest: Int64, samples agedSamples: [AgedSample]) {
    guard 0 <= oldest, oldest <= newest, newest <= .max / (Self.sampleSeconds * 1_000_000_000) else { return nil }
    self.newest = newest
    self.oldest = oldest
    samples = Array(repeating: Sample(), count: Self.capacity)
    for aged in agedSamples {
      guard 0 <= aged.age, aged.age < Int64(Self.capacity), aged.age <= newest, aged.sample.totalSeconds.isFinite,
        aged.sample.longestSeconds.isFinite
      else { return nil }
      let (lap, index) = Self.lapAndIndex(of: newest - aged.age)
      samples[index] = aged.sample
      samples[index].lap = lap
    }
  }
}
